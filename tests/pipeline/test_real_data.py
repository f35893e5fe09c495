"""The shipped data: the figures that are known from the sources, and the hard cases."""

from __future__ import annotations

import importlib.metadata
from datetime import date

import pytest

from kb.dataset.log_specs import REGION_LISTS, SAGEMAKER_API
from kb.dataset.logs import read_log, read_scrapes
from kb.dataset.paths import data_dir
from kb.dataset.schema import TABLES, Table
from kb.pipeline import BuildResult
from tests.figures import ENUMS, TODAY
from tests.pipeline.asking import Tables, day

#: Types for which the SDK's name rule is wrong: it takes them for types without local storage.
WRONG_NAMES = {
    *(f"ml.g7.{size}xlarge" for size in (2, 4, 8, 12, 24, 48)),
    *(f"ml.gr6.{size}xlarge" for size in (4, 8)),
    *(f"ml.i3en.{size}" for size in ("large", "xlarge", "2xlarge", "3xlarge", "6xlarge", "12xlarge", "24xlarge")),
    "ml.p6-b300.48xlarge",
    "ml.p6e-gb200.36xlarge",
}
ON_DAY = "valid_from <= $1 AND (valid_to IS NULL OR $1 < valid_to)"


# -- listings ---------------------------------------------------------------------------------------------------------


def test_enums_of_botocore_1_44_5(db: Tables) -> None:
    members = db.rows(
        f"SELECT enum_shape, enum_value FROM enum_members WHERE {ON_DAY}",
        day("2026-10-01"),
    )
    assert {shape: sum(member[0] == shape for member in members) for shape, _ in members} == ENUMS
    assert len({value for _, value in members if value.startswith("ml.")}) == 442
    assert {value for _, value in members if not value.startswith("ml.")} == {"system"}


def test_enums_are_those_of_the_installed_botocore(db: Tables) -> None:
    loaders = pytest.importorskip("botocore.loaders")
    newest = max(scrape for scrape in read_scrapes(data_dir() / "scrapes.csv") if scrape.source == "sagemaker_api")
    if newest.origin != f"botocore {importlib.metadata.version('botocore')}":
        pytest.skip(f"the log ends with {newest.origin}")
    shapes = loaders.Loader().load_service_model("sagemaker", "service-2")["shapes"]
    current = db.rows("SELECT enum_shape, enum_value FROM enum_members WHERE valid_to IS NULL")
    for shape in {shape for shape, _ in current}:
        assert {value for each, value in current if each == shape} == set(shapes[shape]["enum"])


def test_every_name_ever_listed_has_a_row(db: Tables) -> None:
    in_api = {
        key[1] for key in read_log(SAGEMAKER_API.path(data_dir()), SAGEMAKER_API).state if key[1].startswith("ml.")
    }
    in_lists = {key[2] for key in read_log(REGION_LISTS.path(data_dir()), REGION_LISTS).state}
    assert {row[0] for row in db.rows("SELECT instance_type FROM instance_types")} == in_api | in_lists
    assert db.one("SELECT count(*) FROM instance_types WHERE first_seen <= DATE '2026-10-27'") == 442 + 23
    price_list_only = {
        row[0] for row in db.rows("SELECT instance_type FROM instance_types WHERE status = 'price_list_only'")
    }
    assert price_list_only == in_lists - in_api


def test_regions_of_cfn_lint_1_58_0(db: Tables) -> None:
    regions = db.rows(
        "SELECT split_part(scope, '/', 1), count(DISTINCT split_part(scope, '/', 2)), count(DISTINCT subject) "
        f"FROM observations WHERE fact = 'in_price_list' AND {ON_DAY} GROUP BY ALL",
        day("2026-10-20"),
    )
    assert {row[0]: row[1] for row in regions} == {"cluster": 21, "hosting": 38, "processing": 38, "transform": 36}
    assert {row[0]: row[2] for row in regions}["hosting"] == 292


# -- hardware ---------------------------------------------------------------------------------------------------------


def test_how_many_have_local_storage(db: Tables) -> None:
    """Of the types that an API enum lists and the capture of 2026-10-27 (moto 5.2.5) has."""
    known = db.one(
        "SELECT count(*), count(*) FILTER (has_instance_store), count(*) FILTER (has_instance_store AND is_nitro), "
        "count(*) FILTER (has_instance_store AND nvme_support = 'required'), "
        "count(*) FILTER (has_instance_store AND instance_store_encryption = 'required'), "
        "count(*) FILTER (has_instance_store AND regexp_full_match(instance_store_disks, '[0-9]+x[0-9]+ ssd')) "
        "FROM instance_types AS t WHERE EXISTS (FROM enum_members WHERE enum_value = t.instance_type) AND EXISTS ("
        "FROM observations WHERE subject = t.ec2_type AND source = 'ec2_api_capture' AND fact = 'is_present' "
        f"AND value = 'true' AND {ON_DAY})",
        day("2026-10-27"),
    )
    assert known == (427, 143, 143, 143, 143, 143)


def test_families_that_are_not_nitro(db: Tables) -> None:
    families = {row[0] for row in db.rows("SELECT DISTINCT family FROM instance_types WHERE NOT is_nitro")}
    assert families == {"c4", "m4", "t2", "p2", "p3"}
    unknown = {row[0] for row in db.rows("SELECT instance_type FROM instance_types WHERE is_nitro IS NULL")}
    accelerators = {f"ml.eia{version}.{size}" for version in (1, 2) for size in ("medium", "large", "xlarge")}
    assert unknown == accelerators | {"ml.geospatial.interactive"}


def test_the_wrong_names(db: Tables) -> None:
    wrong = dict(db.rows("SELECT instance_type, error FROM name_heuristic WHERE NOT is_right"))
    assert wrong == dict.fromkeys(WRONG_NAMES, "accepts_local_storage")
    assert len(wrong) == 17


@pytest.mark.parametrize("name", sorted(WRONG_NAMES))
def test_types_whose_name_hides_their_disks(db: Tables, name: str) -> None:
    columns = "has_instance_store, is_kms_eligible, is_nitro, nvme_support, status"
    assert db.type(name, columns) == (True, False, True, "required", "listed")
    outcomes = {row[0] for row in db.rows("SELECT outcome FROM kms_verdicts WHERE instance_type = ?", name)}
    assert "encrypts" not in outcomes
    assert outcomes & {"rejected", "ebs_only"}


@pytest.mark.parametrize(
    ("name", "columns", "expected"),
    [
        ("ml.g7.2xlarge", "local_storage, storage_basis", ("1 x 440 GB NVMe SSD", "observed")),
        ("ml.gr6.4xlarge", "local_storage", "1 x 600 GB NVMe SSD"),
        ("ml.i3en.large", "local_storage, instance_store_gb", ("1 x 1250 GB NVMe SSD", 1250)),
        ("ml.p6-b300.48xlarge", "local_storage, instance_store_gb", ("8 x 3800 GB NVMe SSD", 30400)),
        ("ml.p6e-gb200.36xlarge", "local_storage, storage_source", ("3 x 7500 GB NVMe SSD", "curated")),
        ("ml.p3.2xlarge", "status, is_nitro, is_kms_eligible, retired_on", ("retired", False, True, day("2026-05-01"))),
        ("ml.m5.xlarge", "local_storage, is_nitro, instance_store_gb, vcpus, memory_gib", ("none", True, 0, 4, 16.0)),
        ("ml.m5d.xlarge", "local_storage, is_kms_eligible", ("1 x 150 GB NVMe SSD", False)),
        ("ml.eia2.medium", "kind, ec2_type, is_kms_eligible, is_nitro", ("accelerator", None, None, None)),
        ("ml.geospatial.interactive", "kind, ec2_type, has_instance_store, vcpus", ("managed", None, None, None)),
        ("ml.r7g.large", "status, is_nitro, is_kms_eligible", ("price_list_only", True, True)),
        ("ml.g5.xlarge", "local_storage, gpu_count, gpu_name", ("1 x 250 GB NVMe SSD", 1, "A10G")),
    ],
)
def test_hard_cases(db: Tables, name: str, columns: str, expected: object) -> None:
    assert db.type(name, columns) == expected


def test_trn2_before_and_after_ec2_showed_its_disks(db: Tables) -> None:
    columns = "has_instance_store, local_storage, storage_basis"
    name = "ml.trn2.48xlarge"
    for on in ("2025-07-01", "2025-08-02"):
        assert db.type_on(name, on, columns) == (False, "none", "observed")
        assert db.verdict(name, "training", on) == "encrypts"
    for on in ("2025-08-03", "2026-10-01"):
        assert db.type_on(name, on, columns) == (True, "4 x 1900 GB NVMe SSD", "observed")
        assert db.verdict(name, "training", on) == "rejected"


def test_g6_48xlarge_changed_its_sizes(db: Tables) -> None:
    before = db.type_on("ml.g6.48xlarge", "2024-07-13", "instance_store_gb, has_instance_store")
    after = db.type_on("ml.g6.48xlarge", "2024-07-14", "instance_store_gb, has_instance_store, local_storage")
    assert before == (60800, True)
    assert after == (7520, True, "8 x 940 GB NVMe SSD")
    for on in ("2024-07-13", "2024-07-14"):
        assert db.verdict("ml.g6.48xlarge", "notebook", on) == "ebs_only"


# -- verdicts ---------------------------------------------------------------------------------------------------------


def test_every_verdict_of_today_is_that_of_its_workload(db: Tables) -> None:
    rows = db.rows(
        "SELECT workload, has_instance_store, outcome, basis, instance_type FROM kms_verdicts JOIN instance_types "
        "USING (instance_type) WHERE outcome <> 'not_offered'"
    )
    assert {row[0] for row in rows} == set(TODAY)
    for workload, has_instance_store, outcome, basis, name in rows:
        without, with_storage, known_by = TODAY[workload]
        if has_instance_store is None:
            assert outcome == "unknown", name
        else:
            assert (outcome, basis) == (with_storage if has_instance_store else without, known_by), (name, workload)
    for workload in TODAY:
        assert {row[1] for row in rows if row[0] == workload} >= {True, False}, f"{workload}: both kinds are offered"


def test_the_endpoint_rule_over_time(db: Tables) -> None:
    for on, plain, nitro, local in (
        ("2018-01-17", "no_key_parameter", None, None),
        ("2019-09-24", "encrypts", "encrypts", None),
        ("2019-09-25", "encrypts", "rejected", None),
        ("2019-11-17", "encrypts", "rejected", None),
        ("2019-11-18", "encrypts", "encrypts", None),
        ("2026-06-09", "encrypts", "encrypts", "rejected"),
        ("2026-06-10", "encrypts", "encrypts", "not_applied"),
    ):
        assert db.verdict("ml.c4.xlarge", "endpoint", on) == plain
        assert nitro is None or db.verdict("ml.m5.xlarge", "endpoint", on) == nitro
        assert local is None or db.verdict("ml.g5.xlarge", "endpoint", on) == local
        assert local is None or db.verdict("ml.g5.xlarge", "inference_experiment", on) == local


def test_what_contradicts_the_endpoint_rule_is_shown(db: Tables) -> None:
    ask = "SELECT contradictions FROM kms_verdicts WHERE workload = ? AND instance_type = ?"
    shown = db.one(ask, "endpoint", "ml.g5.xlarge").split()
    assert shown == ["endpoint-cloudformation", "endpoint-encryption-at-rest", "endpoint-key-management"]
    assert db.one(ask, "notebook", "ml.g5.xlarge") == "notebook-encryption-at-rest"
    for workload, name in (("endpoint", "ml.m5.xlarge"), ("training", "ml.g5.xlarge")):
        assert db.one(ask, workload, name) is None


def test_before_the_first_documented_date_local_storage_is_unknown(db: Tables) -> None:
    """ml.p3dn.24xlarge came to training on 2019-08-21, the rule on 2019-11-18."""
    assert db.verdict("ml.p3dn.24xlarge", "training", "2019-08-20") == "not_offered"
    assert db.verdict("ml.p3dn.24xlarge", "training", "2019-08-21") == "unknown"
    assert db.verdict("ml.p3dn.24xlarge", "training", "2019-11-18") == "rejected"


# -- form -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_database_describes_itself_as_the_schema_does(db: Tables, table: Table, built: BuildResult) -> None:
    assert db.one("SELECT comment FROM duckdb_tables() WHERE table_name = ?", table.name) == table.description
    columns = db.rows(
        "SELECT column_name, data_type, NOT is_nullable, comment FROM duckdb_columns() WHERE table_name = ? "
        "ORDER BY column_index",
        table.name,
    )
    assert columns == [(c.name, c.type, c.required, c.comment()) for c in table.columns]
    assert all(len(column[3]) > 4 for column in columns)
    rows = db.one(f"SELECT count(*) FROM {table.name}")
    assert built.rows[table.name] == rows
    # a source that was never read has no history
    never_read = table.name == "watched_sentences_history" and not (
        db.one("SELECT count(*) FROM watched_sentences WHERE status <> 'never_read'")
    )
    assert rows > 0 or never_read


def test_the_database_holds_the_tables_of_the_schema_only(db: Tables) -> None:
    names = {row[0] for row in db.rows("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'")}
    assert names == {table.name for table in TABLES}
    hidden = db.rows("SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name <> 'main'")
    assert hidden == [("internal", "verdict_templates")]  # for the lookup snapshot only


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_rows_stand_in_the_order_of_the_key(db: Tables, table: Table) -> None:
    key = ", ".join(table.key)
    assert db.rows(f"SELECT {key} FROM {table.name}") == db.rows(f"SELECT {key} FROM {table.name} ORDER BY {key}")


def test_an_empty_text_stands_only_where_the_schema_says_so(db: Tables) -> None:
    allowed = {
        ("changes", "instance_type"),
        ("changes", "workload"),
        ("observations", "scope"),
        ("instance_types", "size"),
    }
    for table in TABLES:
        for column in table.columns:
            if column.type == "VARCHAR" and (table.name, column.name) not in allowed:
                assert db.one(f"SELECT count(*) FROM {table.name} WHERE {column.name} = ''") == 0, column.name


def test_versions_count_the_changes(db: Tables, built: BuildResult) -> None:
    counted = db.rows("SELECT version, changed_on, count(*) FROM changes GROUP BY ALL ORDER BY ALL")
    assert counted == db.rows("SELECT version, released_on, changes FROM versions ORDER BY version")
    assert built.data_version == counted[-1][0] == db.one("SELECT value FROM build_info WHERE name = 'data_version'")
    assert counted[0][:2] == ("2017.11.29", date(2017, 11, 29))


def test_the_data_version_is_the_day_of_the_newest_observation_that_changed_anything(built: BuildResult) -> None:
    scrapes = read_scrapes(data_dir() / "scrapes.csv")
    newest = max(scrape.observed_on for scrape in scrapes if scrape.rows_changed)
    assert built.data_version >= newest.replace("-", ".")


def test_watched_sentences_of_the_api_were_read_with_its_newest_release(db: Tables) -> None:
    found = db.rows(
        "SELECT status, count(*), "
        "min(last_read) = (SELECT max(observed_on) FROM scrapes WHERE source = 'sagemaker_api_docs') "
        "FROM watched_sentences WHERE source = 'sagemaker_api_docs' GROUP BY status ORDER BY status"
    )
    assert found == [("baseline", 21, True), ("confirmed", 17, True)]
