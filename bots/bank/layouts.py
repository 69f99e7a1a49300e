"""The records of bank files, field by field: 120 characters each (全銀協規定フォーマット: 総合振込, 給与・賞与振込, 預金口座振替).

A file is one header, the data records, one trailer with count and total, and one end record. N fields hold digits, to the
right, zeros before them; C fields hold characters, to the left, spaces behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

LENGTH = 120
"""Characters of a record."""

Kind = Literal["transfer", "salary", "bonus", "public_salary", "public_bonus", "debit"]
"""What a file asks for: 総合振込 (21), 給与振込 (11), 賞与振込 (12), 給与 and 賞与 of public servants (71, 72), 預金口座振替 (91)."""


class Field(NamedTuple):
    """One field of a record.

    Attributes:
        name: What the code calls it.
        mode: N for digits, C for characters.
        width: Characters.
        title: What the format calls it.
    """

    name: str
    mode: Literal["N", "C"]
    width: int
    title: str


Layout = tuple[Field, ...]

HEADER: Layout = (
    Field("record", "N", 1, "データ区分"),
    Field("kind", "N", 2, "種別コード"),
    Field("code", "N", 1, "コード区分"),
    Field("sender_code", "N", 10, "振込依頼人コード"),
    Field("sender_name", "C", 40, "振込依頼人名"),
    Field("day", "N", 4, "取組日"),
    Field("bank", "N", 4, "仕向銀行番号"),
    Field("bank_name", "C", 15, "仕向銀行名"),
    Field("branch", "N", 3, "仕向支店番号"),
    Field("branch_name", "C", 15, "仕向支店名"),
    Field("account_type", "N", 1, "預金種目"),
    Field("account", "N", 7, "口座番号"),
    Field("unused", "C", 17, "ダミー"),
)
_PAYEE: Layout = (
    Field("account_type", "N", 1, "預金種目"),
    Field("account", "N", 7, "口座番号"),
    Field("name", "C", 30, "受取人名"),
    Field("amount", "N", 10, "振込金額"),
    Field("first", "N", 1, "新規コード"),
)
_BANK: Layout = (
    Field("record", "N", 1, "データ区分"),
    Field("bank", "N", 4, "被仕向銀行番号"),
    Field("bank_name", "C", 15, "被仕向銀行名"),
    Field("branch", "N", 3, "被仕向支店番号"),
    Field("branch_name", "C", 15, "被仕向支店名"),
)
_TRANSFER: Layout = (
    *_BANK,
    Field("clearing", "N", 4, "手形交換所番号"),
    *_PAYEE,
    Field("reference", "C", 20, "顧客コード・EDI情報"),
    Field("handling", "N", 1, "振込指定区分"),
    Field("edi", "C", 1, "識別表示"),
    Field("unused", "C", 7, "ダミー"),
)
_SALARY: Layout = (
    *_BANK,
    Field("clearing", "N", 4, "手形交換所番号"),
    *_PAYEE,
    Field("staff", "N", 10, "社員番号"),
    Field("section", "N", 10, "所属コード"),
    Field("unused", "C", 9, "ダミー"),
)
_DEBIT: Layout = (
    *_BANK,
    Field("clearing", "C", 4, "ダミー"),
    *_PAYEE,
    Field("reference", "N", 20, "顧客番号"),
    Field("result", "N", 1, "振替結果コード"),
    Field("unused", "C", 8, "ダミー"),
)
_TOTAL: Layout = (
    Field("record", "N", 1, "データ区分"),
    Field("count", "N", 6, "合計件数"),
    Field("amount", "N", 12, "合計金額"),
)
_TRAILER: Layout = (*_TOTAL, Field("unused", "C", 101, "ダミー"))
_DEBIT_TRAILER: Layout = (
    *_TOTAL,
    Field("done_count", "N", 6, "振替済件数"),
    Field("done_amount", "N", 12, "振替済金額"),
    Field("failed_count", "N", 6, "振替不能件数"),
    Field("failed_amount", "N", 12, "振替不能金額"),
    Field("unused", "C", 65, "ダミー"),
)
END: Layout = (Field("record", "N", 1, "データ区分"), Field("unused", "C", 119, "ダミー"))


@dataclass(frozen=True, slots=True)
class Format:
    """How the files of one kind are made.

    Attributes:
        number: 種別コード.
        data: Layout of a data record.
        trailer: Layout of the trailer.
        account_types: 預金種目 that there are.
    """

    number: str
    data: Layout
    trailer: Layout
    account_types: str


FORMATS: Mapping[Kind, Format] = {
    "transfer": Format("21", _TRANSFER, _TRAILER, "1249"),
    "salary": Format("11", _SALARY, _TRAILER, "12"),
    "bonus": Format("12", _SALARY, _TRAILER, "12"),
    "public_salary": Format("71", _SALARY, _TRAILER, "12"),
    "public_bonus": Format("72", _SALARY, _TRAILER, "12"),
    "debit": Format("91", _DEBIT, _DEBIT_TRAILER, "1239"),
}
"""Kind → how its files are made."""

KIND_OF_NUMBER: Mapping[str, Kind] = {made.number: kind for kind, made in FORMATS.items()}

DEBIT_RESULTS: Mapping[str, str] = {
    "0": "振替済",
    "1": "資金不足",
    "2": "預金取引なし",
    "3": "預金者の都合による振替停止",
    "4": "預金口座振替依頼書なし",
    "8": "委託者の都合による振替停止",
    "9": "その他",
}
"""振替結果コード → what it means."""


def pack(layout: Layout, values: Mapping[str, str | int]) -> str:
    """One record; fields without a value are filled with zeros or spaces.

    Raises:
        ValueError: A value does not fit its field.
    """
    written = ""
    for field in layout:
        value = str(values.get(field.name, ""))
        if len(value) > field.width or (field.mode == "N" and value and not (value.isascii() and value.isdigit())):
            raise ValueError(f"{field.title} has {field.width} characters of mode {field.mode}")
        written += value.rjust(field.width, "0") if field.mode == "N" else value.ljust(field.width)
    return written


def unpack(layout: Layout, record: str) -> dict[str, str]:
    """A record's fields by name; spaces behind characters are left out, leading zeros are kept."""
    fields: dict[str, str] = {}
    start = 0
    for field in layout:
        text = record[start : start + field.width]
        fields[field.name] = text.rstrip() if field.mode == "C" else text
        start += field.width
    return fields
