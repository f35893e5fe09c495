"""One question to a server and its answer, in a thread that the caller can leave behind. Standard library only.

requests limits the time of each connect and of each `recv`, not of a whole answer: a server that sends a byte now and
then, in its headers or in its body, keeps its reader for as long as it likes, and nothing interrupts a name look-up
that hangs. So a thread talks to the server, and the caller takes what the thread hands over, waiting for it no longer
than its deadline. When the caller leaves early, the socket is shut down, which ends the thread's read; a thread that
cannot be ended so (inside a name look-up) ends by itself, holds next to nothing, and does not keep the process alive.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

#: Bytes that are read at once. Of these, `_AHEAD` lie ready while the caller works on one.
CHUNK = 64 * 1024
_AHEAD = 4


class Fault(Exception):
    """Why one try failed.

    Attributes:
        what: What happened.
        remedy: What the user can do.
        is_final: Whether another try would end the same way.
        is_unreachable: Whether nobody answered.
        is_unconnected: Whether not even a connection was made.
        retry_after: Seconds that the server asks to wait before the next try.
    """

    def __init__(
        self,
        what: str,
        remedy: str,
        *,
        is_final: bool = False,
        is_unreachable: bool = False,
        is_unconnected: bool = False,
        retry_after: float = 0,
    ) -> None:
        self.what, self.remedy, self.is_final = what, remedy, is_final
        self.is_unreachable, self.is_unconnected = is_unreachable or is_unconnected, is_unconnected
        self.retry_after = retry_after
        super().__init__(what)


CHECK_NETWORK = "Check the network, and HTTPS_PROXY if this network needs a proxy"


class Deadline:
    """A moment at which a request must have ended.

    Attributes:
        seconds: How long it was from the start.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends_at = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until then, at least 0."""
        return max(0.0, self._ends_at - time.monotonic())


@dataclass(frozen=True)
class Head:
    """What comes before the body.

    Attributes:
        status: The HTTP status.
        headers: The headers, names in lower case.
        is_from_cache: Whether the server said that the cached body still holds.
    """

    status: int
    headers: Mapping[str, str]
    is_from_cache: bool


class Answer(Protocol):
    """An answer whose body has not been read; every method raises `Fault` only."""

    @property
    def head(self) -> Head:
        """What came before the body."""

    def read(self, size: int) -> bytes:
        """The next bytes of the body as they were sent, not decoded; b"" at its end."""

    def close(self) -> None:
        """Give the connection up, or back."""


class Transport(Protocol):
    """Asks servers."""

    def ask(self, url: str) -> Answer:
        """Send a GET and wait for the headers.

        Raises:
            Fault: there is no answer.
        """


class Connection(Protocol):
    """What a transport tells an exchange about."""

    @property
    def sock(self) -> socket.socket | None:
        """The socket, when there is one."""


class Exchange(threading.Thread):
    """One GET. Use it as a context manager, from one thread."""

    def __init__(self, transport: Transport, url: str, deadline: Deadline, connect_within: float) -> None:
        super().__init__(name=f"GET {url}", daemon=True)
        self._transport, self._url, self._deadline = transport, url, deadline
        self._connect_within = connect_within
        self._items: queue.Queue[Head | bytes | BaseException | None] = queue.Queue(_AHEAD)
        self._is_connected, self._is_left = threading.Event(), threading.Event()
        self._connection: Connection | None = None
        self._socket: socket.socket | None = None
        self._has_head = self._has_ended = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def head(self) -> Head:
        """Wait for the headers; call it first, and once.

        Raises:
            Fault: no connection, no answer, or the deadline has passed.
        """
        patience = min(self._connect_within, self._deadline.left())
        if not self._is_connected.wait(patience):
            raise Fault(f"no connection within {patience:.3g} s", CHECK_NETWORK, is_unconnected=True)
        item = self._take()
        if not isinstance(item, Head):
            raise TypeError(item)
        self._has_head = True
        return item

    def chunks(self) -> Iterator[bytes]:
        """The body as it was sent, not decoded.

        Raises:
            Fault: the body broke off, or the deadline has passed.
        """
        while isinstance(item := self._take(), bytes):
            yield item

    def leave(self) -> None:
        """Stop reading, wherever the exchange is."""
        self._is_left.set()
        # After the end the connection is back in its pool, where another exchange may use it.
        if not self._has_ended:
            sock = self._socket or (self._connection and self._connection.sock)
            with contextlib.suppress(OSError):
                if sock:
                    sock.shutdown(socket.SHUT_RDWR)
        # Frees a thread that waits to hand something over.
        with contextlib.suppress(queue.Empty):
            while True:
                self._items.get_nowait()

    def run(self) -> None:
        """What the thread does."""
        try:
            with contextlib.closing(self._transport.ask(self._url)) as answer:
                self._hand_over(answer.head)
                while not self._is_left.is_set() and (chunk := answer.read(CHUNK)):
                    self._hand_over(chunk)
                self._hand_over(None)
        except BaseException as error:
            self._hand_over(error)

    def _hand_over(self, item: Head | bytes | BaseException | None) -> None:
        if not self._is_left.is_set():
            self._items.put(item)
            self._is_connected.set()

    def _take(self) -> Head | bytes | None:
        left = self._deadline.left()
        if not left:  # even if something is ready, or a server that is never silent would go on for ever
            raise self._late()
        try:
            item = self._items.get(timeout=left)
        except queue.Empty:
            raise self._late() from None
        self._has_ended = not isinstance(item, (Head, bytes))
        if isinstance(item, BaseException):
            raise item
        return item

    def _late(self) -> Fault:
        seconds = f"{self._deadline.seconds:.3g} s"
        if self._has_head:
            return Fault(
                f"the body was not complete after {seconds}", "The site is slow; try again later", is_final=True
            )
        return Fault(f"no complete answer within {seconds}", CHECK_NETWORK, is_final=True, is_unreachable=True)

    def use(self, connection: Connection, *, is_ready: bool) -> None:
        """Remember the connection that the thread uses, and whether it can carry a request."""
        self._connection = connection
        if is_ready:
            # Kept apart, because a connection that ends with the answer lets go of its socket before the body is read.
            self._socket = connection.sock
            self._is_connected.set()


def announce(connection: Connection, *, is_ready: bool = False) -> None:
    """Tell the exchange that runs in this thread which connection it uses; does nothing in any other thread."""
    exchange = threading.current_thread()
    if isinstance(exchange, Exchange):
        exchange.use(connection, is_ready=is_ready)
