"""The exchange alone, with a transport that does what no server can be made to do at a given moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from scrapers.reading.http_exchange import Deadline, Exchange, Fault, Head

HEAD = Head(200, {}, False)


class Fake:
    """A transport and its answer."""

    def __init__(self, read: Callable[[int], bytes], ask: Callable[[], None] = lambda: None) -> None:
        self.head = HEAD
        self.is_closed = threading.Event()
        self._read, self._ask = read, ask

    def ask(self, url: str) -> Fake:
        self._ask()
        return self

    def read(self, size: int) -> bytes:
        return self._read(size)

    def close(self) -> None:
        self.is_closed.set()


def test_a_deadline_holds_even_if_more_is_always_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake(lambda size: b"x" * size)
    deadline = Deadline(30)
    with Exchange(fake, "url", deadline, 30) as exchange:
        assert exchange.head() == HEAD
        time.sleep(0.05)
        monkeypatch.setattr(deadline, "left", lambda: 0.0)
        with pytest.raises(Fault, match=r"not complete after 30 s"):
            next(exchange.chunks())
    assert fake.is_closed.wait(30)


def test_a_thread_that_waits_to_hand_over_is_freed() -> None:
    fake = Fake(lambda size: b"x" * size)
    with Exchange(fake, "url", Deadline(30), 30) as exchange:
        exchange.head()
        time.sleep(0.05)
    exchange.join(30)
    assert not exchange.is_alive()
    assert fake.is_closed.is_set()


def test_a_thread_does_not_read_ahead_without_end() -> None:
    read: list[int] = []

    def count(size: int) -> bytes:
        read.append(size)
        return b"x" * size

    with Exchange(Fake(count), "url", Deadline(30), 30) as exchange:
        exchange.head()
        time.sleep(0.05)
        assert sum(read) <= 6 * 64 * 1024


def test_what_the_thread_runs_into_reaches_the_caller() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with Exchange(Fake(lambda size: b"", fail), "url", Deadline(30), 30) as exchange, pytest.raises(ZeroDivisionError):
        exchange.head()


def test_a_body_ends() -> None:
    pieces = [b"", b"two", b"one"]
    fake = Fake(lambda size: pieces.pop())
    with Exchange(fake, "url", Deadline(30), 30) as exchange:
        exchange.head()
        assert list(exchange.chunks()) == [b"one", b"two"]
    assert fake.is_closed.wait(30)
