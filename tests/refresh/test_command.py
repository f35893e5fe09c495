"""``kb refresh``: options, output, exit status."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kb.cli.output import Progress
from kb.dataset import paths
from scrapers.base import Request, Unreachable
from tests.cli.conftest import Run
from tests.refresh.conftest import Small
from tests.refresh.fakes import damaged


def test_markdown_on_standard_output(kb: Run, small: Small) -> None:
    small.api.show("TrainingType", "ml.r7.large")
    found = kb("refresh", "--data", small.data)
    assert (found.status, found.stderr) == (0, "")
    assert found.stdout.startswith("# 1 source shows something new: 1 changed outcome.\n\nData version ")
    assert f"Published: `{small.data / 'kb.duckdb'}`." in found.stdout
    assert "| `training` | `not_offered` | `encrypts` | 1 | `ml.r7.large` |" in found.stdout
    assert (small.data / "kb.duckdb").is_file()
    assert kb("refresh", "--data", small.data).stdout.startswith("# Nothing changed.\n")


def test_json_and_a_report_in_a_file(kb: Run, small: Small, tmp_path: Path) -> None:
    small.api.show("TrainingType", "ml.r7.large")
    report, database = tmp_path / "reports" / "report.md", tmp_path / "other.duckdb"
    found = kb("refresh", "--data", small.data, "--json", "--report", report, "--output", database)
    assert found.status == 0
    assert found.json["published"] == [str(database)]
    assert [each["outcome"] for each in found.json["sources"]] == ["changed", "unchanged", "unchanged"]
    assert report.read_text().startswith("# 1 source shows something new")
    assert not (small.data / "kb.duckdb").exists()


@pytest.mark.parametrize("reason", ["gate", "failed source"])
def test_exit_status_where_somebody_has_to_look(kb: Run, small: Small, reason: str) -> None:
    if reason == "gate":
        for shape in ("TrainingType", "EndpointType"):
            small.api.hide(shape, "ml.t2.medium")
    else:
        small.api.fail(damaged("sagemaker_api"))
    found = kb("refresh", "--data", small.data)
    assert found.status == 1
    assert "The gate refuses to publish" in found.stdout or "1 source failed" in found.stdout
    assert kb("refresh", "--data", small.data, "--json").json["exit_status"] == 1


def test_a_dry_run_writes_nothing(kb: Run, small: Small) -> None:
    small.api.show("TrainingType", "ml.r7.large")
    before = small.files()
    found = kb("refresh", "--data", small.data, "--dry-run")
    assert found.status == 0
    assert "Dry run: nothing was written." in found.stdout
    assert small.files() == before
    assert not (small.data / "kb.duckdb").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--source", "nope"), "'nope' is not one of 'sagemaker_api', "),
        (("--keep-raw", "a", "--from-raw", "b"), "cannot be given together"),
        (("--mirror", "https://x"), "is not of the form"),
    ],
)
def test_wrong_usage(kb: Run, small: Small, options: tuple[str, ...], message: str) -> None:
    found = kb("refresh", "--data", small.data, *options)
    assert (found.status, found.stdout) == (2, "")
    assert message in found.stderr.replace("\n", " ")
    assert small.api.times_read == 0


def test_options_reach_the_sources(kb: Run, small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    seen: list[Request] = []
    small.lists.before = seen.append
    common = ("refresh", "--data", small.data, "--source", "region_lists", "--dry-run")
    kb(*common, "--region", "eu-west-1", "--region", "us-east-1", "--profile", "audit", "--accept-vanished")
    kb(
        *common,
        "--mirror",
        "https://docs.aws.amazon.com=http://127.0.0.1:1",
        "--no-cache",
        "--keep-raw",
        tmp_path / "raw",
    )
    first, second = seen
    assert (first.regions, first.profile, first.accept_vanished) == (("eu-west-1", "us-east-1"), "audit", True)
    assert first.cache_dir == tmp_path / "cache" / "sagemaker-storage-kb" / "http"
    assert second.mirrors == {"https://docs.aws.amazon.com": "http://127.0.0.1:1"}
    assert second.cache_dir is None
    assert len(list((tmp_path / "raw" / "region_lists").iterdir())) == 1
    assert small.api.times_read == 0


def test_in_a_checkout_database_and_snapshot_are_published(
    kb: Run, small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = {"data_dir": small.data, "database_file": small.database, "snapshot_file": small.snapshot}
    for name, path in places.items():
        monkeypatch.setattr(paths, name, lambda path=path: path)
    found = kb("refresh", "--json").json
    assert found["published"] == [str(small.database), str(small.snapshot)]


def test_without_a_checkout_it_says_what_it_needs(kb: Run, small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "checkout", lambda: None)
    found = kb("refresh")
    assert found.status == 1
    assert "appends to the observation logs of a checkout" in found.stderr
    assert kb("refresh", "--data", small.data).status == 0
    # a wheel has no scrapers
    monkeypatch.setitem(sys.modules, "scrapers", None)
    for options in ((), ("--data", small.data)):
        found = kb("refresh", *options)
        assert (found.status, found.stdout) == (1, "")
        assert "this kb is installed without one" in found.stderr


def test_a_folder_that_holds_no_data(kb: Run, small: Small, tmp_path: Path) -> None:
    found = kb("refresh", "--data", tmp_path)
    assert (found.status, found.stdout) == (1, "")
    assert "no data folder" in found.stderr


def test_ctrl_c_leaves_everything_as_it_was(kb: Run, small: Small) -> None:
    def interrupt(request: Request) -> None:
        raise KeyboardInterrupt

    small.capture.before = interrupt
    small.api.show("TrainingType", "ml.r7.large")
    before = small.files()
    found = kb("refresh", "--data", small.data)
    assert (found.status, found.stdout) == (130, "")
    assert small.files() == before


def test_progress_rewrites_one_line_and_no_source_can_write_more(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setenv("COLUMNS", "80")

    def echo(text: str, *, err: bool, nl: bool) -> None:
        assert (err, nl) == (True, False)
        written.append(text)

    monkeypatch.setattr("click.echo", echo)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    Progress().line("source 1 of 3, \x1b[31mx\n" + "y" * 500)
    assert written == [f"\r\x1b[K{('source 1 of 3, ?[31mx?' + 'y' * 500)[:79]}"]


def test_a_skipped_source_says_why(kb: Run, small: Small) -> None:
    small.api.fail(Unreachable("https://example.com", "no network", "Connect, and try again."))
    found = kb("refresh", "--data", small.data)
    assert found.status == 0
    assert (
        "| `sagemaker_api` | skipped |  |  |  | https://example.com: no network. Connect, and try again. |"
        in found.stdout
    )
