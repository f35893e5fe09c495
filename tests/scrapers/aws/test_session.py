"""Credentials, the first Region, and the Regions that an account has: with real boto3 and without AWS."""

from __future__ import annotations

import socket
import sys
import time
from pathlib import Path

import pytest

from kb.errors import MissingExtraError
from scrapers.base import Request, ScrapeError, Unreachable
from scrapers.ec2.api import Ec2Api
from scrapers.reading import aws
from scrapers.service_quotas import ServiceQuotas
from tests.scrapers.aws.fake import FakeAws, body, closed, error


def config(home: Path, text: str) -> None:
    (home / ".aws" / "config").write_text(text)


@pytest.mark.parametrize("scraper", [Ec2Api(), ServiceQuotas()])
def test_no_credentials_are_found_out(
    scraper: Ec2Api | ServiceQuotas, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # a metadata service that takes the connection and never answers: the slowest way to have none
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(Unreachable, match=r"^AWS credentials: none found\. .*aws sso login") as raised:
            next(scraper.fetch(Request()))
    assert raised.value.remedy


@pytest.mark.soak
def test_no_credentials_are_found_out_soon(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = time.monotonic()
    for scraper in (Ec2Api(), ServiceQuotas()):
        test_no_credentials_are_found_out(scraper, home, monkeypatch)
    assert time.monotonic() - started < 10  # some 2 s


def test_without_boto3_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(MissingExtraError, match=r"needs the package 'boto3'.*\[scrape\]"):
        next(Ec2Api().fetch(Request()))


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(Unreachable, match=r"profile abroad\): not usable: .*\(abroad\) could not be found"):
        aws.session(Request(profile="abroad"))


def test_half_of_the_credentials_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    with pytest.raises(Unreachable, match="not usable: Partial credentials found in env"):
        aws.session(Request())


def test_an_sso_profile_without_a_login(home: Path) -> None:
    session = "[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://corp.example/start\n"
    config(home, f"{session}[profile sso]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = reader\n")
    with pytest.raises(Unreachable, match=r"profile sso\): not usable: .*sign in again"):
        aws.session(Request(profile="sso"))


@pytest.mark.parametrize("command", ["/no/such/program", "echo no JSON"])
def test_a_credential_process_that_does_not_work(home: Path, command: str) -> None:
    config(home, f"[default]\ncredential_process = {command}\n")
    with pytest.raises(Unreachable, match="AWS credentials: not usable"):
        aws.session(Request())


def test_a_role_that_may_not_be_assumed(fake: FakeAws, home: Path) -> None:
    role = "arn:aws:iam::123456789012:role/reader"
    config(home, f"[profile role]\nrole_arn = {role}\ncredential_source = Environment\nregion = us-east-1\n")
    with pytest.raises(Unreachable, match=r"profile role\): not usable: AccessDenied from AssumeRole"):
        aws.session(Request(profile="role"))


@pytest.mark.parametrize(
    ("region", "asked", "start"),
    [
        ("", (), "us-east-1"),
        ("eu-west-1", (), "eu-west-1"),
        ("eu-west-1", ("us-east-1",), "eu-west-1"),
        ("", ("eu-west-1",), "us-east-1"),
        ("", ("cn-northwest-1",), "cn-north-1"),
        ("", ("us-gov-east-1",), "us-gov-west-1"),
        ("", ("us-iso-east-1",), "us-iso-east-1"),
    ],
)
def test_the_region_that_is_asked_first(
    signed_in: None, monkeypatch: pytest.MonkeyPatch, region: str, asked: tuple[str, ...], start: str
) -> None:
    if region:
        monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    request = Request(regions=asked)
    assert aws.start_region(aws.session(request), request) == start


def test_a_name_that_no_region_has(signed_in: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ScrapeError, match="Region moon: in no partition of AWS"):
        next(Ec2Api().fetch(Request(regions=("moon",))))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "mars")
    with pytest.raises(ScrapeError, match="Region mars: in no partition of AWS"):
        next(Ec2Api().fetch(Request()))


def test_enabled_regions(fake: FakeAws) -> None:
    fake.regions = {"us-east-1": {}, "eu-west-1": {}, "eusc-de-east-1": {}}
    made = aws.session(Request())
    assert aws.enabled_regions(made, "us-east-1") == ("eu-west-1", "eusc-de-east-1", "us-east-1")
    assert aws.enabled_regions(made, "us-east-1", ("us-east-1", "eu-west-1", "us-east-1")) == ("eu-west-1", "us-east-1")
    (call, _) = fake.calls
    assert (call.action, call.region, call.arguments["AllRegions"]) == ("DescribeRegions", "us-east-1", "false")
    assert "sagemaker-storage-kb/" in call.user_agent


def test_a_region_that_is_not_enabled_names_those_that_are(fake: FakeAws) -> None:
    fake.regions = {"us-east-1": {}, "eu-west-1": {}}
    with pytest.raises(ScrapeError, match=r"af-south-1: unknown, or.*Known: eu-west-1, us-east-1\.") as raised:
        next(Ec2Api().fetch(Request(regions=("us-east-1", "af-south-1"))))
    assert not isinstance(raised.value, Unreachable)


@pytest.mark.parametrize("code", ["UnauthorizedOperation", "AuthFailure", "InvalidClientTokenId"])
def test_denied_from_the_start(fake: FakeAws, code: str) -> None:
    fake.fail("DescribeRegions", "us-east-1", error(403, code))
    with pytest.raises(ScrapeError, match=rf"DescribeRegions in us-east-1: denied \({code}\)\. .*README") as raised:
        next(Ec2Api().fetch(Request()))
    assert not isinstance(raised.value, Unreachable)
    assert "123456789012" not in str(raised.value)


def test_credentials_that_have_expired(fake: FakeAws) -> None:
    fake.fail("DescribeRegions", "us-east-1", error(400, "ExpiredToken"))
    with pytest.raises(Unreachable, match=r"the credentials have expired \(ExpiredToken\)"):
        next(Ec2Api().fetch(Request()))


def test_no_network(signed_in: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    with pytest.raises(Unreachable, match=r"DescribeRegions in us-east-1: no connection.*Check network"):
        next(Ec2Api().fetch(Request()))


def test_a_server_that_is_silent(fake: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws, "LIMITS", aws.Limits(1, 0.2, attempts=1, start_attempts=1))
    fake.fail("DescribeRegions", "us-east-1", fake.silent)
    with pytest.raises(Unreachable, match="Read timeout"):
        next(Ec2Api().fetch(Request()))
    fake.fail("DescribeRegions", "us-east-1", closed)
    with pytest.raises(Unreachable, match="Connection was closed"):
        next(Ec2Api().fetch(Request()))


def test_a_certificate_that_is_not_trusted(fake: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", fake.url.replace("http:", "https:"))
    with pytest.raises(ScrapeError, match=r"no trusted connection.*AWS_CA_BUNDLE") as raised:
        next(Ec2Api().fetch(Request()))
    assert not isinstance(raised.value, Unreachable)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html><body><p>Sign in</p></body></html>", "no Regions"),
        (b"<html><body><p>Sign in</body>", r"cannot be parsed \(ResponseParserError\)"),
        (b"", "cannot be parsed"),
        (b"<a><regionInfo><item><regionName>Paris</regionName></item></regionInfo></a>", "proper name: 'Paris'"),
        (b"<a><regionInfo><item><regionEndpoint>x</regionEndpoint></item></regionInfo></a>", "proper name: ''"),
    ],
)
def test_another_page_instead_of_the_regions(fake: FakeAws, content: bytes, message: str) -> None:
    fake.fail("DescribeRegions", "us-east-1", body(content))
    with pytest.raises(ScrapeError, match=f"DescribeRegions in us-east-1: .*{message}") as raised:
        next(Ec2Api().fetch(Request()))
    assert not isinstance(raised.value, Unreachable)
