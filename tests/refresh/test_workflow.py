"""The workflow that refreshes every day: what it may do, and what its scripts do in a real repository."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest

from kb.checks import Violation
from kb.cli.app import cli
from scrapers.refresh.report import render
from tests.cli.conftest import ROOT
from tests.refresh.test_report import check, report
from tests.scrapers.builders import GitRepository

#: PyYAML, which comes with moto and cfn-lint.
yaml: Any = importlib.import_module("yaml")
WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "refresh.yml").read_text(encoding="utf-8"))
READ, PROPOSE = WORKFLOW["jobs"]["read"], WORKFLOW["jobs"]["propose"]
BOT = PROPOSE["env"]["BOT"]


def scripts() -> list[str]:
    return [step["run"] for job in WORKFLOW["jobs"].values() for step in job["steps"] if "run" in step]


def script_of(job: dict[str, Any], name: str) -> str:
    [found] = [step["run"] for step in job["steps"] if step.get("name") == name]
    return str(found)


def test_runs_daily_and_by_hand() -> None:
    triggers = WORKFLOW[True]  # YAML 1.1 reads the key `on` as a boolean
    assert set(triggers) == {"schedule", "workflow_dispatch"}
    [schedule] = triggers["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* \*", schedule["cron"])


def test_who_reads_the_internet_cannot_write_and_who_writes_has_no_credentials() -> None:
    assert WORKFLOW["permissions"] == {}
    assert READ["permissions"] == {"contents": "read", "id-token": "write"}
    assert PROPOSE["permissions"] == {"contents": "write", "pull-requests": "write"}
    [checkout] = [step for step in READ["steps"] if step.get("uses", "").startswith("actions/checkout@")]
    assert checkout["with"]["persist-credentials"] is False
    assert not any("pip" in step.get("run", "") or "kb " in step.get("run", "") for step in PROPOSE["steps"])
    assert all("timeout-minutes" in job for job in (READ, PROPOSE))


def test_only_actions_of_github_and_aws() -> None:
    used = [step["uses"] for job in WORKFLOW["jobs"].values() for step in job["steps"] if "uses" in step]
    assert len(used) >= 6
    assert all(re.fullmatch(r"(actions|aws-actions)/[a-z-]+@v\d+", name) for name in used)


def test_credentials_are_optional_and_of_a_role() -> None:
    [aws] = [step for step in READ["steps"] if step.get("uses", "").startswith("aws-actions/")]
    assert aws["if"] == "vars.AWS_REFRESH_ROLE != ''"
    assert aws["with"]["role-to-assume"] == "${{ vars.AWS_REFRESH_ROLE }}"
    text = (ROOT / ".github" / "workflows" / "refresh.yml").read_text(encoding="utf-8")
    assert "secrets." not in text
    # what an event says reaches a script through the environment only
    assert not any("${{" in script for script in scripts())


def test_every_kb_command_and_option_exists() -> None:
    found = re.findall(r"^\s*kb (\w+)((?: --?[\w-]+(?: [\w./]+)?)*)", "\n".join(scripts()), re.MULTILINE)
    assert [name for name, _ in found] == ["refresh"]
    for name, options in found:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        known = {text for parameter in command.params for text in parameter.opts}
        used = set(re.findall(r"--[\w-]+", options))
        assert used
        assert used <= known


def test_the_extras_that_it_installs_exist() -> None:
    extras = {
        name
        for script in scripts()
        for found in re.findall(r"-e '\.\[([\w,]+)\]'", script)
        for name in found.split(",")
    }
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert extras == {"dev"}
    assert all(re.search(rf"^{name} = \[", text, re.MULTILINE) for name in extras)


# -- the scripts, run for real ----------------------------------------------------------------------------------------


class Runner:
    """A clone of a bare repository, and a folder with programs of our own that come first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.origin = folder / "origin.git"
        seed = GitRepository(folder / "seed")
        names = ("data/observations/a.csv", "data/scrapes.csv", "kb/snapshot.txt", "README.md", "kb/export/RECIPES.md")
        files = dict.fromkeys(names, b"old\n")
        seed.commit("2026-11-01T00:00:00+00:00", {**files, ".gitignore": b"data/*.duckdb\nreport.md\n"})
        self.git("clone", "--quiet", "--bare", str(seed.folder), str(self.origin), at=folder)
        self.clone = folder / "clone"
        self.programs = folder / "bin"
        self.programs.mkdir()
        self.temporary = folder / "tmp"
        (self.temporary / "refresh").mkdir(parents=True)
        self.fresh()

    def fresh(self) -> None:
        """A new clone, as the next run has one."""
        shutil.rmtree(self.clone, ignore_errors=True)
        self.git("clone", "--quiet", str(self.origin), str(self.clone), at=self.folder)

    def git(self, *arguments: str, at: Path | None = None) -> str:
        done = subprocess.run(["git", *arguments], cwd=at or self.clone, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def program(self, name: str, script: str) -> None:
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def run(self, script: str, **environment: str) -> tuple[int, str]:
        """Run a script as a runner does; returns its status and what it wrote to GITHUB_OUTPUT."""
        output = self.folder / "output"
        output.write_text("")
        known = {
            "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "GITHUB_REPOSITORY": "someone/kb",
            "RUNNER_TEMP": str(self.temporary),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.clone,
            env=os.environ | known | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, output.read_text()


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def kb_that(status: int, *commands: str) -> str:
    return "\n".join(["printf '# One source shows something new.\\n' > report.md", *commands, f"exit {status}"])


@pytest.mark.parametrize("status", [0, 1])
def test_a_change_is_collected_whatever_the_gate_says(runner: Runner, status: int) -> None:
    news = "echo new > data/observations/a.csv; echo x > data/observations/b.csv; echo x > data/kb.duckdb"
    runner.program("kb", kb_that(status, news))
    assert runner.run(script_of(READ, "Read the sources")) == (0, f"status={status}\n")
    assert (runner.folder / "summary").read_text().startswith("# One source")
    assert runner.run(script_of(READ, "Collect what changed")) == (0, "is_changed=true\n")
    patch = (runner.clone / "refresh.patch").read_text()
    assert "b/data/observations/b.csv" in patch
    assert "duckdb" not in patch


def test_what_is_generated_from_the_data_comes_along(runner: Runner) -> None:
    runner.program("kb", kb_that(0, "echo new > data/observations/a.csv"))
    program = 'test "$*" = "-m tests.generate" && echo new > README.md && echo new > kb/export/RECIPES.md'
    runner.program("python", program)
    for name in ("Read the sources", "Rewrite what is generated from the data", "Collect what changed"):
        assert runner.run(script_of(READ, name))[0] == 0
    patch = (runner.clone / "refresh.patch").read_text()
    assert re.findall(r"^\+\+\+ b/(.*)$", patch, re.MULTILINE) == [
        "README.md",
        "data/observations/a.csv",
        "kb/export/RECIPES.md",
    ]


def test_nothing_is_generated_from_data_that_the_gate_refuses(runner: Runner) -> None:
    refused = "printf '# x\\n\\n**The gate refuses to publish.**\\n' > report.md; exit 1"
    runner.program("kb", refused)
    runner.program("python", "exit 1")
    assert runner.run(script_of(READ, "Read the sources"))[0] == 0
    assert runner.run(script_of(READ, "Rewrite what is generated from the data"))[0] == 0
    runner.program("kb", kb_that(0))
    assert runner.run(script_of(READ, "Read the sources"))[0] == 0
    assert runner.run(script_of(READ, "Rewrite what is generated from the data"))[0] == 1


def test_verified_and_nothing_new_is_no_change(runner: Runner) -> None:
    runner.program("kb", kb_that(0, "echo again > data/scrapes.csv"))
    assert runner.run(script_of(READ, "Read the sources")) == (0, "status=0\n")
    assert runner.run(script_of(READ, "Collect what changed")) == (0, "is_changed=false\n")


@pytest.mark.parametrize("program", [kb_that(2), "exit 1", kb_that(130)])
def test_a_refresh_that_ends_without_a_report_fails_the_job(runner: Runner, program: str) -> None:
    runner.program("kb", program)
    assert runner.run(script_of(READ, "Read the sources"))[0] == 1


PULL_REQUEST = 'echo "$@" >> "$RUNNER_TEMP/calls"; case "$1 $2" in "pr list") echo "$OPEN";; esac'


def propose(
    runner: Runner, content: str, status: str = "0", report: str = "# One type changed.\n", opened: str = ""
) -> str:
    """Propose a change of the log as the second job does; returns what `gh` was called with."""
    found = runner.temporary / "refresh"
    (runner.clone / "data/observations/a.csv").write_text(content)
    (found / "refresh.patch").write_text(runner.git("diff") + "\n")
    runner.git("checkout", "--quiet", ".")
    (found / "report.md").write_text(report)
    (runner.temporary / "calls").write_text("")
    runner.program("gh", PULL_REQUEST)
    environment = {"BASE": "main", "BRANCH": "refresh", "BOT": BOT, "STATUS": status, "OPEN": opened}
    assert runner.run(script_of(PROPOSE, "Open or update the pull request"), **environment)[0] == 0
    return (runner.temporary / "calls").read_text()


def test_a_pull_request_is_opened(runner: Runner) -> None:
    calls = propose(runner, "new\n")
    assert "pr create --base main --head refresh --title One type changed. --body-file" in calls
    assert runner.git("show", "refresh:data/observations/a.csv", at=runner.origin) == "new"
    assert runner.git("log", "-1", "--format=%ae %s", "refresh", at=runner.origin) == f"{BOT} One type changed."
    assert runner.git("rev-list", "--count", "main..refresh", at=runner.origin) == "1"


def test_the_next_day_the_same_pull_request_is_updated(runner: Runner) -> None:
    propose(runner, "new\n")
    runner.fresh()
    calls = propose(runner, "newer\n", opened="7")
    assert "api --silent --method PATCH repos/someone/kb/pulls/7 " in calls
    assert "pr create" not in calls
    assert runner.git("show", "refresh:data/observations/a.csv", at=runner.origin) == "newer"
    assert runner.git("rev-list", "--count", "main..refresh", at=runner.origin) == "1"


def test_what_a_person_did_on_the_branch_is_left_alone(runner: Runner) -> None:
    propose(runner, "new\n")
    runner.git(
        "-c", "user.name=P", "-c", "user.email=p@example.com", "commit", "--quiet", "--allow-empty", "-m", "work"
    )
    runner.git("push", "--quiet", "origin", "HEAD:refresh")
    runner.fresh()
    assert propose(runner, "newer\n", opened="7") == ""
    assert runner.git("show", "refresh:data/observations/a.csv", at=runner.origin) == "new"


@pytest.mark.parametrize(
    ("status", "report", "title"),
    [
        ("1", "# One type changed.\n\n**The gate refuses to publish.**\n", "The gate refuses: One type changed."),
        ("1", "# One type changed.\n\n**A person has to look.**\n", "Needs a look: One type changed."),
        ("0", "# " + "x" * 400 + "\n", "x" * 218),
    ],
)
def test_the_title_says_that_somebody_has_to_look(runner: Runner, status: str, report: str, title: str) -> None:
    assert f"--title {title} --body-file" in propose(runner, "new\n", status, report)


def test_a_title_is_text_and_never_a_command(runner: Runner) -> None:
    propose(runner, "new\n", report="# $(touch evil) `touch evil` \"; touch evil; '\n")
    assert not (runner.clone / "evil").exists()


def test_the_words_that_the_script_looks_for_are_those_of_the_report() -> None:
    looked_for = re.findall(r"grep -q '(.*)' ", "\n".join(scripts()))
    assert len(looked_for) == 2
    [words] = set(looked_for)
    refusal = check("no_type_lost", "error", Violation("ml.a", "gone"))
    assert words in render(report(gate=(refusal,)))
    assert words not in render(report())
    assert render(report()).startswith("# "), "the title is what stands behind these two characters"
