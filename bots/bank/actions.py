"""The actions on bank files: thin, what they do is in the modules beside this one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, TypedDict

from pydantic import Field

from bots.bank.batches import NewLine, Sender, batch_bytes, parse_batch
from bots.bank.codes import Code
from bots.bank.days import is_bank_day
from bots.bank.findings import Finding, findings_table
from bots.bank.layouts import Kind
from bots.bank.payments import PaymentColumns, read_payments
from bots.bank.records import payments_table
from bots.bank.sent import Ledger
from bots.bank.totals import ControlTotals, wrong_totals
from bots.excel import put
from yakin.actions import Context, action
from yakin.errors import ApplicationError, BusinessError
from yakin.japan import parse_date
from yakin.values import FileRef, Scalar, Table

_SHOWN = 5
REMARKS = "確認事項"
Purpose = Annotated[str, Field(min_length=1, max_length=80)]
Why = Annotated[str, Field(min_length=1, max_length=200)]


class CheckedPayments(TypedDict):
    """What `check` hands on.

    Attributes:
        valid: Rows without a finding.
        invalid: Rows with one, and in words which in the column 確認事項.
        findings: All findings, one a row.
        count: Number of the valid rows.
        amount: Sum of the valid rows in yen.
        invalid_count: Number of the rows with a finding.
    """

    valid: Table
    invalid: Table
    findings: Table
    count: int
    amount: int
    invalid_count: int


class WrittenTransfer(TypedDict):
    """What `write_transfer` hands on.

    Attributes:
        file: The bank file.
        count: Number of its data records.
        amount: Their sum in yen, as the trailer has it.
        day: 取組日, such as 2026-06-15.
    """

    file: FileRef
    count: int
    amount: int
    day: str


class ReadTransfer(TypedDict):
    """What `read_transfer` hands on.

    Attributes:
        kind: What the file asks for.
        header: Fields of the header by name.
        payments: One row for each data record.
        count: Number of data records, which the trailer says too.
        amount: Their sum in yen, which the trailer says too.
    """

    kind: Kind
    header: dict[str, str]
    payments: Table
    count: int
    amount: int


@action(idempotent=True)
def check(
    table: Table,
    purpose: Purpose,
    day: date | str,
    kind: Kind = "transfer",
    columns: PaymentColumns | None = None,
    totals: ControlTotals | None = None,
    on_invalid: Literal["stop", "set_aside"] = "stop",
    ledger: Path | None = None,
    allow_repeat: Why | None = None,
    *,
    ctx: Context,
) -> CheckedPayments:
    """Check payments before anybody approves them: codes, accounts, names, amounts, and whether they were made before.

    What is refused here is what `bank.write_transfer` would refuse. Banks and branches are looked up where the package
    `zengin-code` is installed. Wrong control totals and missing columns always stop the run.

    Args:
        table: Payments, a row each.
        purpose: What they are for, such as `児童手当 令和8年6月期`; within it nobody is paid twice.
        day: 取組日, the day on which the bank is to do it.
        kind: What the bank is asked for: transfer (総合振込), salary, bonus, public_salary, public_bonus, debit (口座振替).
        columns: What holds what; the usual Japanese names where left out.
        totals: What the whole list must come to: `count` and `amount`.
        on_invalid: `stop` fails when anything is found; `set_aside` hands the rows on apart.
        ledger: Ledger of what was made, relative to the project; `bank/sent.jsonl` in the data folder when left out.
        allow_repeat: Who allows payments that were made before, and why: they are not found then. It belongs into
            `bank.write_transfer` too, which records it.

    Returns:
        `valid`, `invalid` and `findings` (tables), and `count` and `amount` of the valid rows.

    Raises:
        BusinessError: Something was found and `on_invalid` is `stop`, a column is missing, or a control total is wrong.

    Example:
        - id: checked
          uses: bank.check
          with:
            table: ${{ steps.read }}
            purpose: 児童手当 令和8年6月期
            day: 2026-06-15
            columns: {key: 受付番号}
            on_invalid: set_aside
    """
    read = read_payments(table, columns or PaymentColumns(), kind)
    when = _bank_day(day)
    book = _ledger(ledger, ctx)
    with book.held():
        repeated = book.repeats(table, read.payments, purpose, when)
    if allow_repeat is not None:
        repeated = [finding for finding in repeated if not finding.is_allowable]
    findings = [*read.findings, *repeated, *wrong_totals(table.count, read.amount, totals)]
    wrong: dict[int, list[Finding]] = {}
    for found in findings:
        if found.index is not None:
            wrong.setdefault(found.index, []).append(found)
    if findings and (on_invalid == "stop" or any(found.index is None for found in findings)):
        raise _refusal(findings)
    for index, problems in sorted(wrong.items()):
        origin = table.row(index).origin
        key = "" if columns is None or columns.key is None else table.column(columns.key)[index]
        ctx.set_aside(str(key or (origin.row if origin else index + 1)), str(origin or ""), _told(problems))
    valid = [index for index in range(table.count) if index not in wrong]
    ctx.log.bind(rows=table.count, findings=len(findings)).info("payments checked")
    return {
        "valid": table.take(valid),
        "invalid": _with_remarks(table, wrong),
        "findings": findings_table(findings),
        "count": len(valid),
        "amount": sum(read.payments[index].amount for index in valid),
        "invalid_count": len(wrong),
    }


@action(idempotent=True, rehearsable=False)
def write_transfer(
    table: Table,
    path: Path,
    purpose: Purpose,
    day: date | str,
    sender: Sender,
    kind: Kind = "transfer",
    columns: PaymentColumns | None = None,
    totals: ControlTotals | None = None,
    code: Code = "jis",
    newline: NewLine = "crlf",
    ledger: Path | None = None,
    allow_repeat: Why | None = None,
    *,
    ctx: Context,
) -> WrittenTransfer:
    """Make a bank file (全銀) of 120-byte records, once: payments that were made before are refused.

    Nothing is written unless every row can be: accounts, names in bank kana, whole yen, and the control totals. The file is
    read again before it is written, and its count and total are those of the rows. The ledger counts it as sent from
    then on; what is not handed to the bank is withdrawn by `bank.withdraw`. A payment was made before when the ledger has
    its key (the account without one) under this purpose, or its account, amount and day under any.

    Args:
        table: Payments, a row each.
        path: File to make, relative to the project; one that is there is kept as a copy.
        purpose: What they are for, such as `児童手当 令和8年6月期`; within it nobody is paid twice.
        day: 取組日, the day on which the bank is to do it; not a Saturday, Sunday, holiday or 31 December to 3 January.
        sender: Who pays, as the contract with the bank has it: code, name, bank, branch, account.
        kind: What the bank is asked for: transfer (総合振込), salary, bonus, public_salary, public_bonus, debit (口座振替).
        columns: What holds what; the usual Japanese names where left out.
        totals: What the list must come to: `count` and `amount`, such as those that were approved.
        code: JIS, or EBCDIC with katakana.
        newline: What stands behind each record.
        ledger: Ledger of what was made, relative to the project; `bank/sent.jsonl` in the data folder when left out.
        allow_repeat: Who allows payments that were made before, and why; it is recorded. Nobody when left out. Twice in
            one list is never allowed.

    Returns:
        `file`, `count`, `amount` and `day`.

    Raises:
        BusinessError: A row cannot be written, a total is wrong, a payment was made before, or the day is no bank day.

    Example:
        - id: bankfile
          uses: bank.write_transfer
          with:
            table: ${{ steps.precheck.valid }}
            path: out/振込.txt
            purpose: 児童手当 令和8年6月期
            day: 2026-06-15
            sender: {code: "0012345678", name: アオバマチ, bank: "0146", branch: "001", account: "0012345"}
            columns: {key: 受付番号}
            totals: {count: 120, amount: 1200000}
    """
    read = read_payments(table, columns or PaymentColumns(), kind)
    when = _bank_day(day)
    if findings := [*read.findings, *wrong_totals(table.count, read.amount, totals)]:
        raise _refusal(findings)
    made = list(read.payments.values())
    data = batch_bytes(made, kind, when, sender, code=code, newline=newline)
    book, run = _ledger(ledger, ctx), _maker(ctx)
    with book.held():
        repeated = book.repeats(table, read.payments, purpose, when, run)
        if twice := [finding for finding in repeated if not finding.is_allowable]:
            raise _refusal(twice)
        if repeated and allow_repeat is None:
            raise _refusal(repeated, repeated=True)
        digest, now = hashlib.sha256(data).hexdigest(), ctx.clock.now()
        recorded = book.record(made, purpose=purpose, day=when, file=digest, run=run, at=now, reason=allow_repeat)
        try:
            file = put(ctx.path(path), data)
        except ApplicationError as error:
            if recorded:
                book.withdraw(digest, run=ctx.run, at=now, reason=error.template)
            raise
    count, amount = len(made), read.amount
    ctx.note("bank file made", file=path.name, sha256=digest, purpose=purpose, count=count, amount=amount)
    if repeated:
        ctx.note("payments repeated", purpose=purpose, count=len(repeated), reason=allow_repeat)
    ctx.log.bind(count=count).info("bank file made")
    return {"file": file, "count": count, "amount": amount, "day": when.isoformat()}


@action(idempotent=True)
def read_transfer(path: Path, totals: ControlTotals | None = None, *, ctx: Context) -> ReadTransfer:
    """Read a bank file (全銀) of 120-byte records, in JIS or EBCDIC, and look whether it agrees with itself.

    Of debits (口座振替) that come back from the bank, the column 振替結果 says in words what became of each.

    Args:
        path: Bank file, relative to the project.
        totals: What it must come to: `count` and `amount`.

    Returns:
        `kind`, `header`, `payments` (a table with 金融機関コード, 支店コード, 預金種目, 口座番号, 口座名義, 金額, 顧客コード and, of debits,
        振替結果コード and 振替結果), `count` and `amount`.

    Raises:
        TransferUnreadable: It is no bank file, or its records, counts and totals contradict each other.
        BusinessError: A control total is wrong.

    Example:
        - id: results
          uses: bank.read_transfer
          with: {path: inbox/口座振替結果.txt}
    """
    place = ctx.path(path)
    try:
        data = place.read_bytes()
    except OSError as error:
        raise ApplicationError(
            "{file} cannot be read: {reason}", file=place, reason=error.strerror or type(error).__name__
        ) from error
    batch = parse_batch(data, file=path.name)
    if wrong := wrong_totals(batch.count, batch.amount, totals):
        raise _refusal(wrong)
    return {
        "kind": batch.kind,
        "header": dict(batch.header),
        "payments": payments_table(batch, path.name),
        "count": batch.count,
        "amount": batch.amount,
    }


@action(idempotent=True, rehearsable=False)
def withdraw(path: Path, reason: Why, ledger: Path | None = None, *, ctx: Context) -> str:
    """Say that a bank file was not and will not be handed to the bank: its payments may be made again.

    Args:
        path: The bank file, unchanged, relative to the project.
        reason: Why it is not sent; it is recorded.
        ledger: Ledger of what was made, relative to the project; `bank/sent.jsonl` in the data folder when left out.

    Returns:
        The purpose it was made for.

    Raises:
        BusinessError: The ledger has no such file, or it is withdrawn already.
        ApplicationError: The file cannot be read.

    Example:
        - uses: bank.withdraw
          with: {path: out/振込.txt, reason: 会計管理者が差し戻したため}
    """
    place = ctx.path(path)
    try:
        file = FileRef.of(place).sha256
    except OSError as error:
        raise ApplicationError(
            "{file} cannot be read: {reason}", file=place, reason=error.strerror or type(error).__name__
        ) from error
    book = _ledger(ledger, ctx)
    with book.held():
        purpose = book.withdraw(file, run=ctx.run, at=ctx.clock.now(), reason=reason)
    ctx.note("bank file withdrawn", file=path.name, sha256=file, purpose=purpose, reason=reason)
    return purpose


def _bank_day(day: date | str) -> date:
    found = parse_date(day)
    if not is_bank_day(found):
        raise BusinessError(
            "{day} is no day on which banks work",
            day=found.isoformat(),
            hint="Give a day that is no Saturday, Sunday, holiday, nor 31 December to 3 January",
        )
    return found


def _ledger(path: Path | None, ctx: Context) -> Ledger:
    return Ledger(ctx.path(path or Path(str(ctx.config.get("data", "var")), "bank", "sent.jsonl")))


def _maker(ctx: Context) -> tuple[str, str]:
    """Run, and step with a fingerprint of its item: what is made again after a crash, and for nobody else."""
    item = "" if ctx.item is None else f"#{hashlib.sha256(ctx.item.encode()).hexdigest()[:16]}"
    return ctx.run, ctx.step + item


def _refusal(findings: Sequence[Finding], *, repeated: bool = False) -> BusinessError:
    more = f" (+{len(findings) - _SHOWN})" if len(findings) > _SHOWN else ""
    return BusinessError(
        "{count} findings in the payments: {findings}",
        count=len(findings),
        findings="; ".join(map(str, findings[:_SHOWN])) + more,
        hint="Withdraw what was not handed to the bank, or let an approver say allow_repeat"
        if repeated
        else "Correct the list and start again",
    )


def _told(problems: Sequence[Finding]) -> BusinessError:
    return BusinessError("{findings}", findings=" / ".join(found.sentence() for found in problems))


def _with_remarks(table: Table, wrong: Mapping[int, Sequence[Finding]]) -> Table:
    indexes = sorted(wrong)
    taken = table.take(indexes)
    remarks: list[Scalar] = [_told(wrong[index]).message for index in indexes]
    origins = [row.origin for row in taken.rows if row.origin is not None]
    columns: dict[str, Sequence[Scalar]] = {name: taken.column(name) for name in taken.columns}
    return Table({**columns, REMARKS: remarks}, origins if len(origins) == taken.count else None)
