"""An AWS on the loopback interface that a test can furnish, and make misbehave.

Answers are serialised by moto from botocore's service models, so client and server speak the real protocols.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl

from moto.core.serialize import EC2Serializer, JSONSerializer
from moto.core.utils import get_service_model

from tests.scrapers.aws.launch_moto import page

_LISTS = {
    "DescribeRegions": "Regions",
    "DescribeInstanceTypes": "InstanceTypes",
    "DescribeInstanceTypeOfferings": "InstanceTypeOfferings",
    "ListAWSDefaultServiceQuotas": "Quotas",
}


@dataclass(frozen=True)
class Call:
    """One request as the server saw it."""

    action: str
    region: str
    arguments: dict[str, str]
    user_agent: str


@dataclass
class Answer:
    """What goes back: status, body, and how much of the body really arrives."""

    status: int
    body: bytes
    content_type: str
    arrives: int | None = None


#: Changes an answer; None closes the connection without one.
Fault = Callable[[Call, Answer], Answer | None]


def error(status: int, code: str) -> Fault:
    """An error in the form of the service that was asked; the text names the caller, as AWS's texts do."""
    words = "User: arn:aws:iam::123456789012:user/someone is not allowed to do this"

    def fault(call: Call, answer: Answer) -> Answer:
        if "json" in answer.content_type:
            return Answer(status, json.dumps({"__type": code, "message": words}).encode(), answer.content_type)
        body = f"<Response><Errors><Error><Code>{code}</Code><Message>{words}</Message></Error></Errors></Response>"
        return Answer(status, body.encode(), "text/xml")

    return fault


def body(content: bytes, content_type: str = "text/html", status: int = 200) -> Fault:
    """Another body altogether."""
    return lambda call, answer: Answer(status, content, content_type)


def edited(pattern: bytes, replacement: bytes) -> Fault:
    """The body with a part replaced, on pages that have it."""
    return lambda call, answer: Answer(answer.status, re.sub(pattern, replacement, answer.body), answer.content_type)


def shortened(call: Call, answer: Answer) -> Answer:
    """Half of the body, as if that were all."""
    return Answer(answer.status, answer.body[: len(answer.body) // 2], answer.content_type)


def lost(call: Call, answer: Answer) -> Answer:
    """Half of the body, then the connection is closed."""
    return Answer(answer.status, answer.body, answer.content_type, len(answer.body) // 2)


def closed(call: Call, answer: Answer) -> None:
    """The connection is closed without an answer."""


@dataclass
class FakeAws:
    """The server.

    Attributes:
        regions: What each Region has: members "InstanceTypes", "InstanceTypeOfferings", "Quotas".
        faults: What goes wrong, by action and Region, and how often (None: always).
        calls: Every request so far.
    """

    regions: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    faults: dict[tuple[str, str], tuple[Fault, int | None]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                answer = fake.answer(self.headers, self.rfile.read(int(self.headers["Content-Length"])))
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body[: answer.arrives])
                self.close_connection = answer.arrives is not None

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                del format, args

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The endpoint."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def silent(self, call: Call, answer: Answer) -> None:
        """A fault: nothing comes until the server ends."""
        self.release.wait(30)

    def fail(self, action: str, region: str, fault: Fault, times: int | None = None) -> None:
        """Let an action go wrong in a Region."""
        self.faults[action, region] = (fault, times)

    def answer(self, headers: Any, content: bytes) -> Answer | None:
        """Answer one request; everything but the four lists is denied."""
        region = headers["Authorization"].split("Credential=")[1].split("/")[2]
        target = headers.get("X-Amz-Target")
        if target:
            arguments = {name: str(value) for name, value in json.loads(content).items()}
            action, service = target.rpartition(".")[2], "service-quotas"
        else:
            arguments = dict(parse_qsl(content.decode()))
            action, service = arguments.pop("Action"), "ec2"
        call = Call(action, region, arguments, headers["User-Agent"])
        if action not in _LISTS:
            return error(403, "AccessDenied")(call, Answer(403, b"", "text/xml"))
        serializer = JSONSerializer if target else EC2Serializer
        serialized = serializer(get_service_model(service).operation_model(action)).serialize(self._result(call))
        made = serialized["body"]
        answer = Answer(
            serialized["status_code"],
            made if isinstance(made, bytes) else made.encode(),
            "application/x-amz-json-1.1" if target else "text/xml;charset=UTF-8",
        )
        with self._lock:
            self.calls.append(call)
            fault, times = self.faults.get((action, region), (None, None))
            if times is not None:
                self.faults[action, region] = (fault, times - 1) if times > 1 else (None, None)  # type: ignore[assignment]
        return fault(call, answer) if fault is not None else answer

    def _result(self, call: Call) -> dict[str, Any]:
        member = _LISTS[call.action]
        if call.action == "DescribeRegions":
            return {
                member: [
                    {"RegionName": name, "Endpoint": f"ec2.{name}.amazonaws.com", "OptInStatus": "opt-in-not-required"}
                    for name in self.regions
                ]
            }
        asked = call.arguments
        return page(member, self.regions[call.region][member], asked.get("NextToken"), asked["MaxResults"])
