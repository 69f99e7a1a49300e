"""Asking the program that opens the workbook next to calculate it again, and keeping its calculation chain true."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from bots.excel.addresses import Place, place_of
from bots.excel.editing.formulas import Formula
from bots.excel.editing.markup import Edit, Element, Markup, with_attribute
from bots.excel.editing.sheet import SheetMarkup
from bots.excel.package import Package, relations_of

_BEFORE = ("definedNames", "externalReferences", "functionGroups", "sheets")
_TYPES = "[Content_Types].xml"


def asking_for_calculation(workbook: bytes) -> bytes:
    """The workbook's own part, asking for a full calculation when it is opened (18.2.2, `fullCalcOnLoad`)."""
    markup = Markup(workbook)
    element = markup.element("calcPr")
    if element is not None:
        tag = with_attribute(markup.tag(element), "fullCalcOnLoad", "1")
        return markup.spliced([(element.start, element.inner, tag)])
    before = next(found for name in _BEFORE if (found := markup.element(name)) is not None)
    new = b'<%scalcPr fullCalcOnLoad="1"/>' % markup.prefix
    return markup.spliced([(before.end, before.end, new)])


def forgotten_results(sheet: SheetMarkup, formulas: Collection[Formula]) -> Iterator[Edit]:
    """The edits that take the stored results out of these formulas' cells, so that nobody reads an old total."""
    for formula in formulas:
        yield from _without_result(sheet, formula.cell)
        if formula.fills is not None:
            (top, left), (bottom, right) = formula.fills
            for row in range(top, bottom + 1):
                for cell in sheet.cells(row):
                    if left <= cell.place[1] <= right and cell.place != formula.place:
                        yield from _without_result(sheet, cell.element)


def _without_result(sheet: SheetMarkup, cell: Element) -> Iterator[Edit]:
    stored = sheet.element("v", cell)
    if stored is not None:
        if sheet.attribute(cell, "t") is not None:
            yield (cell.start, cell.inner, with_attribute(sheet.tag(cell), "t", None))
        yield (stored.start, stored.end, b"")


def without_entries(package: Package, gone: Mapping[str, Collection[Place]]) -> tuple[dict[str, bytes], set[str]]:
    """The calculation chain without formulas that are there no more; an empty one is taken away with all that names it.

    Args:
        package: The workbook.
        gone: Sheet name → places that held a formula.

    Returns:
        Parts that change, and parts to be removed.
    """
    part = next(iter(package.related(package.workbook, "calcChain")), None)
    if part is None or not any(gone.values()):
        return {}, set()
    chain = Markup.of(package, part)
    ids = _sheet_ids(package)
    missing = {(ids.get(sheet, ""), place) for sheet, places in gone.items() for place in places}
    edits: list[Edit] = []
    kept = 0
    sheet_id = written = ""
    for element in chain.elements("c"):
        sheet_id = chain.attribute(element, "i") or sheet_id
        if (sheet_id, place_of(chain.attribute(element, "r") or "")) in missing:
            edits.append((element.start, element.end, b""))
            continue
        kept += 1
        if chain.attribute(element, "i") is None and sheet_id != written:
            edits.append((element.start, element.inner, with_attribute(chain.tag(element), "i", sheet_id)))
        written = sheet_id
    if kept:
        return ({part: chain.spliced(edits)} if edits else {}), set()
    return _unnamed(package, part), {part}


def _sheet_ids(package: Package) -> dict[str, str]:
    workbook = Markup.of(package, package.workbook)
    return {
        workbook.attribute(element, "name") or "": workbook.attribute(element, "sheetId") or ""
        for element in workbook.elements("sheet")
    }


def _unnamed(package: Package, part: str) -> dict[str, bytes]:
    """The parts that name another, without doing so."""
    types = Markup.of(package, _TYPES)
    relations = Markup.of(package, relations_of(package.workbook))
    return {
        _TYPES: types.spliced(
            (element.start, element.end, b"")
            for element in types.elements("Override")
            if types.attribute(element, "PartName") == f"/{part}"
        ),
        relations_of(package.workbook): relations.spliced(
            (element.start, element.end, b"")
            for element in relations.elements("Relationship")
            if (relations.attribute(element, "Type") or "").endswith("/calcChain")
        ),
    }
