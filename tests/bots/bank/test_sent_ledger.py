"""No payment is made twice because nobody remembered the first time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.bank import PaymentColumns, check, withdraw, write_transfer
from bots.bank.sent import LedgerBroken
from tests.bots.bank.banking import DAY, PURPOSE, SENDER, payee, payees
from tests.bots.contexts import FakeContext
from yakin.errors import ApplicationError, BusinessError
from yakin.values import Table

KEYED = PaymentColumns(key="受付番号")


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path, run="run-1")


def write(ctx: FakeContext, table: Table, run: str, **options: Any) -> Any:
    ctx.run = run
    wanted = {"purpose": PURPOSE, "day": DAY, "sender": SENDER, "path": Path(f"out/{run}.txt"), **options}
    return write_transfer(table, **wanted, ctx=ctx)


def ledger(ctx: FakeContext) -> Path:
    return ctx.root / "var" / "bank" / "sent.jsonl"


def test_the_same_batch_is_refused_whatever_its_file_is_called(ctx: FakeContext) -> None:
    rows = payees(payee(1), payee(2))
    write(ctx, rows, "run-1")
    with pytest.raises(BusinessError, match=r"4行目.*作成済み.*5行目.*作成済み"):
        write(ctx, rows, "run-2")
    assert not (ctx.root / "out" / "run-2.txt").exists()


def test_one_payee_of_an_earlier_batch_is_enough(ctx: FakeContext) -> None:
    write(ctx, payees(payee(1), payee(2)), "run-1")
    with pytest.raises(BusinessError, match=r"1 findings.*5行目"):
        write(ctx, payees(payee(3), payee(2, 99)), "run-2", day="2026-06-16")


def test_the_same_people_are_paid_again_for_something_else_on_another_day(ctx: FakeContext) -> None:
    write(ctx, payees(payee(1), payee(2)), "run-1")
    write(ctx, payees(payee(1), payee(2)), "run-2", purpose="児童手当 令和8年8月期", day="2026-08-17")


def test_the_same_account_and_amount_on_the_same_day_is_refused_under_any_purpose(ctx: FakeContext) -> None:
    write(ctx, payees(payee(1), payee(2)), "run-1")
    with pytest.raises(BusinessError, match="同じ口座・同じ金額"):
        write(ctx, payees(payee(2)), "run-2", purpose="児童手当 令和8年6月期分")
    write(ctx, payees(payee(2, 10_001)), "run-2", purpose="児童手当 令和8年6月期分")


def test_a_key_tells_payments_to_one_account_apart_and_is_paid_once_to_whatever_account(ctx: FakeContext) -> None:
    bills = payees(payee(1), payee(2, 口座番号="0000001"))
    with pytest.raises(BusinessError, match=r"同じファイルに2回.*4, 5行"):
        write(ctx, bills, "run-1")
    write(ctx, bills, "run-1", columns=KEYED)
    with pytest.raises(BusinessError, match="00000002"):
        write(ctx, payees(payee(2, 口座番号="7654321")), "run-2", columns=KEYED, day="2026-06-16")


def test_a_check_lets_repeats_pass_that_somebody_allows_but_nobody_twice_in_one_list(ctx: FakeContext) -> None:
    write(ctx, payees(payee(1)), "run-1")
    rows, why = payees(payee(1), payee(2), payee(2)), "会計管理者: 前回分は銀行で取消済み"
    checked = check(rows, PURPOSE, DAY, on_invalid="set_aside", allow_repeat=why, ctx=ctx)
    assert (checked["count"], checked["invalid_count"]) == (1, 2)
    assert check(rows, PURPOSE, DAY, on_invalid="set_aside", ctx=ctx)["count"] == 0


def test_an_approver_may_allow_it_and_the_reason_is_kept(ctx: FakeContext) -> None:
    write(ctx, payees(payee(1)), "run-1")
    write(ctx, payees(payee(1)), "run-2", allow_repeat="会計管理者: 前回分は銀行で取消済み")
    assert ctx.noted("payments repeated") == [
        {"purpose": PURPOSE, "count": 1, "reason": "会計管理者: 前回分は銀行で取消済み"}
    ]
    assert json.loads(ledger(ctx).read_text(encoding="utf-8").splitlines()[-1])["reason"].startswith("会計管理者")
    with pytest.raises(BusinessError, match="作成済み"):
        write(ctx, payees(payee(1)), "run-3")


def test_nobody_allows_one_payment_twice_in_one_list(ctx: FakeContext) -> None:
    with pytest.raises(BusinessError, match="同じファイルに2回"):
        write(ctx, payees(payee(1), payee(1)), "run-1", allow_repeat="会計管理者: 前回分は銀行で取消済み")


@pytest.mark.parametrize("key", ["Ａ－０１", " a-01 ", "A‐01"])
def test_a_key_is_the_same_in_whatever_width_it_is_written(ctx: FakeContext, key: str) -> None:
    write(ctx, payees(payee(1, 受付番号="A-01")), "run-1", columns=KEYED)
    with pytest.raises(BusinessError, match="作成済み"):
        write(ctx, payees(payee(2, 受付番号=key)), "run-2", columns=KEYED, day="2026-06-16")
    with pytest.raises(BusinessError, match="同じファイルに2回"):
        write(ctx, payees(payee(3, 受付番号="A-02"), payee(4, 受付番号="Ａ－０２")), "run-3", columns=KEYED)


def test_a_purpose_is_the_same_in_whatever_width_it_is_written(ctx: FakeContext) -> None:
    write(ctx, payees(payee(1)), "run-1")
    with pytest.raises(BusinessError, match="作成済み"):
        write(ctx, payees(payee(1)), "run-2", purpose="児童手当　令和８年６月期", day="2026-06-16")


def test_one_step_makes_a_file_for_each_item_and_pays_nobody_in_two_of_them(ctx: FakeContext) -> None:
    ctx.item = "みさき銀行"
    write(ctx, payees(payee(1), payee(2)), "run-1", path=Path("out/a.txt"))
    ctx.item = "あおば銀行"
    with pytest.raises(BusinessError, match="作成済み"):
        write(ctx, payees(payee(2), payee(3)), "run-1", path=Path("out/b.txt"))


def test_one_of_two_files_with_the_same_payments_is_withdrawn_and_the_other_stands(ctx: FakeContext) -> None:
    made = write(ctx, payees(payee(1)), "run-1")
    write(ctx, payees(payee(1)), "run-2", allow_repeat="会計管理者: 前回分は銀行で取消済み")
    withdraw(Path(made["file"].path), "二重に作ったため", ctx=ctx)
    with pytest.raises(BusinessError, match="作成済み"):
        write(ctx, payees(payee(1)), "run-3")


def test_a_file_that_could_not_be_written_does_not_count_as_sent(ctx: FakeContext) -> None:
    (ctx.root / "out").write_bytes(b"a file where a folder should be")
    with pytest.raises(ApplicationError):
        write(ctx, payees(payee(1)), "run-1")
    (ctx.root / "out").unlink()
    write(ctx, payees(payee(1)), "run-2")
    with pytest.raises(BusinessError, match="作成済み"):
        write(ctx, payees(payee(1)), "run-3")


def test_a_step_that_was_cut_off_makes_the_same_file_again_and_is_written_down_once(ctx: FakeContext) -> None:
    first = write(ctx, payees(payee(1)), "run-1")
    before = ledger(ctx).read_bytes()
    Path(first["file"].path).unlink()
    again = write(ctx, payees(payee(1)), "run-1")
    assert again["file"].sha256 == first["file"].sha256
    assert ledger(ctx).read_bytes() == before


def test_what_was_not_handed_to_the_bank_is_withdrawn_and_made_again(ctx: FakeContext) -> None:
    made = write(ctx, payees(payee(1)), "run-1")
    assert withdraw(Path(made["file"].path), "差し戻し", ctx=ctx) == PURPOSE
    assert [note["reason"] for note in ctx.noted("bank file withdrawn")] == ["差し戻し"]
    with pytest.raises(BusinessError, match="not withdrawn"):
        withdraw(Path(made["file"].path), "差し戻し", ctx=ctx)
    write(ctx, payees(payee(1, 20_000)), "run-2")


def test_a_check_before_the_approval_tells_what_writing_would_refuse(ctx: FakeContext) -> None:
    write(ctx, payees(payee(1)), "run-1")
    found = check(payees(payee(1), payee(2)), PURPOSE, DAY, on_invalid="set_aside", ctx=ctx)
    assert found["findings"].column("種類") == ("already_sent",)
    assert (found["count"], found["valid"].column("口座番号")) == (1, ("0000002",))
    assert [(key, label) for key, label, _ in ctx.rows_set_aside] == [("4", "申請.xlsx [受付]:4")]
    with pytest.raises(BusinessError, match="作成済み"):
        check(payees(payee(1), payee(2)), PURPOSE, DAY, ctx=ctx)


def test_the_ledger_names_nobody_and_no_account(ctx: FakeContext) -> None:
    write(ctx, payees(payee(1234567, 口座名義="スズキ ハナコ")), "run-1", columns=KEYED)
    text = ledger(ctx).read_text(encoding="utf-8")
    assert "1234567" not in text
    assert "ｽｽﾞｷ" not in text
    assert PURPOSE in text


def test_a_row_that_is_set_aside_is_told_by_its_key_where_there_is_one(ctx: FakeContext) -> None:
    check(payees(payee(7, 0)), PURPOSE, DAY, columns=KEYED, on_invalid="set_aside", ctx=ctx)
    assert [key for key, _, _ in ctx.rows_set_aside] == ["00000007"]


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_ledger_that_was_changed_stops_everything(ctx: FakeContext, line: int) -> None:
    for number in (1, 2, 3):
        write(ctx, payees(payee(number)), f"run-{number}")
    lines = ledger(ctx).read_bytes().splitlines(keepends=True)
    ledger(ctx).write_bytes(b"".join(lines[:line] + lines[line + 1 :]))
    with pytest.raises(LedgerBroken):
        write(ctx, payees(payee(4)), "run-4")
    ledger(ctx).write_bytes(b"".join([*lines[:line], lines[line].replace(b"a", b"b"), *lines[line + 1 :]]))
    with pytest.raises(LedgerBroken):
        write(ctx, payees(payee(4)), "run-4")


def test_a_line_that_a_crash_cut_off_is_no_batch_and_is_mended(ctx: FakeContext) -> None:
    write(ctx, payees(payee(1)), "run-1")
    whole = ledger(ctx).read_bytes()
    write(ctx, payees(payee(2)), "run-2")
    ledger(ctx).write_bytes(ledger(ctx).read_bytes()[:-20])
    write(ctx, payees(payee(2)), "run-3")
    assert ledger(ctx).read_bytes().startswith(whole)
    with pytest.raises(BusinessError, match="作成済み"):
        write(ctx, payees(payee(2)), "run-4")


def test_a_file_that_is_not_there_cannot_be_withdrawn(ctx: FakeContext) -> None:
    with pytest.raises(ApplicationError, match="cannot be read"):
        withdraw(Path("out/無い.txt"), "x", ctx=ctx)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=4, unique=True), min_size=1, max_size=6))
def test_whatever_batches_are_tried_nobody_is_paid_twice_for_one_purpose(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]]
) -> None:
    ctx = FakeContext(tmp_path_factory.mktemp("town"))
    paid: list[int] = []
    for number, batch in enumerate(batches):
        table = payees(*(payee(one) for one in batch))
        if set(batch) & set(paid):
            with pytest.raises(BusinessError):
                write(ctx, table, f"run-{number}")
        else:
            write(ctx, table, f"run-{number}")
            paid += batch
    assert len(paid) == len(set(paid))
