"""A price list on this machine, for the real HTTP client to read."""

from __future__ import annotations

import gzip
import hashlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.scrapers.prices.offers import HOST


class Server(ThreadingHTTPServer):
    """A price list on this machine: packed bodies, entity tags, and what was asked."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.asked: list[tuple[str, int]] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def mirror(self) -> dict[str, str]:
        return {HOST: f"http://127.0.0.1:{self.server_port}"}


class Handler(BaseHTTPRequestHandler):
    """Serves the files."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        content = self.server.files.get(self.path)
        tag = f'"{hashlib.sha256(content or b"").hexdigest()[:16]}"'
        if content is None:
            self._answer(404, b"<html>Not Found</html>", {"Content-Type": "text/html"})
        elif self.headers.get("If-None-Match") == tag:
            self._answer(304, b"", {"ETag": tag})
        else:
            packed = gzip.compress(content)
            self._answer(200, packed, {"Content-Type": "application/json", "Content-Encoding": "gzip", "ETag": tag})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.server.asked.append((self.path, status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
