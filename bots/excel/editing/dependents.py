"""Which formulas show something else after a change: those that look at a changed cell, and those that look at them.

Rather too many than too few: a formula that may look anywhere (INDIRECT, OFFSET, sheets from…to, names that cannot be
told) counts as one that does.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from bots.excel.addresses import Place, area_of
from bots.excel.editing.formulas import Area, Formula
from bots.excel.editing.markup import Markup
from bots.excel.editing.references import ANYWHERE, Looks, Reader, Reference, absolute_only, looks_of
from bots.excel.package import Package

_ROUNDS = 30
"""After so many rounds the rest is taken as depending, too."""


@dataclass(frozen=True, slots=True)
class _Watcher:
    """A formula and the areas it looks at."""

    sheet: str
    formula: Formula
    looks: Looks


def stale(
    package: Package, formulas: Mapping[str, Collection[Formula]], changed: Mapping[str, Collection[Place]]
) -> dict[str, list[Formula]]:
    """Formulas whose stored results are no longer true.

    Args:
        package: The workbook.
        formulas: Sheet name → the formulas that stay in it.
        changed: Sheet name → places that get another value.

    Returns:
        Sheet name → those to be calculated again.
    """
    dirty = _Dirty()
    for sheet, places in changed.items():
        for place in places:
            dirty.add(sheet.lower(), (place, place))
    found: dict[str, list[Formula]] = {}
    waiting = list(_watchers(package, formulas))
    for turn in range(_ROUNDS + 1):
        still: list[_Watcher] = []
        for watcher in waiting if turn % 2 == 0 else reversed(waiting):
            if watcher.looks.anywhere or turn == _ROUNDS or dirty.is_seen_by(watcher):
                found.setdefault(watcher.sheet, []).append(watcher.formula)
                dirty.add(watcher.sheet.lower(), watcher.formula.fills or (watcher.formula.place,) * 2)
            else:
                still.append(watcher)
        if len(still) == len(waiting):
            break
        waiting = still if turn % 2 == 0 else still[::-1]
    return found


class _Dirty:
    """Cells that are no longer what they were; sheets by their names in lower case."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[int, list[int]]] = {}

    def add(self, sheet: str, area: Area) -> None:
        columns = self._rows.setdefault(sheet, {})
        for column in range(area[0][1], area[1][1] + 1):
            rows = columns.setdefault(column, [])
            for row in range(area[0][0], area[1][0] + 1):
                insort(rows, row)

    def is_seen_by(self, watcher: _Watcher) -> bool:
        own = watcher.sheet.lower()
        for sheet, first, last, _ in watcher.looks.references:
            columns = self._rows.get(sheet or own)
            if columns and _is_any_in(columns, first, last):
                return True
        return False


def _is_any_in(columns: Mapping[int, list[int]], first: Place, last: Place) -> bool:
    if first[1] == last[1]:
        return first[1] in columns and _any_between(columns[first[1]], first[0], last[0])
    return any(
        first[1] <= column <= last[1] and _any_between(rows, first[0], last[0]) for column, rows in columns.items()
    )


def _any_between(rows: list[int], first: int, last: int) -> bool:
    position = bisect_left(rows, first)
    return position < len(rows) and rows[position] <= last


def _watchers(package: Package, formulas: Mapping[str, Collection[Formula]]) -> Iterator[_Watcher]:
    reader = Reader(_Names(package).resolve)
    for sheet, present in formulas.items():
        firsts: dict[str, list[tuple[Formula, Looks]]] = {}
        for formula in present:
            if formula.group is not None and formula.text:
                looks = reader.looks(formula.text, formula.place[0])
                firsts.setdefault(formula.group, []).append((formula, looks))
        for formula in present:
            if formula.kind == "dataTable":
                looks = ANYWHERE
            elif formula.text or formula.group is None:
                looks = reader.looks(formula.text, formula.place[0])
            else:
                looks = _shared(firsts.get(formula.group, []), formula)
            yield _Watcher(sheet, formula, looks)


def _shared(firsts: list[tuple[Formula, Looks]], formula: Formula) -> Looks:
    """What a formula looks at that has its text from another one."""
    first, looks = next((pair for pair in firsts if pair[0].is_shared_with(formula)), (formula, ANYWHERE))
    rows, columns = formula.place[0] - first.place[0], formula.place[1] - first.place[1]
    return looks.moved(rows, columns)


class _Names:
    """What the names in formulas stand for: defined names and tables."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._asked: set[str] = set()

    @cached_property
    def _defined(self) -> dict[str, list[str]]:
        workbook = Markup.of(self._package, self._package.workbook)
        found: dict[str, list[str]] = {}
        for element in workbook.elements("definedName"):
            name = (workbook.attribute(element, "name") or "").lower()
            found.setdefault(name, []).append(workbook.text(element))
        return found

    @cached_property
    def _tables(self) -> dict[str, Reference]:
        found: dict[str, Reference] = {}
        for sheet, part in self._package.sheets.items():
            for name in self._package.related(part, "table"):
                markup = Markup.of(self._package, name)
                table = markup.element("table")
                area = area_of(markup.attribute(table, "ref") or "") if table else None
                if table is not None and area is not None:
                    title = (markup.attribute(table, "displayName") or "").lower()
                    found[title] = Reference(sheet.lower(), *area, (False,) * 4)
        return found

    def resolve(self, name: str, is_table: bool) -> Looks:
        """What a name stands for; where it is used in more than one sheet, all of it."""
        key = name.lower()
        if key in self._tables:
            return Looks((self._tables[key],))
        if is_table or key not in self._defined or key in self._asked:
            return ANYWHERE
        self._asked.add(key)
        try:
            looks = [looks_of(text, self.resolve) for text in self._defined[key]]
        finally:
            self._asked.discard(key)
        if any(found.anywhere or not absolute_only(found) for found in looks):
            return ANYWHERE
        return Looks(tuple(reference for found in looks for reference in found.references))
