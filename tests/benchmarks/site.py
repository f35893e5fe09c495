"""The web site under load on this machine, beside a plain Datasette with a plain table of the same rows."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import kb
from kb.dataset.paths import data_dir
from kb.export import export
from kb.pipeline import build
from kb.site.app import SETTINGS
from tests.benchmarks.result import Result

_CONNECTIONS = 4
_SECONDS, _MOST = 4, 1000
#: Runs until it is cut off; each with its own number, as the browser of another visitor would ask.
_ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n WHERE i <> {}"
_MAIN = "from kb.cli import main; main()"

#: Kinds of page, the page of plain Datasette that each is compared with, and at least how many times as fast it is.
_PAGES = {
    "page of a type": ("table page", 2.0),
    "page of a type as JSON": ("row as JSON", 1.0),
    "front page": ("table page", 2.0),
    "search": ("table page", 2.0),
    "matrix": ("table page", 2.0),
    "question": ("table page", 2.0),
    "table page": ("table page", 0.5),
    "page of a type, not changed": ("row as JSON", 2.0),
}


@dataclass(frozen=True)
class _Server:
    """A running site."""

    port: int
    process: subprocess.Popen[str]
    seconds_to_answer: float

    def get(self, path: str) -> Any:
        return urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60)

    def load(self, paths: Sequence[str], etag: str | None = None) -> dict[str, Any]:
        done = self.start_load(paths, etag).communicate()[0]
        return dict(json.loads(done))

    def start_load(self, paths: Sequence[str], etag: str | None = None) -> subprocess.Popen[str]:
        order = {"host": "127.0.0.1", "port": self.port, "paths": paths, "connections": _CONNECTIONS}
        order |= {"seconds": _SECONDS, "most": _MOST, "etag": etag}
        command = [sys.executable, "-m", "tests.benchmarks.client"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdin is not None
        process.stdin.write(json.dumps(order))
        process.stdin.close()
        process.stdin = None
        return process

    def megabytes(self) -> float | None:
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.is_file():
            return None  # not Linux
        found = re.search(r"VmRSS:\s+([0-9]+) kB", status.read_text(encoding="ascii"))
        return None if found is None else int(found[1]) / 1000


def measure(folder: Path) -> list[Result]:
    """Measure requests per second, the time of the slowest twentieth, start and memory."""
    built = build(data_dir(), folder / "site.duckdb", folder / "site.txt")
    export(built.database, folder / "site", ("sqlite",))
    _copy_plain(folder / "site" / "kb.sqlite", folder / "plain.sqlite")
    serve = [sys.executable, "-c", _MAIN, "serve", "--database", str(built.database), "--export", str(folder / "site")]
    datasette = [sys.executable, "-m", "datasette", "-i", str(folder / "plain.sqlite")]
    with _running(serve) as ours, _running(datasette) as plain:
        results = [*_speed(ours, plain), _under_heavy_sql(ours)]
        return [*results, *_process("kb serve", ours), *_process("plain Datasette", plain)]


def _speed(ours: _Server, plain: _Server) -> list[Result]:
    names = [each.instance_type for each in kb.find()]
    pages = {
        "page of a type": [f"/types/{name}" for name in names],
        "page of a type as JSON": [f"/types/{name}.json" for name in names],
        "front page": ["/"],
        "search": [f"/types?q={family}" for family in sorted({name.split(".")[1] for name in names})],
        "matrix": ["/matrix"],
        "question": [f"/kb/can-i-use-my-key?type={quote(name)}&workload=training" for name in names],
        "table page": ["/kb/instance_types"],
        "page of a type, not changed": [f"/types/{names[0]}"],
    }
    plain_pages = {
        "table page": ["/plain/instance_types"],
        "row as JSON": [f"/plain/instance_types/{n + 1}.json" for n in range(len(names))],
    }
    with ours.get(f"/types/{names[0]}") as response:
        etag = response.headers["etag"]
    theirs = {what: plain.load(paths) for what, paths in plain_pages.items()}
    found = {what: ours.load(paths, etag if "not changed" in what else None) for what, paths in pages.items()}
    results = [Result(f"plain Datasette: {what}", _shown(load), "shown", True) for what, load in theirs.items()]
    for what, load in found.items():
        beside, least = _PAGES[what]
        ratio = load["per_second"] / theirs[beside]["per_second"]
        wanted = {"304"} if "not changed" in what else {"200"}
        is_met = ratio >= least and set(load["statuses"]) == wanted
        text = f"{ratio:.1f}x the {beside} ({_shown(load)})"
        results.append(Result(f"site: {what}", text, f"at least {least:g}x", is_met))
    return results


def _under_heavy_sql(ours: _Server) -> Result:
    """The page of a type while other visitors run SQL that has to be cut off."""
    heavy = ours.start_load([f"/kb.json?sql={quote(_ENDLESS.format(-n))}" for n in range(1, 1000)])
    time.sleep(0.3)
    load = ours.load([f"/types/{each.instance_type}" for each in kb.find()])
    cut_off = json.loads(heavy.communicate()[0])
    limit = SETTINGS["sql_time_limit_ms"]
    is_met = load["p95_ms"] < limit and set(load["statuses"]) == {"200"} and set(cut_off["statuses"]) == {"400"}
    text = f"p95 {load['p95_ms']:.0f} ms ({load['per_second']:.0f}/s; {cut_off['answers']} queries cut off)"
    return Result(f"site: page of a type beside {_CONNECTIONS} endless queries", text, f"p95 under {limit} ms", is_met)


def _process(what: str, server: _Server) -> list[Result]:
    megabytes = server.megabytes()
    results = [Result(f"{what}: start to first answer", f"{server.seconds_to_answer:.1f} s", "shown", True)]
    if megabytes is not None:
        results.append(Result(f"{what}: memory after the load", f"{megabytes:.0f} MB", "shown", True))
    return results


def _shown(load: dict[str, Any]) -> str:
    return f"{load['per_second']:.0f}/s, p95 {load['p95_ms']:.0f} ms"


def _copy_plain(source: Path, target: Path) -> None:
    """Copy the rows of a table without keys, indexes and descriptions."""
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("ATTACH ? AS exported", (str(source),))
        connection.execute("CREATE TABLE instance_types AS SELECT * FROM exported.instance_types")
        connection.commit()


@contextmanager
def _running(command: list[str]) -> Iterator[_Server]:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    began = time.perf_counter()
    quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([*command, "--port", str(port)], text=True, **quiet) as process:
        try:
            server = _Server(port, process, 0)
            while True:
                try:
                    server.get("/").close()
                    break
                except OSError:
                    if process.poll() is not None or time.perf_counter() - began > 60:
                        raise
                    time.sleep(0.02)
            yield _Server(port, process, time.perf_counter() - began)
        finally:
            process.terminate()
