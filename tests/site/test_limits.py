"""Safety: read only, limits on what SQL can take, headers, caching, closed pages."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from kb.site import http
from kb.site.app import SETTINGS
from tests.site.conftest import Get, Wait

FOREVER = "with recursive r(n) as (select 1 union all select n + 1 from r) select count(*) from r"


@pytest.mark.parametrize(
    "sql",
    [
        "drop table instance_types",
        "insert into versions values (1, 2, 3, 4)",
        "attach 'other.db' as other",
        "pragma writable_schema = 1",
        "vacuum into 'copy.db'",
        "select load_extension('x')",
        "select writefile('x', 'y')",
        "select zeroblob(100000000)",
        "select replace(hex(zeroblob(2000000)), '0', 'xxxxxxxxxx')",
        "select 1; select 2",
        FOREVER,
    ],
)
def test_sql_that_is_refused_or_cut_off(get: Get, exported: Path, sql: str) -> None:
    before = sorted(path.name for path in exported.iterdir())
    response = get(f"/kb.json?sql={sql.replace(' ', '+')}")
    assert response.status_code == 400, response.text[:300]
    assert response.json()["ok"] is False
    assert sorted(path.name for path in exported.iterdir()) == before
    with sqlite3.connect(f"file:{exported / 'kb.sqlite'}?mode=ro", uri=True) as connection:
        assert connection.execute("SELECT count(*) FROM instance_types").fetchone()[0] > 400


def test_rows_are_limited(get: Get) -> None:
    found = get("/kb.json?sql=select+*+from+observations").json()
    assert found["truncated"] is True
    assert len(found["rows"]) == SETTINGS["max_returned_rows"]


def test_slow_queries_do_not_keep_others_waiting(datasette: Any, wait: Wait) -> None:
    """Pages are answered while as many endless queries run as there are threads but one."""

    async def both() -> tuple[list[Any], float, list[Any]]:
        slow = [
            asyncio.create_task(datasette.client.get(f"/kb.json?sql={FOREVER.replace(' ', '+')}+limit+{n}"))
            for n in range(1, SETTINGS["num_sql_threads"])
        ]
        await asyncio.sleep(0.1)
        began = time.monotonic()
        pages = [await datasette.client.get(path) for path in ("/types/ml.g5.xlarge", "/types?q=g6e", "/matrix")]
        return pages, time.monotonic() - began, await asyncio.gather(*slow)

    pages, _, slow = wait(both())
    assert [each.status_code for each in pages] == [200, 200, 200]
    assert {each.status_code for each in slow} == {400}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_only_questions(get: Get, method: str) -> None:
    response = get("/kb/instance_types", method)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "name",
    ["threads", "databases", "actor", "auth-token", "logout", "permissions", "messages", "allow-debug", "patterns"],
)
def test_pages_about_the_server_are_closed(get: Get, name: str) -> None:
    for path in (f"/-/{name}", f"/-/{name}.json"):
        assert get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/types/ml.g5.xlarge", "/kb/versions.json", "/kb/can-i-use-my-key", "/assets/kb.css"]
)
def test_headers(get: Get, path: str) -> None:
    response = get(path)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert "max-age=" in response.headers["cache-control"]
    assert "set-cookie" not in response.headers


def test_a_page_is_sent_again_only_when_it_changed(get: Get) -> None:
    first = get("/types/ml.g5.xlarge")
    tag = first.headers["etag"]
    again = get("/types/ml.g5.xlarge", if_none_match=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert again.headers["cache-control"] == first.headers["cache-control"]
    other = get("/types/ml.m5.xlarge", if_none_match=tag)
    assert other.status_code == 200
    assert other.headers["etag"] != tag
    assert get("/types/ml.g5.xlarge?as_of=2026-01-01").headers["etag"] != tag


@pytest.mark.parametrize("parameter", ["_sort=nothing", "_sort_desc=nothing", "_facet=nothing"])
def test_a_column_that_is_not_there(get: Get, parameter: str) -> None:
    response = get(f"/kb/instance_types?{parameter}")
    assert response.status_code == 400
    assert "nothing" in response.text


def test_what_failed_is_not_kept(get: Get) -> None:
    response = get("/kb?sql=select+nonsense")
    assert response.status_code == 400
    assert "max-age" not in response.headers.get("cache-control", "")


def test_other_code_makes_other_tags(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    tag = get("/types/ml.g5.xlarge").headers["etag"]
    monkeypatch.setattr(http, "code_digest", lambda: b"another release")
    assert get("/types/ml.g5.xlarge", if_none_match=tag).status_code == 200


def test_what_is_not_there_has_no_tag(get: Get) -> None:
    response = get("/types/ml.g55.xlarge")
    assert "etag" not in response.headers


def test_assets_may_be_kept_for_a_year(get: Get, page: Any) -> None:
    address = page("/").select_one("link[rel=stylesheet]")["href"]
    assert "immutable" in get(address).headers["cache-control"]
    assert "immutable" not in get("/assets/kb.css").headers["cache-control"]


def test_downloading_the_file_gives_the_export(get: Get, exported: Path) -> None:
    assert get("/kb.db").content == (exported / "kb.sqlite").read_bytes()


def test_a_fault_is_not_shown_to_visitors(
    datasette: Any, get: Get, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    from kb.site.pages import types

    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(types, "_lead", fail)
    response = get("/types/ml.g5.xlarge")
    assert response.status_code == 500
    assert "secret detail" not in response.text
    assert "could not be made" in response.text
    assert "secret detail" in caplog.text
