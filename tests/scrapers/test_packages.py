"""Reading packages: installed, as a wheel, through git."""

from __future__ import annotations

import gzip
import importlib.metadata
import zipfile
from datetime import date
from pathlib import Path

import pytest

from scrapers import region_lists, sagemaker_api
from scrapers.base import Document, Request, ScrapeError
from scrapers.ec2 import capture as ec2_capture
from scrapers.reading import packages
from scrapers.reading.git import Repository, version_of
from tests.scrapers.builders import (
    CAPTURE_PATH,
    COMPONENTS,
    LIST_PATH,
    MODEL_PATH,
    GitRepository,
    as_bytes,
    capture,
    model,
    region_list,
    wheel,
)

BOTOCORE = sagemaker_api.PACKAGE
LISTS = {LIST_PATH.format(name): region_list(us_east_1=["ml.m5.large"]) for name in COMPONENTS}


@pytest.mark.parametrize("path", [MODEL_PATH, f"{MODEL_PATH}.gz"])
def test_a_wheel_is_read_packed_or_not(tmp_path: Path, path: str) -> None:
    named = wheel(tmp_path, "botocore", "1.40.6", date(2025, 8, 8), {path: model()})
    (reading,) = packages.read(BOTOCORE, Request(wheel=named))
    assert (reading.origin, reading.observed_on) == ("botocore 1.40.6", date(2025, 8, 8))
    assert reading.documents == (Document(path, as_bytes(model())),)


def test_a_wheel_with_several_documents(tmp_path: Path) -> None:
    named = wheel(tmp_path, "cfn-lint", "1.58.0", date(2026, 10, 20), LISTS)
    (reading,) = packages.read(region_lists.PACKAGE, Request(wheel=named))
    assert reading.origin == "cfn-lint 1.58.0"
    assert [one.name for one in reading.documents] == sorted(LISTS)


def test_a_wheel_without_the_document(tmp_path: Path) -> None:
    named = wheel(tmp_path, "botocore", "1.40.6", date(2025, 8, 8), {"botocore/data/new/model.json": model()})
    with pytest.raises(ScrapeError, match=r"botocore 1\.40\.6: has no file .*service-2\.json\.gz or .*service-2\.json"):
        list(packages.read(BOTOCORE, Request(wheel=named)))


def test_a_wheel_of_another_package(tmp_path: Path) -> None:
    named = wheel(tmp_path, "boto3", "1.40.6", date(2025, 8, 8), {MODEL_PATH: model()})
    with pytest.raises(ScrapeError, match=r"a wheel of boto3\. Name a wheel of botocore"):
        list(packages.read(BOTOCORE, Request(wheel=named)))


def test_a_wheel_without_dates(tmp_path: Path) -> None:
    named = wheel(tmp_path, "botocore", "1.40.6", date(1980, 1, 1), {MODEL_PATH: model()})
    with pytest.raises(ScrapeError, match="its files carry no dates"):
        list(packages.read(BOTOCORE, Request(wheel=named)))


def test_a_damaged_wheel(tmp_path: Path) -> None:
    named = wheel(tmp_path, "botocore", "1.40.6", date(2025, 8, 8), {MODEL_PATH: model()})
    content = named.read_bytes()
    for damaged in (b"", b"text", content[: len(content) // 2], content.replace(b"PK", b"XX")):
        named.write_bytes(damaged)
        with pytest.raises(ScrapeError, match="not a readable wheel"):
            list(packages.read(BOTOCORE, Request(wheel=named)))
    with pytest.raises(ScrapeError, match="no such file"):
        list(packages.read(BOTOCORE, Request(wheel=tmp_path / "none.whl")))
    with pytest.raises(ScrapeError, match="cannot be read"):
        list(packages.read(BOTOCORE, Request(wheel=tmp_path)))


def test_a_zip_that_is_no_wheel(tmp_path: Path) -> None:
    path = tmp_path / "some.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MODEL_PATH, as_bytes(model()))
    with pytest.raises(ScrapeError, match="no package metadata inside"):
        list(packages.read(BOTOCORE, Request(wheel=path)))


def test_a_packed_document_that_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "botocore.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{MODEL_PATH}.gz", b"no gzip")
        archive.writestr("botocore-1.0.0.dist-info/METADATA", "Name: botocore\nVersion: 1.0.0\n")
    with pytest.raises(ScrapeError, match="not readable as gzip"):
        list(packages.read(BOTOCORE, Request(wheel=path)))


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    for package in (BOTOCORE, ec2_capture.PACKAGE, region_lists.PACKAGE):
        with pytest.raises(ScrapeError, match=rf"{package.name}: not installed\. .*\[scrape\]"):
            list(packages.read(package, Request()))


@pytest.mark.parametrize("package", [BOTOCORE, ec2_capture.PACKAGE, region_lists.PACKAGE], ids=lambda p: p.name)
def test_the_installed_package(package: packages.Package) -> None:
    pytest.importorskip(package.module)
    (reading,) = packages.read(package, Request(observed_on=date(2026, 11, 1)))
    assert reading.origin == f"{package.name} {importlib.metadata.version(package.name)}"
    assert reading.observed_on == date(2026, 11, 1)
    assert len(reading.documents) == len(package.documents)
    assert all(one.content.startswith(b"{") for one in reading.documents)


def test_a_request_names_one_thing() -> None:
    with pytest.raises(ScrapeError, match="at once"):
        Request(wheel=Path("a"), git_dir=Path("b"))
    with pytest.raises(ScrapeError, match="carry their own dates"):
        Request(wheel=Path("a"), observed_on=date(2026, 1, 1))


def test_releases_are_read_where_the_document_changed(tmp_path: Path) -> None:
    made = GitRepository(tmp_path / "botocore")
    made.commit("2017-11-20T12:00:00+00:00", {"README": b"no SageMaker yet\n"}, tag="1.8.3")
    made.commit("2017-11-29T23:30:00-08:00", {MODEL_PATH: model()}, tag="1.8.4")
    made.commit("2017-12-01T12:00:00+00:00", {"README": b"another service\n"}, tag="1.8.5")
    made.commit("2017-12-02T12:00:00+00:00", {MODEL_PATH: model(New=["ml.x"])})
    made.commit("2017-12-03T12:00:00+00:00", {"README": b"a release later\n"})
    made.tag("1.8.10")
    made.tag("develop-mark")
    made.commit("2017-12-04T12:00:00+00:00", {"README": b"and one more\n"}, tag="1.9.0")
    made.commit("2017-12-05T12:00:00+00:00", {MODEL_PATH: model(Unreleased=["ml.y"])})
    readings = list(packages.read_releases(BOTOCORE, made.git_dir))
    assert [(one.origin, one.observed_on.isoformat()) for one in readings] == [
        ("botocore 1.8.4", "2017-11-30"),
        ("botocore 1.8.10", "2017-12-03"),
        ("botocore 1.9.0", "2017-12-04"),
    ]
    assert readings[0].documents[0].url == f"https://github.com/boto/botocore/blob/1.8.4/{MODEL_PATH}"
    assert readings[1].documents[0].content == as_bytes(model(New=["ml.x"]))


def test_a_release_that_lost_the_document(tmp_path: Path) -> None:
    made = GitRepository(tmp_path / "botocore")
    made.commit("2017-11-29T12:00:00+00:00", {MODEL_PATH: model()}, tag="1.8.4")
    made.commit("2017-12-01T12:00:00+00:00", {MODEL_PATH: None, "README": b"gone\n"}, tag="1.8.5")
    with pytest.raises(ScrapeError, match=r"botocore 1\.8\.5: has no file"):
        list(packages.read_releases(BOTOCORE, made.git_dir))


def test_commits_of_the_main_line_that_touched_a_document(tmp_path: Path) -> None:
    package = ec2_capture.PACKAGE
    made = GitRepository(tmp_path / "moto")
    made.commit("2020-04-16T12:00:00+00:00", {CAPTURE_PATH: {"m5.large": {"memory": "8 GiB"}}})
    first = made.commit("2021-02-22T10:21:59+00:00", {CAPTURE_PATH: capture()})
    made.commit("2021-03-01T12:00:00+00:00", {"README": b"other\n"})
    made.commit("2021-03-02T12:00:00+00:00", {CAPTURE_PATH: None, "README": b"moved\n"})
    made.commit("2021-03-03T12:00:00+00:00", {f"{CAPTURE_PATH}.gz": _packed(capture())})
    readings = list(packages.read(package, Request(git_dir=made.git_dir)))
    assert [one.observed_on.isoformat() for one in readings] == ["2021-02-22", "2021-03-03"]
    assert readings[0].origin == f"moto git-{first[:10]}"
    assert [one.documents[0].name for one in readings] == [CAPTURE_PATH, f"{CAPTURE_PATH}.gz"]
    assert readings[0].documents[0].content == readings[1].documents[0].content
    assert {one.documents[0].profile for one in readings} == {"storage"}


def _packed(value: object) -> bytes:
    return gzip.compress(as_bytes(value))


def test_a_commit_with_some_of_the_documents_only(tmp_path: Path) -> None:
    made = GitRepository(tmp_path / "cfn-lint")
    some = {f"src/{path}": made_list for path, made_list in list(LISTS.items())[1:]}
    made.commit("2026-06-05T12:00:00+00:00", some)
    with pytest.raises(ScrapeError, match=r"cfn-lint git-[0-9a-f]{10}: has no file .*aws_sagemaker_cluster"):
        list(packages.read_commits(region_lists.PACKAGE, made.git_dir))


def test_a_repository_that_is_none_or_another(tmp_path: Path) -> None:
    with pytest.raises(ScrapeError, match="git rev-parse failed"):
        list(packages.read_releases(BOTOCORE, tmp_path / "none"))
    made = GitRepository(tmp_path / "other")
    made.commit("2020-01-01T12:00:00+00:00", {"README": b"text\n"}, tag="1.0.0")
    with pytest.raises(ScrapeError, match=r"its history has no botocore/data/.*Name a clone of"):
        list(packages.read_releases(BOTOCORE, made.git_dir))
    with pytest.raises(ScrapeError, match="its history has no moto/"):
        list(packages.read_commits(ec2_capture.PACKAGE, made.git_dir))


def test_an_object_that_the_clone_lacks(tmp_path: Path) -> None:
    made = GitRepository(tmp_path / "some")
    made.commit("2020-01-01T12:00:00+00:00", {"README": b"text\n"})
    with pytest.raises(ScrapeError, match="is not in this clone"):
        Repository(made.git_dir).content("0" * 40)


def test_versions_compare_as_numbers() -> None:
    assert version_of("1.8.10") == (1, 8, 10)
    assert version_of("v1.55.1") == (1, 55, 1)
    assert version_of("git-34d6cad5ab") is None
    assert version_of("1.0.0rc1") is None
