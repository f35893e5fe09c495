"""Asks a site for paths over some connections that are kept open: run as a process, so that it shares nothing with it.

Reads a JSON object from standard input (`host`, `port`, `paths`, `connections`, `seconds`, `most`, `etag`)
and writes one: `per_second`, `p50_ms`, `p95_ms`, `answers` and `statuses`.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from http.client import HTTPConnection
from itertools import count
from statistics import quantiles
from typing import Any


def ask(order: dict[str, Any]) -> dict[str, Any]:
    """Send the requests and return what came of them."""
    taken: list[float] = []
    statuses: Counter[int] = Counter()
    turn = count()
    began = time.perf_counter()

    def connection() -> None:
        opened = HTTPConnection(order["host"], order["port"], timeout=60)
        while (n := next(turn)) < order["most"] and time.perf_counter() - began < order["seconds"]:
            path = order["paths"][n % len(order["paths"])]
            headers = {"If-None-Match": order["etag"]} if order.get("etag") else {}
            start = time.perf_counter()
            opened.request("GET", path, headers=headers)
            answer = opened.getresponse()
            answer.read()
            taken.append(time.perf_counter() - start)
            statuses[answer.status] += 1
        opened.close()

    threads = [threading.Thread(target=connection) for _ in range(order["connections"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    parts = quantiles(taken, n=100, method="inclusive")
    return {
        "per_second": len(taken) / seconds,
        "p50_ms": parts[49] * 1000,
        "p95_ms": parts[94] * 1000,
        "answers": len(taken),
        "statuses": dict(statuses),
    }


if __name__ == "__main__":
    json.dump(ask(json.load(sys.stdin)), sys.stdout)
