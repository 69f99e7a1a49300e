"""Which browser is used: what the settings name, else the first one on this machine that starts.

On PCs the browser people have (Edge, Chrome) comes first, because the office keeps it up to date; on Linux Playwright's
own comes first. What is here is told by looking at files only; whether it runs shows when it is started for real.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bots.browser.settings import BrowserSettings
from yakin.actions import Found, Missing, requirement

_SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge-stable")
_WINDOWS_PLACES = {
    "msedge": ("Microsoft", "Edge", "Application", "msedge.exe"),
    "chrome": ("Google", "Chrome", "Application", "chrome.exe"),
}
_MAC_PLACES = {
    "msedge": Path("/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge"),
    "chrome": Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A browser that may be used.

    Attributes:
        name: What it is, for people.
        path: Its program; None for Playwright's own, which knows its place itself.
    """

    name: str
    path: Path | None

    def __str__(self) -> str:
        return self.name if self.path is None else f"{self.name} ({self.path})"


def candidates(settings: BrowserSettings) -> tuple[Candidate, ...]:
    """Browsers on this machine in the order they are tried; only the one the settings name when they name one."""
    if settings.executable:
        return (Candidate("the browser of the settings", Path(settings.executable)),)
    if settings.channel:
        return tuple(one for one in _branded() if one.name == settings.channel)
    own = (Candidate("Playwright's Chromium", None),) if _has_own() else ()
    branded = tuple(_branded())
    return (*own, *branded, *_system()) if sys.platform.startswith("linux") else (*branded, *own)


def _branded() -> Iterator[Candidate]:
    if sys.platform == "win32":
        roots = [os.environ.get(name) for name in ("PROGRAMFILES(X86)", "PROGRAMFILES", "LOCALAPPDATA")]
        places = [(name, Path(root, *parts)) for name, parts in _WINDOWS_PLACES.items() for root in roots if root]
    elif sys.platform == "darwin":
        places = list(_MAC_PLACES.items())
    else:
        places = [("msedge", Path("/opt/microsoft/msedge/msedge")), ("chrome", Path("/opt/google/chrome/chrome"))]
    for name, path in places:
        if path.is_file():
            yield Candidate(name, path)


def _system() -> Iterator[Candidate]:
    for name in _SYSTEM_NAMES:
        if found := shutil.which(name):
            yield Candidate(name, Path(found))


def _has_own() -> bool:
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    if given:
        folder = Path(given)
    elif sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA", "~")).expanduser() / "ms-playwright"
    elif sys.platform == "darwin":
        folder = Path("~/Library/Caches/ms-playwright").expanduser()
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "ms-playwright"
    return any(folder.glob("chromium*-*")) if folder.is_dir() else False


def nothing_found(settings: BrowserSettings) -> Missing:
    """What to say when there is no browser."""
    if settings.channel:
        return Missing(
            f"The browser {settings.channel}, which config/yakin.toml names, is not installed",
            "Install it, or leave [browser] channel out to have another one looked for",
        )
    return Missing(
        "No browser was found: neither Edge, Chrome, Chromium nor Playwright's own",
        "Install Edge, Chrome or Chromium, or run: python -m playwright install chromium",
        ("chromium", "fonts-noto-cjk"),
    )


@requirement("browser")
def browser_here(config: Mapping[str, Any]) -> Found | Missing:
    """Whether there is a browser to drive."""
    settings = BrowserSettings.of(config)
    found = candidates(settings)
    return Found(str(found[0])) if found else nothing_found(settings)
