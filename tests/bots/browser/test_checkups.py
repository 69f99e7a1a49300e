"""What the bot tries for the doctor: a browser with fonts, policies, the way to each system."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bots.browser import browser_works, policies_let_it_work, systems_are_reached
from bots.browser.checkups import fonts_of, policies_of
from bots.browser.policies import Policy, brand_of, covers, policies_in
from bots.browser.reaching import Reaching, certificate_of
from bots.browser.settings import BrowserSettings
from yakin.actions import Diagnosis
from yakin.phrases import fill

PORTAL = {"portal": "https://portal.town.example.jp/app"}
NOW = datetime(2026, 11, 23, tzinfo=UTC)


class FakePage:
    """A page on which each character is drawn as its picture says."""

    def __init__(self, picture: Callable[[str], str]) -> None:
        self._picture = picture

    async def evaluate(self, _script: str, text: str) -> list[str]:
        return [self._picture(character) for character in text]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def severities(found: Any) -> list[str]:
    return [one.severity for one in found]


def said(one: Diagnosis) -> str:
    return fill(one.template, one.data)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for a browser")
@pytest.mark.browser
def test_a_browser_that_does_not_start_is_wrong_with_the_reason(tmp_path: Path) -> None:
    program = tmp_path / "broken"
    program.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    (found,) = browser_works({"browser": {"executable": str(program)}})
    assert found.severity == "wrong"
    assert "No browser starts" in said(found)


@pytest.mark.parametrize(
    ("picture", "severity"),
    [
        (lambda character: character, "well"),
        (lambda _: "box", "wrong"),
        (lambda character: "box" if ord(character) > 0xFFFF else character, "warning"),
        (lambda character: "box" if ord(character) < 0xFFFF else "nothing", "wrong"),
    ],
)
async def test_characters_that_all_look_the_same_show_that_fonts_are_missing(
    picture: Callable[[str], str], severity: str
) -> None:
    page: Any = FakePage(picture)
    assert (await fonts_of(page)).severity == severity


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("RemoteDebuggingAllowed", 0, ["warning"]),
        ("RemoteDebuggingAllowed", 1, ["well"]),
        ("DeveloperToolsAvailability", 2, ["warning"]),
        ("DeveloperToolsAvailability", 1, ["well"]),
        ("HeadlessMode", 2, ["warning"]),
        ("HeadlessModeEnabled", False, ["warning"]),
        ("DownloadRestrictions", 3, ["warning"]),
        ("DownloadRestrictions", 1, ["well"]),
        ("ProxyMode", "fixed_servers", ["warning"]),
        ("URLBlocklist", ["*"], ["wrong"]),
        ("URLBlocklist", ["games.example.com"], ["well"]),
        ("HomepageLocation", "https://www.town.example.jp", ["well"]),
    ],
)
def test_policies_in_the_way_are_told(name: str, value: object, expected: list[str]) -> None:
    assert severities(policies_of([Policy("msedge", name, value)], BrowserSettings(), PORTAL)) == expected


def test_a_browser_with_a_window_may_be_forbidden_to_run_without_one() -> None:
    policy = Policy("chrome", "HeadlessMode", 2)
    assert severities(policies_of([policy], BrowserSettings(headless=False), {})) == ["well"]


def test_what_the_allow_list_has_is_not_blocked() -> None:
    found = [Policy("chrome", "URLBlocklist", ["*"]), Policy("chrome", "URLAllowlist", ["town.example.jp"])]
    assert severities(policies_of(found, BrowserSettings(), PORTAL)) == ["well"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", True),
        ("town.example.jp", True),
        (".town.example.jp", False),
        (".portal.town.example.jp", True),
        ("own.example.jp", False),
        ("http://portal.town.example.jp", False),
        ("https://*", True),
        ("portal.town.example.jp:443/app", True),
        ("portal.town.example.jp:8443", False),
        ("portal.town.example.jp/other", False),
    ],
)
def test_patterns_of_policies_cover_hosts_below_ports_and_paths(pattern: str, expected: bool) -> None:
    assert covers([pattern], PORTAL["portal"]) is expected


def test_policies_are_read_from_files_and_what_cannot_be_read_counts_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"RemoteDebuggingAllowed": False}), encoding="utf-8")
    (tmp_path / "b.json").write_text("{", encoding="utf-8")
    assert list(policies_in({"chrome": tmp_path, "msedge": tmp_path / "none"})) == [
        Policy("chrome", "RemoteDebuggingAllowed", False)
    ]


@pytest.mark.parametrize(
    ("name", "brand"),
    [
        ("msedge C:/Program Files/Microsoft/Edge/Application/msedge.exe", "msedge"),
        ("microsoft-edge-stable", "msedge"),
        ("google-chrome-stable", "chrome"),
        ("Playwright's Chromium", "chromium"),
        ("chromium-browser", "chromium"),
    ],
)
def test_a_browser_obeys_the_policies_of_its_maker(name: str, brand: str) -> None:
    assert brand_of(name) == brand


def test_only_the_policies_of_the_browser_that_is_tried_first_count(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "chromium"
    program.touch()
    given = [Policy("msedge", "RemoteDebuggingAllowed", 0)]
    monkeypatch.setattr("bots.browser.checkups.policies_here", lambda: given)
    config = {"browser": {"executable": str(program)}}
    assert severities(policies_let_it_work(config)) == ["well"]
    given.append(Policy("chromium", "RemoteDebuggingAllowed", 0))
    assert severities(policies_let_it_work(config)) == ["warning"]


def test_a_system_that_listens_is_reached_and_one_that_does_not_is_wrong() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        there = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        gone = f"http://127.0.0.1:{free_port()}/"
        found = list(systems_are_reached({"systems": {"portal": {"url": there}, "tax": {"url": gone}}}))
    assert severities(found) == ["well", "wrong"]
    assert found[1].data["system"] == "tax"


def test_a_practice_system_need_not_be_there_and_no_systems_are_no_mistake() -> None:
    systems = {"portal": {"url": f"http://127.0.0.1:{free_port()}/"}}
    assert severities(systems_are_reached({"systems": systems, "practice": {"systems": ["portal"]}})) == ["well"]
    assert severities(systems_are_reached({})) == ["well"]


def test_behind_a_proxy_only_the_proxy_is_connected_to() -> None:
    proxy = f"http://127.0.0.1:{free_port()}"
    found = Reaching(proxy).one("portal", PORTAL["portal"])
    assert found.severity == "wrong"
    assert "127.0.0.1" in str(found.data["reason"])


@pytest.mark.parametrize(("days", "severity"), [(365, "well"), (12, "warning")])
def test_a_certificate_that_ends_soon_is_told(days: int, severity: str) -> None:
    found = certificate_of("portal", "portal.town.example.jp", NOW + timedelta(days=days), NOW)
    assert found.severity == severity
    assert found.data["days"] == days
