"""Whether a host can be reached from here: a connection within a bound, through a proxy if need be, and its certificate."""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from yakin.errors import ApplicationError

_LONGEST_ANSWER = 65_536


class Unreachable(ApplicationError):
    """A host cannot be reached from here."""

    code = "unreachable"


class Untrusted(ApplicationError):
    """A host answers, but its certificate is not to be trusted.

    Args:
        reason: What OpenSSL says of it.
        number: OpenSSL's number of the reason, such as 10 for an expired certificate.
    """

    code = "untrusted"

    def __init__(self, host: str, reason: str, number: int = 0) -> None:
        super().__init__("The certificate of {host} is not trusted: {reason}", host=host, reason=reason)
        self.number = number


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy.

    Attributes:
        host: Its name.
        port: Its port.
    """

    host: str
    port: int

    @classmethod
    def of(cls, address: str) -> Proxy:
        """Read an address such as `http://proxy.town.example.jp:8080`; without a port it is 80."""
        parts = urlsplit(address if "://" in address else f"http://{address}")
        return cls(parts.hostname or "", parts.port or 80)


def connect(host: str, port: int, *, proxy: Proxy | None = None, seconds: float = 5.0) -> socket.socket:
    """A connection to a host; nothing has been said on it.

    Args:
        host: Its name or address.
        port: Its port.
        proxy: Go through it, with its `CONNECT`.
        seconds: Longest time for the connection, and for each answer on it.

    Raises:
        Unreachable: There is no connection; says which of name, way, port and proxy is at fault.
    """
    first, number = (host, port) if proxy is None else (proxy.host, proxy.port)
    try:
        connection = socket.create_connection((first, number), timeout=seconds)
    except socket.gaierror as error:
        raise Unreachable("The name {host} is not known here: {error}", host=first, error=error.strerror) from error
    except TimeoutError as error:
        raise Unreachable(
            "{host}:{port} does not answer within {seconds} s", host=first, port=number, seconds=f"{seconds:g}"
        ) from error
    except OSError as error:
        raise Unreachable(
            "{host}:{port} cannot be reached: {error}", host=first, port=number, error=error.strerror or error
        ) from error
    if proxy is not None:
        try:
            _ask_proxy(connection, host, port, proxy)
        except BaseException:
            connection.close()
            raise
    return connection


def certificate_end(connection: socket.socket, host: str) -> datetime:
    """Begin TLS on a connection; until when the host's certificate holds.

    Raises:
        Untrusted: The certificate is expired, made for another host, or signed by nobody this machine knows.
        Unreachable: The host does not speak TLS there, or not in time.
    """
    try:
        with ssl.create_default_context().wrap_socket(connection, server_hostname=host) as secured:
            certificate = secured.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        raise Untrusted(host, error.verify_message, error.verify_code) from error
    except OSError as error:
        raise Unreachable("{host} does not answer as https does: {error}", host=host, error=error) from error
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)


def _ask_proxy(connection: socket.socket, host: str, port: int, proxy: Proxy) -> None:
    """Ask a proxy for a way to the host (RFC 9110, 9.3.6)."""
    name = host if host.isascii() else host.encode("idna").decode("ascii")
    place = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
    request = f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n"
    answer = b""
    try:
        connection.sendall(request.encode("ascii"))
        while b"\r\n\r\n" not in answer and len(answer) < _LONGEST_ANSWER:
            some = connection.recv(4096)
            if not some:
                break
            answer += some
    except OSError as error:
        raise Unreachable("The proxy {proxy} does not answer: {error}", proxy=proxy.host, error=error) from error
    status = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
    if status is None or not status[1].startswith(b"2"):
        raise Unreachable(
            "The proxy {proxy} lets nobody through to {host}:{port}: it answers {status}",
            proxy=proxy.host,
            host=host,
            port=port,
            status=status[1].decode("ascii") if status else "-",
        )
