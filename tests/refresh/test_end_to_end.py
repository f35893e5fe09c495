"""`kb refresh` as people run it: a real process against servers that show what AWS shows, and with nothing to reach."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kb.dataset.curated import CURATED, read_curated
from kb.dataset.database import connect
from kb.dataset.log_specs import SPECS
from kb.dataset.logs import SCRAPE_COLUMNS, read_log, read_scrapes, render
from kb.pipeline import build
from scrapers import SCRAPERS
from scrapers.base import Request
from scrapers.engine.run import run
from tests.cli.conftest import ROOT
from tests.refresh.live_world import LiveWorld, live_world

LIVE = [name for name, scraper in SCRAPERS.items() if scraper.is_live]
PACKAGED = [name for name, scraper in SCRAPERS.items() if not scraper.is_live]
SENTENCE = "reference.ResourceConfig.VolumeKmsKeyId"
PAGES = (
    "sagemaker/latest/APIReference/API_CreateEndpointConfig.html",
    "sagemaker/latest/APIReference/API_ResourceConfig.html",
    "sagemaker/latest/dg/encryption-at-rest-nbi.html",
)


@dataclass(frozen=True)
class Done:
    """What a process left behind."""

    status: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


#: Runs the command in a process that knows nothing of this machine's home, proxies and credentials.
Kb = Callable[..., Done]


@pytest.fixture
def process(tmp_path: Path) -> Kb:
    home = tmp_path / "home"
    home.mkdir()
    names = [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]
    kept = {name: value for name, value in os.environ.items() if name not in names}
    kept |= {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache"), "AWS_EC2_METADATA_DISABLED": "true"}

    def run_kb(*arguments: object, **environment: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-c", "from kb.cli import main; main()", *map(str, arguments)],
            capture_output=True,
            text=True,
            env=kept | environment,
            cwd=ROOT,
            check=False,
            timeout=300,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run_kb


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped data before any live source was read, brought up to date with the installed packages and accepted."""
    data = tmp_path_factory.mktemp("packaged") / "data"
    for name in ("observations", "curated"):
        shutil.copytree(ROOT / "data" / name, data / name)
    shutil.copy(ROOT / "data" / "scrapes.csv", data)
    for name in LIVE:
        SPECS[name].path(data).unlink(missing_ok=True)
    scrapes = [scrape for scrape in read_scrapes(data / "scrapes.csv") if scrape.source not in LIVE]
    (data / "scrapes.csv").write_bytes(render(SCRAPE_COLUMNS, [scrape.cells for scrape in scrapes]))
    # a few pages stand for all: a polite client takes its time
    watched = [
        row for row in rows_of(data, "watched_sentences") if row["source"] not in LIVE or row["document"] in PAGES
    ]
    write(data, "watched_sentences", watched)
    kept = {row["sentence_id"] for row in watched if row["source"] not in LIVE}
    write(data, "confirmations", [row for row in rows_of(data, "confirmations") if row["sentence_id"] in kept])
    for name in PACKAGED:
        run(name, Request(), data)
    accept(data)
    return data


@pytest.fixture
def data(packaged: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(packaged, tmp_path / "data"))


# -- what a maintainer does --------------------------------------------------------------------------------------------


def rows_of(data: Path, name: str) -> list[dict[str, str]]:
    table = next(table for table in CURATED if table.name == name)
    return read_curated(table.path(data), table)


def write(data: Path, name: str, rows: list[dict[str, str]]) -> None:
    table = next(table for table in CURATED if table.name == name)
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(table.columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: [row[column] for column in table.key]))
    table.path(data).write_text(buffer.getvalue(), encoding="utf-8")


def accept(data: Path, gate: list[dict[str, Any]] | None = None) -> None:
    """Write an exception for everything that the gate refuses, and take out those that nothing needs.

    Args:
        data: The data folder.
        gate: What a report says of the gate; without one, a build is asked.
    """
    if gate is None:
        gate = [result.as_dict() for result in build(data, data.parent / "candidate.duckdb", gate=False).checks]
    stale = {(result["check"], subject) for result in gate for subject in result["stale_exceptions"]}
    rows = [row for row in rows_of(data, "check_exceptions") if (row["check_name"], row["subject"]) not in stale]
    for result in gate:
        if result["level"] == "error":
            rows += [
                {"check_name": result["check"], "subject": subject, "reason": "Looked at.", "added_on": "2026-11-24"}
                for subject in sorted({violation["subject"] for violation in result["violations"]})
            ]
    write(data, "check_exceptions", rows)


def a_day_passes(data: Path) -> None:
    """Put everything that live sources showed a day back: a second reading on one day would replace the first."""

    def earlier(cells: tuple[str, ...]) -> tuple[str, ...]:
        return ((date.fromisoformat(cells[0]) - timedelta(days=1)).isoformat(), *cells[1:])

    for name in LIVE:
        spec = SPECS[name]
        rows = read_log(spec.path(data), spec).rows
        spec.path(data).write_bytes(render(spec.columns, [earlier(row) for row in rows]))
    scrapes = [
        earlier(scrape.cells) if scrape.source in LIVE else scrape.cells
        for scrape in read_scrapes(data / "scrapes.csv")
    ]
    (data / "scrapes.csv").write_bytes(render(SCRAPE_COLUMNS, sorted(scrapes)))


def news(data: Path, name: str, *key: str) -> dict[tuple[str, ...], str]:
    """What a log says for the first time today about keys that begin so, by the rest of the key."""
    spec = SPECS[name]
    today = date.today().isoformat(), datetime.now(UTC).date().isoformat()
    rows = [row for row in read_log(spec.path(data), spec).rows if row[0] in today and row[2 : 2 + len(key)] == key]
    return {row[2 + len(key) : -1]: row[-1] for row in rows}


def marked(database: Path) -> set[str]:
    """Workloads with answers that are marked."""
    with connect(database) as connection:
        found = connection.execute("SELECT DISTINCT workload FROM kms_verdicts WHERE evidence_changed").fetchall()
    return {row[0] for row in found}


# -- tests -------------------------------------------------------------------------------------------------------------


@pytest.mark.soak
def test_four_changes_in_one_run(process: Kb, data: Path, tmp_path: Path) -> None:
    """A new type, a changed disk, a changed sentence and a vanished type are in the logs and in the report at once."""
    with live_world(data) as world:

        def refresh(*more: object) -> Done:
            return process("refresh", "--data", data, *world.options, *more, **world.environment)

        for name in LIVE:
            first = process("scrape", name, "--data", data, "--json", *world.options, **world.environment)
            assert first.status == 0, first.stderr
            assert first.json["rows_changed"] > 0
            assert first.json["failures"] == []
        a_day_passes(data)
        accept(data)
        calm = refresh("--json")
        assert (calm.status, calm.json["is_changed"]) == (0, False), calm.stdout
        assert {each["source"]: each["outcome"] for each in calm.json["sources"]} == dict.fromkeys(
            PACKAGED, "already read"
        ) | dict.fromkeys(LIVE, "unchanged")
        assert calm.json["published"] == [str(data / "kb.duckdb")]
        assert marked(data / "kb.duckdb") == set()

        change(world)
        done = refresh("--json", "--report", tmp_path / "report.md")
        assert (done.status, done.stderr) == (1, "")
        check_logs(data)
        check_report((tmp_path / "report.md").read_text())
        # nothing of it is published before a person has looked at it
        assert marked(data / "kb.duckdb") == set()

        # nothing has to be read once more to publish in the end
        offline = ("--source", "sagemaker_api")
        accept(data, done.json["gate"])
        again = refresh(*offline, "--json").json
        assert (again["is_changed"], again["exit_status"]) == (False, 1)
        assert again["published"] == [str(data / "kb.duckdb")]
        assert marked(data / "kb.duckdb") == {"training", "tuning"}
        [waiting] = process("rule", "review", "--data", data, "--json").json
        assert (waiting["sentence_id"], waiting["status"]) == (SENTENCE, "changed")
        assert process("rule", "confirm", SENTENCE, "--reason", "Still so.", "--data", data).status == 0
        last = refresh(*offline)
        assert (last.status, last.stdout.splitlines()[0]) == (0, "# Nothing changed.")
        assert marked(data / "kb.duckdb") == set()


def change(world: LiveWorld) -> None:
    assert world.add_size(like="m5d.24xlarge", size="48xlarge") == "m5d.48xlarge"
    world.change_disk("m5d.xlarge", 160)
    world.said[SENTENCE] = "From now on a key covers local storage, too. That is new."
    world.drop("m5d.4xlarge")
    world.publish()


def check_logs(data: Path) -> None:
    """Every source that shows a change has it in its log, with today's date."""
    for component in ("hosting", "training"):
        assert news(data, "price_list", component, "us-east-1")[("ml.m5d.48xlarge",)] == "true"
        assert news(data, "price_list", component, "eu-west-1")[("ml.m5d.4xlarge",)] == "false"
    for source in ("ec2_api", "ec2_guide"):
        everywhere = ("all",) if source == "ec2_api" else ()
        new = news(data, source, "m5d.48xlarge")
        assert new[("instance_store_disks", *everywhere)] == "8x900 ssd"
        assert news(data, source, "m5d.xlarge") == {
            ("instance_store_disks", *everywhere): "1x160 ssd",
            ("instance_store_gb", *everywhere): "160",
        }
        gone = news(data, source, "m5d.4xlarge")
        assert set(gone.values()) == {"false"}
        assert {key[0] for key in gone} == {"is_present"}
    assert set(news(data, "sagemaker_docs")) == {(SENTENCE, "fingerprint")}


def check_report(report: str) -> None:
    parts = dict(part.split("\n\n", 1) for part in report.split("\n\n## ")[1:])
    assert "1 new instance type" in report.splitlines()[0]
    assert "| `ml.m5d.48xlarge` | `8 x 900 GB NVMe SSD` |" in parts["New types"]
    changed = parts["Facts about types"]
    for source in ("ec2_api", "ec2_guide"):
        assert f"| `m5d.xlarge` | `instance_store_disks` | `1x150 ssd` | `1x160 ssd` | `{source}` |" in changed
    assert "| `m5d.4xlarge` | EC2 | `ec2_api` |" in parts["Vanished"]
    assert "| `ml.m5d.4xlarge` | `hosting` in 2 Regions: `eu-west-1`, `us-east-1` | `price_list` |" in parts["Vanished"]
    evidence = parts["Sentences the rules rest on"]
    assert f"- `{SENTENCE}` in " in evidence
    assert f"kb rule confirm {SENTENCE} " in evidence
    assert "`training-" in evidence
    assert " answers are marked `evidence_changed`" in evidence
    assert "0 answers" not in evidence
    said = parts["What the gate says"]
    assert "**`no_type_lost` refuses**" in said
    assert "**`evidence_confirmed` asks for a review**" in said
    assert "The gate refuses to publish" in report


@pytest.mark.soak
def test_without_internet_and_credentials(process: Kb, data: Path) -> None:
    """It says what it could not reach, reads the packaged sources, and ends well in bounded time."""
    build(data, data / "kb.duckdb")
    before = {path: path.read_bytes() for path in data.rglob("*.csv")}
    # port 9 of this machine: nobody answers there, whatever the network of the machine is like
    nowhere = "http://127.0.0.1:9"
    done = process("refresh", "--data", data, HTTPS_PROXY=nowhere, HTTP_PROXY=nowhere)
    assert done.status == 0, done.stdout + done.stderr
    assert done.stdout.startswith("# Nothing changed.\n")
    lines = {line.split("`")[1]: line for line in done.stdout.partition("## Sources")[2].splitlines() if "`" in line}
    assert set(lines) == set(SCRAPERS)
    for name in PACKAGED:
        assert f"| `{name}` | already read |" in lines[name]
    for name in LIVE:
        assert f"| `{name}` | skipped |" in lines[name]
        assert ("AWS credentials: none found" if SCRAPERS[name].needs == "credentials" else "https://") in lines[name]
    assert {path: path.read_bytes() for path in data.rglob("*.csv")} == before
