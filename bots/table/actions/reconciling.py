"""The action that compares two lists with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bots.excel import put, workbook_bytes
from bots.table.actions.doubles import kept_decisions
from bots.table.beside import refuse_clashing_columns
from bots.table.forms import Form
from bots.table.likely import Likely
from bots.table.outcomes import Reconciliation
from bots.table.pairing import Pairing
from bots.table.proposals import Accept
from bots.table.questions import questions
from bots.table.reconciling import reconcile_tables
from bots.table.result_tables import outcome_tables
from bots.table.result_workbook import sheets, summary
from bots.table.sums import Sums
from yakin.actions import Context, action
from yakin.errors import BusinessError
from yakin.values import FileRef, Table


class PairedColumns(BaseModel):
    """Columns that say the same on both sides under different names.

    Attributes:
        left: Column of the left list.
        right: Column of the right list.
        form: Normal form in which they are compared; written `as`.
        within: How far two amounts, or in days two dates, may be apart and still be the same; not for keys.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    left: str
    right: str
    form: Form = Field(default="text", alias="as")
    within: int | Decimal = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _can_be_measured(self) -> PairedColumns:
        if self.within and self.form not in ("amount", "date"):
            raise ValueError("within needs as: amount or date")
        return self


class AmountColumns(BaseModel):
    """Columns whose sums have to add up, under different names.

    Attributes:
        left: Column of the left list.
        right: Column of the right list.
        form: Amounts are compared as amounts; written `as`, and may be left out.
        within: How far two amounts may be apart and still be the same.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    left: str
    right: str
    form: Literal["amount"] = Field(default="amount", alias="as")
    within: int | Decimal = Field(default=0, ge=0)


KeyColumn = str | PairedColumns
ComparedColumn = Form | PairedColumns


class SumRules(BaseModel):
    """How rows that no key pairs are settled by their amounts (消込): a payment covers several bills, a bill is paid in parts.

    Attributes:
        by: Columns that say whose rows they are; only rows of the same payer are added up. The key, when left out.
        up_to: How many rows of one side may be in a sum.
        many_to_many: Whether several rows of both sides may settle each other; otherwise one side has a single row.
        fees: Amounts that the right side may come to less, such as the bank's fee.
        fee_up_to: Any fee up to this.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: KeyColumn | list[KeyColumn] | None = None
    up_to: int = Field(default=6, ge=1, le=12)
    many_to_many: bool = False
    fees: list[Annotated[int | Decimal, Field(gt=0)]] = Field(default_factory=list)
    fee_up_to: int | Decimal = Field(default=0, ge=0)


class ReconciledLists(TypedDict):
    """What `reconcile` hands on.

    Attributes:
        matched: Pairs without a difference.
        differs: Pairs with one, told in the column 差異.
        only_left: Rows of the left list without a partner, and why.
        only_right: Rows of the right list without a partner, and why.
        ambiguous: Rows of both lists whose sums agree in several ways, with all of them.
        proposed: Pairs that may belong together, with the score and the reasons; 判断 is for a person to fill in.
        duplicates: Rows of both lists whose key is not unique.
        summary: Outcome or `total` → `left_count`, `left_amount`, `right_count`, `right_amount`.
        report: The workbook, when one was asked for.
    """

    matched: Table
    differs: Table
    only_left: Table
    only_right: Table
    ambiguous: Table
    proposed: Table
    duplicates: Table
    summary: dict[str, Any]
    report: FileRef | None


@action(idempotent=True)
def reconcile(
    left: Table,
    right: Table,
    key: KeyColumn | list[KeyColumn],
    compare: dict[str, ComparedColumn] | None = None,
    amount: str | AmountColumns | None = None,
    sums: SumRules | None = None,
    likely: dict[str, ComparedColumn] | None = None,
    accept: Accept | None = None,
    decisions: Path | None = None,
    left_name: Annotated[str, Field(min_length=1, max_length=20)] = "左",
    right_name: Annotated[str, Field(min_length=1, max_length=20)] = "右",
    report: Path | None = None,
    must_match: Literal["none", "left", "both"] = "none",
    *,
    ctx: Context,
) -> ReconciledLists:
    """Compare two lists (突合・消込): what matches, what differs and how, what stands on one side only, what stands twice.

    Keys and compared columns each have a normal form, written `as`; amounts and dates may have a tolerance, `within`. A key
    that stands in several rows of one side makes all rows with it duplicates: they are told, never paired by chance
    and never dropped. With `sums`, what the keys leave open is settled by amounts, payer by payer: rows that agree in exactly one way
    match, without a fee before with one; those that could be settled in several ways are `ambiguous`, with every way named, for a
    person. With `likely`, pairs are proposed of what is left then, with a score and the reasons, for a person to decide in the
    sheet 候補 (`table.read_decisions` keeps that for the next time); nothing is paired by its score unless `accept` says from
    when on. What differs, is ambiguous, proposed or not unique is set aside for a person, each question once, and
    told with the run; rows of one side only are not. Counts and amounts of all outcomes together equal those of the lists; this is checked.

    Args:
        left: One list.
        right: The other list.
        key: Column that says which rows belong together: its name, or `{left, right, as}` when the names differ or the form
            is not `text`; a list when it takes several.
        compare: Columns to compare: name → form, or any name → `{left, right, as, within}`.
        amount: Column whose sums have to add up: its name, or `{left, right}`, with `within` for differences that do not
            matter; it is compared too.
        sums: How rows that no key pairs are settled by sums of the amount: `by`, `up_to`, `many_to_many`, `fees`, `fee_up_to`.
        likely: Columns by which rows without a partner may still belong together: name → form, or any name →
            `{left, right, as}`.
        accept: From which `score` on, and with which `margin` to the second best, a proposal is taken without a person.
        decisions: Workbook or CSV file with what was decided before, as `table.read_decisions` keeps it.
        left_name: What the left list is called in the workbook.
        right_name: What the right list is called in the workbook.
        report: Workbook (.xlsx) to write with a sheet for each outcome, relative to the project.
        must_match: Which list has to be found whole in the other, without a difference: `left` for a list whose rows are
            all to be in a system that holds others too, `both` for two lists that are to be the same.

    Returns:
        The tables `matched`, `differs`, `only_left`, `only_right`, `ambiguous`, `proposed` and `duplicates`; `summary` with
        the counts and amounts of each and the `total`; `report`, the workbook.

    Raises:
        BusinessError: A list lacks a column, a cell of the amount is not a number, or a row that `must_match` does not.

    Example:
        - id: compare
          uses: table.reconcile
          with:
            left: ${{ steps.bills }}
            right: ${{ steps.payments }}
            key: {left: 通知書番号, right: 納付番号, as: digits}
            compare: {氏名: name, 期別: text}
            amount: {left: 調定額, right: 納付額}
            sums: {by: {left: 宛名番号, right: 納付者番号, as: digits}, fees: [110, 220]}
            left_name: 調定
            right_name: 収納
            report: out/突合結果.xlsx
    """
    if left_name == right_name:
        raise BusinessError("Both lists are called {name}", name=left_name, hint="Give them different names")
    refuse_clashing_columns(left, right, left_name, right_name)
    keys = [_paired(column) for column in (key if isinstance(key, list) else [key])]
    if not keys:
        raise BusinessError("There is no key to reconcile by")
    if any(pairing.within for pairing in keys):
        raise BusinessError("A key has no tolerance", hint="Say within: under compare or amount")
    of_amount = None if amount is None else _amount(amount)
    rules = None if sums is None else _sums(sums, keys, of_amount)
    guess = Likely(tuple(_compared(likely)), accept, kept_decisions(decisions, ctx)) if likely else None
    found = reconcile_tables(left, right, keys, _compared(compare or {}), of_amount, rules, guess)
    tables = outcome_tables(found, left_name, right_name)
    made: FileRef | None = None
    if report is not None:
        made = put(ctx.path(report), workbook_bytes(sheets(found, tables, left_name, right_name), file=report.name))
    counts = {name: tally.left_count + tally.right_count for name, tally in found.tallies.items()}
    ctx.log.bind(**counts).info("lists reconciled")
    if not _found_whole(found, must_match):
        raise _not_the_same(found, left_name, right_name, report)
    if must_match == "none":  # else everything that was asked for matches
        for question in questions(found, tables["differs"], left_name, right_name):
            ctx.set_aside(*question)
    return {
        "matched": tables["matched"],
        "differs": tables["differs"],
        "only_left": tables["only_left"],
        "only_right": tables["only_right"],
        "ambiguous": tables["ambiguous"],
        "proposed": tables["proposed"],
        "duplicates": tables["duplicates"],
        "summary": summary(found),
        "report": made,
    }


def _found_whole(found: Reconciliation, which: Literal["none", "left", "both"]) -> bool:
    """Whether every row of the left list, or of both, is matched."""
    matched, total = found.tallies["matched"], found.total
    left, right = matched.left_count == total.left_count, matched.right_count == total.right_count
    return {"none": True, "left": left, "both": left and right}[which]


def _not_the_same(found: Reconciliation, left_name: str, right_name: str, report: Path | None) -> BusinessError:
    return BusinessError(
        "{left} and {right} do not match: {differs} rows differ, {only_left} are only in {left}, "
        "{only_right} only in {right}, {ambiguous} could be settled in several ways, {proposed} may have a partner, {duplicates} have a key that is not unique",
        hint=None if report is None else "All of them are in {report}",
        left=left_name,
        right=right_name,
        differs=found.tallies["differs"].left_count,
        only_left=found.tallies["only_left"].left_count,
        only_right=found.tallies["only_right"].right_count,
        proposed=found.tallies["proposed"].left_count + found.tallies["proposed"].right_count,
        ambiguous=found.tallies["ambiguous"].left_count + found.tallies["ambiguous"].right_count,
        duplicates=found.tallies["duplicates"].left_count + found.tallies["duplicates"].right_count,
        report=report,
    )


def _paired(column: KeyColumn) -> Pairing:
    if isinstance(column, str):
        return Pairing(column, column)
    return Pairing(column.left, column.right, column.form, column.within)


def _amount(column: str | AmountColumns) -> Pairing:
    if isinstance(column, str):
        return Pairing(column, column, "amount")
    return Pairing(column.left, column.right, column.form, column.within)


def _sums(rules: SumRules, keys: Sequence[Pairing], amount: Pairing | None) -> Sums:
    by = rules.by if isinstance(rules.by, list | None) else [rules.by]
    return Sums(
        by=tuple(keys) if by is None else tuple(map(_paired, by)),
        up_to=rules.up_to,
        many_to_many=rules.many_to_many,
        fees=tuple(rules.fees),
        fee_up_to=rules.fee_up_to,
        within=amount.within if amount else 0,
    )


def _compared(compare: Mapping[str, ComparedColumn]) -> list[Pairing]:
    return [
        _paired(column) if isinstance(column, PairedColumns) else Pairing(name, name, column)
        for name, column in compare.items()
    ]
