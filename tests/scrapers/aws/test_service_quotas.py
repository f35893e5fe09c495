"""Service quotas: names of quotas as AWS has them, then boto3 against moto and against a server that misbehaves."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Any

import pytest

import scrapers
from kb.dataset.log_specs import QUOTA_USAGES, SERVICE_QUOTAS
from kb.dataset.logs import read_log, read_scrapes
from kb.pipeline.inputs import _check_readings
from scrapers import service_quotas
from scrapers.base import EVERYTHING_ELSE, Document, Reading, Request, Rows, ScrapeError, Unreachable
from scrapers.engine.run import RunResult, run
from scrapers.reading import aws
from scrapers.service_quotas import CALL, ServiceQuotas
from tests.scrapers.aws.fake import FakeAws, body, closed, edited, error, lost, shortened
from tests.scrapers.builders import as_bytes, quota

SQ = ServiceQuotas()
EAST, WEST, SOUTH = "us-east-1", "eu-west-1", "ap-south-1"


def quotas(*names: str, region: str = EAST) -> list[dict[str, Any]]:
    return [quota(region, name) for name in names]


def document(region: str, made: Any) -> Document:
    content = made if isinstance(made, bytes) else as_bytes({"Region": region, "Quotas": made})
    return Document(f"{CALL}/{region}.json", content)


def parsed(*names: str, remarks: list[str] | None = None) -> Rows:
    told: list[str] = [] if remarks is None else remarks
    return SQ.parse(document(EAST, quotas(*names)), told.append)


@pytest.mark.parametrize(
    ("name", "usage", "instance_type"),
    [
        ("ml.g5.xlarge for training job usage", "training", "ml.g5.xlarge"),
        ("ml.g5.xlarge for spot training job usage", "spot_training", "ml.g5.xlarge"),
        ("ml.p4d.24xlarge for training warm pool usage", "training_warm_pool", "ml.p4d.24xlarge"),
        ("ml.eia2.medium for endpoint usage", "endpoint", "ml.eia2.medium"),
        ("ml.t3.medium for processing job usage", "processing", "ml.t3.medium"),
        ("ml.m6i.large for transform job usage", "transform", "ml.m6i.large"),
        ("ml.c6id.xlarge for notebook instance usage", "notebook", "ml.c6id.xlarge"),
        ("ml.p6e-gb200.36xlarge for cluster usage", "cluster", "ml.p6e-gb200.36xlarge"),
        ("ml.u-p6e-gb200x36 for cluster usage", "cluster", "ml.u-p6e-gb200x36"),
        ("ml.i3en.16xlarge for cluster spot instance usage", "cluster", "ml.i3en.16xlarge"),
        ("Studio JupyterLab Apps running on ml.c7i.xlarge instances", "studio", "ml.c7i.xlarge"),
        ("Studio CodeEditor Apps running on ml.r6id.24xlarge instances", "studio", "ml.r6id.24xlarge"),
        ("Studio KernelGateway Apps running on ml.m5d.8xlarge instance", "studio", "ml.m5d.8xlarge"),
        ("Studio KernelGateway Apps running on ml.g5.2xlarge instances", "studio", "ml.g5.2xlarge"),
        ("RSessionGateway Apps running on ml.r5.4xlarge instance", "studio", "ml.r5.4xlarge"),
        ("RStudioServerPro Apps running on ml.c5.4xlarge instances", "studio", "ml.c5.4xlarge"),
        ("Canvas Apps running on ml.m5.4xlarge instances", "studio", "ml.m5.4xlarge"),
    ],
)
def test_names_of_quotas(name: str, usage: str, instance_type: str) -> None:
    assert parsed(name) == {(usage, EAST, instance_type): "true"}
    assert usage in QUOTA_USAGES
    assert SQ.part((usage, EAST, instance_type)) == EAST


KNOWN = [f"ml.m5.{size}xlarge for endpoint usage" for size in (1, 2, 4, 8, 12, 16, 24, 48)]


@pytest.mark.parametrize(
    "name",
    [
        "Number of instances across all training jobs",
        "Studio Jupyter Apps running on system instances",
        "TensorBoard Apps running on system instances",
        "Small-sized MLflow Tracking Server usage",
        "Rate of CreateStudioLifecycleConfig requests",
        "Size of EBS volume for a training job instance",
        "Number of ml.p5.48xlarge instances in reserved capacity across training plans per Region",
    ],
)
def test_other_limits_say_nothing(name: str) -> None:
    remarks: list[str] = []
    assert parsed(name, *KNOWN, remarks=remarks) == parsed(*KNOWN)
    assert remarks == []


@pytest.mark.parametrize(
    "name",
    [
        "cluster-ml-r7i-12xlarge for cluster usage",
        "ml.g9.xlarge for dream job usage",
        "ml.g9.xlarge for Endpoint usage",
        "ml.g9.xlarge instances for endpoint usage",
        "ML.G9.XLARGE for endpoint usage",
        "ml.g9.x.large for endpoint usage",
        "Studio Painter Apps running on ml.g9.xlarge instances",
        "Studio JupyterLab apps running on ml.g9.xlarge instances",
        "Number of ml.g9.xlarge instances per Region",
    ],
)
def test_an_unknown_form_is_told(name: str) -> None:
    remarks: list[str] = []
    assert parsed(name, *KNOWN, remarks=remarks) == parsed(*KNOWN)
    (remark,) = remarks
    assert re.fullmatch(rf"quota L-[0-9A-F]{{8}} of SageMaker is in no known form: '{re.escape(name)}'", remark)


def test_too_many_unknown_forms_are_a_changed_structure() -> None:
    strange = [name.replace("endpoint", "dream") for name in KNOWN]
    assert len(parsed(*KNOWN, *strange[:2])) == 8
    with pytest.raises(ScrapeError, match="3 of 11 quotas of instance types are in no known form"):
        parsed(*KNOWN, *strange[:3])
    with pytest.raises(ScrapeError, match="no quota of an instance type in a known form"):
        parsed(*strange)
    with pytest.raises(ScrapeError, match="no quota of an instance type in a known form"):
        parsed("Number of instances across all training jobs")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda d: d.update(Region=WEST), f"unknown value '{WEST}'"),
        (lambda d: d.pop("Quotas"), "no member 'Quotas'"),
        (lambda d: d.update(Quotas=[]), "an empty array"),
        (lambda d: d["Quotas"][1].update(ServiceCode="ec2"), "unknown value 'ec2'; known: sagemaker"),
        (lambda d: d["Quotas"][1].pop("QuotaCode"), r"Quotas\[1\]: no member 'QuotaCode'"),
        (lambda d: d["Quotas"][1].pop("QuotaName"), "no member 'QuotaName'"),
        (lambda d: d["Quotas"][1].update(QuotaName=None), "text expected, found null"),
        (lambda d: d["Quotas"][1].update(QuotaName=""), "printable text"),
        (lambda d: d["Quotas"][1].update(QuotaCode=d["Quotas"][0]["QuotaCode"]), "L-[0-9A-F]{8} occurs twice"),
        (lambda d: d["Quotas"].append(None), "an object expected, found null"),
    ],
)
def test_a_damaged_document_is_refused(damage: Any, message: str) -> None:
    content: dict[str, Any] = {"Region": EAST, "Quotas": quotas(*KNOWN)}
    damage(content)
    with pytest.raises(ScrapeError, match=rf"{CALL}/{EAST}\.json at \$.*{message}"):
        SQ.parse(document(EAST, as_bytes(content)))


@pytest.mark.parametrize("cut", [0, 1, 100, -2])
def test_a_document_that_is_cut_off_is_refused(cut: int) -> None:
    content = document(EAST, quotas(*KNOWN)).content[:cut]
    with pytest.raises(ScrapeError, match=rf"{CALL}/{EAST}\.json: not a JSON document"):
        SQ.parse(document(EAST, content))
    with pytest.raises(ScrapeError, match=f"not a document of {CALL}"):
        SQ.parse(Document("quotas.json", b"{}"))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(scrapers.SCRAPERS, SQ.source, SQ)
    monkeypatch.setattr(service_quotas, "PAGE_SIZE", 5)
    return tmp_path / "data"


def fetched(**request: Any) -> Reading:
    (reading,) = SQ.fetch(Request(**request))
    return reading


def go(data: Path, **options: Any) -> RunResult:
    result = run("service_quotas", options.pop("request", Request()), data, **options)
    _check_readings(result.log_path, read_log(result.log_path, SERVICE_QUOTAS), read_scrapes(data / "scrapes.csv"))
    return result


def test_quotas_through_moto(moto: str, data: Path, tmp_path: Path) -> None:
    result = go(data, keep_raw=tmp_path / "raw")
    rows = {row[2:] for row in result.changes}
    assert len(rows) == 11 + 2
    assert {
        ("cluster", EAST, "ml.p4d.24xlarge", "true"),
        ("studio", EAST, "ml.t3.medium", "true"),
        ("training", WEST, "ml.m5.large", "true"),
    } <= rows
    assert {row[1] for row in result.changes} == {"Service Quotas"}
    assert result.failures == (f"{CALL} in us-west-2: failed (NoSuchResourceException, HTTP 400)",)
    assert result.remarks == ()
    copy = tmp_path / "copy"
    go(copy, from_raw=tmp_path / "raw")
    for name in ("observations/service_quotas.csv", "scrapes.csv"):
        assert (copy / name).read_bytes() == (data / name).read_bytes()
    assert go(data, request=Request(regions=(WEST,))).rows_changed == 0


def test_quotas_of_the_china_partition(moto: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go(data)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "cn-north-1")
    result = go(data)
    assert [row[1:] for row in result.changes] == [
        ("Service Quotas aws-cn", "endpoint", "cn-north-1", "ml.m5.large", "true")
    ]
    assert len(read_log(result.log_path, SERVICE_QUOTAS).state) == 11 + 2 + 1


def test_pages_and_faults(fake: FakeAws, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws, "LIMITS", aws.Limits(2, 2, attempts=2, start_attempts=1, regions_at_once=20))
    faults = [
        (error(403, "AccessDeniedException"), r"denied \(AccessDeniedException\)"),
        (error(400, "UnrecognizedClientException"), r"denied \(UnrecognizedClientException\)"),
        (error(400, "TooManyRequestsException"), r"failed \(TooManyRequestsException, HTTP 400\)"),
        (error(500, "ServiceException"), r"failed \(ServiceException, HTTP 500\)"),
        (error(400, "ExpiredTokenException"), "the credentials have expired"),
        (body(b"<html>Sign in</html>"), "an answer without Quotas"),
        (body(b"", "application/x-amz-json-1.1"), "an answer without Quotas"),
        (body(b"[]", "application/x-amz-json-1.1"), "an answer that cannot be parsed"),
        (body(b'{"Quotas": {}}', "application/x-amz-json-1.1"), "no Quotas at all"),
        (body(b'{"Quotas": [null]}', "application/x-amz-json-1.1"), "an answer without Quotas"),
        (body(b'{"Quotas": []}', "application/x-amz-json-1.1"), "no Quotas at all"),
        (shortened, "an answer without Quotas"),
        (lost, "an answer without Quotas"),
        (closed, "no connection"),
        (edited(rb'"NextToken": ?"5"', b'"NextToken": "4"'), "1 of 9 Quotas came twice"),
    ]
    for name in (EAST, WEST):
        fake.regions[name] = {"Quotas": quotas(*KNOWN, region=name)}
    fake.fail(CALL, WEST, error(400, "TooManyRequestsException"), times=1)
    broken = {f"xx-test-{number}": fault for number, fault in enumerate(faults, 1)}
    for name, (fault, _) in broken.items():
        fake.regions[name] = {"Quotas": quotas(*KNOWN, region=name)}
        fake.fail(CALL, name, fault)
    reading = fetched()
    assert [d.name for d in reading.documents] == [f"{CALL}/{WEST}.json", f"{CALL}/{EAST}.json"]
    assert [len(SQ.parse(d)) for d in reading.documents] == [8, 8]
    assert reading.unread == {EVERYTHING_ELSE, *broken}
    failures = dict(zip(sorted(broken), reading.failures, strict=True))
    for name, (_, message) in broken.items():
        assert re.match(rf"{CALL} in {name}: {message}", failures[name]), failures[name]
    asked = [c.arguments for c in fake.calls if (c.action, c.region) == (CALL, EAST)]
    assert [(a["ServiceCode"], a["MaxResults"], a.get("NextToken")) for a in asked] == [
        ("sagemaker", "5", None),
        ("sagemaker", "5", "5"),
    ]


def test_a_region_that_fails_keeps_its_types(fake: FakeAws, data: Path) -> None:
    for name in (EAST, WEST):
        fake.regions[name] = {"Quotas": quotas(*KNOWN, region=name)}
    assert go(data).rows_changed == 16
    for name in (EAST, WEST):
        fake.regions[name] = {"Quotas": quotas(*KNOWN[1:], "ml.g9.xlarge for endpoint usage", region=name)}
    fake.fail(CALL, WEST, closed)
    result = go(data, request=Request(accept_vanished=True))
    log = read_log(result.log_path, SERVICE_QUOTAS)
    assert log.state["endpoint", WEST, "ml.m5.1xlarge"] == "true"
    assert ("endpoint", EAST, "ml.m5.1xlarge") not in {key for key, value in log.state.items() if value == "true"}
    assert log.state["endpoint", EAST, "ml.g9.xlarge"] == "true"
    assert len(result.failures) == 1


def test_a_service_that_cannot_be_reached(fake: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.regions = {name: {"Quotas": quotas(*KNOWN)} for name in (EAST, WEST)}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL_SERVICE_QUOTAS", f"http://127.0.0.1:{port}")
    with pytest.raises(Unreachable, match=rf"{CALL} in {WEST}: no connection .*Could not connect.*no Region of 2"):
        fetched()
