from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bots.browser import OpenPage, Target, answer_dialog, click, fill, go_to, read_text, wait_for
from tests.bots.browser.site import Answer, Site, html, redirect
from tests.bots.contexts import FakeContext
from yakin.actions import System
from yakin.errors import (
    AlreadyThere,
    ApplicationError,
    ConfigError,
    Refused,
    SessionLost,
    TargetNotFound,
    TimedOut,
)

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Make = Callable[..., System]
Open = Callable[..., Any]


async def test_a_server_error_fails_the_action_with_its_status(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    site.show("<p class=refused>しばらくお待ちください</p>", "/broken", status=503)
    with pytest.raises(ApplicationError, match=r"/broken answered with status 503") as caught:
        await go_to("/broken", page=page, ctx=ctx)
    assert not isinstance(caught.value, Refused)


async def test_a_page_that_is_not_there_fails_the_action(page: OpenPage, ctx: FakeContext) -> None:
    with pytest.raises(ApplicationError, match="status 404"):
        await go_to("/nowhere", page=page, ctx=ctx)


async def test_a_system_that_is_down_is_told(opened: Open, ctx: FakeContext) -> None:
    page = await opened(System("窓口", "http://127.0.0.1:1024", ()))
    with pytest.raises(ApplicationError, match="ERR_CONNECTION_REFUSED"):
        await go_to("/", page=page, ctx=ctx)


async def test_an_answer_that_never_comes_after_a_click_does_not_prove_that_nothing_was_sent(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    site.show("<form method=post action=/register><button>登録する</button></form>")
    site.pages["/register"] = lambda _site, _given: (0, {}, b"")
    await go_to("/", page=page, ctx=ctx)
    with pytest.raises(ApplicationError, match="did not answer") as caught:
        await click(button="登録する", page=page, ctx=ctx)
    assert not caught.value.nothing_sent
    assert len(site.posted) >= 1


async def test_a_click_waits_for_a_slow_answer_and_judges_the_page_that_comes(
    opened: Open, system: Make, ctx: FakeContext, site: Site
) -> None:
    page = await opened(system(refused={"css": ".errors"}))

    def slow(site: Site, _given: dict[str, str]) -> Answer:
        site.hold.wait(0.4)
        return html("<ul class=errors><li>氏名に使えない文字があります。</li><li>地区が旧区域です。</li></ul>")

    site.show("<form method=post action=/slow><button>確認</button></form>")
    site.pages["/slow"] = slow
    await go_to("/", page=page, ctx=ctx)
    with pytest.raises(Refused, match=r"The system refused: 氏名に使えない文字があります。 地区が旧区域です。"):
        await click("確認", page=page, ctx=ctx)


async def test_already_registered_is_told_apart_from_refused(
    opened: Open, system: Make, ctx: FakeContext, site: Site
) -> None:
    page = await opened(system(refused={"role": "alert"}, already_there={"css": ".already"}))
    site.show("<p role=alert class=already>受付番号 10000001 は既に登録されています。</p>")
    with pytest.raises(AlreadyThere, match="10000001 は既に"):
        await go_to("/", page=page, ctx=ctx)


async def test_a_refusal_in_a_frame_counts(opened: Open, system: Make, ctx: FakeContext, site: Site) -> None:
    page = await opened(system(refused={"css": "font[color=red]"}))
    site.show("<iframe src=/inner></iframe>")
    site.show("<font color=red>該当データなし</font>", "/inner")
    with pytest.raises(Refused, match="該当データなし"):
        await go_to("/", page=page, ctx=ctx)


async def test_a_session_that_ended_is_seen_although_the_login_page_answers_200(
    opened: Open, system: Make, ctx: FakeContext, site: Site
) -> None:
    page = await opened(system(signed_in={"text": "ログアウト"}))
    site.show("<form action=/menu><label>利用者ID<input name=u></label><button>ログイン</button></form>", "/login")
    site.show("<button>ログアウト</button>", "/menu")
    site.pages["/list"] = redirect("/login")

    await go_to("/login", page=page, ctx=ctx)
    assert not await page.is_signed_in()
    await fill({"利用者ID": "zeimu01"}, page=page, ctx=ctx)
    await click("ログイン", page=page, ctx=ctx)
    assert await page.is_signed_in()
    with pytest.raises(SessionLost, match="窓口 does not show that anybody is signed in"):
        await go_to("/list", page=page, ctx=ctx)
    assert not await page.is_signed_in()


async def test_a_system_without_sign_in_counts_as_signed_in(page: OpenPage) -> None:
    assert await page.is_signed_in()


async def test_a_dialog_out_of_nowhere_fails_the_action_with_its_text(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    site.show("<script>alert('システムは19時に停止します')</script>")
    with pytest.raises(ApplicationError, match="システムは19時に停止します"):
        await go_to("/", page=page, ctx=ctx)


async def test_a_dialog_between_two_actions_fails_the_next_one_before_it_acts(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    site.show("<button onclick='this.textContent = \"押された\"'>登録する</button>")
    await go_to("/", page=page, ctx=ctx)
    async with page.current.expect_event("dialog"):
        await page.current.evaluate("() => { setTimeout(() => alert('延長しますか')) }")
    with pytest.raises(ApplicationError, match="延長しますか") as caught:
        await click("登録する", page=page, ctx=ctx)
    assert caught.value.nothing_sent
    assert await page.current.inner_text("button") == "登録する"


ASKING = (
    "<button onclick=\"out.textContent = confirm('削除します') ? prompt('理由') : '取消'\">削除</button><p id=out>-</p>"
)


async def test_an_unexpected_question_is_dismissed_and_fails(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    site.show(ASKING)
    await go_to("/", page=page, ctx=ctx)
    with pytest.raises(ApplicationError, match="削除します"):
        await click("削除", page=page, ctx=ctx)
    assert await page.current.inner_text("#out") == "取消"


async def test_a_prepared_answer_is_given_once(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    site.show("<button onclick=\"out.textContent = prompt('理由')\">削除</button><p id=out>-</p>")
    await go_to("/", page=page, ctx=ctx)
    await answer_dialog(text="理由", prompt="転出のため", page=page, ctx=ctx)
    await click("削除", page=page, ctx=ctx)
    assert await read_text(Target(css="#out"), page=page, ctx=ctx) == {"text": "転出のため"}
    with pytest.raises(ApplicationError, match="理由"):
        await click("削除", page=page, ctx=ctx)


async def test_an_answer_is_not_given_to_another_dialog(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    site.show(ASKING)
    await go_to("/", page=page, ctx=ctx)
    await answer_dialog(text="保存します", page=page, ctx=ctx)
    with pytest.raises(ApplicationError, match="削除します"):
        await click("削除", page=page, ctx=ctx)


async def test_leaving_an_unsaved_form_asks_nobody(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    site.show(
        "<label>氏名<input></label><script>onbeforeunload = event => { event.preventDefault(); return 'x' }</script>"
    )
    site.show("次の画面", "/next")
    await go_to("/", page=page, ctx=ctx)
    await fill({"氏名": "途中"}, page=page, ctx=ctx)
    await go_to("/next", page=page, ctx=ctx)
    assert page.current.url.endswith("/next")


async def test_a_redirect_to_a_foreign_host_is_blocked_noted_and_fails(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    site.pages["/out"] = redirect(f"http://localhost:{site.port}/stolen")
    site.show("持ち出された", "/stolen")
    with pytest.raises(ApplicationError, match="went to localhost, which 窓口 may not talk to"):
        await go_to("/out", page=page, ctx=ctx)
    assert ctx.noted("request-blocked") == [{"host": "localhost", "page_left": True}]
    assert "/stolen" not in site.seen


async def test_a_foreign_picture_socket_and_frame_are_blocked_and_noted_but_harm_nothing(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    site.show(
        f"<img src=http://localhost:{site.port}/spy.gif><iframe src=http://frame.example/></iframe>"
        f"<script>new WebSocket('ws://socket.example/')</script><p>本文</p>"
    )
    await go_to("/", page=page, ctx=ctx)
    await wait_for(text="本文", page=page, ctx=ctx)
    hosts = {data["host"] for data in ctx.noted("request-blocked")}
    assert hosts == {"localhost", "frame.example", "socket.example"}
    assert "/spy.gif" not in site.seen


async def test_a_crashed_page_is_a_lost_session(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    site.show("本文")
    await go_to("/", page=page, ctx=ctx)
    devtools = await page.context.new_cdp_session(page.current)
    async with page.current.expect_event("crash"):
        crashing = asyncio.ensure_future(devtools.send("Page.crash"))
    with pytest.raises(SessionLost, match="crashed"):
        await go_to("/", page=page, ctx=ctx)
    crashing.cancel()
    assert not await page.is_signed_in() or page.system.signed_in is None
    assert await page.picture() is None


async def test_a_closed_window_is_a_lost_session(page: OpenPage, ctx: FakeContext) -> None:
    await page.current.close()
    with pytest.raises(SessionLost):
        await go_to("/", page=page, ctx=ctx)


async def test_a_covered_button_is_not_clicked_and_that_is_provable(
    opened: Open, system: Make, ctx: FakeContext, site: Site
) -> None:
    page = await opened(system())
    site.show(
        "<form method=post action=/sent><button>登録する</button></form>"
        "<div style='position:fixed;inset:0;background:white' id=veil>処理中</div>"
    )
    await go_to("/", page=page, ctx=ctx)
    with pytest.raises(TargetNotFound, match=r"could not be clicked: .*veil.*intercepts pointer events") as caught:
        await click(button="登録する", page=page, ctx=ctx)
    assert caught.value.nothing_sent
    assert site.posted == []


async def test_a_button_that_is_not_there_proves_that_nothing_was_sent(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    site.show("<button>登録</button><a href=/x>登録する方法</a>")
    await go_to("/", page=page, ctx=ctx)
    with pytest.raises(TargetNotFound, match=r"nearest on the page: .*登録.*") as caught:
        await click(button="登録する", page=page, ctx=ctx)
    assert caught.value.nothing_sent


async def test_two_buttons_of_one_name_are_listed_with_their_rows(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    row = "<tr><td>{0}</td><td><button onclick=\"out.textContent = '{0}'\">選択</button></td></tr>"
    site.show(f"<table>{row.format('港町')}{row.format('本町')}</table><p id=out></p>")
    await go_to("/", page=page, ctx=ctx)
    with pytest.raises(TargetNotFound, match=r"2 things answer to button “選択”.*港町.*本町"):
        await click(button="選択", page=page, ctx=ctx)
    await click(button="選択", within="本町", page=page, ctx=ctx)
    assert await page.current.inner_text("#out") == "本町"
    await click(button="選択", nth=1, page=page, ctx=ctx)
    assert await page.current.inner_text("#out") == "港町"


async def test_waiting_ends_when_it_is_shown_or_the_time_is_over(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    site.show(
        "<p id=p>処理中</p><script>setTimeout(() => { p.textContent = '処理が完了しました（3件）' }, 80)</script>"
    )
    await go_to("/", page=page, ctx=ctx)
    await wait_for(text="処理が完了しました", page=page, ctx=ctx)
    with pytest.raises(TimedOut, match="was not shown within"):
        await wait_for(text="現れない", timeout=0.1, page=page, ctx=ctx)
    with pytest.raises(ConfigError):
        await wait_for(page=page, ctx=ctx)


async def test_navigation_by_script_a_moment_later_is_waited_for(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    site.show("<button onclick=\"setTimeout(() => { location.href = '/next' }, 50)\">次へ</button>")
    site.show("次の画面", "/next")
    await go_to("/", page=page, ctx=ctx)
    await click("次へ", page=page, ctx=ctx)
    await wait_for(url="/next", page=page, ctx=ctx)
