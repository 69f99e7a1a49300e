from __future__ import annotations

import json
import traceback
from pathlib import Path
from typing import Any

import pytest

from bots.browser import OpenPage, Target, VerificationFailed, choose, click, fill, go_to, upload
from tests.bots.browser.site import Site
from tests.bots.contexts import FakeContext, FakeMemory
from yakin.errors import ApplicationError, BusinessError, TargetNotFound
from yakin.japan import JapaneseDataError
from yakin.values import Secret

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FORM = """
<form method=post action=/sent>
<table>
<tr><th><label for=a>受付番号</label></th><td><input id=a name=no></td><th>フリガナ</th><td><input name=kana></td></tr>
<tr><th>地区</th><td><select name=area><option value="">選択してください<option>中央<option>本町</select></td>
    <th>性別 <span>必須</span></th><td><label><input type=radio name=sex value=1>男</label><label><input type=radio name=sex value=2>女</label></td></tr>
<tr><th><label for=d>申告日</label></th><td><input id=d type=date name=day></td><th>扶養人数</th><td><input type=number name=n></td></tr>
<tr><th><label for=c>障害者控除</label></th><td><input id=c type=checkbox name=c value=1> 該当する</td><th>備考</th><td><textarea name=memo></textarea></td></tr>
<tr><td bgcolor=#ccccff>提出方法</td><td><input type=checkbox name=how value=a>窓口 <input type=checkbox name=how value=b>郵送</td></tr>
<tr><th><label for=p>パスワード</label></th><td><input id=p type=password name=pw></td></tr>
</table>
<button>確認</button></form>
"""


async def test_every_kind_of_field_is_filled_by_its_label(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    site.show(FORM)
    site.show("受け付けました", "/sent")
    await go_to("/", page=page, ctx=ctx)
    await fill(
        {
            "受付番号": 10000001,
            "フリガナ": "タカハシ　ハナコ",
            "地区": "本町",
            "性別": "女",
            "申告日": "昭和60年1月8日",
            "扶養人数": 2.0,
            "障害者控除": "有",
            "備考": "一行目\n二行目",
            "提出方法": ["郵送"],
            "パスワード": Secret("ひみつ"),
        },
        page=page,
        ctx=ctx,
    )
    await click(button="確認", page=page, ctx=ctx)

    assert site.posted == [
        {
            "no": "10000001",
            "kana": "タカハシ　ハナコ",
            "area": "本町",
            "sex": "2",
            "day": "1985-01-08",
            "n": "2",
            "c": "1",
            "memo": "一行目\r\n二行目",
            "how": "b",
            "pw": "ひみつ",
        }
    ]
    assert page.current.url == f"{site.url}/sent"


async def shown(page: OpenPage, ctx: FakeContext, site: Site, body: str) -> None:
    site.show(body)
    await go_to("/", page=page, ctx=ctx)


async def held(page: OpenPage, css: str) -> Any:
    return await page.current.eval_on_selector(css, "control => control.value")


OLD_WAYS = {
    "same cell": "<table><tr><td>氏名： <input name=x></td></tr></table>",
    "next cell": "<table><tr><td>氏　名</td><td><input name=x></td></tr></table>",
    "following sibling": "<div><div>氏名</div><div><span><input name=x></span></div></div>",
    "hint inside the control": "<input name=x placeholder=氏名>",
}


@pytest.mark.parametrize("how", OLD_WAYS)
async def test_a_label_that_is_not_tied_to_its_control_is_noted_once(
    page: OpenPage, ctx: FakeContext, site: Site, how: str
) -> None:
    await shown(page, ctx, site, OLD_WAYS[how])
    await fill({"氏名": "山﨑　髙志"}, page=page, ctx=ctx)
    await fill({"氏名": "𠮷田　一"}, page=page, ctx=ctx)

    assert await held(page, "[name=x]") == "𠮷田　一"
    assert ctx.noted("label-fallback") == [{"target": "label “氏名”", "how": how}]


TIED = {
    "width and required mark": "<label for=x>利用者ＩＤ【必須】</label><input id=x>",
    "label around": "<label>利用者ID <input id=x></label>",
    "aria-label": "<input id=x aria-label=利用者ID>",
    "two pieces": "<table><tr><th>利用者<br>ID</th><td><input id=x></td></tr></table>",
    "text after a check": "<input id=x value=v style='display:none'><p>ほか</p><label for=y>利用者ID</label><input id=y>",
    "shadow": "<div id=host></div><script>host.attachShadow({mode:'open'}).innerHTML='<label for=x>利用者ID</label><input id=x>'</script>",
}


@pytest.mark.parametrize("way", TIED)
async def test_labels_are_recognised_however_they_are_written(
    page: OpenPage, ctx: FakeContext, site: Site, way: str
) -> None:
    await shown(page, ctx, site, TIED[way])
    await fill({"利用者ID": "zeimu01"}, page=page, ctx=ctx)
    assert await page.current.locator("input:visible").input_value() == "zeimu01"


async def test_a_label_does_not_reach_over_other_words_to_a_field(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    await shown(page, ctx, site, "<div>氏名</div><div>山田</div><div>住所 <input name=x></div>")
    with pytest.raises(TargetNotFound):
        await fill({"氏名": "誤"}, page=page, ctx=ctx)
    assert await held(page, "[name=x]") == ""


async def test_two_fields_with_one_label_are_listed_and_neither_is_filled(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    await shown(page, ctx, site, "<table><tr><th>電話番号</th><td><input name=t1>-<input name=t2></td></tr></table>")
    with pytest.raises(TargetNotFound, match=r"2 things answer to label “電話番号”.*t1.*t2") as caught:
        await fill({"電話番号": "0768"}, page=page, ctx=ctx)
    assert caught.value.nothing_sent
    await choose(Target(label="電話番号", nth=2), "0768", page=page, ctx=ctx)
    assert [await held(page, "[name=t1]"), await held(page, "[name=t2]")] == ["", "0768"]


async def test_within_chooses_between_two_parts_of_a_page(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    part = "<fieldset><legend>{0}</legend><label>氏名<input name={1}></label></fieldset>"
    await shown(page, ctx, site, part.format("申告者", "a") + part.format("配偶者", "b"))
    await fill({"氏名": "山田　花子"}, within="配偶者", page=page, ctx=ctx)
    assert [await held(page, "[name=a]"), await held(page, "[name=b]")] == ["", "山田　花子"]


async def test_a_missing_field_is_told_with_the_nearest_ones_and_the_address(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    await shown(page, ctx, site, "<label>受付番号１<input></label><label>住所<input></label>")
    with pytest.raises(
        TargetNotFound, match=f"label “受付番号” on {site.url}/; nearest on the page: 受付番号１"
    ) as caught:
        await fill({"受付番号": "1"}, page=page, ctx=ctx)
    assert caught.value.nothing_sent
    assert caught.value.hint is None


async def test_a_renamed_field_is_proposed_but_never_used(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    form = "<table><tr><th>{0}</th><td><input name=shimei maxlength=30></td></tr><tr><th>住所</th><td><input name=jusho></td></tr></table>"
    await shown(page, ctx, site, form.format("氏名"))
    await fill({"氏名": "山田", "住所": "港町1"}, page=page, ctx=ctx)
    await shown(page, ctx, site, form.format("お名前"))
    with pytest.raises(TargetNotFound) as caught:
        await fill({"氏名": "山田", "住所": "港町1"}, page=page, ctx=ctx)

    assert caught.value.hint == "The field was probably renamed to お名前: look, and correct the workflow"
    assert await held(page, "[name=shimei]") == ""


async def test_a_fingerprint_is_small_and_holds_no_value(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    memory = FakeMemory()
    ctx.memory = memory
    await shown(page, ctx, site, FORM)
    await fill({"備考": "秘密の相談", "受付番号": "10000001"}, page=page, ctx=ctx)
    await fill({"備考": "別の相談", "受付番号": "10000002"}, page=page, ctx=ctx)

    assert set(memory.kept) == {"fingerprint:label “備考”", "fingerprint:label “受付番号”"}
    assert memory.writes == 2
    for kept in memory.kept.values():
        text = json.dumps(kept, ensure_ascii=False)
        assert len(text.encode()) <= 450
        assert "相談" not in text


async def test_a_fingerprint_stays_small_where_everything_is_long(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    ctx.memory = memory = FakeMemory()
    long = "特別徴収義務者の氏名又は名称及び所在地並びに法人番号の記載を要する欄"
    field = f"<tr><th><label for={long}{{0}}>{long}{{0}}</label></th><td><textarea id={long}{{0}} name={long}{{0}} placeholder={long} maxlength=10000></textarea>{long}</td></tr>"
    await shown(page, ctx, site, f"<table>{field.format(1)}{field.format(2)}{field.format(3)}</table>")
    await fill({f"{long}2": "一"}, page=page, ctx=ctx)
    (kept,) = memory.kept.values()
    assert len(json.dumps(kept, ensure_ascii=False).encode()) <= 450


async def test_fields_that_appear_only_after_others_are_filled_are_waited_for(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    await shown(
        page,
        ctx,
        site,
        """<label>申告区分<select name=k><option>給与<option>事業</select></label>
        <label>業種<select name=g disabled></select></label><p id=more></p>
        <script>document.querySelector('[name=k]').onchange = event => setTimeout(() => {
          const list = document.querySelector('[name=g]'); list.disabled = false;
          list.innerHTML = '<option>漁業<option>農業';
          more.innerHTML = '<label>屋号<input name=y></label>';
        }, 60)</script>""",
    )
    await fill({"申告区分": "事業", "業種": "農業", "屋号": "岬丸"}, page=page, ctx=ctx)
    assert [await held(page, f"[name={name}]") for name in "kgy"] == ["事業", "農業", "岬丸"]


async def test_a_field_that_the_page_replaces_while_it_is_filled_is_filled_again(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    await shown(
        page,
        ctx,
        site,
        """<label>郵便番号<input id=p></label><div id=rest><label>住所<input name=j></label></div>
        <script>p.oninput = () => { rest.innerHTML = '<label>住所<input name=j></label>' }</script>""",
    )
    await fill({"郵便番号": "929-0123", "住所": "港町1"}, page=page, ctx=ctx)
    assert await held(page, "[name=j]") == "港町1"


async def test_what_the_page_cuts_off_is_told_with_what_was_typed(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    await shown(page, ctx, site, "<label>摘要<input oninput='this.value = this.value.slice(0, 3)'></label>")
    with pytest.raises(VerificationFailed, match="摘要: expected “二重払戻金”, found “二重払”"):
        await fill({"摘要": "二重払戻金"}, page=page, ctx=ctx)


async def test_reformatting_by_the_page_is_refused_unless_declared(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    await shown(
        page,
        ctx,
        site,
        "<label>金額<input onblur='this.value = (+this.value).toLocaleString()'></label><label>他<input></label>",
    )
    with pytest.raises(VerificationFailed, match="金額: expected “4812000”, found “4,812,000”"):
        await fill({"金額": 4812000, "他": "x"}, page=page, ctx=ctx)
    await fill({"金額": 4812000, "他": "x"}, normalise=("commas",), page=page, ctx=ctx)


async def test_a_secret_is_typed_but_never_told(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    await shown(
        page, ctx, site, "<label>暗証<input id=x maxlength=4 oninput='this.value = this.value.slice(0, 2)'></label>"
    )
    with pytest.raises(VerificationFailed) as caught:
        await fill({"暗証": Secret("8150")}, page=page, ctx=ctx)
    assert await held(page, "#x") == "81"
    assert "81" not in caught.value.message.replace(site.url, "")


async def test_a_secret_is_not_in_the_error_of_a_field_that_cannot_be_reached(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    await shown(page, ctx, site, "<label>暗証<input type=color></label>")
    with pytest.raises(ApplicationError) as caught:
        await fill({"暗証": Secret("ひみ" + "つ")}, page=page, ctx=ctx)
    assert "ひみつ" not in "".join(traceback.format_exception(caught.value))


async def test_words_for_a_field_of_numbers_are_the_datas_fault(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    await shown(page, ctx, site, "<label>扶養人数<input type=number></label>")
    with pytest.raises(BusinessError, match="二人 cannot be entered in label “扶養人数”, which takes numbers only"):
        await fill({"扶養人数": "二人"}, page=page, ctx=ctx)


async def test_a_sensitive_step_tells_no_values_and_keeps_no_fingerprint(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    ctx.sensitive = True
    ctx.memory = memory = FakeMemory()
    await shown(page, ctx, site, "<label>個人番号<input oninput='this.value = this.value.slice(0, 3)'></label>")
    with pytest.raises(VerificationFailed) as caught:
        await fill({"個人番号": "123456789018"}, page=page, ctx=ctx)
    assert "1234" not in caught.value.message
    assert memory.kept == {}


async def test_an_option_that_is_not_offered_is_the_datas_fault_and_lists_what_is(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    await shown(page, ctx, site, FORM)
    with pytest.raises(
        BusinessError, match="西浜 cannot be chosen in label “地区”; there are: 選択してください, 中央, 本町"
    ):
        await fill({"地区": "西浜"}, page=page, ctx=ctx)
    with pytest.raises(BusinessError, match="there are: 男, 女"):
        await choose("性別", "不明", page=page, ctx=ctx)
    with pytest.raises(BusinessError, match="たぶん is neither"):
        await fill({"障害者控除": "たぶん"}, page=page, ctx=ctx)


async def test_options_may_differ_in_width_and_nothing_chooses_the_empty_one(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    await shown(
        page, ctx, site, "<label>区<select name=s><option value=''>選択<option>Ａ　区<option>B区</select></label>"
    )
    await fill({"区": "A区"}, page=page, ctx=ctx)
    assert await held(page, "select") == "Ａ　区"
    await fill({"区": None}, page=page, ctx=ctx)
    assert await held(page, "select") == ""


async def test_a_date_that_does_not_exist_is_never_typed(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    await shown(page, ctx, site, FORM)
    with pytest.raises(JapaneseDataError):
        await fill({"申告日": "平成32年1月1日"}, page=page, ctx=ctx)


async def test_a_disabled_field_is_told(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    await shown(page, ctx, site, "<label>受付番号<input disabled></label>")
    with pytest.raises(ApplicationError, match="it is disabled"):
        await fill({"受付番号": "1"}, page=page, ctx=ctx)


async def test_a_check_box_that_is_hidden_behind_its_label_is_checked(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    await shown(page, ctx, site, "<input type=checkbox id=c style='display:none'><label for=c>同意する</label>")
    await fill({"同意する": True}, page=page, ctx=ctx)
    assert await page.current.is_checked("#c")
    await fill({"同意する": "×"}, page=page, ctx=ctx)
    assert not await page.current.is_checked("#c")


async def test_a_check_box_before_its_text_is_found_by_it(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    await shown(page, ctx, site, "<p><input type=checkbox name=a> 控除を受ける <input name=b></p>")
    await fill({"控除を受ける": "○"}, page=page, ctx=ctx)
    assert await page.current.is_checked("[name=a]")


async def test_a_file_is_put_into_its_field(page: OpenPage, ctx: FakeContext, site: Site) -> None:
    (ctx.root / "源泉徴収票.pdf").write_bytes(b"%PDF-1.7")
    await shown(page, ctx, site, "<table><tr><th>添付書類</th><td><input type=file name=f></td></tr></table>")
    await upload("添付書類", Path("源泉徴収票.pdf"), page=page, ctx=ctx)
    assert await page.current.eval_on_selector("[name=f]", "field => field.files[0].name") == "源泉徴収票.pdf"
    with pytest.raises(BusinessError, match="There is no file"):
        await upload("添付書類", Path("ない.pdf"), page=page, ctx=ctx)
