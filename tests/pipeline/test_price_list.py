"""The price list in the place of the packaged Region lists, and quotas beside both."""

from __future__ import annotations

from collections.abc import Callable

from tests.pipeline.asking import Tables, day
from tests.pipeline.mini import LAUNCH, MiniData

Derive = Callable[[MiniData], Tables]

#: The small world has Region lists of this day.
PACKAGED, READ = "2026-06-05", "2026-11-01"
LISTED = "SELECT instance_type, source, valid_from, valid_to FROM region_listings WHERE component = ? AND region = ?"
NEWS = "SELECT kind, instance_type, what, old_value, new_value FROM changes WHERE changed_on = ? ORDER BY ALL"


def test_the_price_list_takes_over_on_its_first_day(mini_data: MiniData, world: Derive) -> None:
    mini_data.price_list(READ, "hosting", "eu-west-1", "ml.m5.large", "ml.g5.large")
    made = world(mini_data)
    begun, taken = day(PACKAGED), day(READ)
    assert made.rows(f"{LISTED} ORDER BY 1, 3", "hosting", "eu-west-1") == [
        ("ml.g5.large", "price_list", taken, None),
        ("ml.m5.large", "region_lists", begun, taken),
        ("ml.m5.large", "price_list", taken, None),
        ("ml.r7.large", "region_lists", begun, taken),
    ]
    assert made.rows(NEWS, taken) == [
        ("fact", "ml.r7.large", "status", "price_list_only", "delisted"),
        ("region", "ml.g5.large", "hosting/eu-west-1", None, "listed"),
        ("region", "ml.r7.large", "hosting/eu-west-1", "listed", None),
        ("source_added", "", "price_list", None, "price_list"),
    ]
    offered = (
        "SELECT instance_type, basis, priced_since FROM offerings WHERE workload = 'endpoint' AND region = 'eu-west-1'"
    )
    assert made.rows(f"{offered} ORDER BY 1") == [("ml.g5.large", "both", taken), ("ml.m5.large", "both", begun)]


def test_other_components_and_regions_keep_the_packaged_lists(mini_data: MiniData, world: Derive) -> None:
    mini_data.prices(PACKAGED, "hosting", "us-east-1", "ml.m5.large")
    mini_data.prices(PACKAGED, "processing", "eu-west-1", "ml.m5.large")
    mini_data.price_list(READ, "hosting", "eu-west-1", "ml.m5.large")
    made = world(mini_data)
    ask = "SELECT component, region, source FROM region_listings WHERE valid_to IS NULL ORDER BY ALL"
    assert made.rows(ask) == [
        ("hosting", "eu-west-1", "price_list"),
        ("hosting", "us-east-1", "region_lists"),
        ("processing", "eu-west-1", "region_lists"),
    ]


def test_a_type_that_left_the_price_list_does_not_come_back_from_the_packaged_lists(
    mini_data: MiniData, world: Derive
) -> None:
    mini_data.price_list(READ, "hosting", "eu-west-1", "ml.r7.large")
    mini_data.price_list("2026-11-05", "hosting", "eu-west-1", "ml.r7.large", listed=False)
    mini_data.prices("2026-11-09", "hosting", "eu-west-1", "ml.zz.large")
    made = world(mini_data)
    assert made.rows("SELECT * FROM region_listings WHERE valid_to IS NULL") == []
    assert made.type("ml.r7.large", "status, first_seen") == ("delisted", day(PACKAGED))
    assert made.type("ml.zz.large", "status, first_seen") == ("delisted", day("2026-11-09")), (
        "a name is known all the same"
    )
    assert made.verdict("ml.r7.large", "endpoint", "2026-11-04") == "encrypts"
    assert made.verdict("ml.r7.large", "endpoint", "2026-11-05") == "not_offered"


def test_an_offer_that_goes_on_is_no_news_and_names_its_new_witness(mini_data: MiniData, world: Derive) -> None:
    mini_data.price_list(READ, "hosting", "eu-west-1", "ml.m5.large", "ml.r7.large")
    made = world(mini_data)
    assert made.rows(NEWS, day(READ)) == [("source_added", "", "price_list", None, "price_list")]
    columns = "outcome, outcome_since, offering_basis, offering_origin, offered_since"
    since = day(PACKAGED)
    before = made.verdict("ml.r7.large", "endpoint", PACKAGED, columns)
    after = made.verdict("ml.r7.large", "endpoint", READ, columns)
    assert before == ("encrypts", since, "price_list", f"hosting list in region_lists {PACKAGED}", since)
    assert after == ("encrypts", since, "price_list", f"hosting list in price_list {READ}", day(READ))


def test_a_workload_that_no_packaged_list_speaks_of(mini_data: MiniData, world: Derive) -> None:
    mini_data.change("workloads", {"workload": "training"}, price_component="training")
    without = world(mini_data)
    asked = "SELECT region, basis FROM offerings WHERE instance_type = ? AND workload = 'training'"
    assert without.rows(asked, "ml.m5.large") == [(None, "api_enum")]
    mini_data.price_list(READ, "training", "eu-west-1", "ml.m5.large", "ml.r7.large")
    made = world(mini_data)
    assert made.rows(asked, "ml.m5.large") == [("eu-west-1", "both")]
    assert made.rows(asked, "ml.r7.large") == [("eu-west-1", "price_list")]
    assert made.rows(asked, "ml.g5.large") == [(None, "api_enum")]
    assert made.verdict("ml.r7.large", "training", "2026-10-31") == "not_offered"
    assert made.verdict("ml.r7.large", "training", READ) == "encrypts"
    assert made.rows(NEWS, day(READ)) == [("source_added", "", "price_list", None, "price_list")]


def test_asynchronous_inference_offers_nothing_to_endpoints(mini_data: MiniData, world: Derive) -> None:
    mini_data.price_list(READ, "async_inference", "eu-west-1", "ml.zz.large")
    made = world(mini_data)
    assert made.type("ml.zz.large", "status, first_seen") == ("price_list_only", day(READ))
    assert made.rows("SELECT * FROM offerings WHERE instance_type = 'ml.zz.large'") == []
    assert made.verdict("ml.zz.large", "endpoint", READ) == "not_offered"
    seen = "SELECT scope FROM observations WHERE subject = 'ml.zz.large' AND fact = 'in_price_list'"
    assert made.one(seen) == "async_inference/eu-west-1"


def test_observations_keep_both_lists_apart(mini_data: MiniData, world: Derive) -> None:
    mini_data.price_list(READ, "hosting", "eu-west-1", "ml.m5.large")
    made = world(mini_data)
    ask = (
        "SELECT source, valid_from, valid_to FROM observations WHERE subject = 'ml.m5.large' AND fact = 'in_price_list'"
    )
    assert made.rows(f"{ask} ORDER BY 1") == [("price_list", day(READ), None), ("region_lists", day(PACKAGED), None)]


def test_last_seen_counts_readings_of_regions_that_list_the_type(mini_data: MiniData, world: Derive) -> None:
    mini_data.price_list(READ, "hosting", "eu-west-1", "ml.yy.large")
    mini_data.price_list(READ, "hosting", "us-east-1", "ml.zz.large")
    for on, regions in ((READ, ("eu-west-1", "us-east-1")), ("2026-11-09", ("us-east-1",))):
        for region in regions:
            mini_data.read(on, "price_list", document=f"{region}.json")
        mini_data.read(on, "price_list", document="index.json")
    made = world(mini_data)
    assert made.type("ml.yy.large", "last_seen") == day(READ)
    assert made.type("ml.zz.large", "last_seen") == day("2026-11-09")


# -- quotas -----------------------------------------------------------------------------------------------------------


def test_a_quota_is_an_observation_and_nothing_else(mini_data: MiniData, world: Derive) -> None:
    before = world(mini_data)
    mini_data.quota(READ, "training", "eu-west-1", "ml.m5.large", "ml.unheard.large")
    mini_data.quota("2026-11-05", "training", "eu-west-1", "ml.m5.large", listed=False)
    made = world(mini_data)
    ask = "SELECT subject, scope, value, valid_from, valid_to FROM observations WHERE fact = 'has_quota' ORDER BY 1"
    assert made.rows(ask) == [
        ("ml.m5.large", "training/eu-west-1", "true", day(READ), day("2026-11-05")),
        ("ml.unheard.large", "training/eu-west-1", "true", day(READ), None),
    ]
    for table in ("instance_types", "instance_types_history", "kms_verdicts_history", "offerings", "conflicts"):
        assert made.rows(f"SELECT * FROM {table} ORDER BY ALL") == before.rows(f"SELECT * FROM {table} ORDER BY ALL")
    assert made.rows(NEWS, day(READ)) == [("source_added", "", "service_quotas", None, "service_quotas")]
    assert made.rows(NEWS, day("2026-11-05")) == []
    assert made.verdict("ml.m5.large", "training", LAUNCH) == "no_key_parameter"
