"""The HTML report as people meet it: in a browser, with and without script, narrow, by its colours."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.unit.reports import made_up_runs as runs
from yakin.reports import html

TINTED = {"good", "found", "attention", "bad", "doubt", "idle"}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--disable-quic", "--disable-gpu"],
            chromium_sandbox=not as_root,
        )
        yield browser
        browser.close()


def opened(browser: Browser, folder: Path, *, name: str = "usual", width: int = 1280, script: bool = True) -> Page:
    report = folder / "report.html"
    report.write_text(
        html.render(runs.ALL[name](folder).result(), **runs.place(folder), language="ja"), encoding="utf-8"
    )
    page = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script).new_page()
    page.on("console", lambda message: pytest.fail(message.text))
    page.goto(report.as_uri())
    return page


@pytest.mark.browser
def test_language_and_filter_work_without_script(chromium: Browser, tmp_path: Path) -> None:
    page = opened(chromium, tmp_path, script=False)
    page.locator(".to-en").click()
    assert page.locator("h1").inner_text() == "Finished; 2 rows need a person"
    page.locator(".chip-set_aside").click()
    assert page.locator(".scroll tbody tr:visible").count() == 2
    assert not page.locator(".find").is_visible()


@pytest.mark.browser
def test_a_picture_is_enlarged_and_put_back_with_the_keyboard(chromium: Browser, tmp_path: Path) -> None:
    page = opened(chromium, tmp_path)
    thumbnail = page.locator("tbody .picture").first
    thumbnail.locator("summary").focus()
    page.keyboard.press("Enter")
    box = thumbnail.locator("img").bounding_box()
    assert box is not None
    assert box["width"] > 800
    page.keyboard.press("Escape")
    assert thumbnail.get_attribute("open") is None


@pytest.mark.browser
def test_rows_are_found_by_what_they_say(chromium: Browser, tmp_path: Path) -> None:
    page = opened(chromium, tmp_path)
    page.get_by_label("検索").fill("２０２６００３１")
    assert page.locator(".scroll tbody tr:visible th").all_inner_texts() == ["20260031"]


@pytest.mark.browser
@pytest.mark.parametrize("name", ["usual", "broken", "interrupted"])
@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_has_to_be_scrolled_sideways(chromium: Browser, tmp_path: Path, name: str, width: int) -> None:
    page = opened(chromium, tmp_path, name=name, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", block))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(theme: str) -> None:
    style = (html.TEMPLATES / "report.css").read_text(encoding="utf-8")
    blocks = [colours(block) for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)]
    palette = blocks[0] if theme == "light" else blocks[1]
    pairs = [(text, paper) for text in ("ink", "soft", "key") for paper in ("page", "paper", "sunk")]
    pairs += [(mood, behind) for mood in TINTED for behind in ("paper", f"{mood}-tint")]
    pairs += [("soft", "idle-tint"), ("ink", "bad-tint"), ("soft", "attention-tint"), ("soft", "bad-tint")]
    weak = {pair: contrast(palette[pair[0]], palette[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}
