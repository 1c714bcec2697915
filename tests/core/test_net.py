"""The way out: one deadline, one judged address, no redirect, no proxy, a bounded answer."""

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core import net
from core.net import Allow, Unreachable, post

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LOOPBACK = Allow.parse("127.0.0.0/8")
Serve = Callable[[socket.socket], None]
pause = threading.Event().wait


def read_request(conn: socket.socket) -> bytes:
    """Return one request, or what came before the other side hung up."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := conn.recv(65536)):
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(
        next(line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    )
    while len(body) < length:
        if not (more := conn.recv(65536)):
            break
        body += more
        data += more
    return data


class Server:
    """A listener that gives each connection to `serve` on a thread of its own."""

    def __init__(self, serve: Serve, context: ssl.SSLContext | None = None) -> None:
        self.serve, self.context = serve, context
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}/callback?x=1"
        self.connections = 0
        self.requests: list[bytes] = []
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                conn, _ = self.listener.accept()
                self.connections += 1
                self._open.append(conn)
                threading.Thread(target=self._run, args=(conn,), daemon=True).start()

    def _run(self, conn: socket.socket) -> None:
        with contextlib.suppress(OSError), conn:
            if self.context is None:
                self.serve(conn)
                return
            with self.context.wrap_socket(conn, server_side=True) as secure:
                self._open.append(secure)
                self.serve(secure)

    def close(self) -> None:
        """Hang up on everybody, so that no kept connection survives into another test's server at this port."""
        self.listener.close()
        for conn in self._open:
            with contextlib.suppress(OSError):
                conn.shutdown(socket.SHUT_RDWR)

    def answering(self, answer: bytes, times: int = 1_000_000) -> Serve:
        def serve(conn: socket.socket) -> None:
            for _ in range(times):
                if not (request := read_request(conn)):
                    return
                self.requests.append(request)
                conn.sendall(answer)

        return serve


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(lambda conn: None)
    made.serve = made.answering(OK)
    yield made
    made.close()


def reason_of(url: str, **options: object) -> str:
    with pytest.raises(Unreachable) as failed:
        post(url, b"{}", {}, **({"allow": LOOPBACK} | options))  # type: ignore[arg-type]
    return failed.value.reason


def test_a_post_arrives_as_it_was_given(server: Server):
    answer = post(server.url, b'{"a":1}', {"webhook-id": "msg_1", "Content-Type": "application/json"}, allow=LOOPBACK)
    assert (answer.status, answer.body, answer.is_cut) == (200, b"ok", False)
    assert answer.headers["content-length"] == "2"
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert body == b'{"a":1}'
    assert head.split(b"\r\n")[:3] == [
        b"POST /callback?x=1 HTTP/1.1",
        b"Host: 127.0.0.1:%d" % server.port,
        b"webhook-id: msg_1",
    ]


def test_the_connection_is_kept(server: Server):
    for _ in range(5):
        assert post(server.url, b"{}", {}, allow=LOOPBACK).status == 200
    assert server.connections == 1


def test_a_kept_connection_that_was_closed_is_replaced(server: Server):
    server.serve = server.answering(OK, times=1)
    for _ in range(3):
        assert post(server.url, b"{}", {}, allow=LOOPBACK).status == 200
    assert server.connections == 3


def test_a_kept_connection_is_judged_again(server: Server):
    assert post(server.url, b"{}", {}, allow=LOOPBACK).status == 200
    assert reason_of(server.url, allow=Allow()) == "forbidden_address"
    assert reason_of(server.url, allow=Allow.parse(f"127.0.0.1/32:{server.port + 1}")) == "forbidden_address"
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [b"302 Found", b"307 Temporary Redirect"])
def test_redirects_are_not_followed(server: Server, status: bytes):
    server.serve = server.answering(
        b"HTTP/1.1 %s\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (status, server.url.encode())
    )
    assert post(server.url, b"{}", {}, allow=LOOPBACK).status == int(status[:3])
    assert len(server.requests) == 1


def test_proxies_of_the_environment_are_not_used(server: Server, monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert post(server.url, b"{}", {}, allow=LOOPBACK).status == 200


def test_a_name_that_resolves_inside_is_not_called(server: Server):
    url = f"http://localhost:{server.port}/"
    assert reason_of(url, allow=Allow()) == "forbidden_address"
    assert server.connections == 0
    assert post(url, b"{}", {}, allow=LOOPBACK).status == 200


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name resolve to `addresses`: the network's side of a rebinding attack."""
    entries = [(socket.AF_INET6 if ":" in a else socket.AF_INET, 1, 6, "", (a, 0)) for a in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)


def test_only_judged_addresses_are_connected_to(server: Server, monkeypatch: pytest.MonkeyPatch):
    url = f"http://hooks.example.com:{server.port}/"
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "64:ff9b::7f00:1", "fe80::1%lo"):
        resolving(monkeypatch, address)
        assert reason_of(url, allow=Allow()) == "forbidden_address"
    assert server.connections == 0
    resolving(monkeypatch, "10.255.255.1", "127.0.0.1")
    assert post(url, b"{}", {}, allow=LOOPBACK).status == 200
    assert b"Host: hooks.example.com:%d" % server.port in server.requests[0]


def test_a_second_address_is_tried_when_the_first_refuses(server: Server, monkeypatch: pytest.MonkeyPatch):
    resolving(monkeypatch, "127.0.0.9", "127.0.0.1")
    assert post(f"http://two.example.com:{server.port}/", b"{}", {}, allow=LOOPBACK).status == 200


def test_a_name_that_does_not_resolve_or_hangs_ends_in_time(monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert reason_of("http://absent.example.com/") == "dns"
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(5) and [])
    started = time.monotonic()
    assert reason_of("http://hanging.example.com/", connect_timeout=0.2) == "timeout"
    assert time.monotonic() - started < 1
    release.set()


def test_nobody_listening_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert reason_of(f"http://127.0.0.1:{port}/") == "refused"


def drip(conn: socket.socket) -> None:
    read_request(conn)
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 10_000:
        conn.sendall(bytes([byte]))
        pause(0.05)


def drip_body(conn: socket.socket) -> None:
    read_request(conn)
    conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    while True:
        conn.sendall(b"y")
        pause(0.05)


def hang(conn: socket.socket) -> None:
    pause(3)


@pytest.mark.parametrize("serve", [drip, drip_body, hang])
def test_the_deadline_covers_everything(server: Server, serve: Serve):
    server.serve = serve
    started = time.monotonic()
    assert reason_of(server.url, total_timeout=0.4) == "timeout"
    assert 0.3 < time.monotonic() - started < 1


def test_a_receiver_that_does_not_read_is_left(server: Server):
    server.serve = hang
    started = time.monotonic()
    with pytest.raises(Unreachable, match="timeout"):
        post(server.url, b"x" * 30_000_000, {}, allow=LOOPBACK, total_timeout=0.4)
    assert time.monotonic() - started < 1


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n" + b"x" * 300_000,
        CHUNKED + b"4000\r\n%s\r\n" % (b"x" * 0x4000) * 30,
        b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 300_000,
    ],
)
def test_a_long_answer_is_cut_and_its_connection_dropped(server: Server, answer: bytes):
    server.serve = server.answering(answer)
    for _ in range(2):
        got = post(server.url, b"{}", {}, allow=LOOPBACK)
        assert (got.status, len(got.body), got.is_cut) == (200, 65_536, True)
    assert server.connections == 2


@pytest.mark.parametrize(
    ("answer", "reasons"),
    [
        (b"", {"closed"}),
        (b"rubbish\r\n\r\n", {"garbled"}),
        (b"HTTP/1.1 999999 No\r\n\r\n", {"garbled"}),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nxx", {"closed"}),
        (CHUNKED + b"5\r\nab", {"closed"}),
        (CHUNKED + b"zz\r\n", {"closed", "garbled"}),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", {"garbled"}),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000, {"garbled"}),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000, {"too_much"}),
        (b"SSH-2.0-OpenSSH_9.2\r\n", {"garbled", "closed"}),
    ],
)
def test_a_broken_answer_is_unreachable(server: Server, answer: bytes, reasons: set[str]):
    def serve(conn: socket.socket) -> None:
        read_request(conn)
        conn.sendall(answer)
        conn.shutdown(socket.SHUT_WR)
        conn.recv(1)

    server.serve = serve
    assert reason_of(server.url) in reasons


def test_headers_cannot_smuggle(server: Server):
    for name, value in [
        ("X", "a\r\nY: b"),
        ("X\r\nY", "a"),
        ("Host", "evil"),
        ("content-length", "0"),
        ("X", "é"),
        ("", "a"),
    ]:
        with pytest.raises(ValueError, match="cannot be sent"):
            post(server.url, b"{}", {name: value}, allow=LOOPBACK)
    assert server.connections == 0


@pytest.mark.parametrize("url", ["ftp://a.example.com/", "http://a.example.com/\r\nX: y", "http://127.1/", ""])
def test_an_unsafe_url_is_unreachable(url: str):
    assert reason_of(url) == "unsafe_url"


def test_thirty_two_threads_share_it(server: Server):
    with ThreadPoolExecutor(32) as pool:
        started = time.monotonic()
        statuses = list(pool.map(lambda n: post(server.url, b"%d" % n, {}, allow=LOOPBACK).status, range(600)))
        seconds = time.monotonic() - started
    assert statuses == [200] * 600
    assert sorted(int(r.rpartition(b"\r\n\r\n")[2]) for r in server.requests) == list(range(600))
    assert server.connections <= 64
    assert 600 / seconds > 100  # 1,000 and more on a quiet machine, with this server in the same process


def certificate(folder: Path, name: x509.GeneralName) -> tuple[ssl.SSLContext, Path]:
    """Return a server's context for `name`, and the file of the authority that vouches for it (itself)."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    authority = folder / "authority.pem"
    authority.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context, authority


def test_tls_is_checked_against_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    context, authority = certificate(tmp_path, x509.DNSName("hooks.example.com"))
    server = Server(lambda conn: None, context)
    server.serve = server.answering(OK)
    resolving(monkeypatch, "127.0.0.1")
    net.tls_context.cache_clear()
    try:
        assert reason_of(f"https://hooks.example.com:{server.port}/") == "tls"
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        net.tls_context.cache_clear()
        for _ in range(3):
            assert post(f"https://hooks.example.com:{server.port}/", b"{}", {}, allow=LOOPBACK).status == 200
        assert reason_of(f"https://other.example.com:{server.port}/") == "tls"
        assert len(server.requests) == 3
        assert server.connections == 3
    finally:
        net.tls_context.cache_clear()
        server.close()


def test_tls_is_checked_against_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    context, authority = certificate(tmp_path, x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    server = Server(lambda conn: None, context)
    server.serve = server.answering(OK)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    net.tls_context.cache_clear()
    try:
        assert post(server.url, b"{}", {}, allow=LOOPBACK).status == 200
    finally:
        net.tls_context.cache_clear()
        server.close()
