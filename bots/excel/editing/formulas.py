"""The formulas of a sheet where they stand, and what becomes of the others when one of them is overwritten."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from bots.excel.addresses import Place, address, area_of
from bots.excel.editing.markup import Edit, Element, escaped, with_attribute
from bots.excel.editing.sheet import SheetMarkup

Area = tuple[Place, Place]
"""First and last place."""


class FormulaUnclear(ValueError):
    """A shared formula cannot be told for another cell."""

    def __init__(self, cell: str) -> None:
        super().__init__(cell)
        self.cell = cell


@dataclass(frozen=True, slots=True)
class Formula:
    """One formula.

    Attributes:
        place: Where it stands.
        cell: The cell's XML.
        element: Its own XML inside the cell's.
        kind: `normal`, `shared`, `array` or `dataTable`.
        area: Cells whose values come from it, for an array or a data table; cells that share it, for the first of them.
        group: What those that share a formula have in common; None for all others.
        text: As it is stored, without `=`; empty for those that share the text of another.
    """

    place: Place
    cell: Element
    element: Element
    kind: str
    area: Area | None
    group: str | None
    text: str

    @property
    def fills(self) -> Area | None:
        """The area that only the formula as a whole may write into; None for a formula of one cell."""
        return self.area if self.kind in ("array", "dataTable") else None

    def is_shared_with(self, other: Formula) -> bool:
        """Whether another one takes its text from this one; programs have been seen to use a group's number twice."""
        if self.group is None or self.group != other.group or not self.text or other.text:
            return False
        if self.area is None:
            return True
        (top, left), (bottom, right) = self.area
        return top <= other.place[0] <= bottom and left <= other.place[1] <= right


def formulas_of(sheet: SheetMarkup) -> list[Formula]:
    """All formulas of a sheet, in the order in which they stand."""
    return list(_formulas(sheet)) if sheet.data is not None else []


def _formulas(sheet: SheetMarkup) -> Iterator[Formula]:
    assert sheet.data is not None
    for start, inner in sheet.tags("f", sheet.data.inner, sheet.data.inner_end):
        cell = sheet.cell_around(start)
        if cell is None:
            continue
        element = sheet.whole("f", start, inner)
        kind = sheet.attribute(element, "t") or "normal"
        yield Formula(
            cell.place,
            cell.element,
            element,
            kind,
            area_of(sheet.attribute(element, "ref") or ""),
            sheet.attribute(element, "si") if kind == "shared" else None,
            sheet.text(element),
        )


def handed_on(sheet: SheetMarkup, formulas: Sequence[Formula], overwritten: Collection[Place]) -> list[Edit]:
    """The edits that keep alive what other cells share with a formula that is overwritten.

    In a single row or column the next cell becomes the first of those that share it; elsewhere each gets its own text.
    """
    edits: list[Edit] = []
    for first in formulas:
        if first.group is None or first.place not in overwritten:
            continue
        others = [at for at in formulas if first.is_shared_with(at) and at.place not in overwritten]
        for index, formula in enumerate(others):
            if index == 0 and _is_line([first, *others]):
                edits.append(_first_of(sheet, first, others))
                break
            edits.append(_alone(sheet, first, formula))
    return edits


def _is_line(formulas: Sequence[Formula]) -> bool:
    return any(len({formula.place[axis] for formula in formulas}) == 1 for axis in (0, 1))


def _first_of(sheet: SheetMarkup, first: Formula, others: Sequence[Formula]) -> Edit:
    new = others[0]
    area = f"{address(new.place)}:{address(others[-1].place)}"
    tag = with_attribute(sheet.tag(new.element), "ref", area)
    return _with_text(sheet, new, tag, moved(first, new.place))


def _alone(sheet: SheetMarkup, first: Formula, formula: Formula) -> Edit:
    tag = sheet.tag(formula.element)
    for name in ("t", "si", "ref"):
        tag = with_attribute(tag, name, None)
    return _with_text(sheet, formula, tag, moved(first, formula.place))


def _with_text(sheet: SheetMarkup, formula: Formula, tag: bytes, text: str) -> Edit:
    opened = tag.removesuffix(b">").removesuffix(b"/").rstrip() + b">"
    return (formula.element.start, formula.element.end, opened + escaped(text) + b"</" + sheet.prefix + b"f>")


def moved(formula: Formula, place: Place) -> str:
    """The text that a shared formula has in another cell: its relative references move along.

    Raises:
        FormulaUnclear: It would look at cells beyond the sheet's first, or is no formula.
    """
    from openpyxl.formula.tokenizer import TokenizerError
    from openpyxl.formula.translate import Translator, TranslatorError

    try:
        translated: str = Translator(f"={formula.text}", address(formula.place)).translate_formula(address(place))
    except (TokenizerError, TranslatorError) as error:
        raise FormulaUnclear(address(formula.place)) from error
    return translated.removeprefix("=")
