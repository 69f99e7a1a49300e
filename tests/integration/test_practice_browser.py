"""The practice town hall in a real browser: what only a browser shows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from yakin.practice import DEFAULT_PASSWORD, Faults, PracticeServer
from yakin.practice.faults import AnswerLost
from yakin.practice.samples import already_registered_rows, as_typed, declarations

pytestmark = pytest.mark.browser


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


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with PracticeServer(tmp_path / "practice.db") as running:
        running.store.seed(already_registered_rows())
        yield running


@pytest.fixture
def page(chromium: Browser, server: PracticeServer) -> Iterator[Page]:
    context = chromium.new_context(base_url=server.url)
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("利用者ID").fill("zeimu01")
    page.get_by_label("パスワード").fill(DEFAULT_PASSWORD)
    page.get_by_role("button", name="ログイン").click()
    expect(page.get_by_role("button", name="ログアウト")).to_be_visible()
    yield page
    context.close()


def fill_in(page: Page, form: dict[str, str]) -> None:
    for name, value in form.items():
        control = page.locator(f"[name={name}]")
        if name == "seibetsu":
            page.get_by_label(value, exact=True).check()
        elif name in ("chiku", "kubun"):
            control.select_option(value)
        elif name == "shogaisha":
            control.check()
        else:
            control.fill(value)


def beside(page: Page, label: str) -> str:
    return page.locator(f"th:text-is('{label}') + td").inner_text()


def test_a_clerk_registers_a_declaration_and_finds_it_again(page: Page, server: PracticeServer) -> None:
    form = as_typed(declarations()[11])
    page.goto("/declarations/new")
    fill_in(page, form | {"furigana": "やまざき"})
    page.get_by_role("button", name="確認画面へ").click()
    expect(page.locator("ul.errors li")).to_have_text(["フリガナは全角カタカナで入力してください"])
    page.locator("[name=furigana]").fill(form["furigana"])
    page.get_by_role("button", name="確認画面へ").click()
    assert beside(page, "氏名") == "山﨑　健一"
    assert beside(page, "生年月日") == "昭和47年6月1日"
    assert beside(page, "収入金額") == "1,984,756"
    assert beside(page, "備考") == "添付書類あり\n（医療費の領収書 3枚）"
    page.get_by_role("button", name="登録する").click()
    expect(page.get_by_text("登録が完了しました")).to_be_visible()
    number = beside(page, "登録番号")
    assert [row["登録番号"] for row in server.store.registered()][1:] == [number]
    page.goto("/search?q=07000112")
    expect(page.get_by_role("table", name="検索結果").locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name=number)).to_be_visible()


def test_half_the_labels_are_tied_to_their_controls_and_half_are_not(page: Page) -> None:
    page.goto("/declarations/new")
    expect(page.get_by_label("氏名", exact=True)).to_have_count(1)
    expect(page.get_by_label("フリガナ", exact=True)).to_have_count(0)
    expect(page.locator("th:text-is('フリガナ') + td input")).to_have_count(1)


@pytest.mark.parametrize("address", ["/popup", "/declarations/new"])
def test_an_address_chosen_in_the_pop_up_fills_the_page_that_opened_it(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("[name=yubin]").fill("009-8121")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="住所検索").click()
    choice = opened.value
    expect(choice.get_by_role("heading")).to_contain_text("住所検索")
    with choice.expect_event("close"):
        choice.get_by_role("button", name="選択").click()
    expect(page.locator("[name=jusho]")).to_have_value("岬野町港町")
    expect(page.locator("[name=chiku]")).to_have_value("港町")


def test_the_old_inquiry_works_across_its_frames(page: Page) -> None:
    page.goto("/legacy")
    menu, content = page.frame_locator("iframe[name=menu]"), page.frame_locator("iframe[name=main]")
    menu.get_by_role("link", name="操作説明").click()
    expect(content.get_by_text("「照会」を押す。")).to_be_visible()
    menu.get_by_role("link", name="受付照会").click()
    content.locator("[name=uketsuke_no]").fill("07000117")
    content.get_by_role("button", name="照会").click()
    expect(content.get_by_text("木村　洋子")).to_be_visible()


def test_a_declaration_is_cancelled_only_when_the_dialog_is_accepted(page: Page, server: PracticeServer) -> None:
    page.goto(f"/declarations/{server.store.registered()[0]['登録番号']}")
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        page.get_by_role("button", name="取消").click()
    assert asked.value.message == "取り消しますか？"
    assert len(server.store.registered()) == 1
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="取消").click()
    expect(page.get_by_text("に取り消されました")).to_be_visible()
    assert server.store.registered() == []


def test_the_export_is_downloaded(page: Page, tmp_path: Path) -> None:
    page.goto("/declarations")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV出力").click()
    downloading.value.save_as(tmp_path / "export.csv")
    assert downloading.value.suggested_filename.startswith("住民税申告_")
    assert "木村　洋子" in (tmp_path / "export.csv").read_text(encoding="cp932")


def test_a_dialog_comes_out_of_nowhere(page: Page, server: PracticeServer) -> None:
    server.faults = Faults(dialog_at=1)
    with page.expect_event("dialog") as opened:
        page.once("dialog", lambda dialog: dialog.accept())
        page.goto("/menu")
    assert "お知らせ" in opened.value.message


def register_first(page: Page) -> None:
    page.goto("/declarations/new")
    fill_in(page, as_typed(declarations()[0]))
    page.get_by_role("button", name="確認画面へ").click()
    page.get_by_role("button", name="登録する").click(no_wait_after=True)


def outcomes(server: PracticeServer) -> list[str]:
    return [attempt["outcome"] for attempt in server.store.attempts()]


@pytest.mark.parametrize("how", ["drop", "hang"])
def test_a_browser_whose_answer_is_lost_shows_an_error_and_sends_once(
    page: Page, server: PracticeServer, how: AnswerLost
) -> None:
    server.faults = Faults(answer_lost=how, answer_lost_at=1, hang_seconds=0.2)
    with page.expect_event("requestfailed", lambda request: request.method == "POST") as failed:
        register_first(page)
    assert failed.value.failure in (
        "net::ERR_CONNECTION_RESET",
        "net::ERR_EMPTY_RESPONSE",
        "net::ERR_CONNECTION_CLOSED",
    )
    assert outcomes(server) == ["registered"]


def test_a_browser_that_sends_again_by_itself_is_told_of_the_duplicate(page: Page, server: PracticeServer) -> None:
    server.faults = Faults(answer_lost="resend", answer_lost_at=1)
    register_first(page)
    expect(page.locator("p.already")).to_contain_text("受付番号 07000101 は既に登録されています")
    assert outcomes(server) == ["registered", "duplicate"]
