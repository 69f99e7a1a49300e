from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from bots.browser import (
    OpenPage,
    Target,
    VerificationFailed,
    click,
    download,
    go_to,
    read_table,
    read_text,
    screenshot,
    verify,
)
from tests.bots.browser.site import Site, attachment
from tests.bots.contexts import FakeContext
from yakin.errors import ApplicationError, TargetNotFound
from yakin.values import Origin

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CONFIRM = """
<input type=hidden name=shimei value=隠し>
<table class=confirm><tr><th>氏名</th><td> 山﨑　髙志 </td><th>収入金額</th><td>4,812,000円</td></tr>
<tr><th>生年月日</th><td>昭和60年1月8日</td><th>フリガナ</th><td>ﾔﾏｻﾞｷ ﾀｶｼ</td></tr></table>
<dl><dt>申告区分</dt><dd>給与</dd></dl>
<label>備考<textarea>一行目
二行目</textarea></label><label>同意<input type=checkbox checked></label>
"""


async def test_values_are_compared_exactly_and_every_difference_is_told_at_once(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    site.show(CONFIRM)
    await go_to("/", page=page, ctx=ctx)
    await verify({"氏名": "山﨑　髙志", "申告区分": "給与", "備考": "一行目\n二行目", "同意": True}, page=page, ctx=ctx)
    with pytest.raises(VerificationFailed) as caught:
        await verify({"氏名": "山崎　高志", "収入金額": 4812000, "申告区分": "給与"}, page=page, ctx=ctx)
    assert caught.value.message == (
        f"2 values on {site.url}/ are not what they should be: "
        "氏名: expected “山崎　高志”, found “山﨑　髙志”; 収入金額: expected “4812000”, found “4,812,000円”"
    )


async def test_only_declared_rules_make_values_equal(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    site.show(CONFIRM)
    await go_to("/", page=page, ctx=ctx)
    await verify(
        {"収入金額": 4812000, "生年月日": "S60.1.8", "フリガナ": "ヤマザキタカシ"},
        normalise=("commas", "wareki", "width", "spaces"),
        page=page,
        ctx=ctx,
    )
    with pytest.raises(VerificationFailed, match="生年月日"):
        await verify({"生年月日": "S60.1.8"}, normalise=("commas", "width", "spaces"), page=page, ctx=ctx)


async def test_a_label_that_is_missing_is_told_with_those_that_are_there(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    site.show(CONFIRM)
    await go_to("/", page=page, ctx=ctx)
    with pytest.raises(TargetNotFound, match=r"nearest on the page: .*フリガナ"):
        await verify({"ふりがな": "x"}, page=page, ctx=ctx)


TEXTS = {
    "<table><tr><th>登録番号</th><td>R8-000123</td></tr></table>",
    "<dl><dt>登録番号</dt><dd>R8-000123</dd></dl>",
    "<p>登録番号：R8-000123</p>",
    "<p><span>登録番号：</span><b>R8-000123</b></p>",
    "<label>登録番号<input readonly value=R8-000123></label>",
}


@pytest.mark.parametrize("body", sorted(TEXTS))
async def test_a_value_is_read_by_the_words_beside_it(page: OpenPage, ctx: FakeContext, site: Site, body: str) -> None:
    site.show(body)
    await go_to("/", page=page, ctx=ctx)
    assert await read_text(label="登録番号", page=page, ctx=ctx) == {"text": "R8-000123"}


async def test_text_is_read_from_any_target(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    site.show("<div><p role=status>登録が完了しました</p><p class=no>R8-1</p></div>")
    await go_to("/", page=page, ctx=ctx)
    assert await read_text(Target(role="status"), page=page, ctx=ctx) == {"text": "登録が完了しました"}
    assert await read_text(Target(css=".no"), page=page, ctx=ctx) == {"text": "R8-1"}


LIST = """
<h2>申告一覧</h2><table><thead><tr><th rowspan=2>受付番号</th><th colspan=2>申告者</th></tr><tr><th>氏名</th><th>氏名</th></tr></thead>
<tr><td>10000001</td><td>山田</td><td>ヤマダ</td></tr><tr><td>10000002</td><td colspan=2>不明</td></tr><tr style="display:none"><td>x</td></tr></table>
<table><caption>検索結果</caption><thead><tr><th>受付番号</th><th></th></tr></thead><tbody></tbody></table>
"""


async def test_a_table_is_read_with_its_head_and_where_each_row_stood(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    site.show(LIST)
    await go_to("/", page=page, ctx=ctx)
    table = await read_table(caption="申告一覧", page=page, ctx=ctx)
    assert table.columns == ("受付番号", "氏名", "氏名 (2)")
    assert [tuple(row.values()) for row in table.rows] == [("10000001", "山田", "ヤマダ"), ("10000002", "不明", "不明")]
    assert table.row(1).origin == Origin(f"{site.url}/", "申告一覧", 2)


async def test_an_empty_table_has_columns_and_no_rows(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    site.show(LIST)
    await go_to("/", page=page, ctx=ctx)
    table = await read_table(caption="検索結果", page=page, ctx=ctx)
    assert (table.columns, table.count) == (("受付番号", "列2"), 0)


async def test_a_table_is_found_strictly(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    site.show(LIST)
    await go_to("/", page=page, ctx=ctx)
    with pytest.raises(TargetNotFound, match=r"2 tables answer to without a name .*captions there: 申告一覧, 検索結果"):
        await read_table(page=page, ctx=ctx)
    with pytest.raises(TargetNotFound, match="0 tables answer to caption “照会”"):
        await read_table(caption="照会", page=page, ctx=ctx)
    assert (await read_table(index=2, page=page, ctx=ctx)).count == 0
    assert (await read_table(caption="照会", may_be_missing=True, page=page, ctx=ctx)).count == 0


async def test_a_file_is_saved_once_it_is_complete(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    data = "受付番号,氏名\r\n10000001,山田\r\n".encode("cp932")
    site.show("<a href=/csv>CSV出力</a><form action=/csv target=_blank><button>別画面で出力</button></form>")
    site.pages["/csv"] = attachment("申告一覧.csv", data)
    await go_to("/", page=page, ctx=ctx)

    first = await download("CSV出力", page=page, ctx=ctx)
    second = await download(link="CSV出力", page=page, ctx=ctx)
    named = await download(button="別画面で出力", to=Path("var/list.csv"), page=page, ctx=ctx)

    assert Path(first.path) == ctx.folder / "downloads" / "申告一覧.csv"
    assert Path(second.path).name == "申告一覧 (2).csv"
    assert Path(named.path) == ctx.root / "var" / "list.csv"
    assert {one.sha256 for one in (first, second, named)} == {hashlib.sha256(data).hexdigest()}
    assert sorted(path.name for path in (ctx.folder / "downloads").iterdir()) == ["申告一覧 (2).csv", "申告一覧.csv"]
    await go_to("/", page=page, ctx=ctx)


async def test_an_empty_file_and_a_page_instead_of_a_file_are_errors(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    site.show("<a href=/empty>空</a><a href=/page>画面</a>")
    site.pages["/empty"] = attachment("x.csv", b"")
    site.show("障害が発生しました", "/page", status=500)
    await go_to("/", page=page, ctx=ctx)
    with pytest.raises(ApplicationError, match=r"x\.csv that the system sent is empty"):
        await download("空", page=page, ctx=ctx)
    with pytest.raises(ApplicationError, match="status 500"):
        await download("画面", page=page, ctx=ctx)


async def test_a_click_that_sends_a_file_does_not_wait_for_a_page(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    site.show("<a href=/csv>CSV出力</a>")
    site.pages["/csv"] = attachment("a.csv", b"1")
    await go_to("/", page=page, ctx=ctx)
    began = ctx.clock.monotonic()
    await click("CSV出力", page=page, ctx=ctx)
    assert ctx.clock.monotonic() - began < page.settings.page_timeout


async def test_a_picture_is_kept_as_evidence_but_not_of_a_sensitive_step(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    site.show("本文")
    await go_to("/", page=page, ctx=ctx)
    kept = await screenshot("確認", page=page, ctx=ctx)
    assert kept is not None
    assert (kept.path, kept.sha256) == (f"{ctx.run}/{ctx.evidence[0].path}", ctx.evidence[0].sha256)
    assert (ctx.folder / ctx.evidence[0].path).read_bytes()[:3] == b"\xff\xd8\xff"
    ctx.sensitive = True
    assert await screenshot("確認", page=page, ctx=ctx) is None
    assert len(ctx.evidence) == 1


async def test_an_old_library_with_a_json_of_its_own_does_not_change_what_is_read(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    taught = "<script>for (const kind of [Array, String, Object]) kind.prototype.toJSON = () => '別物'</script>"
    site.show(f"{CONFIRM}<table><caption>一覧</caption><tr><th>番号</th></tr><tr><td>1</td></tr></table>", head=taught)
    await go_to("/", page=page, ctx=ctx)
    assert await read_text(label="氏名", page=page, ctx=ctx) == {"text": "山﨑　髙志"}
    table = await read_table(caption="一覧", page=page, ctx=ctx)
    assert [row["番号"] for row in table.rows] == ["1"]
    assert await page.current.evaluate("() => JSON.stringify(['表'])") == '"別物"'
