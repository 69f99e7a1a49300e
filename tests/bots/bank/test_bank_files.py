"""Bank files are what their layouts say, and say what their sources say."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.bank import PaymentColumns, check, read_transfer, write_transfer
from bots.bank.batches import TransferUnreadable, batch_bytes, parse_batch
from bots.bank.codes import from_bytes, to_bytes
from bots.bank.layouts import END, FORMATS, HEADER, LENGTH, pack, unpack
from bots.bank.payments import Payment, read_payments
from bots.bank.totals import ControlTotals
from tests.bots.bank.banking import DAY, PURPOSE, SENDER, payee, payees
from tests.bots.contexts import FakeContext
from yakin.errors import BusinessError


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path)


def write(ctx: FakeContext, table: Any, **options: Any) -> Any:
    return write_transfer(
        table, Path("out/振込.txt"), **{"purpose": PURPOSE, "day": DAY, "sender": SENDER, **options}, ctx=ctx
    )


def test_every_record_of_every_kind_has_120_characters() -> None:
    layouts = [HEADER, END, *(layout for made in FORMATS.values() for layout in (made.data, made.trailer))]
    assert {sum(field.width for field in layout) for layout in layouts} == {LENGTH}


def test_a_transfer_file_is_written_as_the_format_has_it(ctx: FakeContext) -> None:
    made = write(ctx, payees(payee(7, "1,234"), payee(8, 5)), columns=PaymentColumns(reference="受付番号"))
    lines = Path(made["file"].path).read_bytes().decode("cp932").split("\r\n")
    assert lines == [
        "1" + "21" + "0" + "0012345678" + "ｱｵﾊﾞﾏﾁ".ljust(40) + "0615" + "0146" + " " * 15 + "001" + "ﾎﾝﾃﾝ".ljust(15) + "1"
        "0012345" + " " * 17,
        "2" + "0146" + " " * 15 + "101" + " " * 15 + "0000" + "1" + "0000007" + "ﾔﾏﾀﾞ ﾀﾛｳ".ljust(30) + "0000001234" + "0"
        + "00000007".ljust(20) + "7" + " " * 8,
        "2" + "0146" + " " * 15 + "101" + " " * 15 + "0000" + "1" + "0000008" + "ﾔﾏﾀﾞ ﾀﾛｳ".ljust(30) + "0000000005" + "0"
        + "00000008".ljust(20) + "7" + " " * 8,
        "8" + "000002" + "000000001239" + " " * 101,
        "9" + " " * 119,
        "",
    ]  # fmt: skip
    assert (made["count"], made["amount"], made["day"]) == (2, 1239, "2026-06-15")


def test_what_was_written_is_read_back_with_its_place(ctx: FakeContext) -> None:
    write(ctx, payees(payee(7, 300), payee(8, 400)))
    read = read_transfer(Path("out/振込.txt"), ctx=ctx)
    assert (read["kind"], read["count"], read["amount"]) == ("transfer", 2, 700)
    assert read["header"]["sender_name"] == "ｱｵﾊﾞﾏﾁ"
    row = read["payments"].row(1)
    assert (row["口座番号"], row["金額"], row["口座名義"]) == ("0000008", 400, "ﾔﾏﾀﾞ ﾀﾛｳ")
    assert str(row.origin) == "振込.txt:3"


payments = st.builds(
    Payment,
    bank=st.from_regex("[0-9]{4}", fullmatch=True),
    branch=st.from_regex("[0-9]{3}", fullmatch=True),
    account_type=st.sampled_from("12"),
    account=st.from_regex("[0-9]{7}", fullmatch=True),
    name=st.text("ｱｲｶﾞﾊﾟｿﾝABZ09 ().-/", min_size=1, max_size=30).map(str.strip).filter(bool),
    amount=st.integers(1, 9_999_999_999),
    key=st.just(""),
    fields=st.just({}),
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(payments, min_size=1, max_size=12),
    st.sampled_from(list(FORMATS)),
    st.sampled_from(["jis", "ebcdic"]),
    st.sampled_from(["crlf", "lf", "none"]),
)
def test_no_file_leaves_with_another_count_total_or_payee_than_its_source(
    source: list[Payment], kind: Any, code: Any, newline: Any
) -> None:
    data = batch_bytes(source, kind, DAY, SENDER, code=code, newline=newline)
    text = from_bytes(data, code).replace("\r", "").replace("\n", "")
    records = [text[at : at + LENGTH] for at in range(0, len(text), LENGTH)]
    trailer = unpack(FORMATS[kind].trailer, records[-2])
    assert int(trailer["count"]) == len(source) == len(records) - 3
    assert int(trailer["amount"]) == sum(payment.amount for payment in source)
    read = parse_batch(data, file="x")
    assert [(found["account"], int(found["amount"]), found["name"]) for found in read.records] == [
        (payment.account, payment.amount, payment.name) for payment in source
    ]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_one_changed_digit_of_an_amount_or_a_lost_record_is_always_seen(data: st.DataObject) -> None:
    source = data.draw(st.lists(payments, min_size=1, max_size=5))
    content = batch_bytes(source, "transfer", DAY, SENDER, newline="none")
    record = data.draw(st.integers(1, len(source)))
    if data.draw(st.booleans()):
        place = record * LENGTH + 80 + data.draw(st.integers(0, 9))
        digit = data.draw(st.sampled_from([one for one in b"0123456789" if one != content[place]]))
        changed = content[:place] + bytes([digit]) + content[place + 1 :]
    else:
        changed = content[: record * LENGTH] + content[(record + 1) * LENGTH :]
    with pytest.raises(TransferUnreadable, match="contradicts itself"):
        parse_batch(changed, file="x")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda data: b"", "does not begin with a header"),
        (lambda data: b"PK\x03\x04" + data, "does not begin with a header"),
        (lambda data: data[:-1], "characters instead of 120"),
        (lambda data: data[: 2 * LENGTH], "no trailer and end record"),
        (lambda data: data.replace(b"121", b"199", 1), "kind 99"),
        (lambda data: data[: -2 * LENGTH] + data[-LENGTH:] + data[-2 * LENGTH : -LENGTH], "out of order"),
        (lambda data: data + data, "out of order"),
        (lambda data: data[:130] + b"\xff" + data[131:], "byte 131 is no character"),
        (lambda data: data[: LENGTH + 80] + b"    500000" + data[LENGTH + 90 :], "is not a number"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_reason(spoil: Any, told: str) -> None:
    payment = Payment("0146", "101", "1", "0000007", "ﾔﾏﾀﾞ", 500000, "", {})
    data = batch_bytes([payment], "transfer", DAY, SENDER, newline="none")
    with pytest.raises(TransferUnreadable, match=told):
        parse_batch(spoil(data), file="x.txt")


def test_the_end_mark_that_old_programs_put_behind_a_file_is_overlooked() -> None:
    payment = Payment("0146", "101", "1", "0000007", "ﾔﾏﾀﾞ", 500, "", {})
    assert parse_batch(batch_bytes([payment], "debit", DAY, SENDER) + b"\x1a", file="x").amount == 500


def test_ebcdic_has_letters_and_digits_where_every_ebcdic_has_them_and_kana_in_the_gaps() -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ().-/"
    assert to_bytes(letters, "ebcdic") == letters.encode("cp037")
    assert to_bytes("ｱｺｻﾉﾊﾌﾍﾕﾖﾙﾚﾟ", "ebcdic").hex() == "818a8c9a9d9fa2aaacafbabf"
    with pytest.raises(UnicodeEncodeError):
        to_bytes("山", "ebcdic")
    with pytest.raises(UnicodeEncodeError):
        to_bytes("山", "jis")


def test_a_record_never_takes_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="合計件数"):
        pack(FORMATS["transfer"].trailer, {"record": 8, "count": 1_000_000})
    with pytest.raises(ValueError, match="口座番号"):
        pack(HEADER, {"account": "-1"})


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"金融機関コード": "01466"}, "not_digits"),
        ({"支店コード": None}, "empty"),
        ({"口座番号": "12345678"}, "not_digits"),
        ({"口座番号": "１２３A"}, "not_digits"),
        ({"口座番号": -1234567}, "not_digits"),
        ({"口座番号": "123−4567"}, "ok"),
        ({"預金種目": "定期"}, "account_type"),
        ({"口座名義": "山田太郎"}, "name"),
        ({"口座名義": "ガ" * 16}, "name"),
        ({"金額": 0}, "amount"),
        ({"金額": -5}, "amount"),
        ({"金額": "100.5"}, "amount"),
        ({"金額": 10_000_000_000}, "amount"),
        ({"金額": "1万2千円"}, "ok"),
        ({"金額": "△500"}, "amount"),
        ({"金額": None}, "empty"),
        ({"金融機関コード": 146, "支店コード": 1, "口座番号": 1234567.0, "預金種目": 2, "金額": "￥１，０００"}, "ok"),
    ],
)
def test_every_cell_that_cannot_be_paid_is_found(cells: dict[str, Any], code: str) -> None:
    read = read_payments(payees(payee(1, **cells)), PaymentColumns(), "transfer")
    assert [found.code for found in read.findings] == ([] if code == "ok" else [code])
    assert len(read.payments) == (code == "ok")


def test_a_name_that_is_too_long_is_told_with_its_length() -> None:
    read = read_payments(payees(payee(1, 口座名義="ガ" * 16)), PaymentColumns(), "transfer")
    assert read.findings[0].sentence().endswith("全銀カナで書けません: 32文字(30文字まで)")


def test_everything_wrong_is_told_at_once_with_its_rows_and_nothing_is_written(ctx: FakeContext) -> None:
    rows = payees(payee(1, 口座名義="山田"), payee(2), payee(3, 金額="百円位"))
    with pytest.raises(BusinessError, match=r"4行目.*全銀カナ.*6行目.*金額"):
        write(ctx, rows)
    assert not (ctx.root / "out").exists()
    assert not (ctx.root / "var").exists()


def test_control_totals_that_are_wrong_stop_everything(ctx: FakeContext) -> None:
    with pytest.raises(BusinessError, match="一覧 10,000 円、控え 10,001 円"):
        write(ctx, payees(payee(1)), totals=_totals(amount=10_001))
    with pytest.raises(BusinessError, match="一覧 1 件、控え 2 件"):
        check(payees(payee(1)), PURPOSE, DAY, totals=_totals(count=2), on_invalid="set_aside", ctx=ctx)
    write(ctx, payees(payee(1)), totals=_totals(count=1, amount=10_000))
    with pytest.raises(BusinessError, match="控え 9 円"):
        read_transfer(Path("out/振込.txt"), totals=_totals(amount=9), ctx=ctx)


def _totals(**values: int) -> ControlTotals:
    return ControlTotals(**values)


def test_a_row_that_is_set_aside_still_counts_for_the_control_totals_of_the_whole_list(ctx: FakeContext) -> None:
    rows = payees(payee(1), payee(2, 口座名義="山田"))
    found = check(rows, PURPOSE, DAY, totals=_totals(count=2, amount=20_000), on_invalid="set_aside", ctx=ctx)
    assert (found["count"], found["amount"]) == (1, 10_000)


def test_missing_columns_stop_everything_and_are_all_named(ctx: FakeContext) -> None:
    with pytest.raises(BusinessError, match=r"列「受付No」.*列「宛名番号」"):
        check(payees(payee(1)), PURPOSE, DAY, columns=PaymentColumns(key="受付No", reference="宛名番号"), ctx=ctx)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"1210", b"\xf1"]), st.booleans())
def test_whatever_bytes_come_they_are_a_bank_file_or_refused(noise: bytes, begin: bytes, spoil: bool) -> None:
    payment = Payment("0146", "101", "1", "0000007", "ﾔﾏﾀﾞ", 500, "", {})
    good = batch_bytes([payment], "transfer", DAY, SENDER, newline="none")
    data = good[: len(noise)] + noise + good[2 * len(noise) :] if spoil else begin + noise
    try:
        assert parse_batch(data, file="x").count >= 0
    except TransferUnreadable:
        return


@pytest.mark.parametrize("day", ["2026-06-13", "2026-06-14", "2026-07-20", "2026-12-31", "2027-01-03", "2026-05-06"])
def test_a_day_on_which_banks_do_not_work_is_refused(ctx: FakeContext, day: str) -> None:
    with pytest.raises(BusinessError, match="no day on which banks work"):
        write(ctx, payees(payee(1)), day=day)


def test_a_day_may_be_written_with_its_era(ctx: FakeContext) -> None:
    assert write(ctx, payees(payee(1)), day="令和8年12月30日")["day"] == "2026-12-30"


def test_the_results_of_debits_are_told_in_words(ctx: FakeContext) -> None:
    row = payee(1, 顧客番号="123")
    write(ctx, payees(row), kind="debit", columns=PaymentColumns(reference="顧客番号"))
    file = ctx.root / "out" / "振込.txt"
    lines = file.read_bytes().split(b"\r\n")
    assert lines[1][91:111] == b"00000000000000000123"
    lines[1] = lines[1][:111] + b"1" + lines[1][112:]
    file.write_bytes(b"\r\n".join(lines))
    read = read_transfer(Path("out/振込.txt"), ctx=ctx)["payments"]
    assert (read.column("振替結果コード"), read.column("振替結果")) == (("1",), ("資金不足",))


def test_banks_and_branches_are_looked_up_where_their_list_is_installed(
    ctx: FakeContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bots.bank import payments as module
    from bots.bank.institutions import Institution

    monkeypatch.setattr(module, "institutions", lambda: {"0146": Institution("北國", {"101": "本店"})})
    rows = payees(payee(1), payee(2, 支店コード="999"), payee(3, 金融機関コード="9999"))
    found = check(rows, PURPOSE, DAY, on_invalid="set_aside", ctx=ctx)
    assert found["findings"].column("種類") == ("unknown_branch", "unknown_bank")
    assert (found["count"], found["amount"], found["invalid_count"]) == (1, 10_000, 2)
    assert "北國" in str(found["invalid"].column("確認事項")[0])
    assert [key for key, _, _ in ctx.rows_set_aside] == ["5", "6"]


def test_a_file_of_a_day_of_another_year_is_still_told_by_month_and_day_only() -> None:
    payment = Payment("0146", "101", "1", "0000007", "ﾔﾏﾀﾞ", 500, "", {})
    assert parse_batch(batch_bytes([payment], "salary", date(2027, 1, 4), SENDER), file="x").header["day"] == "0104"
