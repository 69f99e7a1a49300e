from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from bots import browser as bot
from bots.browser import Browsers, OpenPage, browser_here, go_to
from bots.browser.browser import boundary
from bots.browser.find import candidates
from bots.browser.session import hosts_of
from bots.browser.settings import BrowserSettings
from tests.bots.browser.site import Site
from tests.bots.contexts import FakeContext
from yakin.actions import Found, Missing, Registry, System
from yakin.errors import BotError, ConfigError, SessionLost


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A Linux machine without any browser; programs put into the folder are on its path."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "own"))
    monkeypatch.setattr("bots.browser.find._branded", lambda: iter(()))
    return tmp_path


def program(path: Path, text: str = "#!/bin/sh\nexit 1\n") -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def test_no_browser_is_told_with_the_packages_that_help(bare: Path) -> None:
    missing = browser_here({})
    assert isinstance(missing, Missing)
    assert missing.debian == ("chromium", "fonts-noto-cjk")


@pytest.mark.skipif(sys.platform == "win32", reason="programs are found otherwise on Windows")
def test_on_linux_playwrights_own_comes_before_the_systems(bare: Path) -> None:
    program(bare / "chromium")
    assert browser_here({}) == Found(f"chromium ({bare / 'chromium'})")
    (bare / "own" / "chromium-1200").mkdir(parents=True)
    assert [one.name for one in candidates(BrowserSettings())] == ["Playwright's Chromium", "chromium"]


def test_a_browser_of_the_settings_is_the_only_one_tried(bare: Path) -> None:
    program(bare / "chromium")
    other = program(bare / "other")
    assert [one.path for one in candidates(BrowserSettings(executable=str(other)))] == [other]
    assert isinstance(browser_here({"browser": {"channel": "msedge"}}), Missing)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"headles": False}, "no setting headles"),
        ({"headless": "no"}, "headless = no has the wrong type"),
        ({"timeout": True}, "timeout = True has the wrong type"),
        ({"executable": "/no/such/browser"}, "no such file"),
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        BrowserSettings.of({"browser": settings})


@pytest.mark.browser
@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for a browser")
@pytest.mark.asyncio(loop_scope="session")
async def test_a_browser_that_does_not_start_is_passed_over(
    tmp_path: Path, ctx: FakeContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = candidates(BrowserSettings())
    broken = type(real[0])("broken", program(tmp_path / "broken"))
    monkeypatch.setattr("bots.browser.browser.candidates", lambda _settings: (broken, *real))
    browsers = Browsers(BrowserSettings(), ctx)
    try:
        assert (await browsers.browser(("a.example",))).is_connected()
        assert (await browsers.browser(("a.example",))) is (await browsers.browser(("a.example",)))
    finally:
        await browsers.close()
    (started,) = ctx.noted("browser-started")
    assert started["browser"] == str(real[0])


@pytest.mark.browser
@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for a browser")
@pytest.mark.asyncio(loop_scope="session")
async def test_when_none_starts_the_reasons_are_told(tmp_path: Path, ctx: FakeContext) -> None:
    browsers = Browsers(BrowserSettings(executable=str(program(tmp_path / "broken"))), ctx)
    try:
        with pytest.raises(BotError, match="No browser starts: the browser of the settings"):
            await browsers.browser(("a.example",))
    finally:
        await browsers.close()


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_a_browser_that_died_is_a_lost_session_and_the_next_session_gets_a_new_one(
    ctx: FakeContext, site: Site
) -> None:
    site.show("本文")
    system = System("窓口", site.url, ())
    browsers = Browsers(BrowserSettings(), ctx)
    try:
        dying = await browsers.browser(hosts_of(system))
        page = await OpenPage.open(dying, system, browsers.settings)
        await go_to("/", page=page, ctx=ctx)
        async with asyncio.timeout(20):
            gone = asyncio.Event()
            dying.on("disconnected", lambda _: gone.set())
            await (await dying.new_browser_cdp_session()).send("Browser.close")
            await gone.wait()
        with pytest.raises(SessionLost):
            await go_to("/", page=page, ctx=ctx)
        await page.close()

        page = await OpenPage.open(await browsers.browser(hosts_of(system)), system, browsers.settings)
        await go_to("/", page=page, ctx=ctx)
        await page.close()
    finally:
        await browsers.close()
    assert len(ctx.noted("browser-started")) == 2


def test_only_the_hosts_of_a_system_are_reached_directly_or_by_proxy() -> None:
    system = System("窓口", "https://portal.example.jp:8443/app", ("*.cdn.example.jp", "other.example.jp:80"))
    hosts = hosts_of(system)
    assert hosts == ("*.cdn.example.jp", "other.example.jp", "portal.example.jp")
    assert boundary(hosts, None) == [
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE *.cdn.example.jp, EXCLUDE other.example.jp, EXCLUDE portal.example.jp",
        "--no-proxy-server",
    ]
    (pac,) = boundary(hosts, "http://proxy.example.jp:8080")
    assert pac.startswith("--proxy-pac-url=data:application/x-ns-proxy-autoconfig;base64,")


def test_a_page_is_a_session_and_every_action_says_what_it_does() -> None:
    registry = Registry.of({"browser": bot})
    assert registry.resources[OpenPage].scope == "session"
    assert registry.resources[Browsers].scope == "run"
    for name, spec in registry.actions.items():
        assert registry.needs_session(spec), name
        assert spec.example.startswith("- "), name
        assert spec.arguments.model_json_schema()["additionalProperties"] is False, name
