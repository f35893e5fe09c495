"""What is known about a type, since when, and what changed, each rule on a small world."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tests.pipeline.asking import Tables, day
from tests.pipeline.mini import LAUNCH, MiniData

Derive = Callable[[MiniData], Tables]

# -- hardware ---------------------------------------------------------------------------------------------------------


def test_a_retired_type_keeps_what_was_last_known(mini_data: MiniData, world: Derive) -> None:
    mini_data.capture("2026-05-01", "t2.medium", is_present="false")
    mini_data.read("2026-04-01", "ec2_api_capture")
    made = world(mini_data)
    columns = "status, retired_on, is_nitro, is_kms_eligible, last_verified"
    found = made.type("ml.t2.medium", columns)
    assert found == ("retired", day("2026-05-01"), False, True, day("2026-04-01"))
    assert made.verdict("ml.t2.medium", "endpoint", "2026-06-01") == "encrypts"
    assert made.type("ml.m5.large", "status, retired_on, last_verified") == ("listed", None, day("2026-05-01"))


def test_null_is_neither_false_nor_zero(mini_data: MiniData, world: Derive) -> None:
    mini_data.enum("2023-01-01", "TrainingType", "ml.zz.large")
    mini_data.capture("2023-02-01", "zz.large", vcpus="4")
    made = world(mini_data)
    columns = "vcpus, gpu_count, has_efa, instance_store_gb, is_bare_metal, memory_gib, is_kms_eligible, gpu_name"
    assert made.type("ml.zz.large", columns) == (4, None, None, None, None, None, None, None)


def test_two_hardware_sources_that_disagree(mini_data: MiniData, world: Derive) -> None:
    mini_data.hardware("2022-01-01", "g5.large", has_instance_store="false", instance_store_gb="250")
    made = world(mini_data)
    assert made.type("ml.g5.large", "has_instance_store, storage_source") == (True, "ec2_api_capture")
    columns = "subject, fact, chosen_source, chosen_value, other_source, other_value, newer"
    expected = ("g5.large", "has_instance_store", "ec2_api_capture", "true", "curated", "false", "other")
    assert made.rows(f"SELECT {columns} FROM conflicts") == [expected]


def test_evidence_moves_to_the_better_source_once_it_says_so_too(mini_data: MiniData, world: Derive) -> None:
    mini_data.enum("2023-01-01", "TrainingType", "ml.zz.large")
    mini_data.hardware("2022-01-01", "zz.large", has_instance_store="true")
    mini_data.capture("2024-01-01", "zz.large", has_instance_store="true", nvme_support="required")
    mini_data.hardware("2025-01-01", "zz.large", has_instance_store="false")
    made = world(mini_data)
    columns = "outcome, outcome_since, storage_origin, storage_observed_on"
    since = day("2023-01-01")
    before = made.verdict("ml.zz.large", "training", "2023-06-01", columns)
    assert before == ("rejected", since, "guide 2022-01-01", day("2022-01-01"))
    for on in ("2024-01-01", "2026-01-01"):
        after = made.verdict("ml.zz.large", "training", on, columns)
        assert after == ("rejected", since, "ec2_api_capture 2024-01-01", day("2024-01-01"))


def test_storage_is_carried_back_and_marked(small: Tables) -> None:
    columns = "storage_basis, storage_observed_on, outcome"
    seen = day("2021-12-12")
    assert small.verdict("ml.g5.large", "training", "2021-03-01", columns) == ("carried_back", seen, "rejected")
    assert small.verdict("ml.g5.large", "training", "2021-12-12", columns) == ("observed", seen, "rejected")
    assert small.type("ml.g5.large", "storage_basis") == "observed"


def test_a_new_size_takes_after_its_family_and_says_so(mini_data: MiniData, world: Derive) -> None:
    mini_data.enum("2026-01-01", "TrainingType", "ml.g5.48xlarge", "ml.m5d.48xlarge")
    mini_data.capture("2025-01-01", "m5d.large", has_instance_store="false", hypervisor="nitro")
    mini_data.enum("2021-03-01", "TrainingType", "ml.m5d.xlarge")
    mini_data.capture("2021-12-12", "m5d.xlarge", has_instance_store="true", hypervisor="nitro")
    made = world(mini_data)
    columns = "has_instance_store, is_nitro, storage_basis, instance_store_gb"
    assert made.type("ml.g5.48xlarge", columns) == (True, True, "inferred", None)
    assert made.type("ml.m5d.48xlarge", columns) == (None, True, None, None), "its family is divided"
    found = made.verdict("ml.g5.48xlarge", "training", "2026-01-01", "outcome, basis")
    assert found == ("rejected", "inferred")
    assert "2 described sizes of g5" in made.verdict("ml.g5.48xlarge", "training", "2026-01-01", "basis_note")


def test_disks_one_row_per_group(small: Tables) -> None:
    rows = small.rows("SELECT * EXCLUDE instance_type FROM instance_store_disks WHERE instance_type = 'ml.g5.xlarge'")
    assert rows == [(1, 1, 250, "ssd"), (2, 2, 900, "ssd")]
    assert small.type("ml.g5.xlarge", "local_storage") == "1 x 250 GB NVMe SSD + 2 x 900 GB NVMe SSD"
    assert small.type("ml.m5.large", "local_storage") == "none"


# -- time -------------------------------------------------------------------------------------------------------------


def test_outcome_since_looks_through_changes_of_evidence(small: Tables) -> None:
    spans = small.rows(
        "SELECT valid_from, outcome_since, outcome FROM kms_verdicts_history "
        "WHERE instance_type = 'ml.g5.large' AND workload = 'endpoint' ORDER BY 1"
    )
    listed, seen, changed = day("2021-03-01"), day("2021-12-12"), day("2024-01-01")
    assert spans == [
        (day(LAUNCH), day(LAUNCH), "not_offered"),
        (listed, listed, "rejected"),
        (seen, listed, "rejected"),
        (changed, changed, "not_applied"),
    ]


def test_last_seen_is_the_last_reading_that_still_had_it(mini_data: MiniData, world: Derive) -> None:
    mini_data.enum("2025-01-01", "TrainingType", "ml.t2.medium", listed=False)
    mini_data.enum("2025-01-01", "EndpointType", "ml.t2.medium", listed=False)
    mini_data.read("2024-12-01", "sagemaker_api")
    mini_data.read("2026-10-01", "sagemaker_api")
    made = world(mini_data)
    assert made.type("ml.t2.medium", "first_seen, last_seen") == (day(LAUNCH), day("2024-12-01"))
    assert made.type("ml.m5.large", "first_seen, last_seen") == (day(LAUNCH), day("2026-10-01"))
    assert made.type("ml.r7.large", "first_seen, last_seen") == (day("2026-06-05"), day("2026-06-05"))


def test_the_first_reading_of_a_source_is_one_change(mini_data: MiniData, world: Derive) -> None:
    mini_data.prices("2026-07-01", "hosting", "us-east-1", "ml.m5.large", "ml.g5.large")
    mini_data.prices("2026-08-01", "hosting", "us-east-1", "ml.g5.large", listed=False)
    made = world(mini_data)
    columns = "kind, instance_type, what, old_value, new_value"
    ask = f"SELECT {columns} FROM changes WHERE version = ? ORDER BY kind, instance_type"
    assert made.rows(ask, "2026.06.05") == [
        ("source_added", "", "region_lists", None, "region_lists"),
        ("type_added", "ml.r7.large", "instance_type", None, "ml.r7.large"),
    ]
    where = "hosting/us-east-1"
    assert made.rows(ask, "2026.07.01") == [
        ("region", "ml.g5.large", where, None, "listed"),
        ("region", "ml.m5.large", where, None, "listed"),
    ]
    assert made.rows(ask, "2026.08.01") == [("region", "ml.g5.large", where, "listed", None)]


def test_changes_of_a_day_and_the_version_they_make(mini_data: MiniData, world: Derive) -> None:
    mini_data.capture("2024-01-01", "m5.large", has_instance_store="true", nvme_support="required", hypervisor="xen")
    made = world(mini_data)
    ask = "SELECT kind, instance_type, workload, what, old_value, new_value FROM changes WHERE version = '2024.01.01'"
    found = set(made.rows(ask))
    assert found == {
        ("fact", "ml.m5.large", "", "has_instance_store", "false", "true"),
        ("fact", "ml.m5.large", "", "nvme_support", None, "required"),
        ("fact", "ml.m5.large", "", "hypervisor", "nitro", "xen"),
        ("rule", "", "endpoint", "outcome_with_local_storage", "rejected", "not_applied"),
        ("rule", "", "experiment", "outcome_with_local_storage", "rejected", "not_applied"),
        ("verdict", "ml.m5.large", "training", "outcome", "encrypts", "rejected"),
        ("verdict", "ml.m5.large", "endpoint", "outcome", "encrypts", "not_applied"),
        ("verdict", "ml.m5.large", "experiment", "outcome", "encrypts", "not_applied"),
        *(
            ("verdict", name, workload, "outcome", "rejected", "not_applied")
            for name in ("ml.g5.large", "ml.g5.xlarge", "ml.m5d.large")
            for workload in ("endpoint", "experiment")
        ),
    }
    version = made.one("SELECT * FROM versions WHERE version = '2024.01.01'")
    assert version == ("2024.01.01", date(2024, 1, 1), len(found), "3 fact, 2 rule, 9 verdict")


def test_name_rule_beside_the_evidence(mini_data: MiniData, world: Derive) -> None:
    mini_data.enum("2026-01-01", "TrainingType", "ml.zz.large", "ml.dd.large")
    mini_data.capture("2026-01-01", "zz.large", has_instance_store="true", nvme_support="required")
    mini_data.capture("2026-01-01", "dd.large", has_instance_store="false")
    made = world(mini_data)
    ask = "SELECT sdk_supports_kms, is_right, error FROM name_heuristic WHERE instance_type = ?"
    for name, expected in (
        ("ml.m5d.large", (False, True, None)),
        ("ml.m5.large", (True, True, None)),
        ("ml.zz.large", (True, False, "accepts_local_storage")),
        ("ml.dd.large", (False, False, "refuses_without_local_storage")),
        ("ml.eia1.medium", (True, None, None)),
    ):
        assert made.one(ask, name) == expected
