"""As many declarations as a test wants, and the workflow that registers them: the shipped one, for that list."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook

from tests.chaos.programs import ROOT
from yakin.japan import parse_amount
from yakin.practice.sample_rows import COLUMNS, ROWS, Cell
from yakin.practice.samples import ALREADY_REGISTERED, HEADER_ROW, IMPOSSIBLE_DATE, REFUSED, RESULT_COLUMNS, SHEET

WORKFLOW = "juminzei_nyuryoku"
BLOCK = "entry"
"""Id of the block that registers."""

_KEY, _INCOME = COLUMNS.index("受付番号"), COLUMNS.index("収入金額")
_ODD = {*ALREADY_REGISTERED, *IMPOSSIBLE_DATE, *REFUSED}
_LIKE = [row for row in ROWS if row[_KEY] not in _ODD]


def declarations(count: int) -> list[list[Cell]]:
    """Declarations that are all new and in order."""
    rows = [list(_LIKE[number % len(_LIKE)]) for number in range(count)]
    for number, row in enumerate(rows, 1):
        row[_KEY] = f"{70_000_000 + number}"
    return rows


def keys(count: int) -> list[str]:
    """The 受付番号 of so many declarations, in order."""
    return [str(row[_KEY]) for row in declarations(count)]


def write(path: Path, count: int) -> None:
    """Write the list of declarations, laid out as the sample."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    sheet["A1"] = "令和7年度 住民税申告受付一覧"
    for number, name in enumerate((*COLUMNS, *RESULT_COLUMNS), 1):
        sheet.cell(HEADER_ROW, number, name)
    for line, row in enumerate(declarations(count), HEADER_ROW + 1):
        for number, value in enumerate(row, 1):
            sheet.cell(line, number, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def workflow(count: int, *, lanes: int, probe: bool = True) -> str:
    """The shipped workflow with the totals of such a list.

    Args:
        count: Number of declarations.
        lanes: Items at once.
        probe: Whether the system can be asked whether it has one; without, the doubts do not end the run.
    """
    text = (ROOT / "workflows" / f"{WORKFLOW}.yaml").read_text(encoding="utf-8")
    income = sum(int(parse_amount(str(row[_INCOME]))) for row in declarations(count))
    text = _changed(
        text,
        "totals: {count: 40, sum: {収入金額: 96690539}}",
        f"totals: {{count: {count}, sum: {{収入金額: {income}}}}}",
    )
    if not probe:
        begin, end = (
            text.index("    stop_after_failures:"),
            text.index("    steps:\n      - {uses: browser.go_to, with: {path: /declarations/new}}"),
        )
        return text[:begin] + f"    lanes: {lanes}\n" + text[end:]
    # The practice system is on this machine: nothing is on its way to it for longer.
    return _changed(text, "    stop_after_failures: 5\n", f"    lanes: {lanes}\n    absent_after: 2s\n")


def _changed(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"the shipped workflow has {old!r} no more"
    return text.replace(old, new)
