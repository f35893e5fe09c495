"""The strict reader: what it accepts, and the file and line that it names for everything else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import kb.dataset.logs
from kb.dataset.curated import CURATED, read_curated
from kb.dataset.log_specs import EC2_API_CAPTURE, REGION_LISTS, SAGEMAKER_API, LogSpec
from kb.dataset.logs import parse_log, parse_scrapes, read_log, read_scrapes, render
from kb.errors import InputError

LISTING = "observed_on,origin,enum_shape,enum_value,is_listed\n"
FACTS = "observed_on,origin,ec2_type,fact,value\n"
LISTS = "observed_on,origin,component,region,instance_type,is_listed\n"
FIRST = "2019-01-01,botocore 1.0.0,Training,ml.a,true\n"
PATH = Path("data/observations/some.csv")


def test_reads_rows_and_state() -> None:
    text = (
        LISTING
        + FIRST
        + "2019-02-01,botocore 1.1.0,Training,ml.a,false\n2019-02-01,botocore 1.1.0,Training,ml.b,true\n"
    )
    log = parse_log(text.encode(), PATH, SAGEMAKER_API)
    assert len(log.rows) == 3
    assert log.rows[1] == ("2019-02-01", "botocore 1.1.0", "Training", "ml.a", "false")
    assert log.state == {("Training", "ml.a"): "false", ("Training", "ml.b"): "true"}


def test_an_empty_log_has_a_header_only() -> None:
    log = parse_log(LISTING.encode(), PATH, SAGEMAKER_API)
    assert (log.rows, log.state) == ([], {})


def test_reads_facts_that_come_and_go() -> None:
    rows = [
        ("2021-02-22", "moto 1", "m5d.large", "instance_store_gb", "75"),
        ("2021-02-22", "moto 1", "m5d.large", "is_present", "true"),
        ("2022-01-01", "moto 2", "m5d.large", "instance_store_encryption", "required"),
        ("2022-08-10", "moto 3", "m5d.large", "instance_store_encryption", ""),
        ("2023-01-01", "moto 4", "m5d.large", "is_present", "false"),
        ("2024-01-01", "moto 5", "m5d.large", "instance_store_encryption", "required"),
        ("2024-01-01", "moto 5", "m5d.large", "is_present", "true"),
    ]
    log = parse_log(render(EC2_API_CAPTURE.columns, rows), PATH, EC2_API_CAPTURE)
    assert log.rows == rows
    assert log.state["m5d.large", "instance_store_encryption"] == "required"


LISTING_ERRORS = [
    (b"", 1, "has no end"),
    (LISTING.encode().rstrip(b"\n"), 1, "has no end"),
    (b"\xef\xbb\xbf" + LISTING.encode(), 1, "header"),
    (LISTING.replace("origin,", "").encode(), 1, "missing origin"),
    (LISTING.replace("is_listed", "is_listed,note").encode(), 1, "unknown note"),
    (LISTING.replace("enum_shape,enum_value", "enum_value,enum_shape").encode(), 1, "wrong order"),
    ((LISTING + FIRST).encode()[:-1], 2, "has no end"),
    ((LISTING + FIRST).encode()[:-9], 2, "has no end"),
    ((LISTING + FIRST).replace("ml.a", "ml.\xe4").encode("latin-1"), 2, "UTF-8"),
    ((LISTING + FIRST).replace("\n", "\r\n").encode(), 1, "U+000D"),
    ((LISTING + FIRST).replace("ml.a", "ml.\ta").encode(), 2, "U+0009"),
    ((LISTING + FIRST).replace("ml.a", "ml.\x00a").encode(), 2, "U+0000"),
    ((LISTING + FIRST + "\n").encode(), 3, "0 cells instead of 5"),
    ((LISTING + FIRST + FIRST.replace("ml.a", "ml.b,")).encode(), 3, "6 cells instead of 5"),
    ((LISTING + FIRST + "2019-01-02,botocore 1.0.1,Training,false\n").encode(), 3, "4 cells instead of 5"),
    ((LISTING + FIRST.replace("2019-01-01", "2019-1-1")).encode(), 2, "not a date"),
    ((LISTING + FIRST.replace("2019-01-01", "20190101")).encode(), 2, "not a date"),
    ((LISTING + FIRST.replace("2019-01-01", "2019-02-29")).encode(), 2, "not a date"),
    ((LISTING + FIRST.replace("2019-01-01", "")).encode(), 2, "not a date"),
    ((LISTING + FIRST + "2018-12-31,botocore 0.9.0,Training,ml.b,true\n").encode(), 3, "date out of order"),
    ((LISTING + FIRST + FIRST).encode(), 3, "duplicate key"),
    ((LISTING + FIRST + FIRST.replace("true", "false")).encode(), 3, "duplicate key"),
    ((LISTING + FIRST + FIRST.replace("ml.a", "ml.A")).encode(), 3, "not sorted"),
    ((LISTING + FIRST + FIRST.replace("2019", "2020")).encode(), 3, "not a change"),
    ((LISTING + FIRST.replace("true", "false")).encode(), 2, "must say true"),
    ((LISTING + FIRST.replace("true", "yes")).encode(), 2, "must be true or false"),
    ((LISTING + FIRST.replace("true", "True")).encode(), 2, "must be true or false"),
    ((LISTING + FIRST.replace("true", "")).encode(), 2, "must be true or false"),
    ((LISTING + FIRST.replace("botocore 1.0.0", "")).encode(), 2, "empty cell"),
    ((LISTING + FIRST.replace("ml.a", "")).encode(), 2, "empty cell"),
    ((LISTING + FIRST.replace("ml.a", '"ml.a"')).encode(), 2, "quotes"),
    ((LISTING + FIRST.replace("ml.a", '"ml.a')).encode(), 2, "CSV"),
    ((LISTING + FIRST.replace("ml.a", '"ml.\na"')).encode(), 2, "line break"),
]


@pytest.mark.parametrize(("content", "line", "problem"), LISTING_ERRORS)
def test_names_the_line_of_what_is_wrong(tmp_path: Path, content: bytes, line: int, problem: str) -> None:
    path = tmp_path / "sagemaker_api.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_log(path, SAGEMAKER_API)
    assert (caught.value.line, caught.value.path) == (line, path)
    assert problem in caught.value.problem
    assert str(caught.value).startswith(f"{path}:{line}: ")


FACT_ERRORS = [
    ("m5.large,is_present,true", "m5.large,shade,red", 3, "unknown fact 'shade'"),
    ("m5.large,is_present,false", "", 2, "must say true"),
    ("m5.large,is_present,", "", 2, "must be true or false"),
    ("m5.large,hypervisor,nitro", "", 2, "is_present is not true"),
    ("m5.large,hypervisor,nitro", "m6.large,is_present,true", 2, "is_present is not true"),
    ("m5.large,has_efa,maybe", "m5.large,is_present,true", 2, "must be true or false"),
    ("m5.large,is_present,true", "m5.large,vcpus,four", 3, "plain decimal"),
    ("m5.large,is_present,true", "m5.large,vcpus,4.0", 3, "plain decimal"),
    ("m5.large,is_present,true", "m5.large,vcpus,04", 3, "plain decimal"),
    ("m5.large,is_present,true", "m5.large,vcpus,1e3", 3, "plain decimal"),
    ("m5.large,is_present,true", "m5.large,vcpus,-1", 3, "plain decimal"),
    ("m5.large,is_present,true", "m5.large,vcpus,", 3, "never stated"),
]


@pytest.mark.parametrize(("first", "second", "line", "problem"), FACT_ERRORS)
def test_names_the_line_of_a_wrong_fact(first: str, second: str, line: int, problem: str) -> None:
    text = FACTS + "".join(f"2021-02-22,moto 1,{row}\n" for row in (first, second) if row)
    with pytest.raises(InputError, match=problem) as caught:
        parse_log(text.encode(), PATH, EC2_API_CAPTURE)
    assert caught.value.line == line


def test_no_fact_beside_a_type_that_vanished() -> None:
    text = (
        FACTS
        + "2021-01-01,moto 1,m5.large,is_present,true\n2021-01-01,moto 1,m5.large,vcpus,2\n"
        + "2022-01-01,moto 2,m5.large,is_present,false\n2022-01-01,moto 2,m5.large,vcpus,4\n"
    )
    with pytest.raises(InputError, match=r"some\.csv:5: a fact about m5\.large"):
        parse_log(text.encode(), PATH, EC2_API_CAPTURE)


def test_an_unknown_component_is_refused() -> None:
    row = "2026-06-05,cfn-lint git-0,training,us-east-1,ml.a,true\n"
    with pytest.raises(InputError, match=r"some\.csv:2: unknown component 'training'; known: cluster, "):
        parse_log((LISTS + row).encode(), PATH, REGION_LISTS)


def test_names_with_commas_and_quotes_survive() -> None:
    rows = [
        ("2021-01-01", "moto 1", "x1.large", "gpu_name", 'A, "B" + C'),
        ("2021-01-01", "moto 1", "x1.large", "is_present", "true"),
    ]
    content = render(EC2_API_CAPTURE.columns, rows)
    assert b'"A, ""B"" + C"' in content
    assert parse_log(content, PATH, EC2_API_CAPTURE).rows == rows


TYPES = "instance_type,kind,explanation,source_url,seen_on\n"
TYPE = "ml.eia1.large,accelerator,No type of its own.,https://example.org/,2026-11-01\n"

CURATED_ERRORS = [
    (b"", 1, "has no end"),
    ((TYPES + TYPE).encode()[:-1], 2, "has no end"),
    (TYPES.replace("kind,", "").encode(), 1, "missing kind"),
    ((TYPES + TYPE).replace("type of", "type\x85of").encode(), 2, "U+0085"),
    ((TYPES + TYPE).replace("type of", "type\u2028of").encode(), 2, "U+2028"),
    ((TYPES + TYPE).replace("\n", "\r\n").encode(), 1, "U+000D"),
    ((TYPES + TYPE).replace("type of", "type \xe9").encode("latin-1"), 2, "UTF-8"),
    ((TYPES + TYPE.replace("accelerator", '"accelerator"')).encode(), 2, "quotes"),
    ((TYPES + TYPE.replace("accelerator", '"accelerator')).encode(), 2, "CSV"),
    ((TYPES + TYPE.replace("No type of its own.", '"No type,\nreally"')).encode(), 2, "line break"),
    ((TYPES + "\n").encode(), 2, "0 cells instead of 5"),
    ((TYPES + TYPE + TYPE).encode(), 3, "is already in line 2"),
    ((TYPES + TYPE.replace("No type", " No type")).encode(), 2, "space around it"),
    ((TYPES + TYPE.replace("2026-11-01", "20261101")).encode(), 2, "date"),
]


@pytest.mark.parametrize(("content", "line", "problem"), CURATED_ERRORS)
def test_a_curated_table_is_read_as_strictly(tmp_path: Path, content: bytes, line: int, problem: str) -> None:
    table = next(each for each in CURATED if each.name == "special_types")
    path = tmp_path / "special_types.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_curated(path, table)
    assert (caught.value.line, caught.value.path) == (line, path)
    assert problem in caught.value.problem


def test_a_curated_table_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_curated(tmp_path / "none.csv", CURATED[0])


SCRAPES = "observed_on,source,origin,document,url,sha256,rows_seen,rows_changed\n"
SCRAPE = f"2019-01-01,sagemaker_api,botocore 1.0.0,a/b.json,,{'0' * 64},30,3\n"

SCRAPE_ERRORS = [
    (SCRAPES.replace("url,", ""), 1, "missing url"),
    (SCRAPES + SCRAPE + SCRAPE, 3, "duplicate key"),
    (SCRAPES + SCRAPE + SCRAPE.replace("a/b", "a/a"), 3, "not sorted"),
    (SCRAPES + SCRAPE.replace("sagemaker_api", "sagemaker"), 2, "unknown source"),
    (SCRAPES + SCRAPE.replace("a/b.json", ""), 2, "empty cell"),
    (SCRAPES + SCRAPE.replace("000", "00g"), 2, "sha256"),
    (SCRAPES + SCRAPE.replace(",30,", ",30.0,"), 2, "rows_seen must be a whole number"),
    (SCRAPES + SCRAPE.replace(",3\n", ",\n"), 2, "rows_changed must be a whole number"),
    (SCRAPES + SCRAPE.replace("2019-01-01", "2019-13-01"), 2, "not a date"),
    (SCRAPES + SCRAPE[:-1], 2, "has no end"),
]


@pytest.mark.parametrize(("text", "line", "problem"), SCRAPE_ERRORS)
def test_names_the_line_of_a_wrong_scrape(tmp_path: Path, text: str, line: int, problem: str) -> None:
    path = tmp_path / "scrapes.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=problem) as caught:
        read_scrapes(path)
    assert caught.value.line == line


def test_a_scrape_survives_writing_and_reading() -> None:
    scrapes = parse_scrapes((SCRAPES + SCRAPE).encode(), PATH)
    assert render(kb.dataset.logs.SCRAPE_COLUMNS, [scrape.cells for scrape in scrapes]).decode() == SCRAPES + SCRAPE


@pytest.mark.parametrize("spec", kb.dataset.log_specs.SPECS.values(), ids=lambda spec: spec.name)
def test_the_value_comes_last(spec: LogSpec) -> None:
    assert spec.columns[:2] == ("observed_on", "origin")
    assert spec.columns[-1] == spec.value


def test_the_reader_needs_the_standard_library_only() -> None:
    code = "import sys; before = set(sys.modules); import kb.dataset.logs; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded - sys.stdlib_module_names == {"kb"}
