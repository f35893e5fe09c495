"""Proxies and certificates come from the environment; optional packages are needed at the first use only."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scrapers.base import Request, ScrapeError, Unreachable
from scrapers.reading.http import Limits, Page
from scrapers.reading.http_client import Client
from tests.scrapers.http.server import FOREVER, Server, drip, head, page, raw

LIMITS = Limits(delay=0, retries=1, backoff=0.01)
HTML = b"<p>page</p>"


def read(url: str, limits: Limits = LIMITS) -> Page:
    with Client(Request(), limits) as client:
        return client.get(url, content_types=("text/html",))


def test_a_proxy(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.plan("/page", page(HTML))
    monkeypatch.setenv("HTTP_PROXY", server.site)
    monkeypatch.setenv("http_proxy", server.site)
    assert read("http://docs.example.invalid/page").content == HTML
    assert server.visits[0].target == "http://docs.example.invalid/page"


def test_no_proxy_for_some(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert read(server.plan("/page", page(HTML))).content == HTML


def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with pytest.raises(Unreachable, match=r"the proxy did not connect \(.*\) \(2 tries.*Check HTTP_PROXY, HTTPS_PROXY"):
        read("http://docs.example.invalid/page")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 403 Forbidden\r\n\r\n", b"HTTP/1.1 407 Who are you\r\n\r\n"])
def test_a_proxy_that_refuses(server: Server, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    server.plan("docs.example.invalid:443", raw(answer))
    monkeypatch.setenv("https_proxy", server.site)
    with pytest.raises(Unreachable, match=r"the proxy did not connect \(Tunnel connection failed: 40[37] "):
        read("https://docs.example.invalid/page")


def test_a_proxy_that_never_answers(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.plan("docs.example.invalid:443", raw(hold=FOREVER))
    monkeypatch.setenv("https_proxy", server.site)
    with pytest.raises(Unreachable):
        read("https://docs.example.invalid/page", replace(LIMITS, connect_timeout=0.1, read_timeout=0.1))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, signed by itself."""
    pytest.importorskip("cryptography")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.fixture
def tls_server(certificate: Path) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = Server(tls=context)
    yield server
    server.stop()


def test_a_certificate_that_nobody_vouches_for(tls_server: Server) -> None:
    url = tls_server.plan("/page", page(HTML))
    with pytest.raises(ScrapeError, match=r"not accepted \(self.signed certificate\) \(1 try .*CA_BUNDLE") as caught:
        read(url)
    assert not isinstance(caught.value, Unreachable)


def test_a_certificate_named_in_the_environment(
    tls_server: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    url = tls_server.plan("/page", page(HTML))
    with Client(Request(), LIMITS) as client:
        for _ in range(2):
            assert client.get(url, content_types=("text/html",)).content == HTML


def test_a_slow_body_over_tls_is_left(tls_server: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    url = tls_server.plan("/page", drip(head(content_length=10**6), b"x", 0.05))
    with pytest.raises(ScrapeError, match="the body stopped coming, or came too slowly"):
        read(url, replace(LIMITS, total_timeout=0.3))


def test_a_server_that_does_not_speak_tls() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            for _ in range(2):
                sock, _ = listener.accept()
                with sock:
                    sock.sendall(b"220 mail.example.com ESMTP ready\r\n")
                    sock.recv(65536)

        threading.Thread(target=greet, daemon=True).start()
        with pytest.raises(ScrapeError, match=r"no TLS connection \(.*\) \(2 tries in") as caught:
            read(f"https://127.0.0.1:{listener.getsockname()[1]}/page")
    assert not isinstance(caught.value, Unreachable)


def test_a_server_that_never_ends_the_tls_handshake() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(Unreachable, match=r"in time|within 0\.3 s"):
        read(f"https://127.0.0.1:{listener.getsockname()[1]}/page", replace(LIMITS, connect_timeout=0.15))


BLOCK = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name.partition(".")[0])

BLOCKED = set(sys.argv[1].split(","))
sys.meta_path.insert(0, Missing())

from kb.errors import MissingExtraError
from scrapers.reading.http import Limits, Page, client
from scrapers.base import Request

try:
    client(Request())
except MissingExtraError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ("requests,urllib3,cachecontrol,filelock,msgpack", "requests"),
        ("cachecontrol,filelock,msgpack", "cachecontrol"),
        ("filelock", "filelock"),
    ],
)
def test_optional_packages(missing: str, named: str) -> None:
    done = subprocess.run([sys.executable, "-c", BLOCK, missing], capture_output=True, text=True, check=False)
    message = f"Reading web pages needs the package '{named}': pip install 'sagemaker-storage-kb[scrape]'\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, message, "")
