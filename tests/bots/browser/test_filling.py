from __future__ import annotations

from datetime import date

import pytest

from bots.browser import OpenPage, VerificationFailed, choose, click, fill, go_to
from tests.bots.browser.site import Site
from tests.bots.contexts import FakeContext
from yakin.errors import BusinessError, TargetNotFound
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
