"""Whether the hosts of systems can be reached the way the browser reaches them, and what their certificates say."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from yakin.actions import Diagnosis, warn, well, wrong
from yakin.reach import Proxy, Unreachable, Untrusted, certificate_end, connect

_SOON = timedelta(days=30)
_PORTS = {"http": 80, "https": 443}
_AT_ONCE = 8
_UNKNOWN_SIGNER = (18, 19, 20, 21)
"""OpenSSL's numbers for a certificate that is signed by itself or by nobody who is known."""


class Reaching:
    """Connects to hosts.

    Args:
        proxy: Address of the proxy of the settings; None for the direct way, whatever the machine's own settings are.
        started_with_a_run: Systems that need not be there before a run begins.
        seconds: Longest time for each connection and each answer.
    """

    def __init__(self, proxy: str | None, *, started_with_a_run: Collection[str] = (), seconds: float = 5.0) -> None:
        self._proxy = None if proxy is None else Proxy.of(proxy)
        self._started_with_a_run = started_with_a_run
        self._seconds = seconds

    def all(self, addresses: Mapping[str, str]) -> Iterator[Diagnosis]:
        """What there is to say of systems, several being asked at a time.

        Args:
            addresses: System → address of its first page.
        """
        if not addresses:
            yield well("No systems are set in config/yakin.toml")
            return
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            yield from threads.map(lambda system: self.one(*system), addresses.items())

    def one(self, system: str, address: str) -> Diagnosis:
        """What there is to say of one system."""
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 80)
        try:
            with connect(host, port, proxy=self._proxy, seconds=self._seconds) as connection:
                if parts.scheme != "https":
                    return well("{system}: {host}:{port} answers", system=system, host=host, port=port)
                return certificate_of(system, host, certificate_end(connection, host), datetime.now(UTC))
        except Untrusted as error:
            return _untrusted(system, error)
        except Unreachable as error:
            if system in self._started_with_a_run:
                return well("{system}: the practice system is started with a run", system=system)
            return wrong(
                "{system}: {reason}",
                hint="Correct its url in config/yakin.toml, set [browser] proxy, or have the way there opened",
                system=system,
                reason=error,
            )


def certificate_of(system: str, host: str, end: datetime, now: datetime) -> Diagnosis:
    """What there is to say of a certificate that is trusted.

    Args:
        system: Whose.
        host: Its host.
        end: Until when the certificate holds.
        now: The moment.
    """
    days = (end - now).days
    if end - now < _SOON:
        return warn(
            "{system}: the certificate of {host} ends in {days} days",
            hint="Tell whoever runs the system: after that day nobody gets in",
            system=system,
            host=host,
            days=days,
        )
    return well("{system}: {host} answers, its certificate holds {days} days", system=system, host=host, days=days)


def _untrusted(system: str, error: Untrusted) -> Diagnosis:
    # On Linux browsers keep a list of their own of whom they trust, which Python cannot see.
    unsure = error.number in _UNKNOWN_SIGNER and sys.platform.startswith("linux")
    return Diagnosis(
        "{system}: {reason}",
        "warning" if unsure else "wrong",
        hint="Add the certificate of its issuer to those that this machine and the browser trust; if it is expired, tell whoever runs the system",
        data={"system": system, "reason": error},
    )
