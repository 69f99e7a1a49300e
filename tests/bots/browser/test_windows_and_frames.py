from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bots.browser import OpenPage, Target, choose, click, fill, go_to, read_text, verify, wait_for
from tests.bots.browser.site import Answer, Site, html
from tests.bots.contexts import FakeContext
from yakin.actions import System
from yakin.errors import ApplicationError, ConfigError, TargetNotFound

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Make = Callable[..., System]
Open = Callable[..., Any]


def choosing(site: Site) -> None:
    site.show(
        "<label>住所<input id=j></label><button onclick=\"window.open('/choice', 'choice', 'width=400,height=300')\">住所検索</button>"
        "<a href=/help target=_blank>説明</a>"
    )
    site.show(
        "<p>住所一覧</p><button onclick=\"opener.document.getElementById('j').value = '港町1'; window.close()\">選択</button>"
        "<button>絞り込み</button>",
        "/choice",
    )
    site.show("<p>操作説明</p><button onclick='window.close()'>閉じる</button>", "/help")


async def test_a_pop_up_is_worked_in_until_it_closes(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    choosing(site)
    await go_to("/", page=page, ctx=ctx)
    await click("住所検索", page=page, ctx=ctx)
    assert page.current.url.endswith("/choice")
    await click("絞り込み", page=page, ctx=ctx)
    await click("選択", page=page, ctx=ctx)
    assert not page.in_popup
    await verify({"住所": "港町1"}, page=page, ctx=ctx)


async def test_a_link_to_a_new_window_opens_a_pop_up(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    choosing(site)
    await go_to("/", page=page, ctx=ctx)
    await click(link="説明", page=page, ctx=ctx)
    assert await read_text(Target(text="操作説明"), page=page, ctx=ctx) == {"text": "操作説明"}
    await click("閉じる", page=page, ctx=ctx)
    assert page.current.url == f"{site.url}/"


async def test_going_to_a_page_closes_pop_ups(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    choosing(site)
    await go_to("/", page=page, ctx=ctx)
    await click("住所検索", page=page, ctx=ctx)
    await go_to("/", page=page, ctx=ctx)
    assert len(page.context.pages) == 1
    assert not page.in_popup


async def test_an_error_in_a_pop_up_is_seen(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    choosing(site)
    site.show("障害", "/choice", status=500)
    await go_to("/", page=page, ctx=ctx)
    with pytest.raises(ApplicationError, match="/choice answered with status 500"):
        await click("住所検索", page=page, ctx=ctx)


def framed(site: Site) -> None:
    def inquiry(site: Site, given: dict[str, str]) -> Answer:
        if given:
            site.hold.wait(0.3)
        found = f"<table><tr><td>氏名</td><td>{given['no']}の人</td></tr></table>" if given else ""
        form = "<form action=/inquiry><table><tr><td>受付番号</td><td><input name=no> <input type=submit value=照会></td></tr></table></form>"
        return html(form + found)

    site.show(
        "<iframe name=menu title=メニュー src=/menu></iframe><iframe name=main title=照会画面 src=/blank></iframe>"
    )
    site.show("<a href=/inquiry target=main>受付照会</a>", "/menu")
    site.show("<p>業務を選んでください</p>", "/blank")
    site.pages["/inquiry"] = inquiry


async def test_frames_are_one_page_to_the_clerk(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    framed(site)
    await go_to("/", page=page, ctx=ctx)
    await click("受付照会", page=page, ctx=ctx)
    await fill({"受付番号": "10000001"}, page=page, ctx=ctx)
    await click("照会", page=page, ctx=ctx)
    assert await read_text(label="氏名", page=page, ctx=ctx) == {"text": "10000001の人"}


@pytest.mark.parametrize("frame", ["main", "照会画面", "/inquiry"])
async def test_a_frame_is_named_by_its_name_title_or_address(
    page: OpenPage, ctx: FakeContext, site: Site, frame: str
) -> None:
    framed(site)
    await go_to("/", page=page, ctx=ctx)
    await click(link="受付照会", frame="menu", page=page, ctx=ctx)
    await fill({"受付番号": "10000002"}, frame=frame, page=page, ctx=ctx)
    with pytest.raises(TargetNotFound):
        await choose(Target(label="受付番号", frame="menu"), "x", page=page, ctx=ctx)


async def test_a_frame_that_is_not_there_is_told_with_those_that_are(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    framed(site)
    await go_to("/", page=page, ctx=ctx)
    with pytest.raises(TargetNotFound, match=r"There is no frame ない on .*; there are: menu, main"):
        await click(link="受付照会", frame="ない", page=page, ctx=ctx)


async def test_the_same_words_in_two_frames_are_ambiguous(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    framed(site)
    site.show("<a href=/x>受付照会</a>", "/blank")
    await go_to("/", page=page, ctx=ctx)
    with pytest.raises(TargetNotFound, match="2 things answer"):
        await click("受付照会", page=page, ctx=ctx)


NEWS = "<p>お知らせ: システムは19時に停止します</p><label>受付番号<input></label>"


async def test_a_window_that_opens_by_itself_is_closed_and_told(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    site.show("<label>受付番号<input></label><script>window.open('/news')</script>")
    site.show(NEWS, "/news")
    with pytest.raises(ApplicationError, match=r"A window opened by itself and was closed: .*/news"):
        await go_to("/", page=page, ctx=ctx)
    assert page.current.url == f"{site.url}/"
    assert len(page.context.pages) == 1
    assert [data["url"] for data in ctx.noted("window-closed")] == [f"{site.url}/news"]


async def test_a_window_that_opens_between_two_actions_is_not_typed_into(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    site.show("<label>受付番号<input id=no></label>")
    site.show(NEWS, "/news")
    await go_to("/", page=page, ctx=ctx)
    async with page.context.expect_event("page"):
        await page.current.evaluate("() => { setTimeout(() => window.open('/news')) }")
    with pytest.raises(ApplicationError, match="opened by itself") as caught:
        await fill({"受付番号": "07000101"}, page=page, ctx=ctx)
    assert caught.value.nothing_sent
    await fill({"受付番号": "07000102"}, page=page, ctx=ctx)
    assert await page.current.input_value("#no") == "07000102"


async def test_windows_that_the_options_name_are_closed_and_harm_nothing(
    opened: Open, system: Make, ctx: FakeContext, site: Site
) -> None:
    page = await opened(system(options={"close_windows": ["/news"]}))
    site.show("<button onclick=\"location = '/menu'\">ログイン</button>")
    site.show("<label>受付番号<input id=no></label><script>window.open('/news')</script>", "/menu")
    site.show(NEWS, "/news")
    await go_to("/", page=page, ctx=ctx)
    await click("ログイン", page=page, ctx=ctx)
    await fill({"受付番号": "07000101"}, page=page, ctx=ctx)
    assert await page.current.input_value("#no") == "07000101"
    assert len(ctx.noted("window-closed")) == 1
    assert len(page.context.pages) == 1


async def test_a_window_that_a_click_opens_late_is_worked_in_once_it_was_waited_for(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    choosing(site)
    site.show(
        "<label>住所<input id=j></label><button onclick=\"setTimeout(() => window.open('/choice'), 1)\">検索</button>"
    )
    await go_to("/", page=page, ctx=ctx)
    await click("検索", page=page, ctx=ctx)
    await wait_for(text="住所一覧", page=page, ctx=ctx)
    await click("選択", page=page, ctx=ctx)
    await verify({"住所": "港町1"}, page=page, ctx=ctx)


@pytest.mark.parametrize("given", ["/news", [""], [1]])
async def test_windows_to_close_are_named_by_a_list(opened: Open, system: Make, given: object) -> None:
    with pytest.raises(ConfigError, match="close_windows is"):
        await opened(system(options={"close_windows": given}))


async def test_a_page_that_could_not_be_loaded_is_told_before_anything_is_read_from_it(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    site.show("<p>本文</p>")
    site.pages["/gone"] = lambda _site, _given: (0, {}, b"")
    await go_to("/", page=page, ctx=ctx)
    async with page.current.expect_event("domcontentloaded"):
        await page.current.evaluate("() => { setTimeout(() => { location = '/gone' }) }")
    with pytest.raises(ApplicationError, match="did not answer: the browser shows its own error page") as caught:
        await read_text(Target(text="本文"), page=page, ctx=ctx)
    assert caught.value.nothing_sent
    await go_to("/", page=page, ctx=ctx)
