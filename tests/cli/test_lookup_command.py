"""``kb lookup``: facts and verdicts for people and for programs."""

from __future__ import annotations

import csv
import io

import pytest

import kb as library
from kb.library import words
from kb.library.model import Basis, InstanceType, Outcome
from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("arguments", "outcome"),
    [
        (("ml.g7.2xlarge", "-w", "training"), "rejected"),
        (("ml.gr6.4xlarge", "-w", "hyperpod"), "ebs_only"),
        (("ml.i3en.large", "-w", "hyperpod"), "ebs_only"),
        (("ml.p6-b300.48xlarge", "-w", "training"), "rejected"),
        (("ml.p6e-gb200.36xlarge", "-w", "training"), "rejected"),
        (("ml.trn2.48xlarge", "-w", "training", "--as-of", "2025-08-02"), "encrypts"),
        (("ml.trn2.48xlarge", "-w", "training", "--as-of", "2025.08.03"), "rejected"),
        (("ml.p3.2xlarge", "-w", "training"), "encrypts"),
        (("ml.m5.xlarge", "-w", "training"), "encrypts"),
        (("ml.m5d.xlarge", "-w", "endpoint", "--as-of", "2026-06-09"), "rejected"),
        (("ml.m5d.xlarge", "-w", "endpoint", "--as-of", "2026-06-10"), "not_applied"),
        (("ml.eia2.medium", "-w", "endpoint"), "not_offered"),
        (("ml.geospatial.interactive", "-w", "studio"), "unknown"),
        (("ml.r7g.large", "-w", "endpoint"), "encrypts"),
    ],
)
def test_says_the_outcome_in_each_form(kb: Run, arguments: tuple[str, ...], outcome: str) -> None:
    [verdict] = kb("lookup", *arguments, "--json").json["verdicts"]
    assert verdict["outcome"] == outcome
    [row] = csv.DictReader(io.StringIO(kb("lookup", *arguments, "--csv").stdout))
    assert row["outcome"] == outcome
    text = kb("lookup", *arguments).stdout
    assert f"Outcome {words.outcome(outcome)}: " in " ".join(text.split())
    assert " ".join(verdict["reason"].split()[:4]) in " ".join(text.split())


def test_overview_shows_facts_a_row_per_offering_workload_and_the_reasons(kb: Run) -> None:
    found = kb("lookup", " ML.G5.xlarge ")
    assert (found.status, found.stderr) == (0, "")
    lines = found.stdout.splitlines()
    assert lines[0] == "ml.g5.xlarge"
    assert any(line.split()[:2] == ["training", "rejected"] for line in lines)
    assert any(line.split()[:3] == ["endpoint", "not", "applied"] for line in lines)
    assert "1 x 250 GB NVMe SSD, observed since" in found.stdout
    assert "1 x NVIDIA A10G" in found.stdout
    for name in library.workloads():
        verdict = library.volume_kms("ml.g5.xlarge", name)
        if verdict.outcome is not Outcome.NOT_OFFERED:
            assert verdict.reason in " ".join(found.stdout.split())


@pytest.mark.parametrize(
    "name", ["ml.g5.xlarge", "ml.p6e-gb200.36xlarge", "ml.geospatial.interactive", "ml.eia2.medium"]
)
@pytest.mark.parametrize("columns", [80, 120])
def test_fits_the_terminal(kb: Run, monkeypatch: pytest.MonkeyPatch, name: str, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for arguments in ((), ("-w", "endpoint"), ("-w", "studio"), ("--region", "ap-northeast-1")):
        for line in kb("lookup", name, *arguments).stdout.splitlines():
            assert len(line) <= columns or "https://" in line


def test_what_is_not_offered_takes_one_line(kb: Run) -> None:
    text = kb("lookup", "ml.p3.2xlarge").stdout
    assert "\nnot offered: hyperpod, optimization\n" in text


def test_explains_a_retired_type_a_slice_of_a_gpu_and_a_name_that_is_no_instance(kb: Run) -> None:
    assert "retired since 2026-05-01: EC2 no longer has it" in kb("lookup", "ml.p3.2xlarge").stdout
    assert "(each 1/8 of a GPU)" in " ".join(kb("lookup", "ml.g6f.large").stdout.split())
    assert "Elastic Inference accelerator" in kb("lookup", "ml.eia2.medium").stdout
    assert "price list only:" in kb("lookup", "ml.r7g.large").stdout


def test_full_verdict_has_evidence_contradictions_and_advice(kb: Run) -> None:
    text = kb("lookup", "ml.g5.xlarge", "--workload", "Endpoint").stdout
    for expected in (
        f"{words.ALL_UNDER_KEY}: no",
        "documented: AWS's reference for this API says so",
        "Instead",
        "Evidence",
        "CreateEndpointConfigInput.KmsKeyId, botocore 1.43.27",
        "Contradictory AWS statements",
        "the reference is newer",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/key-management.html",
        f"Data version {library.DATA_VERSION}.",
    ):
        assert expected in text
    assert "Instead" not in kb("lookup", "ml.m5.xlarge", "--workload", "endpoint").stdout


def test_inferred_verdict_says_what_it_follows_from(kb: Run) -> None:
    text = " ".join(kb("lookup", "ml.m5.xlarge", "-w", "monitoring").stdout.split())
    assert "inferred: " in text
    assert "documented as starting processing jobs" in text


def test_region_is_yes_no_or_unknown(kb: Run) -> None:
    found = kb("lookup", "ml.p5.48xlarge", "--region", "EU-CENTRAL-2", "--json").json
    by_workload = {verdict["workload"]: verdict["in_region"] for verdict in found["verdicts"]}
    assert by_workload["endpoint"] is False
    assert by_workload["training"] is None
    text = kb("lookup", "ml.m5.xlarge", "-w", "endpoint", "--region", "eu-west-1").stdout
    assert "In eu-west-1 yes" in " ".join(text.split())
    assert "no Region data for this workload" in kb("lookup", "ml.m5.xlarge", "--region", "eu-west-1").stdout


def test_json_is_an_object_for_one_type_and_an_array_for_several(kb: Run) -> None:
    one = kb("lookup", "ml.g5.xlarge", "--json").json
    assert one["instance_type"] == "ml.g5.xlarge"
    assert [verdict["workload"] for verdict in one["verdicts"]] == list(library.workloads())
    expected = library.volume_kms("ml.g5.xlarge", "training").as_dict()
    [training] = [verdict for verdict in one["verdicts"] if verdict["workload"] == "training"]
    assert {name: training[name] for name in expected} == expected
    several = kb("lookup", "ml.g5.xlarge", "ml.m5.xlarge", "--json").json
    assert [each["instance_type"] for each in several] == ["ml.g5.xlarge", "ml.m5.xlarge"]


def test_unknown_types_do_not_keep_the_others_back(kb: Run) -> None:
    found = kb("lookup", "g5.xlarge", "ml.g5.xlrge", "ml.m5.xlarge", "--json")
    assert found.status == 1
    assert [each["instance_type"] for each in found.json] == ["ml.m5.xlarge"]
    first, second = found.stderr.splitlines()
    assert first.startswith("Error: unknown instance type 'g5.xlarge': SageMaker's names begin with 'ml.'")
    assert second.startswith("Error: unknown instance type 'ml.g5.xlrge'; near names: ml.g5.xlarge")
    assert kb("lookup", "ml.nothing.like", "--json").stdout == ""


@pytest.mark.parametrize("name", ["", " ", "ml.g5.\x1b[31mxlarge", "ml.g5.xlarge\x00", "\u202eml.g5", "x" * 10_000])
def test_strange_names_are_ordinary_unknown_types(kb: Run, name: str) -> None:
    found = kb("lookup", "--", name)
    assert found.status == 1
    assert found.stdout == ""
    [line] = found.stderr.splitlines()
    assert line.startswith("Error: unknown instance type ")
    assert line.isprintable()
    assert len(line) < 200


def test_unknown_workload_and_region_end_with_1(kb: Run) -> None:
    found = kb("lookup", "ml.m5.xlarge", "-w", "trainin")
    assert found.status == 1
    assert "unknown workload 'trainin'; the workloads are: " in found.stderr
    assert ", endpoint, " in found.stderr
    found = kb("lookup", "ml.m5.xlarge", "--region", "mars")
    assert found.status == 1
    assert "unknown Region 'mars'; the Regions are: af-south-1," in found.stderr


@pytest.mark.parametrize("day", ["2020-13-01", "yesterday", "", "2010-01-01"])
def test_a_bad_day_is_a_usage_error(kb: Run, day: str) -> None:
    found = kb("lookup", "ml.m5.xlarge", "--as-of", day)
    assert found.status == 2
    assert "Invalid value for '--as-of'" in found.stderr


def test_a_day_before_the_type_or_in_the_future_is_said(kb: Run) -> None:
    found = kb("lookup", "ml.trn2.48xlarge", "--as-of", "2020-01-01")
    assert found.status == 1
    assert "it was first listed on 2024-10-29" in found.stderr
    found = kb("lookup", "ml.m5.xlarge", "--as-of", "2999-01-01")
    assert found.status == 0
    assert "2999-01-01 is in the future" in found.stderr


def test_json_and_csv_together_are_a_usage_error(kb: Run) -> None:
    assert kb("lookup", "ml.m5.xlarge", "--json", "--csv").status == 2


def test_every_code_has_words() -> None:
    assert set(words.OUTCOMES) == set(words.OUTCOME_MEANINGS) == set(Outcome)
    assert set(words.BASES) == set(Basis)
    assert {kind.status for kind in library.find()} <= set(words.STATUSES)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"hypervisor": "nitro", "is_nitro": True, "nitro_version": None}, "Nitro"),
        ({"hypervisor": "nitro", "is_nitro": True, "nitro_version": 5}, "Nitro v5"),
        ({"hypervisor": "xen", "is_nitro": False, "nitro_version": None}, "Xen"),
        ({"hypervisor": "xen", "is_nitro": False, "nitro_version": 2}, "Xen"),
        ({"hypervisor": None, "is_nitro": None, "nitro_version": None}, "unknown"),
        ({"hypervisor": None, "is_nitro": None, "nitro_version": 4, "is_bare_metal": True}, "bare metal, Nitro v4"),
        ({"hypervisor": None, "is_nitro": None, "nitro_version": None, "is_bare_metal": True}, "bare metal"),
    ],
)
def test_names_the_hypervisor_and_the_nitro_version(facts: dict[str, object], expected: str) -> None:
    known = library.lookup("ml.m5.xlarge")
    values = {name: getattr(known, name) for name in InstanceType._fields}
    assert words.platform(InstanceType(**values | facts)) == expected


def test_contested_storage_is_said_in_words() -> None:
    known = library.lookup("ml.m5.xlarge")
    values = {name: getattr(known, name) for name in InstanceType._fields}
    contested = InstanceType(**values | {"storage_basis": "contested", "has_instance_store": None})
    assert words.storage_evidence(contested).startswith("EC2's Regions disagree since ")
