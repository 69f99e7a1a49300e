"""What a lock file pins: packages with their versions, for which machines, and the hashes of their files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from yakin.bundle.target import Target
from yakin.errors import BundleError

_LONGEST_TOLD = 80
_PIN = re.compile(
    r"(?P<name>[\w.\-]+)(\[[^\]]*\])?==(?P<version>[^\s;]+)(\s*;\s*(?P<marker>.+?))?(?P<hashes>(\s+--hash=\S+)+)\s*"
)


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a lock file.

    Attributes:
        name: Its normalised name (PEP 503).
        version: The only version that is installed.
        marker: Environment marker (PEP 508) of the machines that need it; None when all do.
        hashes: SHA-256 of each file that may be installed, in hex.
    """

    name: str
    version: str
    marker: str | None
    hashes: frozenset[str]

    @property
    def requirement(self) -> str:
        """The package as pip reads it from a file of requirements, without its marker."""
        hashes = " ".join(f"--hash=sha256:{each}" for each in sorted(self.hashes))
        return f"{self.name}=={self.version} {hashes}"


def pins_of(lock: str) -> Sequence[Pin]:
    """All packages of a lock file, in its order.

    Args:
        lock: Text of the file: `name==version ; marker`, then `--hash=sha256:…`, on lines joined by a backslash.

    Raises:
        BundleError: Something in it is not of this form: part of what is to be installed would be left out.
    """
    lines = re.sub(r"\\\r?\n", " ", lock).splitlines()
    return [_pin(line) for line in lines if line.strip() and not line.startswith("#")]


def _pin(line: str) -> Pin:
    found = _PIN.fullmatch(line)
    if found is None:
        raise BundleError(
            "The lock file has a line that is not understood: {line}",
            hint="Write it anew with: runner.py lock",
            line=line.strip()[:_LONGEST_TOLD],
        )
    hashes = frozenset(re.findall(r"sha256:([0-9a-f]{64})", found["hashes"]))
    return Pin(normalised(found["name"]), found["version"], found["marker"], hashes)


def needed(lock: str, target: Target) -> Sequence[Pin]:
    """The packages of a lock file that a kind of machine needs.

    pip would look at the markers of the machine it runs on, not at those of the machine it downloads for.
    """
    return [pin for pin in pins_of(lock) if target.needs(pin.marker)]


def normalised(name: str) -> str:
    """A package's name in the one spelling that can be compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
