"""Connections that come about, and those that do not, on this machine only."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from yakin.reach import Proxy, Unreachable, Untrusted, certificate_end, connect

Answer = Callable[[socket.socket], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], int]]:
    """Listen on a free port, and answer one connection."""
    threads: list[threading.Thread] = []

    def start(answer: Answer) -> int:
        listener = socket.create_server(("127.0.0.1", 0))

        def run() -> None:
            with listener, closing(listener.accept()[0]) as connection:
                connection.settimeout(5)
                answer(connection)

        threads.append(threading.Thread(target=run, daemon=True))
        threads[-1].start()
        return int(listener.getsockname()[1])

    yield start
    for thread in threads:
        thread.join(5)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def proxy_that_says(answer: bytes, asked: list[bytes]) -> Answer:
    def speak(connection: socket.socket) -> None:
        asked.append(connection.recv(4096))
        connection.sendall(answer)

    return speak


def test_a_host_that_listens_is_reached(serve: Callable[[Answer], int]) -> None:
    connect("127.0.0.1", serve(lambda _: None)).close()


def test_a_port_where_nobody_listens_is_told() -> None:
    port = free_port()
    with pytest.raises(Unreachable, match=f"127.0.0.1:{port} cannot be reached"):
        connect("127.0.0.1", port)


def test_a_name_that_nobody_knows_is_told() -> None:
    with pytest.raises(Unreachable, match="is not known here"):
        connect("portal.invalid", 80)


def test_a_proxy_is_asked_for_the_way(serve: Callable[[Answer], int]) -> None:
    asked: list[bytes] = []
    port = serve(proxy_that_says(b"HTTP/1.1 200 Connection established\r\n\r\n", asked))
    connect("portal.example.jp", 443, proxy=Proxy("127.0.0.1", port)).close()
    assert asked[0].startswith(b"CONNECT portal.example.jp:443 HTTP/1.1\r\nHost: portal.example.jp:443\r\n")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 403 Forbidden\r\n\r\n", b"SSH-2.0\r\n\r\n", b""])
def test_a_proxy_that_refuses_is_told(serve: Callable[[Answer], int], answer: bytes) -> None:
    port = serve(proxy_that_says(answer, []))
    with pytest.raises(Unreachable, match="lets nobody through"):
        connect("portal.example.jp", 443, proxy=Proxy("127.0.0.1", port))


def test_an_address_of_a_proxy_is_read_with_and_without_a_scheme() -> None:
    assert Proxy.of("http://proxy.town.example.jp:8080") == Proxy("proxy.town.example.jp", 8080)
    assert Proxy.of("proxy.town.example.jp") == Proxy("proxy.town.example.jp", 80)


def test_a_host_without_tls_is_told(serve: Callable[[Answer], int]) -> None:
    port = serve(proxy_that_says(b"HTTP/1.1 400 Bad Request\r\n\r\n", []))
    with connect("127.0.0.1", port) as connection, pytest.raises(Unreachable, match="as https does"):
        certificate_end(connection, "127.0.0.1")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for `localhost`, signed by itself, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += ["-days", "100", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    try:
        subprocess.run(
            [*command, "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True
        )
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    return folder / "cert.pem", folder / "key.pem"


def tls(certificate: tuple[Path, Path]) -> Answer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    def speak(connection: socket.socket) -> None:
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(1)
        except OSError:
            return

    return speak


def test_a_certificate_that_is_trusted_tells_its_end(
    serve: Callable[[Answer], int], certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with connect("127.0.0.1", serve(tls(certificate))) as connection:
        end = certificate_end(connection, "localhost")
    assert timedelta(days=99) < end - datetime.now(UTC) <= timedelta(days=100)


def test_a_certificate_that_nobody_known_signed_is_not_trusted(
    serve: Callable[[Answer], int], certificate: tuple[Path, Path]
) -> None:
    with connect("127.0.0.1", serve(tls(certificate))) as connection, pytest.raises(Untrusted) as told:
        certificate_end(connection, "localhost")
    assert told.value.number == 18


def test_a_certificate_of_another_host_is_not_trusted(
    serve: Callable[[Answer], int], certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with connect("127.0.0.1", serve(tls(certificate))) as connection, pytest.raises(Untrusted, match="mismatch"):
        certificate_end(connection, "portal.example.jp")
