"""The bot on the practice town hall: real screens, real trouble."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bots.browser import (
    Browsers,
    OpenPage,
    click,
    download,
    fill,
    go_to,
    read_table,
    read_text,
    upload,
    verify,
)
from bots.browser.session import hosts_of
from tests.bots.contexts import FakeContext
from yakin.actions import System
from yakin.errors import ActionError, AlreadyThere, ApplicationError, Refused, SessionLost, TargetNotFound
from yakin.practice import DEFAULT_PASSWORD, DEFAULT_USER, Faults, PracticeServer
from yakin.values import Secret

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DECLARATION: dict[str, Any] = {
    "受付番号": "07000901",
    "申告日": "令和7年2月17日",
    "氏名": "髙橋　一郎",
    "フリガナ": "タカハシ　イチロウ",
    "生年月日": "昭和60年1月8日",
    "性別": "男",
    "郵便番号": "009-8101",
    "電話番号": "0999-23-9551",
    "住所": "岬野町中央一丁目37番4号",
    "地区": "中央",
    "申告区分": "給与",
    "収入金額": 5127000,
    "社会保険料控除": 330500,
    "扶養人数": 0,
    "障害者控除": "○",
    "還付口座名義カナ": "ﾀｶﾊｼ ｲﾁﾛｳ",
    "備考": None,
}


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    with PracticeServer(tmp_path_factory.mktemp("hall") / "practice.db") as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def desk(hall: PracticeServer, browsers: Browsers, ctx: FakeContext) -> AsyncIterator[OpenPage]:
    """A signed-in session of an empty town hall where nothing goes wrong."""
    hall.store.reset()
    hall.faults = Faults()
    system = System(
        "住民税",
        hall.url,
        (),
        signed_in={"text": "ログアウト"},
        refused={"css": ".errors li"},
        already_there={"css": ".already"},
    )
    page = await OpenPage.open(await browsers.browser(hosts_of(system)), system, browsers.settings)
    await go_to("/login", page=page, ctx=ctx)
    await fill({"利用者ID": DEFAULT_USER, "パスワード": Secret(DEFAULT_PASSWORD)}, page=page, ctx=ctx)
    await click(button="ログイン", page=page, ctx=ctx)
    assert await page.is_signed_in()
    yield page
    await page.close()


async def register(page: OpenPage, ctx: FakeContext, **changes: Any) -> str:
    values = DECLARATION | changes
    await go_to("/declarations/new", page=page, ctx=ctx)
    await fill(values, page=page, ctx=ctx)
    await click(button="確認画面へ", page=page, ctx=ctx)
    shown = {label: values[label] for label in ("受付番号", "氏名", "生年月日", "収入金額", "性別", "地区")}
    await verify(shown, normalise=("commas",), page=page, ctx=ctx)
    await click(button="登録する", page=page, ctx=ctx)
    return (await read_text(label="登録番号", page=page, ctx=ctx))["text"]


async def test_a_declaration_is_registered_found_and_exported(desk: OpenPage, ctx: FakeContext) -> None:
    number = await register(desk, ctx)
    await go_to("/search?q=07000901", page=desk, ctx=ctx)
    found = await read_table(caption="検索結果", page=desk, ctx=ctx)
    assert [row["登録番号"] for row in found.rows] == [number]

    await click(link="申告一覧", page=desk, ctx=ctx)
    file = await download(link="CSV出力", page=desk, ctx=ctx)
    assert number in Path(file.path).read_bytes().decode("cp932")  # noqa: ASYNC240 - a test has nobody to hold up
    fallbacks = {note["target"] for note in ctx.noted("label-fallback")}
    assert {"label “フリガナ”", "label “性別”", "label “備考”"} <= fallbacks
    assert "label “氏名”" not in fallbacks


async def test_refused_and_registered_already_are_told_apart(desk: OpenPage, ctx: FakeContext) -> None:
    await register(desk, ctx)
    with pytest.raises(Refused, match="旧港町"):
        await register(desk, ctx, 受付番号="07000902", 地区="旧港町")
    with pytest.raises(AlreadyThere, match="07000901"):
        await register(desk, ctx)


async def test_the_old_screens_in_frames_are_worked_like_any_other(desk: OpenPage, ctx: FakeContext) -> None:
    await register(desk, ctx)
    await go_to("/legacy", page=desk, ctx=ctx)
    await click(link="操作説明", page=desk, ctx=ctx)
    await click(link="受付照会", page=desk, ctx=ctx)
    await fill({"受付番号": "07000901"}, page=desk, ctx=ctx)
    await click(button="照会", page=desk, ctx=ctx)
    assert await read_text(label="氏名", page=desk, ctx=ctx) == {"text": "髙橋　一郎"}


async def test_an_address_is_taken_from_the_pop_up(desk: OpenPage, ctx: FakeContext) -> None:
    await go_to("/popup", page=desk, ctx=ctx)
    await click(button="住所検索", page=desk, ctx=ctx)
    table = await read_table(caption="住所一覧", page=desk, ctx=ctx)
    await click(button="選択", within=str(table.row(2)["住所"]), page=desk, ctx=ctx)
    await verify({"住所": table.row(2)["住所"], "地区": table.row(2)["地区"]}, page=desk, ctx=ctx)


async def test_a_document_is_uploaded(desk: OpenPage, ctx: FakeContext) -> None:
    (ctx.root / "源泉徴収票.pdf").write_bytes(b"%PDF-1.7 example")
    await register(desk, ctx)
    await go_to("/attachments", page=desk, ctx=ctx)
    await fill({"受付番号": "07000901"}, page=desk, ctx=ctx)
    await upload("添付書類", Path("源泉徴収票.pdf"), page=desk, ctx=ctx)
    await click(button="アップロード", page=desk, ctx=ctx)
    kept = await read_table(caption="登録済みの添付書類", page=desk, ctx=ctx)
    assert [row["ファイル名"] for row in kept.rows] == ["源泉徴収票.pdf"]


TROUBLE: dict[str, tuple[Faults, type[ApplicationError], str]] = {
    "status 500": (Faults(error_rate=1.0), ApplicationError, "status 500"),
    "down": (Faults(down_seconds=60), ApplicationError, "status 503"),
    "session gone": (Faults(session_lost_at=1), SessionLost, "signed in"),
    "dialog": (Faults(dialog_at=1), ApplicationError, "dialog that was not expected"),
    "renamed": (Faults(renamed_labels=(("氏名", "お名前"),)), TargetNotFound, "label “氏名”"),
}


@pytest.mark.parametrize("trouble", TROUBLE)
async def test_trouble_is_told_as_what_it_is(
    desk: OpenPage, ctx: FakeContext, hall: PracticeServer, trouble: str
) -> None:
    faults, kind, message = TROUBLE[trouble]
    await register(desk, ctx)
    hall.faults = faults
    with pytest.raises(kind, match=message) as caught:
        await register(desk, ctx, 受付番号="07000903")
    if trouble == "renamed":
        assert caught.value.hint is not None
        assert "お名前" in caught.value.hint


async def test_reordered_fields_make_no_difference(desk: OpenPage, ctx: FakeContext, hall: PracticeServer) -> None:
    hall.faults = Faults(reordered=True, seed=7)
    await register(desk, ctx)
    assert hall.store.rows("SELECT shimei FROM declarations")[0]["shimei"] == "髙橋　一郎"


@pytest.mark.parametrize("way", ["drop", "resend"])
async def test_a_registration_whose_answer_is_lost_is_never_told_as_not_sent(
    desk: OpenPage, ctx: FakeContext, hall: PracticeServer, way: Any
) -> None:
    hall.faults = Faults(answer_lost=way, answer_lost_at=1)
    with pytest.raises(ActionError) as caught:
        await register(desk, ctx)
    assert isinstance(caught.value, AlreadyThere | ApplicationError)
    assert not getattr(caught.value, "nothing_sent", False)
    assert len(hall.store.rows("SELECT 1 FROM declarations")) == 1
