"""``kb serve`` as a real process, and what it says of files and ports that cannot be used."""

from __future__ import annotations

import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import copyfile

import duckdb
import pytest

from kb.pipeline import BuildResult, build
from tests.cli.conftest import Run
from tests.pipeline.mini import MiniData

MAIN = "from kb.cli import main; main()"


@contextmanager
def serving(*arguments: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running `kb serve` and its address."""
    command = [sys.executable, "-c", MAIN, "serve", "--port", "0", *map(str, arguments)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if found := re.search(r"at (http://\S+/) ", line):
                    yield process, found[1]
                    break
            else:
                pytest.fail("it never said where it is")
        finally:
            process.kill()


def fetch(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as response:
        return str(response.read().decode())


def test_serves_until_interrupted(built: BuildResult, exported: Path) -> None:
    with serving("--database", built.database, "--export", exported) as (process, address):
        assert address.startswith("http://127.0.0.1:")
        assert "ml.g6e.xlarge" in fetch(f"{address}types/ml.g6e.xlarge")
        assert json.loads(fetch(f"{address}types/ml.g6e.xlarge.json"))["instance_type"] == "ml.g6e.xlarge"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
        assert process.stderr is not None
        assert process.stderr.read().splitlines()[-1] == "Stopped."
        assert process.stdout is not None
        assert process.stdout.read() == ""


def copy_site(exported: Path, folder: Path) -> None:
    """Make what an export of SQLite alone makes."""
    folder.mkdir()
    for name in ("kb.sqlite", "lookup.txt"):
        copyfile(exported / name, folder / name)
    sums = (exported / "SHA256SUMS").read_text().splitlines(keepends=True)
    (folder / "SHA256SUMS").write_text("".join(line for line in sums if line[66:-1] in ("kb.sqlite", "lookup.txt")))


def test_another_database_is_exported_first_and_answers(mini_data: MiniData, exported: Path, tmp_path: Path) -> None:
    """The pages tell of the database that is named, not of the package's data."""
    folder = tmp_path / "export"
    copy_site(exported, folder)
    mini = build(mini_data.write(), tmp_path / "mini.duckdb").database
    with duckdb.connect(str(mini), read_only=True) as connection:
        names = [row[0] for row in connection.execute("SELECT instance_type FROM instance_types ORDER BY 1").fetchall()]
    for _ in range(2):
        with serving("--database", mini, "--export", folder) as (_, address):
            assert sorted(json.loads(fetch(f"{address}types.json"))) == names
            rows = json.loads(fetch(f"{address}kb/instance_types.json?_shape=array&_col=instance_type"))
            assert [row["instance_type"] for row in rows] == names
    assert len(names) < 50


def test_an_export_alone_will_do(exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_DATABASE", str(tmp_path / "none.duckdb"))
    with serving("--export", exported) as (_, address):
        assert "ml.m5.xlarge" in fetch(f"{address}types/ml.m5.xlarge")


def test_no_database(kb: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_DATABASE", str(tmp_path / "none.duckdb"))
    found = kb("serve", "--port", 0, "--export", tmp_path / "export")
    assert (found.status, found.stdout) == (1, "")
    assert found.stderr == f"Error: {tmp_path / 'none.duckdb'}: no database there; run `kb build` to make it\n"


def test_a_database_that_is_named_must_be_there(kb: Run, exported: Path, tmp_path: Path) -> None:
    found = kb("serve", "--port", 0, "--export", exported, "--database", tmp_path / "none.duckdb")
    assert found.status == 1
    assert "no database there" in found.stderr


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:500_000])


def _other_version(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE build_info SET value = '1' WHERE name = 'schema_version'")


def _other_data(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE build_info SET value = 'other' WHERE name = 'input_sha256'")


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda file: file.write_bytes(b"no database at all" * 100), "not a usable export"),
        (lambda file: file.write_bytes(b""), "not a usable export"),
        (_cut, "not a usable export|damaged"),
        (_other_version, "schema version 1, but this reads version"),
        (_other_data, "not made from the same data"),
        (lambda file: file.with_name("lookup.txt").unlink(), "lookup.txt: cannot be read"),
        (lambda file: file.with_name("lookup.txt").write_text("x"), "lookup.txt: not a lookup snapshot"),
    ],
)
def test_an_export_that_cannot_be_used(
    *, kb: Run, exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: object, problem: str
) -> None:
    folder = tmp_path / "export"
    copy_site(exported, folder)
    spoil(folder / "kb.sqlite")  # type: ignore[operator]
    monkeypatch.setenv("KB_DATABASE", str(tmp_path / "none.duckdb"))
    found = kb("serve", "--port", 0, "--export", folder)
    assert found.status == 1
    assert re.search(problem, found.stderr)
    assert len(found.stderr.splitlines()) == 1


def test_a_spoilt_export_is_made_again_from_the_database(built: BuildResult, exported: Path, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    copy_site(exported, folder)
    (folder / "kb.sqlite").write_bytes(b"no database at all")
    with serving("--database", built.database, "--export", folder) as (_, address):
        assert "ml.m5.xlarge" in fetch(f"{address}types/ml.m5.xlarge")
    assert (folder / "kb.sqlite").read_bytes() == (exported / "kb.sqlite").read_bytes()


def test_a_port_in_use(kb: Run, exported: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        found = kb("serve", "--port", port, "--export", exported)
    assert found.status == 1
    assert found.stderr == f"Error: port {port} is in use; choose another with --port, or 0 for any free one\n"


@pytest.mark.parametrize(
    ("arguments", "status", "problem"),
    [
        (("--host", "no.such.host.invalid"), 1, "not an address of this machine"),
        (("--host", "192.0.2.1"), 1, "192.0.2.1, port 0: "),
        (("--host", "x" * 300), 1, "not an address of this machine"),
        (("--port", "66000"), 2, "66000"),
        (("--port", "http"), 2, "http"),
    ],
)
def test_an_address_that_cannot_be_had(kb: Run, arguments: tuple[str, str], status: int, problem: str) -> None:
    found = kb("serve", "--port", 0, *arguments)
    assert found.status == status
    assert problem in found.stderr


def test_a_missing_package_is_named(process: Run, exported: Path) -> None:
    for package in ("datasette", "feedgen", "vl_convert"):
        before = f"import sys; sys.modules[{package!r}] = None"
        found = process("serve", "--port", 0, "--export", exported, before=before)
        assert found.status == 1
        assert "[web]" in found.stderr
        assert package in found.stderr
        assert "Traceback" not in found.stderr
