"""Bank files as a whole: made from payments, and taken apart again with every count and total looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bots.bank.codes import Code, code_of, from_bytes, to_bytes
from bots.bank.layouts import END, FORMATS, HEADER, KIND_OF_NUMBER, LENGTH, Kind, pack, unpack
from bots.bank.payments import MOST_RECORDS, Payment
from yakin.errors import BusinessError, InternalError
from yakin.japan import bank_kana

NewLine = Literal["crlf", "lf", "none"]
_NEW_LINES: Mapping[NewLine, str] = {"crlf": "\r\n", "lf": "\n", "none": ""}
_CODE_DIGIT: Mapping[Code, str] = {"jis": "0", "ebcdic": "1"}
_END_OF_FILE = b"\x1a"


class TransferUnreadable(BusinessError):
    """A file is not a bank file, or its records, counts and totals contradict each other."""


class Sender(BaseModel):
    """Who pays, or who collects (委託者), as the contract with the bank has it.

    Attributes:
        code: 振込依頼人コード or 委託者コード, up to ten digits.
        name: Name in kana.
        bank: 仕向金融機関番号, four digits.
        branch: 仕向支店番号, three digits.
        account: 口座番号, up to seven digits.
        account_type: 預金種目: 1 普通, 2 当座, 9 その他.
        bank_name: Name of the bank in kana.
        branch_name: Name of the branch in kana.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern="^[0-9]{1,10}$")
    name: str
    bank: str = Field(pattern="^[0-9]{4}$")
    branch: str = Field(pattern="^[0-9]{3}$")
    account: str = Field(pattern="^[0-9]{1,7}$")
    account_type: Literal["1", "2", "9"] = "1"
    bank_name: str = ""
    branch_name: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a bank file says.

    Attributes:
        kind: What it asks for.
        header: Fields of the header.
        records: Fields of each data record, amounts as they are written.
        count: Number of data records, which the trailer says too.
        amount: Sum of their amounts in yen, which the trailer says too.
        trailer: Fields of the trailer.
        code: Code it is written in.
    """

    kind: Kind
    header: Mapping[str, str]
    records: Sequence[Mapping[str, str]]
    count: int
    amount: int
    trailer: Mapping[str, str]
    code: Code


def batch_bytes(
    payments: Sequence[Payment], kind: Kind, day: date, sender: Sender, *, code: Code = "jis", newline: NewLine = "crlf"
) -> bytes:
    """A bank file's content. It is read again before it is handed out, and says what the payments say.

    Raises:
        BusinessError: There are no payments, more than 999,999, or the sender's name cannot be written.
    """
    if not 1 <= len(payments) <= MOST_RECORDS:
        raise BusinessError(
            "A bank file holds 1 to {most} payments, not {count}", most=MOST_RECORDS, count=len(payments)
        )
    made = FORMATS[kind]
    total = sum(payment.amount for payment in payments)
    records = [
        pack(HEADER, _header(kind, day, sender, code)),
        *(pack(made.data, _data(payment, kind)) for payment in payments),
        pack(made.trailer, {"record": 8, "count": len(payments), "amount": total}),
        pack(END, {"record": 9}),
    ]
    content = to_bytes("".join(record + _NEW_LINES[newline] for record in records), code)
    _prove(content, payments, total)
    return content


def _header(kind: Kind, day: date, sender: Sender, code: Code) -> Mapping[str, str | int]:
    return {
        "record": 1,
        "kind": FORMATS[kind].number,
        "code": _CODE_DIGIT[code],
        "sender_code": sender.code,
        "sender_name": bank_kana(sender.name, limit=40),
        "day": f"{day:%m%d}",
        "bank": sender.bank,
        "bank_name": bank_kana(sender.bank_name, limit=15) if sender.bank_name else "",
        "branch": sender.branch,
        "branch_name": bank_kana(sender.branch_name, limit=15) if sender.branch_name else "",
        "account_type": sender.account_type,
        "account": sender.account,
    }


def _data(payment: Payment, kind: Kind) -> Mapping[str, str | int]:
    handling = {"handling": 7} if kind == "transfer" else {}
    return {
        "record": 2,
        "bank": payment.bank,
        "branch": payment.branch,
        "account_type": payment.account_type,
        "account": payment.account,
        "name": payment.name,
        "amount": payment.amount,
        **handling,
        **payment.fields,
    }


def _prove(content: bytes, payments: Sequence[Payment], total: int) -> None:
    """No file leaves that says anything else than its source."""
    batch = parse_batch(content, file="")
    said = [
        (found["bank"], found["branch"], found["account"], found["name"], found["amount"]) for found in batch.records
    ]
    meant = [(one.bank, one.branch, one.account, one.name, f"{one.amount:010}") for one in payments]
    if (batch.count, batch.amount) != (len(payments), total) or said != meant:
        raise InternalError("The bank file that was made does not say what its source says; nothing was written")


def parse_batch(data: bytes, *, file: str) -> Batch:
    """Take a bank file apart; JIS and EBCDIC, with and without line ends.

    Raises:
        TransferUnreadable: Something is no record, out of order, or the trailer's count or total is not that of the records.
    """
    code = code_of(data)
    if code is None:
        raise TransferUnreadable("{file} is not a bank file: it does not begin with a header record", file=file)
    records = _records(data, code, file)
    header = unpack(HEADER, records[0])
    kind = KIND_OF_NUMBER.get(header["kind"])
    if kind is None:
        raise TransferUnreadable("{file} is of kind {kind}, which is not known", file=file, kind=header["kind"])
    order = "".join(record[0] for record in records)
    if order != "1" + "2" * (len(records) - 3) + "89":
        raise TransferUnreadable(
            "{file} is not one header, its data, one trailer and one end record; record {number} is out of order",
            file=file,
            number=next((n for n, found in enumerate(order, 1) if found != _expected(n, len(records))), len(records)),
            hint="A file with several batches has to be divided",
        )
    made = FORMATS[kind]
    payments = [unpack(made.data, record) for record in records[1:-2]]
    trailer = unpack(made.trailer, records[-2])
    count, amount = len(payments), _total(payments, file)
    if (trailer["count"], trailer["amount"]) != (f"{count:06}", f"{amount:012}"):
        raise TransferUnreadable(
            "{file} contradicts itself: its trailer says {said_count} records and {said_amount} yen, its records are {count} "
            "and come to {amount} yen",
            file=file,
            said_count=trailer["count"],
            said_amount=trailer["amount"],
            count=count,
            amount=amount,
            hint="The file was cut off or changed: get it again from where it was made",
        )
    return Batch(kind, header, payments, count, amount, trailer, code)


def _expected(number: int, count: int) -> str:
    return {1: "1", count - 1: "8", count: "9"}.get(number, "2")


def _total(payments: Sequence[Mapping[str, str]], file: str) -> int:
    for number, payment in enumerate(payments, 2):
        if not (payment["amount"].isascii() and payment["amount"].isdigit()):
            raise TransferUnreadable("{file}: the amount of record {number} is not a number", file=file, number=number)
    return sum(int(payment["amount"]) for payment in payments)


def _records(data: bytes, code: Code, file: str) -> list[str]:
    try:
        text = from_bytes(data.rstrip(_END_OF_FILE), code)
    except UnicodeDecodeError as error:
        raise TransferUnreadable(
            "{file}: byte {place} is no character of a bank file",
            file=file,
            place=error.start + 1,
            hint="The file must hold one-byte characters only",
        ) from error
    if "\n" in text:
        lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    else:
        lines = [text[at : at + LENGTH] for at in range(0, len(text), LENGTH)]
    for number, line in enumerate(lines, 1):
        if len(line) != LENGTH:
            raise TransferUnreadable(
                "{file}: record {number} has {found} characters instead of {length}",
                file=file,
                number=number,
                found=len(line),
                length=LENGTH,
            )
    if len(lines) < len("189"):
        raise TransferUnreadable("{file} has no trailer and end record", file=file, hint="It was cut off: get it again")
    return lines
