"""Bad input: the build names file and line, keeps the old database, and leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from kb.dataset import log_specs
from kb.dataset.curated import CURATED, CuratedTable, read_curated
from kb.dataset.files import JOURNAL
from kb.dataset.paths import data_dir
from kb.errors import InputError
from kb.pipeline import build, inputs
from tests.effort import examples
from tests.pipeline.mini import MiniData

OLD = b"the database of the last good build"
LOGS = tuple(f"observations/{each.name}.csv" for each in log_specs.SPECS.values())
REQUIRED = tuple(f"observations/{each.name}.csv" for each in log_specs.SPECS.values() if each.is_required)
TABLES = [f"curated/{table.name}.csv" for table in CURATED]
FILES = [*LOGS, "scrapes.csv", *TABLES]

Damage = Callable[[list[bytes]], list[bytes]]


@pytest.fixture
def full(mini_data: MiniData) -> MiniData:
    return filled(mini_data)


def filled(mini_data: MiniData) -> MiniData:
    """The small world with at least two rows in every file."""
    mini_data.prices("2026-07-01", "hosting", "us-east-1", "ml.m5.large")
    mini_data.add(
        "former_enums", workload="endpoint", enum_shape="OldType", used_from="2017-11-29", used_to="2018-01-01"
    )
    mini_data.add("contradictions", workload="endpoint", says_outcome="rejected")
    mini_data.add("iam_condition_keys", action="CreateTrainingJob", workload="training")
    mini_data.hardware("2026-01-01", "m5.large", vcpus="2")
    mini_data.add("check_exceptions", check_name="no_type_lost", subject="ml.t2.medium")
    for on in ("2026-08-01", "2026-08-02"):
        mini_data.price_list(on, "training", "eu-west-1", f"ml.m5.{on}")
        mini_data.quota(on, "training", "eu-west-1", f"ml.m5.{on}")
        mini_data.ec2_api(on, f"m5.{on}")
        mini_data.guide(on, f"m5.{on}")
        mini_data.nitro(on, f"m{on}", "4")
    for source in ("sagemaker_docs", "sagemaker_api_docs"):
        mini_data.watch(source, source=source)
        for on, wording in (("2026-08-01", "a"), ("2026-08-02", "b")):
            mini_data.sentence(on, source, wording)
            mini_data.confirm(source, wording)
    return mini_data


def refused(data: Path, file: str, line: int, *words: str) -> None:
    """Build, and see that it is refused for this line of this file while the old database stays."""
    database = data.parent / "kb.duckdb"
    database.write_bytes(OLD)
    before = sorted(data.parent.iterdir())
    with pytest.raises(InputError) as caught:
        build(data, database, data.parent / "snapshot.txt")
    assert caught.value.path == data / file
    assert caught.value.line == line
    assert str(caught.value).startswith(f"{data / file}:{line}: " if line else f"{data / file}: ")
    for word in words:
        assert word in caught.value.problem
    assert database.read_bytes() == OLD
    assert sorted(data.parent.iterdir()) == before


def damaged(data: Path, file: str, damage: Damage) -> Path:
    path = data / file
    path.write_bytes(b"".join(damage(path.read_bytes().splitlines(keepends=True))))
    return data


def test_the_small_world_is_good(mini_data: MiniData) -> None:
    assert all(result.passed for result in mini_data.build().checks)


@pytest.mark.parametrize("file", FILES)
class TestAnyFile:
    def test_missing(self, full: MiniData, file: str) -> None:
        data = full.write()
        (data / file).unlink()
        if file in LOGS and file not in REQUIRED:
            refused(data, file, 1, "rows were lost")
        else:
            refused(data, file, 0, "No such file")

    def test_empty(self, full: MiniData, file: str) -> None:
        data = damaged(full.write(), file, lambda lines: [])
        refused(data, file, 1)

    def test_cut_off_within_a_line(self, full: MiniData, file: str) -> None:
        data = full.write()
        count = len((data / file).read_bytes().splitlines())
        damaged(data, file, lambda lines: [*lines[:-1], lines[-1][:-3]])
        refused(data, file, count, "cut off")

    def test_not_utf8(self, full: MiniData, file: str) -> None:
        damage: Damage = lambda lines: [lines[0], b"\xe9" + lines[1], *lines[2:]]  # noqa: E731
        refused(damaged(full.write(), file, damage), file, 2, "not UTF-8")

    def test_unknown_column(self, full: MiniData, file: str) -> None:
        damage: Damage = lambda lines: [lines[0][:-1] + b",colour\n", *lines[1:]]  # noqa: E731
        refused(damaged(full.write(), file, damage), file, 1, "header", "colour")

    def test_missing_column(self, full: MiniData, file: str) -> None:
        damage: Damage = lambda lines: [b",".join(lines[0].split(b",")[:-1]) + b"\n", *lines[1:]]  # noqa: E731
        refused(damaged(full.write(), file, damage), file, 1, "header")

    def test_byte_order_mark(self, full: MiniData, file: str) -> None:
        damage: Damage = lambda lines: [b"\xef\xbb\xbf" + lines[0], *lines[1:]]  # noqa: E731
        refused(damaged(full.write(), file, damage), file, 1, "header")

    def test_missing_cell(self, full: MiniData, file: str) -> None:
        damage: Damage = lambda lines: [lines[0], b"2020-01-01\n", *lines[2:]]  # noqa: E731
        refused(damaged(full.write(), file, damage), file, 2, "1 cells instead of")

    def test_empty_line(self, full: MiniData, file: str) -> None:
        refused(damaged(full.write(), file, lambda lines: [lines[0], b"\n", *lines[1:]]), file, 2)

    def test_the_same_row_twice(self, full: MiniData, file: str) -> None:
        data = damaged(full.write(), file, lambda lines: [lines[0], lines[1], *lines[1:]])
        refused(data, file, 3)

    def test_windows_line_ends(self, full: MiniData, file: str) -> None:
        data = damaged(full.write(), file, lambda lines: [line[:-1] + b"\r\n" for line in lines])
        refused(data, file, 1, "control character U+000D")

    def test_open_quote(self, full: MiniData, file: str) -> None:
        data = full.write()
        damaged(data, file, lambda lines: [lines[0], b'"' + lines[1], *lines[2:]])
        with pytest.raises(InputError) as caught:
            inputs.check(data)
        assert caught.value.path == data / file
        assert caught.value.line >= 2


@pytest.mark.parametrize("file", LOGS)
def test_log_cut_off_between_two_lines(full: MiniData, file: str) -> None:
    """Such a log is in perfect order; only scrapes.csv knows how many rows the reading had."""
    data = full.write()
    count = len((data / file).read_bytes().splitlines())
    damaged(data, file, lambda lines: lines[:-1])
    with pytest.raises(InputError) as caught:
        inputs.check(data)
    assert caught.value.path == data / file
    assert caught.value.line in (count - 1, 1)
    assert "rows were lost" in caught.value.problem


@pytest.mark.parametrize("file", LOGS)
def test_log_with_a_row_nobody_read(full: MiniData, file: str) -> None:
    data = full.write()
    last = (data / file).read_bytes().splitlines(keepends=True)[-1].split(b",")
    count = len((data / file).read_bytes().splitlines())
    damaged(data, file, lambda lines: [*lines, b",".join([last[0], last[1], *[b"zz.zz"] * (len(last) - 3), b"true\n"])])
    with pytest.raises(InputError) as caught:
        inputs.check(data)
    assert (caught.value.path, caught.value.line) == (data / file, count + 1)


def test_a_source_that_was_never_read_has_no_log(mini_data: MiniData) -> None:
    data = mini_data.write()
    assert sorted(path.stem for path in (data / "observations").iterdir()) == [
        "ec2_api_capture",
        "region_lists",
        "sagemaker_api",
    ]
    assert [name for name in inputs.check(data).files if name.startswith("observations/")] == [
        "observations/sagemaker_api.csv",
        "observations/region_lists.csv",
        "observations/ec2_api_capture.csv",
    ]


def test_a_write_of_logs_that_was_interrupted_is_completed_first(full: MiniData) -> None:
    data = full.write()
    log = data / "observations" / "price_list.csv"
    (data / "observations" / ".price_list.csv.abc.new").write_bytes(log.read_bytes())
    log.write_text("half of it")
    names = {"observations/price_list.csv": "observations/.price_list.csv.abc.new"}
    (data / JOURNAL).write_text(json.dumps(names))
    inputs.check(data)
    assert [path.name for path in data.rglob(".*")] == []
    (data / JOURNAL).write_text("{")
    refused(data, JOURNAL, 0, "not a list of files to replace")


@pytest.mark.parametrize("file", [*LOGS, "scrapes.csv"])
def test_date_out_of_order(full: MiniData, file: str) -> None:
    data = damaged(full.write(), file, lambda lines: [lines[0], lines[-1], *lines[1:-1]])
    refused(data, file, 3, "date out of order")


@pytest.mark.parametrize("on", ["2026-13-01", "2026-6-1", "20260601", "yesterday", ""])
@pytest.mark.parametrize("file", [*LOGS, "scrapes.csv"])
def test_no_date(full: MiniData, file: str, on: str) -> None:
    data = full.write()
    damaged(data, file, lambda lines: [lines[0], on.encode() + lines[1][10:], *lines[2:]])
    refused(data, file, 2, "not a date of the form")


@pytest.mark.parametrize(
    ("log", "key", "value", "words"),
    [
        ("sagemaker_api", ("TrainingType", "ml.zz.large"), "yes", "true or false"),
        ("sagemaker_api", ("TrainingType", "ml.zz.large"), "TRUE", "true or false"),
        ("sagemaker_api", ("", "ml.zz.large"), "true", "empty cell"),
        ("region_lists", ("notebook", "eu-west-1", "ml.zz.large"), "true", "unknown component"),
        ("ec2_api_capture", ("m5.large", "colour"), "blue", "unknown fact"),
        ("ec2_api_capture", ("m5.large", "has_efa"), "1", "true or false"),
        ("ec2_api_capture", ("m5.large", "memory_gib"), "much", "number"),
        ("ec2_api_capture", ("m5.large", "memory_gib"), "-8", "number"),
        ("ec2_api_capture", ("m5.large", "vcpus"), "4.5", "whole number"),
        ("ec2_api_capture", ("m5.large", "vcpus"), "3000000000", "whole number"),
        ("ec2_api_capture", ("zz.large", "vcpus"), "2", "is_present"),
        ("price_list", ("gaming", "eu-west-1", "ml.zz.large"), "true", "unknown component"),
        ("service_quotas", ("gaming", "eu-west-1", "ml.zz.large"), "true", "unknown usage"),
        ("ec2_api", ("m5.2026-08-01", "vcpus", "eu-west-1"), "4.5", "whole number"),
        ("ec2_api", ("zz.large", "vcpus", "all"), "2", "is_present"),
        ("ec2_guide", ("m5.2026-08-01", "vcpus"), "2", "unknown fact"),
        ("nitro_page", ("m2026-08-01", "nitro_version"), "4.5", "whole number"),
        ("nitro_page", ("m2026-08-01", "hypervisor"), "nitro", "unknown fact"),
        ("sagemaker_docs", ("sagemaker_docs", "fingerprint"), "something", "16 lower-case hex digits"),
        ("sagemaker_api_docs", ("sagemaker_api_docs", "fingerprint"), "A" * 16, "16 lower-case hex digits"),
    ],
)
def test_wrong_cell_in_a_log(full: MiniData, log: str, key: tuple[str, ...], value: str, words: str) -> None:
    full.rows[log]["2026-11-01", *key] = ("wrong 2026-11-01", value)
    data = full.write()
    file = f"observations/{log}.csv"
    refused(data, file, len((data / file).read_bytes().splitlines()), words)


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [(1, "hearsay", "unknown source"), (5, "abc", "sha256"), (6, "many", "rows_seen"), (7, "-1", "rows_changed")],
)
def test_wrong_cell_in_scrapes(full: MiniData, column: int, cell: str, words: str) -> None:
    def damage(lines: list[bytes]) -> list[bytes]:
        cells = lines[1].decode().rstrip("\n").split(",")
        cells[column] = cell
        return [lines[0], (",".join(cells) + "\n").encode(), *lines[2:]]

    refused(damaged(full.write(), "scrapes.csv", damage), "scrapes.csv", 2, words)


@pytest.mark.parametrize(
    ("table", "cells", "words"),
    [
        ("workloads", {"introduced_on": "2026-1-1"}, "date"),
        ("workloads", {"introduced_on": ""}, "must not be empty"),
        ("workloads", {"title": " spaced "}, "space around"),
        ("workloads", {"runs_as": "unheard"}, "unheard"),
        ("workload_facts", {"fact": "colour"}, "must be one of"),
        ("workload_facts", {"workload": "unheard"}, "not in workloads.csv"),
        ("workload_facts", {"fact": "is_storage_ephemeral", "value": "sometimes"}, "true or false"),
        ("kms_rules", {"outcome_with_local_storage": "refused"}, "must be one of"),
        ("kms_rules", {"outcome_without_local_storage": "not_offered"}, "must be one of"),
        ("kms_rules", {"basis": "guessed"}, "must be one of"),
        ("kms_rules", {"documentation": "loud"}, "must be one of"),
        ("kms_rules", {"workload": "unheard"}, "not in workloads.csv"),
        ("kms_rules", {"workload": "automl", "outcome_with_local_storage": "inherit"}, "inherit"),
        ("kms_rules", {"rule_id": "endpoint-2017-11-29", "workload": "training"}, "rule_id"),
        ("volume_size_rules", {"minimum_gb": "-1"}, "whole number"),
        ("volume_size_rules", {"minimum_gb": "1.5"}, "whole number"),
        ("volume_size_rules", {"maximum_gb": "9" * 30}, "whole number"),
        ("volume_size_rules", {"maximum_gb": "\u0661"}, "whole number"),
        ("volume_size_rules", {"workload": "automl", "on_local_storage": "inherit"}, "inherit"),
        ("volume_size_rules", {"rule_id": "endpoint-2017-11-29", "workload": "training"}, "rule_id"),
        ("contradictions", {"newer_side": "both"}, "must be one of"),
        ("contradictions", {"says_outcome": "inherit"}, "must be one of"),
        ("contradictions", {"workload": "unheard"}, "not in workloads.csv"),
        ("former_enums", {"workload": "unheard"}, "not in workloads.csv"),
        ("former_enums", {"used_to": "later"}, "date"),
        ("iam_condition_keys", {"has_volume_kms_key": "yes"}, "true or false"),
        ("hardware", {"fact": "colour"}, "must be one of"),
        ("hardware", {"fact": "has_instance_store", "value": "maybe"}, "true or false"),
        ("hardware", {"fact": "memory_gib", "value": "8 GiB"}, "number"),
        ("hardware", {"fact": "vcpus", "value": "4.5"}, "whole number"),
        ("hardware", {"reason": ""}, "must not be empty"),
        ("special_types", {"kind": "instance"}, "must be one of"),
        ("sources", {"precedence": "first"}, "whole number"),
        ("sources", {"precedence": "3000000000"}, "whole number"),
        ("sdk_name_rule", {"match_kind": "suffix"}, "must be one of"),
        ("check_exceptions", {"reason": ""}, "must not be empty"),
        ("watched_sentences", {"bears_on": "everything"}, "must be one of"),
        ("watched_sentences", {"source": "hearsay"}, "must be one of"),
        ("watched_sentences", {"workloads": "training, unheard"}, "'unheard' is not in workloads.csv"),
        ("watched_sentences", {"workloads": "training,endpoint"}, "is not in workloads.csv"),
        ("confirmations", {"sentence_id": "unheard"}, "'unheard' is not in watched_sentences.csv"),
        ("confirmations", {"sentence_id": "sagemaker_docs", "fingerprint": "c" * 16}, "has never had 'cccc"),
        ("confirmations", {"sentence_id": "sagemaker_docs", "fingerprint": "absent"}, "has never had 'absent'"),
        ("confirmations", {"sentence_id": "sagemaker_docs", "reason": ""}, "must not be empty"),
    ],
)
def test_wrong_cell_in_a_curated_table(full: MiniData, table: str, cells: dict[str, str], words: str) -> None:
    form = next(each for each in CURATED if each.name == table)
    valid = dict.fromkeys(("rule_id", "action", "ec2_type", "element", "source", "subject", "instance_type"), "zz")
    valid |= {"workload": "zz" if table == "workloads" else "automl", "fact": "on_stop", "contradiction_id": "zz"}
    valid |= {"workloads": "training", "sentence_id": "zz"}
    valid["source"] = "zz" if table == "sources" else "sagemaker_docs"
    valid["fact"] = "vcpus" if table == "hardware" else "on_stop"
    row = full.add(table, **{name: cell for name, cell in (valid | cells).items() if name in form.columns})
    refused(full.write(), f"curated/{table}.csv", full.line(table, row), words)


def test_line_break_in_a_cell(full: MiniData) -> None:
    row = full.add("workloads", workload="zz", title="two\nlines")
    refused(full.write(), "curated/workloads.csv", full.line("workloads", row), "line break")


def test_inherit_needs_the_workload_it_comes_from(full: MiniData) -> None:
    full.change("workloads", {"workload": "experiment"}, runs_as="")
    refused(full.write(), "curated/kms_rules.csv", 5, "experiment", "inherit")


def test_every_log_needs_a_source(full: MiniData) -> None:
    full.drop("sources", source="ec2_api_capture")
    refused(full.write(), "curated/sources.csv", 0, "ec2_api_capture")


def test_confirmations_of_a_source_that_was_never_read_are_kept(mini_data: MiniData) -> None:
    """Whether the wording was ever seen is for its log to say, and there is none yet."""
    mini_data.watch("sentence")
    mini_data.confirm("sentence", "a")
    inputs.check(mini_data.write())


def test_a_sentence_that_was_gone_may_be_confirmed_so(full: MiniData) -> None:
    full.sentence("2026-09-01", "sagemaker_docs", None)
    full.confirm("sagemaker_docs", None)
    inputs.check(full.write())


def test_no_data_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder") as caught:
        build(tmp_path / "nowhere", tmp_path / "kb.duckdb")
    assert caught.value.path == tmp_path / "nowhere"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("table", CURATED, ids=lambda table: table.name)
def test_shipped_tables_are_in_order(table: CuratedTable) -> None:
    """Sorted by key, as data/README.md says, so that a change is easy to review."""
    keys = [[row[name] for name in table.key] for row in read_curated(table.path(data_dir()), table)]
    assert keys == sorted(keys)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(MiniData(tmp_path_factory.mktemp("fuzzed") / "data")).write()


@examples(150, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_damage_is_an_input_error_or_harmless(fuzzed: Path, choice: st.DataObject) -> None:
    """Whatever bytes are changed: the file is named, or everything still loads; never another exception."""
    path = fuzzed / choice.draw(st.sampled_from(FILES))
    good = path.read_bytes()
    start = choice.draw(st.integers(0, len(good)))
    end = choice.draw(st.integers(start, min(len(good), start + 40)))
    filling = choice.draw(st.binary(max_size=4) | st.sampled_from([b",", b'"', b"\n", b"0", b"true", b"2026-01-01"]))
    path.write_bytes(good[:start] + filling + good[end:])
    connection = duckdb.connect(":memory:")
    try:
        inputs.load(connection, fuzzed)
    except InputError as error:
        assert str(fuzzed) in str(error)
        assert error.problem
    finally:
        connection.close()
        path.write_bytes(good)
