from __future__ import annotations

import pytest

from bots.browser import OpenPage, Target, choose, click, fill, go_to, read_text, verify
from tests.bots.browser.site import Answer, Site, html
from tests.bots.contexts import FakeContext
from yakin.errors import ApplicationError, TargetNotFound

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


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
