"""The command as a process: its streams, its exit status, what it imports, and what happens when it is cut off."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Run
from tests.pipeline.mini import MiniData

HEAVY = (
    "duckdb",
    "botocore",
    "moto",
    "cfnlint",
    "kb.dataset.schema",
    "kb.pipeline",
    "kb.checks",
    "kb.export",
    "scrapers",
    "tabulate",
)

_NO_DUCKDB = "import sys; sys.modules['duckdb'] = None"


#: Says when all is imported. Undoes that a shell lets processes which it starts in the background ignore Ctrl-C.
_READY = """
import signal
import duckdb, tabulate, kb.cli.commands.sql
signal.signal(signal.SIGINT, signal.default_int_handler)
print("ready", flush=True)
"""
_PIPES = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


def start(*arguments: object, before: str = "", **options: object) -> subprocess.Popen[bytes]:
    code = f"{before}\nfrom kb.cli import main; main()"
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        [sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT, **options
    )


def test_answers_and_messages_go_to_different_streams(process: Run) -> None:
    found = process("lookup", "ml.nope", "ml.m5.xlarge", "--json")
    assert found.status == 1
    assert found.json[0]["instance_type"] == "ml.m5.xlarge"
    assert found.stderr == "Error: unknown instance type 'ml.nope'\n"
    found = process("list", "--family", "g5", "--csv")
    assert (found.status, found.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("lookup", "ml.m5.xlarge"), 0),
        (("lookup", ""), 1),
        (("lookup", "\udcff\udcfe"), 1),
        (("lookup", "x" * 10_000), 1),
        (("list", "--workload", "nope"), 1),
        (("sql", "SELECT 1", "--database", "/dev/null"), 1),
        (("sql", "SELECT 1", "--database", __file__), 1),
        (("lookup",), 2),
        (("list", "--nope"), 2),
        (("nope",), 2),
        (("diff", "1", "2"), 2),
    ],
)
def test_exit_status_and_never_a_traceback(process: Run, arguments: tuple[str, ...], status: int) -> None:
    found = process(*arguments)
    assert found.status == status
    assert "Traceback" not in found.stderr
    assert found.stderr.startswith("Error: " if status == 1 else "Usage: " if status == 2 else "")


def test_lookup_imports_nothing_heavy(process: Run) -> None:
    before = f"""
import atexit, sys
atexit.register(lambda: print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr))
"""
    for arguments in (("lookup", "ml.g5.xlarge"), ("list", "-w", "training"), ("diff", "2026.01.01", "2026.02.01")):
        assert process(*arguments, before=before).stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "arguments", [("sql", "SELECT 1"), ("query", "contradicting-statements"), ("build",), ("lint",)], ids=lambda a: a[0]
)
def test_missing_duckdb_names_the_extra(process: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    found = process(*arguments, before=_NO_DUCKDB, KB_DATABASE=str(tmp_path / "kb.duckdb"))
    assert found.status == 1
    [line] = found.stderr.splitlines()
    assert line.startswith("Error: ")
    assert "needs the package 'duckdb': pip install 'sagemaker-storage-kb[build]'" in line


def test_lookups_work_without_duckdb(process: Run) -> None:
    for arguments in (
        ("lookup", "ml.g5.xlarge"),
        ("list",),
        ("history", "ml.g5.xlarge"),
        ("query", "--list"),
        ("--help",),
    ):
        assert process(*arguments, before=_NO_DUCKDB).status == 0


@pytest.mark.parametrize(
    "arguments",
    [("list", "--json"), ("list", "--csv"), ("diff", "2017-11-29", "2026-10-20", "--csv"), ("lookup", "ml.g5.xlarge")],
)
def test_a_reader_that_goes_away_is_no_error(arguments: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    child = start(*arguments, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    os.close(reading)
    _, message = child.communicate(timeout=60)
    assert child.returncode == 141
    assert b"Error" not in message
    assert b"Traceback" not in message


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("arguments", [("list",), ("list", "--csv"), ("--version",), ("--help",)])
def test_a_full_disk_is_one_message(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        child = start(*arguments, stdout=full, stderr=subprocess.PIPE)
        _, message = child.communicate(timeout=60)
    assert child.returncode == 1
    assert b"Traceback" not in message
    assert b"No space left on device" in message


def interrupt(child: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Press Ctrl-C once the child has said that all is imported, and had some time to begin."""
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    time.sleep(0.7)
    child.send_signal(signal.SIGINT)
    try:
        _, message = child.communicate(timeout=60)
    finally:
        child.kill()
    return child.returncode, message.decode()


def test_ctrl_c_ends_sql_at_once(database: Path) -> None:
    endless = "SELECT count(*) FROM range(100000000000) AS a, range(1000) AS b"
    child = start("sql", endless, "--database", database, before=_READY, **_PIPES)
    status, message = interrupt(child)
    # ended by the signal itself, which a shell reports as 130
    assert status == -signal.SIGINT
    assert message == ""


def test_ctrl_c_while_waiting_for_input(database: Path) -> None:
    reading, writing = os.pipe()
    child = start("sql", "-", "--database", database, before=_READY, stdin=reading, **_PIPES)
    status, message = interrupt(child)
    os.close(reading)
    os.close(writing)
    assert (status, message) == (130, "Interrupted.\n")


def test_progress_is_for_terminals_only(process: Run, mini_data: MiniData, tmp_path: Path) -> None:
    command = ("build", "--data", mini_data.write(), "--output", tmp_path / "kb.duckdb")
    in_a_pipe = process(*command)
    assert len(in_a_pipe.stderr.splitlines()) == 1
    terminal, side = pty.openpty()
    child = start(*command, stderr=side, stdout=subprocess.PIPE)
    os.close(side)
    shown = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # the other side is closed
            break
        if not part:
            break
        shown += part
    os.close(terminal)
    answer, _ = child.communicate(timeout=60)
    assert (child.returncode, answer) == (0, b"")
    assert b"] 1/" in shown
    assert b"publishing" in shown
    assert shown.rstrip().rpartition(b"\r\x1b[K")[2].startswith(b"built ")


def test_a_terminal_of_another_encoding_gets_escapes(process: Run, database: Path) -> None:
    found = process(
        *("sql", "SELECT chr(8364) AS e", "--database", database), PYTHONIOENCODING="iso-8859-1", COLUMNS="80"
    )
    assert found.status == 0
    assert found.stdout.splitlines()[2] == "\\u20ac"


def test_a_damaged_snapshot_is_one_message(process: Run) -> None:
    before = """
import sys
import kb
from kb.errors import SnapshotError
from tests.pipeline.mini import MiniData
def fail():
    raise SnapshotError("snapshot.txt: cut off; run `kb build`")
sys.modules["kb.library.lookup"].snapshot = fail
"""
    for arguments in (("lookup", "ml.g5.xlarge"), ("list",), ("versions",), ("workloads",)):
        found = process(*arguments, before=before)
        assert (found.status, found.stdout) == (1, "")
        assert found.stderr == "Error: snapshot.txt: cut off; run `kb build`\n"
    found = process("--version", before=before)
    assert found.status == 0
    assert "data none (snapshot.txt: cut off" in found.stdout
    found = process(before=before, _KB_COMPLETE="bash_complete", COMP_WORDS="kb lookup ml.g", COMP_CWORD="2")
    assert (found.stdout.strip(), found.stderr) == ("", "")
