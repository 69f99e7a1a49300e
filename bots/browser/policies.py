"""Rules of the organisation for its browsers (group policies), as far as they get into the way of one that is driven.

Chrome, Edge and Chromium read them from the registry on Windows and from files on Linux; names and meanings are those of
the makers' lists of enterprise policies.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bots.browser.settings import BrowserSettings
from yakin.actions import Diagnosis, warn, wrong
from yakin.phrases import mark

_FOLDERS: Mapping[str, Path] = {
    "chromium": Path("/etc/chromium/policies/managed"),
    "chrome": Path("/etc/opt/chrome/policies/managed"),
    "msedge": Path("/etc/opt/edge/policies/managed"),
}
_KEYS = {
    "chromium": r"SOFTWARE\Policies\Chromium",
    "chrome": r"SOFTWARE\Policies\Google\Chrome",
    "msedge": r"SOFTWARE\Policies\Microsoft\Edge",
}
_PATTERN = re.compile(r"(?:(?P<scheme>[a-z*][a-z0-9+.\-]*)://)?(?P<host>[^/:]*)(?::(?P<port>[\d*]+))?(?P<path>/.*)?")


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a policy does to a browser that is driven.

    Attributes:
        template: The sentence about it.
        policy: Its name.
        holds: Whether it does so with this value, under these settings.
    """

    template: str
    policy: str
    holds: Callable[[Any, BrowserSettings], bool]


_RULES = (
    _Rule(
        "The policy {policy} of {browser} forbids programs to drive it",
        "RemoteDebuggingAllowed",
        lambda value, _: not value,
    ),
    _Rule(
        "The policy {policy} of {browser} may keep programs from seeing its pages",
        "DeveloperToolsAvailability",
        lambda value, _: value == 2,
    ),
    _Rule(
        "The policy {policy} of {browser} forbids to run without a window",
        "HeadlessMode",
        lambda value, settings: value == 2 and settings.headless,
    ),
    _Rule(
        "The policy {policy} of {browser} forbids to run without a window",
        "HeadlessModeEnabled",
        lambda value, settings: not value and settings.headless,
    ),
    _Rule(
        "The policy {policy} of {browser} forbids all downloads", "DownloadRestrictions", lambda value, _: value == 3
    ),
    _Rule(
        "The policy {policy} of {browser} overrides the proxy of config/yakin.toml",
        "ProxyMode",
        lambda value, _: value not in ("", "direct"),
    ),
    _Rule(
        "The policy {policy} of {browser} overrides the proxy of config/yakin.toml",
        "ProxySettings",
        lambda value, _: bool(value),
    ),
)
_HINT = mark("Have whoever sets policies change it for this machine, or name another browser in config/yakin.toml")


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy that is set.

    Attributes:
        browser: `chromium`, `chrome` or `msedge`.
        name: As its maker calls it.
        value: A number, a text, a list of texts, or more.
    """

    browser: str
    name: str
    value: Any


def policies_here() -> list[Policy]:
    """The policies that are set on this machine."""
    return list(_in_registry() if sys.platform == "win32" else policies_in(_FOLDERS))


def policies_in(folders: Mapping[str, Path]) -> Iterator[Policy]:
    """The policies of files; a file that cannot be read counts for nothing, as it does for the browser.

    Args:
        folders: Browser → the folder of its files.
    """
    for browser, folder in folders.items():
        for path in sorted(folder.glob("*.json")):
            with suppress(OSError, ValueError):
                plain = json.loads(path.read_text(encoding="utf-8"))
                yield from (Policy(browser, name, value) for name, value in plain.items())


def brand_of(name: str) -> str:
    """Whose policies a browser obeys, by the name of the candidate or its program."""
    lower = name.casefold()
    return "msedge" if "edge" in lower else "chromium" if "chromium" in lower or "chrome" not in lower else "chrome"


def troublesome(
    found: Sequence[Policy], settings: BrowserSettings, addresses: Mapping[str, str]
) -> Iterator[Diagnosis]:
    """What the policies of a browser get into the way of.

    Args:
        found: The policies.
        settings: Of the browser.
        addresses: System → address of its first page.
    """
    for policy in found:
        for rule in _RULES:
            if rule.policy == policy.name and rule.holds(policy.value, settings):
                yield warn(rule.template, hint=_HINT, policy=policy.name, browser=policy.browser)
    blocked = [pattern for policy in found if policy.name == "URLBlocklist" for pattern in _texts(policy.value)]
    allowed = [pattern for policy in found if policy.name == "URLAllowlist" for pattern in _texts(policy.value)]
    for system, address in addresses.items():
        if covers(blocked, address) and not covers(allowed, address):
            yield wrong(
                "The policy URLBlocklist forbids the address of {system}: {address}",
                hint="Have whoever sets policies add it to URLAllowlist",
                system=system,
                address=address,
            )


def covers(patterns: Iterable[str], address: str) -> bool:
    """Whether one of the patterns of a list of addresses in a policy covers an address."""
    parts = urlsplit(address)
    return any(
        _covers(pattern, parts.scheme, parts.hostname or "", parts.port, parts.path or "/") for pattern in patterns
    )


def _covers(pattern: str, scheme: str, host: str, port: int | None, path: str) -> bool:
    found = _PATTERN.fullmatch(pattern)
    if found is None:
        return False
    wanted = found["host"].casefold()
    # A dot in front means this very host; without one, all below it too.
    if wanted.startswith("."):
        same_host = f".{host}" == wanted
    else:
        same_host = wanted == "*" or host == wanted or host.endswith(f".{wanted}")
    return (
        same_host
        and found["scheme"] in (None, "*", scheme)
        and found["port"] in (None, "*", str(port or {"http": 80, "https": 443}.get(scheme)))
        and path.startswith((found["path"] or "/").rstrip("*"))
    )


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _in_registry() -> Iterator[Policy]:
    import winreg as registry

    api: Any = registry
    for root in (api.HKEY_LOCAL_MACHINE, api.HKEY_CURRENT_USER):
        for browser, key in _KEYS.items():
            with suppress(OSError), api.OpenKey(root, key) as opened:
                yield from (Policy(browser, name, value) for name, value in _values(api, opened))
                for name in ("URLBlocklist", "URLAllowlist"):
                    with suppress(OSError), api.OpenKey(opened, name) as listed:
                        yield Policy(browser, name, [value for _, value in _values(api, listed)])


def _values(api: Any, opened: Any) -> Iterator[tuple[str, Any]]:
    count = api.QueryInfoKey(opened)[1]
    return ((name, value) for name, value, _ in (api.EnumValue(opened, number) for number in range(count)))
