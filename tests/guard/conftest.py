"""A real boto3 client against a server on this machine that records what reaches it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore.config import Config


class Recorder:
    """What a client sends to: keeps the name and the parameters of each request, and answers with an empty object."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, Any]]] = []
        requests = self.requests

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                requests.append((self.headers["X-Amz-Target"].partition(".")[2], json.loads(body)))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.connections = 0
        accept = self._server.get_request

        def counted() -> Any:
            self.connections += 1
            return accept()

        self._server.get_request = counted  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    opened = Recorder()
    yield opened
    opened.close()


@pytest.fixture
def session() -> boto3.Session:
    return boto3.Session("id", "secret", region_name="eu-central-1")


@pytest.fixture
def make_client(recorder: Recorder) -> Callable[[Any], Any]:
    """Makes a SageMaker client of a session that sends to the recorder."""
    config = Config(retries={"max_attempts": 0}, proxies={})
    return lambda session: session.client("sagemaker", endpoint_url=recorder.url, config=config)


@pytest.fixture
def client(session: boto3.Session, make_client: Callable[[Any], Any]) -> Any:
    return make_client(session)
