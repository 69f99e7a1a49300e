"""What `runner.py doctor` lets this bot try: a browser with a page, its policies, the way to each system."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bots.browser.browser import Browsers, sandboxed
from bots.browser.find import candidates
from bots.browser.policies import Policy, brand_of, policies_here, troublesome
from bots.browser.reaching import Reaching
from bots.browser.settings import BrowserSettings
from yakin.actions import Diagnosis, checkup, diagnosed, warn, well, wrong
from yakin.errors import BotError

if TYPE_CHECKING:
    from playwright.async_api import Page

_SECONDS = 90.0
_KANJI = "漢字髙﨑"
_RARE_KANJI = "𠮷"
_DRAWN = """async text => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 48;
  const pen = canvas.getContext("2d", {willReadFrequently: true});
  pen.font = "32px sans-serif";
  return [...text].map(character => {
    pen.clearRect(0, 0, 48, 48);
    pen.fillText(character, 4, 38);
    return pen.getImageData(0, 0, 48, 48).data.join();
  });
}"""
"""Pictures of characters; those that no font has all look the same."""

_NOBODYS = "\U0010fffd"
"""A character for private use, which no font has."""


@dataclass
class _Notes:
    """Keeps what the browsers of a checkup note."""

    noted: dict[str, Any] = field(default_factory=dict)

    def note(self, kind: str, **data: Any) -> None:
        """Keep it."""
        self.noted.update(data, kind=kind)


@checkup("browser", seconds=_SECONDS + 10)
def browser_works(config: Mapping[str, Any]) -> Iterator[Diagnosis]:
    """Start the browser that a run would use, and draw Japanese on a page of it."""
    settings = BrowserSettings.of(config)
    yield from asyncio.run(_tried(settings))


@checkup("policies")
def policies_let_it_work(config: Mapping[str, Any]) -> Iterator[Diagnosis]:
    """Look for rules of the organisation that keep the browsers of this machine from being driven."""
    settings = BrowserSettings.of(config)
    brands = [brand_of(f"{one.name} {one.path or ''}") for one in candidates(settings)[:1]]
    yield from policies_of([one for one in policies_here() if one.browser in brands], settings, _addresses(config))


@checkup("systems", seconds=60)
def systems_are_reached(config: Mapping[str, Any]) -> Iterator[Diagnosis]:
    """Connect to the host of each system in the settings, the way the browser does; nothing is asked of it."""
    practice = (config.get("practice") or {}).get("systems") or ()
    yield from Reaching(BrowserSettings.of(config).proxy, started_with_a_run=practice).all(_addresses(config))


def policies_of(found: list[Policy], settings: BrowserSettings, addresses: Mapping[str, str]) -> Iterator[Diagnosis]:
    """What there is to say of the policies on a machine.

    Args:
        found: The policies of the browser that is tried first.
        settings: Of the browser.
        addresses: System → address of its first page.
    """
    told = list(troublesome(found, settings, addresses))
    yield from told
    if not told:
        yield well("No policy is in the way of the browser (set: {count})", count=len(found))


async def fonts_of(page: Page) -> Diagnosis:
    """Whether the machine has fonts for Japanese: what a page without them shows looks the same for every character."""
    nothing, rare, *drawn = await page.evaluate(_DRAWN, _NOBODYS + _RARE_KANJI + _KANJI)
    if nothing in drawn or len(set(drawn)) < len(drawn):
        return wrong(
            "Pages cannot draw Japanese ({kanji}): pictures would show boxes",
            hint="Install a Japanese font; on Debian: apt-get install fonts-noto-cjk",
            kanji=_KANJI,
        )
    if rare in (nothing, *drawn):
        return warn(
            "Pages cannot draw rare characters such as {kanji}: in pictures they are boxes",
            hint="Install a font with JIS X 0213; on Debian: apt-get install fonts-noto-cjk",
            kanji=_RARE_KANJI,
        )
    return well("Pages draw Japanese: {kanji}", kanji=_KANJI + _RARE_KANJI)


async def _tried(settings: BrowserSettings) -> list[Diagnosis]:
    notes = _Notes()
    browsers = Browsers(settings, notes)
    try:
        async with asyncio.timeout(_SECONDS):
            browser = await browsers.browser(())
            found = [well("{browser} {version} opens a page", **_named(notes))]
            if not sandboxed():
                found.append(
                    warn(
                        "The browser's own sandbox is off, because this is root",
                        hint="Run Yakin as a user of its own without rights",
                    )
                )
            page = await browser.new_page()
            found.append(await fonts_of(page))
    except BotError as error:
        return [diagnosed(error)]
    finally:
        await browsers.close()
    return found


def _named(notes: _Notes) -> Mapping[str, str]:
    return {name: str(notes.noted[name]) for name in ("browser", "version")}


def _addresses(config: Mapping[str, Any]) -> Mapping[str, str]:
    systems: Mapping[str, Any] = config.get("systems") or {}
    return {name: str(system["url"]) for name, system in systems.items()}
