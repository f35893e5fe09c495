"""Rules for every request: read only, parameters of queries checked, validators for caches, headers for safety."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette.utils.asgi import Response

from kb.dataset import queries
from kb.dataset.paths import queries_dir
from kb.library.lookup import snapshot
from kb.site.metadata import DATABASE, shipped

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Everything comes from this site itself; Datasette's own pages have scripts and styles inside.
_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self' 'unsafe-inline'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
_HEADERS = {
    b"content-security-policy": _POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
}
_ASSETS = "/assets/"
_PACKAGE = Path(__file__).parent.parent
_KINDS_OF_CODE = frozenset({".py", ".html", ".css", ".js", ".sql"})
_FOR_A_YEAR = b"public, max-age=31536000, immutable"
_FOR_MINUTES = b"public, max-age=300"


def doorkeeper(app: App) -> App:
    """Make an ASGI application around Datasette's."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            refusal = Response.text("This site is read-only: use GET.\n", 405, {"allow": "GET, HEAD"})
            await refusal.asgi_send(_with_headers(send))
            return
        try:
            scope = _with_parameters(scope)
        except queries.ParameterError as error:
            await Response.text(f"{error}.\n", 400).asgi_send(_with_headers(send))
            return
        # a stylesheet has its digest in the address, so browsers may keep it; all else may change with the data
        is_kept = scope["path"].startswith(_ASSETS) and scope["query_string"]
        validators = {b"etag": _tag(scope), b"cache-control": _FOR_A_YEAR if is_kept else _FOR_MINUTES}
        if any(name == b"if-none-match" and validators[b"etag"] in value for name, value in scope["headers"]):
            headers = [*validators.items(), *_HEADERS.items()]
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await app(scope, receive, _with_headers(send, validators))

    return handle


def _with_headers(send: Send, validators: Mapping[bytes, bytes] = MappingProxyType({})) -> Send:
    """Pass a response on with the headers that every one has, and its validators where it is a success."""

    async def passing(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = {**_HEADERS, **(validators if message["status"] == 200 else {})}
            kept = [(name, value) for name, value in message["headers"] if name.lower() not in ours]
            message = {**message, "headers": [*kept, *ours.items()]}
        await send(message)

    return passing


def _tag(scope: Scope) -> bytes:
    """An ETag: a page is the same as long as code, data, address and day (some queries are about today) are."""
    parts = (
        code_digest(),
        snapshot().input_sha256.encode(),
        datetime.now(UTC).date().isoformat().encode(),
        scope.get("raw_path") or scope["path"].encode(),
        scope["query_string"],
    )
    return b'W/"' + hashlib.sha256(b"\0".join(parts)).hexdigest()[:20].encode() + b'"'


@cache
def code_digest() -> bytes:
    """Return the digest of everything a page is made with but the data: code, templates, styles, queries."""
    made_with = hashlib.sha256()
    for folder in (_PACKAGE, queries_dir()):
        for path in sorted(folder.rglob("*")):
            if path.suffix in _KINDS_OF_CODE:
                made_with.update(path.read_bytes())
    return made_with.digest()


def _with_parameters(scope: Scope) -> Scope:
    """Give a query from ``queries/`` its default values where none are given.

    Raises:
        ParameterError: a value is not of its parameter's type.
    """
    name = scope["path"].removeprefix(f"/{DATABASE}/").rsplit(".", 1)[0]
    query = shipped().get(name) if scope["path"].startswith(f"/{DATABASE}/") else None
    if query is None:
        return scope
    given = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    names = {parameter.name for parameter in query.parameters}
    bound = query.bind({key: value for key, value in given.items() if key in names and value.strip()})
    text = urlencode({**given, **{key: str(value) for key, value in bound.items()}})
    return {**scope, "query_string": text.encode("ascii")}
