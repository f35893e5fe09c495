"""A web server on this machine that does to its visitors whatever a test asks for, one behaviour per visit."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

#: Longer than any limit in the tests.
FOREVER = 60.0


@dataclass(frozen=True)
class Visit:
    """One request, as it arrived.

    Attributes:
        target: What stands in the request line: a path, or a URL where the visitor takes this server for a proxy.
        headers: Its headers, names in lower case.
        at: When it arrived (`time.monotonic`).
        sock: Where to answer.
        server: Who was visited.
    """

    target: str
    headers: dict[str, str]
    at: float
    sock: socket.socket
    server: Server

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def pause(self, seconds: float) -> None:
        """Wait, or stop when the server stops.

        Raises:
            ConnectionAbortedError: the server stops.
        """
        if self.server.is_stopping.wait(seconds):
            raise ConnectionAbortedError

    def reset(self) -> None:
        """End the connection with RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


#: Answers a visit; True means that the connection stays open.
Behaviour = Callable[[Visit], "bool | None"]


@dataclass
class Server:
    """Listens on a free port of 127.0.0.1 until it is stopped."""

    tls: ssl.SSLContext | None = None
    visits: list[Visit] = field(default_factory=list)
    connections: list[socket.socket] = field(default_factory=list)
    is_stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._plans: dict[str, Iterator[Behaviour]] = {}

        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.site = f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}"
        threading.Thread(target=self._listen, daemon=True).start()

    def plan(self, path: str, *behaviours: Behaviour) -> str:
        """Say what happens at a path: one behaviour per visit, the last one for all that follow.

        Returns:
            The URL.
        """
        self._plans[path] = itertools.chain(behaviours, itertools.repeat(behaviours[-1]))
        return self.site + path

    def stop(self) -> None:
        self.is_stopping.set()
        # shutdown() wakes the thread in accept(), which close() does not.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self.connections:
            sock.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self.connections.append(sock)
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self.tls is not None:
                sock = self.tls.wrap_socket(sock, server_side=True)
            with sock:
                while visit := self._receive(sock):
                    self.visits.append(visit)
                    path = "/" + visit.target.partition("://")[2].partition("/")[2] if "://" in visit.target else ""
                    if not next(self._plans[path or visit.target])(visit):
                        break

    def _receive(self, sock: socket.socket) -> Visit | None:
        received = b""
        while b"\r\n\r\n" not in received:
            piece = sock.recv(65536)
            if not piece:
                return None
            received += piece
        first, *lines = received.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return Visit(first.split(" ")[1], headers, time.monotonic(), sock, self)


def head(status: str = "200 OK", **headers: object) -> bytes:
    """Status line and headers; `content_type="text/html"` becomes Content-Type, and None leaves a header out."""
    named = {"content_type": "text/html", **headers}
    lines = [f"{name.replace('_', '-').title()}: {value}" for name, value in named.items() if value is not None]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1")


def page(body: bytes = b"<p>page</p>", status: str = "200 OK", **headers: object) -> Behaviour:
    """A whole answer; the connection stays open."""

    def behave(visit: Visit) -> bool:
        visit.send(head(status, **{"content_length": len(body), **headers}) + body)
        return True

    return behave


def raw(*pieces: bytes, pause: float = 0, hold: float = 0) -> Behaviour:
    """Bytes as they are, with pauses between them and before the connection is closed."""

    def behave(visit: Visit) -> None:
        for number, piece in enumerate(pieces):
            if number and pause:
                visit.pause(pause)
            visit.send(piece)
        if hold:
            visit.pause(hold)

    return behave


def drip(start: bytes, endless: bytes, every: float) -> Behaviour:
    """Some bytes at once, then for ever a few more every so many seconds, before a read timeout is reached."""

    def behave(visit: Visit) -> None:
        visit.send(start)
        while True:
            visit.pause(every)
            visit.send(endless)

    return behave


def flood(start: bytes, endless: bytes) -> Behaviour:
    """Some bytes, then for ever more as fast as they are taken."""

    def behave(visit: Visit) -> None:
        visit.send(start)
        while not visit.server.is_stopping.is_set():
            visit.send(endless)

    return behave


def reset(start: bytes = b"") -> Behaviour:
    """Some bytes, then RST. The pause lets the bytes arrive first, because RST discards what was not read."""

    def behave(visit: Visit) -> None:
        if start:
            visit.send(start)
            visit.pause(0.05)
        visit.reset()

    return behave


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def bomb(size: int) -> bytes:
    """Gzip that expands to so many zero bytes."""
    return gzip.compress(bytes(size), mtime=0)
