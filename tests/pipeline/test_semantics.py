"""What a verdict says and why, each rule on a small world that shows nothing else."""

from __future__ import annotations

from collections.abc import Callable

from tests.pipeline.asking import Tables, day
from tests.pipeline.mini import LAUNCH, MiniData

Derive = Callable[[MiniData], Tables]

# -- which answer of a rule applies -----------------------------------------------------------------------------------


def test_for_some_weeks_every_nitro_type_was_refused(mini_data: MiniData, world: Derive) -> None:
    mini_data.rule("endpoint", "2021-09-25", "encrypts", "rejected", nitro="rejected")
    mini_data.rule("endpoint", "2021-11-18", "encrypts", "rejected")
    made = world(mini_data)
    for on, nitro, xen, local in (
        ("2021-09-24", "encrypts", "encrypts", "rejected"),
        ("2021-09-25", "rejected", "encrypts", "rejected"),
        ("2021-11-17", "rejected", "encrypts", "rejected"),
        ("2021-11-18", "encrypts", "encrypts", "rejected"),
    ):
        assert made.verdict("ml.m5.large", "endpoint", on) == nitro
        assert made.verdict("ml.t2.medium", "endpoint", on) == xen
        assert made.verdict("ml.g5.large", "endpoint", on) == local
        assert made.verdict("ml.m5.large", "experiment", on) == nitro
    reason = "endpoint 2021-09-25: ml.m5.large is a Nitro type."
    assert made.verdict("ml.m5.large", "endpoint", "2021-10-01", "reason") == reason


def test_unknown_storage_is_an_unknown_outcome(mini_data: MiniData, world: Derive) -> None:
    mini_data.enum("2023-01-01", "TrainingType", "ml.zz.large")
    made = world(mini_data)
    columns = "outcome, all_storage_under_key, supports_volume_kms, basis, storage_basis"
    assert made.verdict("ml.zz.large", "training", "2023-01-01", columns) == ("unknown", False, None, None, None)
    assert made.type("ml.zz.large", "is_kms_eligible, local_storage, ec2_type") == (None, None, None)


def test_unknown_hypervisor_is_unknown_only_where_it_decides(mini_data: MiniData, world: Derive) -> None:
    mini_data.enum(LAUNCH, "EndpointType", "ml.zz.large")
    mini_data.capture("2021-02-22", "zz.large", has_instance_store="false", instance_store_gb="0")
    mini_data.rule("endpoint", "2021-09-25", "encrypts", "rejected", nitro="rejected")
    mini_data.rule("endpoint", "2021-11-18", "encrypts", "rejected")
    made = world(mini_data)
    for on, outcome in (("2021-09-24", "encrypts"), ("2021-09-25", "unknown"), ("2021-11-18", "encrypts")):
        assert made.verdict("ml.zz.large", "endpoint", on) == outcome
    assert made.type("ml.zz.large", "is_nitro") is None


def test_silent_reference_is_unknown_where_there_is_local_storage(mini_data: MiniData, world: Derive) -> None:
    mini_data.enum("2018-07-01", "TrainingType", "ml.m5d.large")
    made = world(mini_data)
    assert made.verdict("ml.m5d.large", "training", "2018-07-01") == "unknown"
    assert made.verdict("ml.m5d.large", "training", "2019-06-01") == "rejected"
    assert made.verdict("ml.m5.large", "training", "2018-07-01") == "encrypts"


def test_no_key_parameter_before_there_was_one(small: Tables) -> None:
    columns = "outcome, supports_volume_kms, api_member, basis"
    assert small.verdict("ml.m5.large", "training", LAUNCH, columns) == ("no_key_parameter", False, None, "documented")
    assert small.verdict("ml.m5.large", "training", "2018-06-01") == "encrypts"


def test_a_request_that_names_no_type(mini_data: MiniData, world: Derive) -> None:
    mini_data.workload("serverless", "2019-01-01")
    mini_data.rule("serverless", "2019-01-01", "no_key_parameter", "no_key_parameter")
    made = world(mini_data)
    assert made.verdict("ml.m5.large", "automl", "2018-12-31") == "not_offered"
    assert made.verdict("ml.m5.large", "automl", "2019-01-01", "outcome, reason") == ("unknown", "No type is named.")
    assert made.verdict("ml.m5.large", "serverless", "2019-01-01") == "no_key_parameter"


def test_nothing_is_offered_before_the_workload_existed(small: Tables) -> None:
    outcome, reason = small.verdict("ml.m5.large", "experiment", "2019-12-31", "outcome, reason")
    assert outcome == "not_offered"
    assert "2020-01-01" in reason
    assert small.verdict("ml.m5.large", "experiment", "2020-01-01") == "encrypts"


def test_an_accelerator_is_no_instance_type(small: Tables) -> None:
    outcome, reason = small.verdict("ml.eia1.medium", "endpoint", "2026-01-01", "outcome, reason")
    assert outcome == "not_offered"
    assert "accelerator" in reason
    assert small.type("ml.eia1.medium", "kind, ec2_type, is_kms_eligible") == ("accelerator", None, None)


# -- inherited rules --------------------------------------------------------------------------------------------------


def test_an_inherited_rule_changes_with_its_parent(small: Tables) -> None:
    columns = "outcome, basis, basis_note, rule_id, rule_since"
    for on, outcome, rule in (("2023-12-31", "rejected", LAUNCH), ("2024-01-01", "not_applied", "2024-01-01")):
        found = small.verdict("ml.g5.large", "experiment", on, columns)
        assert found == (outcome, "inferred", "It creates endpoints.", f"endpoint-{rule}", day(rule))
    rules = small.rows(
        "SELECT valid_from, valid_to, inherited_from FROM kms_rules WHERE workload = 'experiment' ORDER BY 1"
    )
    begun, changed = day("2020-01-01"), day("2024-01-01")
    assert rules == [(begun, changed, "endpoint"), (changed, None, "endpoint")]


def test_inheriting_may_begin_and_end(mini_data: MiniData, world: Derive) -> None:
    mini_data.drop("kms_rules", workload="experiment")
    mini_data.rule("experiment", "2022-01-01", "inherit", "inherit")
    mini_data.rule("experiment", "2020-01-01", "no_key_parameter", "no_key_parameter")
    mini_data.rule("experiment", "2025-01-01", "encrypts", "ebs_only")
    made = world(mini_data)
    for on, outcome, basis in (
        ("2021-12-31", "no_key_parameter", "documented"),
        ("2022-01-01", "rejected", "inferred"),
        ("2024-01-01", "not_applied", "inferred"),
        ("2025-01-01", "ebs_only", "documented"),
    ):
        assert made.verdict("ml.g5.large", "experiment", on, "outcome, basis") == (outcome, basis)


def test_an_inherited_size_rule_keeps_the_limits_of_its_own(small: Tables) -> None:
    columns = "inherited_from, minimum_gb, maximum_gb, on_local_storage, basis"
    found = small.one(f"SELECT {columns} FROM volume_size_rules WHERE workload = 'experiment'")
    assert found == ("endpoint", 2, 512, "undocumented", "inferred")


# -- volume size ------------------------------------------------------------------------------------------------------


def test_volume_size_follows_the_storage(small: Tables) -> None:
    columns = "volume_size_rule, volume_size_limit_gb"
    for name, on, expected in (
        ("ml.g5.xlarge", "2021-12-31", ("at_most_local_total", 2050)),
        ("ml.g5.xlarge", "2022-01-01", ("fixed_to_local_total", 2050)),
        ("ml.m5.large", "2021-12-31", ("ordinary", None)),
        ("ml.m5.large", "2022-01-01", ("ordinary", 16384)),
        ("ml.r7.large", "2026-06-05", (None, None)),
    ):
        assert small.verdict(name, "training", on, columns) == expected
    assert small.verdict("ml.g5.xlarge", "training", "2022-01-01", "volume_size_note") == "ml.g5.xlarge: 2050 GB."


# -- contradictions ---------------------------------------------------------------------------------------------------


def test_a_contradiction_stands_where_the_outcome_would_differ(mini_data: MiniData, world: Derive) -> None:
    mini_data.add("contradictions", contradiction_id="b", workload="endpoint", says_outcome="rejected")
    mini_data.add("contradictions", contradiction_id="a", workload="endpoint", says_outcome="ebs_only")
    made = world(mini_data)
    assert made.verdict("ml.g5.large", "endpoint", "2026-06-06", "contradictions") == "a b"
    assert made.verdict("ml.g5.large", "experiment", "2026-06-06", "contradictions") == "a b", "as its parent's"
    assert made.verdict("ml.m5.large", "endpoint", "2026-06-06", "contradictions") is None, "about local storage only"
    assert made.verdict("ml.g5.large", "training", "2026-06-06", "contradictions") is None, "another workload"
    assert made.verdict("ml.r7.large", "endpoint", "2020-01-01", "contradictions") is None, "not offered then"


def test_a_contradiction_needs_a_verdict_that_stood_when_it_was_read(mini_data: MiniData, world: Derive) -> None:
    mini_data.add("contradictions", contradiction_id="late", workload="endpoint", says_outcome="ebs_only")
    mini_data.change("contradictions", {"contradiction_id": "late"}, seen_on="2025-05-05")
    made = world(mini_data)
    assert made.verdict("ml.g5.large", "endpoint", "2023-12-31", "outcome, contradictions") == ("rejected", None)
    assert made.verdict("ml.g5.large", "endpoint", "2026-01-01", "outcome, contradictions") == ("not_applied", "late")


def test_a_statement_that_agrees_is_no_contradiction(mini_data: MiniData, world: Derive) -> None:
    mini_data.add("contradictions", contradiction_id="same", workload="endpoint", says_outcome="not_applied")
    made = world(mini_data)
    assert made.verdict("ml.g5.large", "endpoint", "2026-01-01", "contradictions") is None
    assert made.rows("SELECT * FROM conflicts") == []


def test_a_contradiction_about_every_type(mini_data: MiniData, world: Derive) -> None:
    said = {"workload": "endpoint", "says_outcome": "rejected", "applies_to": "any", "newer_side": "contradiction"}
    mini_data.add("contradictions", contradiction_id="all", **said)
    made = world(mini_data)
    assert made.verdict("ml.m5.large", "endpoint", "2026-01-01", "outcome, contradictions") == ("encrypts", "all")
    columns = "subject, chosen_value, other_source, other_value, newer"
    assert made.one(f"SELECT {columns} FROM conflicts") == ("endpoint", "encrypts", "all", "rejected", "other")


# -- who offers -------------------------------------------------------------------------------------------------------


def test_offerings_say_who_lists_the_type(mini_data: MiniData, world: Derive) -> None:
    mini_data.prices("2026-07-01", "hosting", "us-east-1", "ml.m5.large")
    made = world(mini_data)
    columns = "region, basis, api_since, priced_since"
    ask = f"SELECT {columns} FROM offerings WHERE instance_type = ? AND workload = ? ORDER BY region"
    first, second, launch = day("2026-06-05"), day("2026-07-01"), day(LAUNCH)
    both = [("eu-west-1", "both", launch, first), ("us-east-1", "both", launch, second)]
    assert made.rows(ask, "ml.m5.large", "endpoint") == both
    assert made.rows(ask, "ml.r7.large", "endpoint") == [("eu-west-1", "price_list", None, first)]
    assert made.rows(ask, "ml.r7.large", "experiment") == [("eu-west-1", "price_list", None, first)]
    assert made.rows(ask, "ml.r7.large", "training") == []
    assert made.rows(ask, "ml.m5.large", "training") == [(None, "api_enum", launch, None)]


def test_verdict_names_the_better_witness_of_the_offer(small: Tables) -> None:
    columns = "offering_basis, offering_origin, offered_since"
    found = small.verdict("ml.m5.large", "endpoint", "2026-06-05", columns)
    assert found == ("both", f"EndpointType in sagemaker_api {LAUNCH}", day(LAUNCH))
    found = small.verdict("ml.r7.large", "endpoint", "2026-06-05", columns)
    assert found == ("price_list", "hosting list in region_lists 2026-06-05", day("2026-06-05"))
    assert small.verdict("ml.r7.large", "endpoint", "2026-06-04") == "not_offered"
    assert small.type("ml.r7.large", "status, first_seen") == ("price_list_only", day("2026-06-05"))


def test_a_type_that_left_an_enum_is_not_offered_any_more(mini_data: MiniData, world: Derive) -> None:
    mini_data.enum("2025-01-01", "TrainingType", "ml.t2.medium", listed=False)
    mini_data.enum("2025-02-01", "EndpointType", "ml.t2.medium", listed=False)
    mini_data.enum("2025-03-01", "EndpointType", "ml.t2.medium")
    made = world(mini_data)
    for workload, on, outcome in (
        ("training", "2024-12-31", "encrypts"),
        ("training", "2025-01-01", "not_offered"),
        ("endpoint", "2025-02-01", "not_offered"),
        ("endpoint", "2025-03-01", "encrypts"),
    ):
        assert made.verdict("ml.t2.medium", workload, on) == outcome
    history = "SELECT status, valid_from FROM instance_types_history WHERE instance_type = 'ml.t2.medium' ORDER BY 2"
    assert [row for row in made.rows(history) if row[1] >= day("2025-01-01")] == [
        ("delisted", day("2025-02-01")),
        ("listed", day("2025-03-01")),
    ]


def test_a_workload_may_change_its_enum(mini_data: MiniData, world: Derive) -> None:
    mini_data.enum(LAUNCH, "OldType", "ml.t2.medium", "ml.old.large")
    mini_data.add("former_enums", workload="endpoint", enum_shape="OldType", used_from=LAUNCH, used_to="2020-06-01")
    made = world(mini_data)
    assert made.verdict("ml.m5.large", "endpoint", "2020-05-31") == "not_offered"
    assert "OldType" in made.verdict("ml.m5.large", "endpoint", "2020-05-31", "reason")
    assert made.verdict("ml.m5.large", "endpoint", "2020-06-01") == "encrypts"
    assert made.verdict("ml.old.large", "endpoint", "2020-05-31") == "unknown"
    assert made.verdict("ml.old.large", "endpoint", "2020-06-01") == "not_offered"
