"""What kind of machine a bundle is for: its platform, its Python, and which wheels fit."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from yakin.errors import BundleError

_OLDEST_GLIBC = 28
"""Wheels for Linux may need glibc 2.28: Debian 10, RHEL 8, Ubuntu 18.10 and newer."""

_OLD_NAMES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
"""Minor version of glibc → the name its tag had before tags named the version (PEP 600)."""

_LINUX_TAGS = tuple(
    f"{name}_x86_64"
    for minor in range(_OLDEST_GLIBC, 4, -1)
    for name in (f"manylinux_2_{minor}", _OLD_NAMES.get(minor))
    if name
)
_MARKERS: Mapping[str, Mapping[str, str]] = {
    "windows-x86_64": {
        "os_name": "nt",
        "sys_platform": "win32",
        "platform_system": "Windows",
        "platform_machine": "AMD64",
    },
    "linux-x86_64": {
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "x86_64",
    },
}
_LAST_PATCH = 99
"""Higher than the last number of any release of Python."""


class Platform(StrEnum):
    """For which kind of machine."""

    WINDOWS = "windows"
    LINUX = "linux"
    THIS = "this"


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of machine.

    Attributes:
        platform: System and processor, such as `windows-x86_64`, as `install.this_platform` tells it there.
        python: Version of its Python, such as `3.11`; wheels with compiled parts fit one version only.
        tags: Platform tags of the wheels that fit, best first.
        markers: What its environment markers are (PEP 508), but for the version of Python.
    """

    platform: str
    python: str
    tags: tuple[str, ...]
    markers: Mapping[str, str]

    @classmethod
    def of(cls, platform: Platform, python: str | None = None) -> Target:
        """A kind of machine by name.

        Args:
            platform: 64-bit Windows or Linux on x86, or what this machine is.
            python: Version such as `3.11`; that of this process when left out.

        Raises:
            BundleError: The version is none, or too old.
        """
        version = python or f"{sys.version_info.major}.{sys.version_info.minor}"
        found = re.fullmatch(r"3\.(\d{1,2})", version)
        if found is None or int(found[1]) < 11:
            raise BundleError(
                "{version} is no version of Python that Yakin runs on",
                hint="Write it as 3.11; Yakin needs 3.11 or newer",
                version=version,
            )
        match platform:
            case Platform.WINDOWS:
                return cls("windows-x86_64", version, ("win_amd64",), _MARKERS["windows-x86_64"])
            case Platform.LINUX:
                return cls("linux-x86_64", version, _LINUX_TAGS, _MARKERS["linux-x86_64"])
            case Platform.THIS:
                return cls._this(version)

    @classmethod
    def _this(cls, version: str) -> Target:
        from packaging.markers import default_environment
        from packaging.tags import platform_tags

        from yakin.bundle.install import this_platform

        here = {name: str(value) for name, value in default_environment().items() if "version" not in name}
        return cls(this_platform(), version, tuple(platform_tags()), here)

    def needs(self, marker: str | None) -> bool:
        """Whether something with this environment marker is needed there, whatever the patch version of its Python is."""
        if marker is None:
            return True
        from packaging.markers import Marker

        return any(Marker(marker).evaluate(self._environment(patch)) for patch in (0, _LAST_PATCH))

    def _environment(self, patch: int) -> dict[str, str]:
        full = f"{self.python}.{patch}"
        return {
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_version": "",
            **self.markers,
            "implementation_version": full,
            "python_full_version": full,
            "python_version": self.python,
            "extra": "",
        }
