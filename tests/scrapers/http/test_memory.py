"""Memory stays bounded, whatever a server sends; measured in a process of its own, whose memory is limited as well."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scrapers.http.server import Server, bomb, chunk, flood, head, page

MB = 1_000_000
#: Bytes that a page and a download may have.
LARGEST_PAGE, LARGEST_FILE = 50 * MB, 60 * MB

READER = f"""
import json, resource, sys
from pathlib import Path
from scrapers.base import Request, ScrapeError
from scrapers.reading.http import Limits
from scrapers.reading.http_client import Client

def kilobytes(name):
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1])

folder, small, *urls = sys.argv[1:]
results = []
limits = Limits(delay=0, retries=0, total_timeout=60, download_timeout=60)
with Client(Request(cache_dir=Path(folder, "cache")), limits) as client:
    client.get(small, content_types=("text/html",))
    # So that a mistake does not harm this machine. A thread alone takes 8 MB of addresses, and malloc 128 for it.
    addresses = kilobytes("VmSize") * 1024 + 400_000_000
    resource.setrlimit(resource.RLIMIT_AS, (addresses, addresses))
    for url in urls:
        Path("/proc/self/clear_refs").write_text("5")  # begins a new VmHWM, the peak
        before = kilobytes("VmRSS")
        try:
            if "/file" in url:
                client.download(url, Path(folder, "f"), content_types=("text/html",), max_bytes={LARGEST_FILE})
            else:
                client.get(url, content_types=("text/html",), max_bytes={LARGEST_PAGE})
            what = "read"
        except ScrapeError as error:
            what = error.what
        results.append([url, what, (kilobytes("VmHWM") - before) / 1000])
print(json.dumps(results))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_endless_answers_take_little_memory(server: Server, tmp_path: Path) -> None:
    piece = b"x" * 1_000_000
    chunked = head(transfer_encoding="chunked")
    zeros = bomb(LARGEST_FILE + 1)
    cases = [
        ("/redirect", flood(head("302 Found", location="/elsewhere"), piece), "redirected to", 5),
        ("/status", flood(head("500 Oops"), piece), "status 500", 5),
        ("/404", flood(head("404 Not Found"), piece), "status 404", 5),
        ("/type", flood(head(content_type="image/png"), piece), "content type", 5),
        ("/first-line", flood(b"", piece), "not HTTP", 5),
        ("/header", flood(b"HTTP/1.1 200 OK\r\nX: ", piece), "not HTTP", 5),
        ("/negative", flood(chunked + b"-1\r\n", piece), "the body broke off", 5),
        ("/chunk-size", flood(chunked, b"0" * MB), "the body broke off", 5),
        ("/file-plain", flood(head(), piece), "larger than the 60,000,000 bytes", 5),
        ("/file-bomb", page(zeros, content_encoding="gzip"), "larger than the 60,000,000 bytes", 5),
        ("/file-whole", page(bomb(LARGEST_FILE), content_encoding="gzip"), "read", 5),
        ("/chunks", flood(chunked, chunk(piece)), "larger than the 50,000,000 bytes", 60),
        ("/plain", flood(head(), piece), "larger than the 50,000,000 bytes", 60),
        ("/bomb", page(zeros, content_encoding="gzip"), "larger than the 50,000,000 bytes", 60),
    ]
    urls = [server.plan(path, behaviour) for path, behaviour, _, _ in cases]
    small = server.plan("/small", page())
    done = subprocess.run(
        [sys.executable, "-c", READER, str(tmp_path), small, *urls], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert [url for url, _, _ in results] == urls
    for (url, what, grown), (_, _, expected, limit) in zip(results, cases, strict=True):
        assert expected in what, url
        assert grown < limit, url
