"""Payments as a workflow has them, a row each, and as a record of a bank file wants them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from bots.bank.findings import Finding
from bots.bank.institutions import institutions
from bots.bank.layouts import FORMATS, Kind
from yakin.errors import BusinessError
from yakin.japan import BANK_NAME_LENGTH, bank_kana, normal_text, parse_amount, strip_spaces, unify_dashes
from yakin.values import Row, Scalar, Table

LARGEST_AMOUNT = 9_999_999_999
"""Yen that the ten digits of 振込金額 hold."""

MOST_RECORDS = 999_999
"""Data records that the six digits of 合計件数 count."""

ACCOUNT_TYPES: Mapping[str, str] = {
    **{digit: digit for digit in "12349"},
    "普通": "1",
    "普通預金": "1",
    "総合": "1",
    "総合口座": "1",
    "当座": "2",
    "当座預金": "2",
    "納税準備": "3",
    "納税準備預金": "3",
    "貯蓄": "4",
    "貯蓄預金": "4",
    "その他": "9",
}
"""How 預金種目 is written in lists → its digit."""


class PaymentColumns(BaseModel):
    """Columns of the list, by what they hold.

    Attributes:
        bank: 金融機関コード, four digits; lost zeros are put back.
        branch: 支店コード, three digits; lost zeros are put back.
        account_type: 預金種目, as a digit or a word (普通, 当座, 貯蓄).
        account: 口座番号, up to seven digits.
        name: 口座名義 in kana; written as banks keep it.
        amount: Yen, a whole number.
        key: What no two payments of one purpose may share, such as 受付番号; the account where there is none.
        reference: 顧客コード or EDI情報 (20 characters), 社員番号 of salaries (10 digits), 顧客番号 of debits (20 digits).
        bank_name: 金融機関名 in kana; not needed.
        branch_name: 支店名 in kana; not needed.
        first: 新規コード of debits: 1 for the first one, 2 for a change; 0 where there is none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    bank: str = "金融機関コード"
    branch: str = "支店コード"
    account_type: str = "預金種目"
    account: str = "口座番号"
    name: str = "口座名義"
    amount: str = "金額"
    key: str | None = None
    reference: str | None = None
    bank_name: str | None = None
    branch_name: str | None = None
    first: str | None = None

    def named(self) -> dict[str, str]:
        """What is held → the column, for the columns there are to be."""
        return {what: column for what, column in self.model_dump().items() if column is not None}


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment, every field as the file has it.

    Attributes:
        bank: Four digits.
        branch: Three digits.
        account_type: One digit.
        account: Seven digits.
        name: Bank kana, at most 30 characters.
        amount: Yen, more than nothing.
        key: Business key; empty when the account is what tells payments apart.
        fields: The other fields of the record that have a value.
    """

    bank: str
    branch: str
    account_type: str
    account: str
    name: str
    amount: int
    key: str
    fields: Mapping[str, str]

    @property
    def place(self) -> str:
        """The account, in one text."""
        return f"{self.bank}-{self.branch}-{self.account_type}-{self.account}"


@dataclass(frozen=True, slots=True)
class ReadPayments:
    """The payments of a list, and all that is wrong with its rows.

    Attributes:
        payments: Row, counted from 0 → payment, for the rows without a finding.
        findings: What is wrong, in the order of the rows; missing columns alone when there are any.
        amount: Yen that all rows come to whose amount can be read, those with another finding too.
    """

    payments: Mapping[int, Payment]
    findings: tuple[Finding, ...]
    amount: int


def read_payments(table: Table, columns: PaymentColumns, kind: Kind) -> ReadPayments:
    """Read every row of a list, and look at every cell that is needed."""
    wanted = columns.named()
    known = {"columns": ", ".join(table.columns)}
    missing = [
        Finding("missing_column", column=name, data=known) for name in wanted.values() if name not in table.columns
    ]
    if missing:
        return ReadPayments({}, tuple(missing), 0)
    payments: dict[int, Payment] = {}
    findings: list[Finding] = []
    amount = 0
    for index, row in enumerate(table.rows):
        reader = _RowReader(row, index, wanted, kind)
        payment = reader.payment()
        amount += payment.amount
        findings += reader.findings
        if not reader.findings:
            payments[index] = payment
    return ReadPayments(payments, tuple(findings), amount)


_DASH_WITHIN = re.compile("(?<=[0-9])-(?=[0-9])")
_REFERENCE = {"transfer": (20, False), "debit": (20, True)}


class _RowReader:
    """Reads one row, collecting what is wrong with it."""

    def __init__(self, row: Row, index: int, columns: Mapping[str, str], kind: Kind) -> None:
        self.row = row
        self.index = index
        self.columns = columns
        self.kind: Kind = kind
        self.findings: list[Finding] = []

    def payment(self) -> Payment:
        bank, branch = self._digits("bank", 4), self._digits("branch", 3)
        payment = Payment(
            bank=bank,
            branch=branch,
            account_type=self._account_type(),
            account=self._digits("account", 7),
            name=self._name(),
            amount=self._amount(),
            key=_text(self.row[self.columns["key"]]) if "key" in self.columns else "",
            fields=dict(self._other_fields()),
        )
        if "key" in self.columns and not payment.key:
            self._find("empty", "key")
        if not self.findings:
            self._look_up(bank, branch)
        return payment

    def _find(self, code: str, what: str, **data: str) -> None:
        column = self.columns[what]
        value = _text(self.row[column])
        self.findings.append(Finding(code, self.index, column, value, self.row.origin, data))

    def _filled(self, what: str) -> str:
        text = _text(self.row[self.columns[what]])
        if not text:
            self._find("empty", what)
        return text

    def _digits(self, what: str, width: int) -> str:
        text = self._filled(what)
        plain = _DASH_WITHIN.sub("", strip_spaces(unify_dashes(normal_text(text))))
        if text and not (plain.isascii() and plain.isdigit() and len(plain) <= width):
            self._find("not_digits", what, width=str(width))
        return plain.rjust(width, "0")

    def _account_type(self) -> str:
        text = self._filled("account_type")
        digit = ACCOUNT_TYPES.get(strip_spaces(normal_text(text)), "")
        known = FORMATS[self.kind].account_types
        if text and (not digit or digit not in known):
            self._find("account_type", "account_type", types="/".join(known))
        return digit

    def _name(self) -> str:
        text = self._filled("name")
        try:
            return bank_kana(text, limit=BANK_NAME_LENGTH) if text else ""
        except BusinessError as error:
            length = f"{error.data.get('length')}文字({BANK_NAME_LENGTH}文字まで)"
            self._find("name", "name", reason=str(error.data.get("characters") or length))
            return ""

    def _amount(self) -> int:
        value = self.row[self.columns["amount"]]
        if not self._filled("amount"):
            return 0
        try:
            amount = parse_amount(value if isinstance(value, int | float | Decimal) else _text(value))
        except BusinessError:
            amount = 0
        if not isinstance(amount, int) or not 1 <= amount <= LARGEST_AMOUNT:
            self._find("amount", "amount")
            return 0
        return amount

    def _other_fields(self) -> Iterator[tuple[str, str]]:
        for what in ("bank_name", "branch_name"):
            if what in self.columns and (text := _text(self.row[self.columns[what]])):
                yield what, self._written(what, text)[:15]
        if "first" in self.columns and (text := _text(self.row[self.columns["first"]])):
            if text not in ("0", "1", "2"):
                self._find("reference", "first", width="1")
            yield "first", text
        if "reference" in self.columns and (text := _text(self.row[self.columns["reference"]])):
            width, numeric = _REFERENCE.get(self.kind, (10, True))
            written = normal_text(text).upper() if numeric else self._written("reference", text)
            fits = len(written) <= width and (written.isascii() and written.isdigit() if numeric else True)
            if not fits:
                self._find("reference", "reference", width=str(width))
            yield ("reference" if self.kind in _REFERENCE else "staff"), written

    def _written(self, what: str, text: str) -> str:
        try:
            return bank_kana(text, limit=None)
        except BusinessError:
            self._find("reference", what, width="20" if what == "reference" else "15")
            return ""

    def _look_up(self, bank: str, branch: str) -> None:
        known = institutions()
        if known is None:
            return
        if bank not in known:
            self._find("unknown_bank", "bank")
        elif branch not in known[bank].branches:
            self._find("unknown_branch", "branch", bank=known[bank].name)


def _text(value: Scalar) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()
