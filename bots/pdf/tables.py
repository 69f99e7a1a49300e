"""Tables on the pages of a PDF: by their lines, or by how their words stand below each other."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from bots.pdf.documents import content_of, damaged, opened, page_numbers, pictures_alone
from yakin.errors import BusinessError
from yakin.values import Origin, Scalar, Secret, Table

By = Literal["lines", "text"]
"""What the columns and rows of a table are told by: the lines drawn around the cells, or the places of the words."""

Cells = Sequence[Sequence[str | None]]


def tables_on(path: Path, page: int, by: By, password: Secret | None) -> list[Cells]:
    """The cells of every table on a page, from the top.

    Raises:
        PdfUnreadable: The file is not there, no PDF, damaged, or the password does not open it.
        BusinessError: There is no such page.
        PageWithoutText: The page is a picture.
    """
    with opened(path, password) as document:  # what cannot be opened is told in one way for all actions
        page_numbers([page], len(document), file=path.name)
    import pdfplumber
    from pdfplumber.utils.exceptions import PdfminerException

    settings = {"vertical_strategy": by, "horizontal_strategy": by}
    key = None if password is None else password.reveal()
    try:
        with pdfplumber.open(io.BytesIO(content_of(path)), pages=[page], password=key) as document:
            found = document.pages[0]
            if not found.chars:
                raise pictures_alone(path.name, [page])
            return list(found.extract_tables(settings))
    except PdfminerException as error:
        raise damaged(path) from error


def as_table(cells: Cells, header_row: int, *, file: str, page: int) -> Table:
    """The records below a header; line breaks inside cells are taken out, as they come from the width of the cell.

    Args:
        cells: Row by row.
        header_row: Row of the column names in the table, counted from 1.
        file: File name for origins and errors.
        page: Page for origins and errors.

    Raises:
        BusinessError: There is no such row, column names occur twice, or a cell stands in a column without a name.
    """
    if header_row > len(cells):
        raise BusinessError(
            "{file}, page {page}: the table has no row {row} for column names", file=file, page=page, row=header_row
        )
    names = [_text(cell) or "" for cell in cells[header_row - 1]]
    if twice := [name for name, count in Counter(names).items() if name and count > 1]:
        raise BusinessError(
            "{file}, page {page}: the same column name stands more than once: {names}",
            file=file,
            page=page,
            names=", ".join(twice),
            hint="Say with header_row in which row of the table the names are",
        )
    numbered = [(number, row) for number, row in enumerate(cells, 1) if number > header_row and any(map(_text, row))]
    columns: dict[str, list[Scalar]] = {name: [] for name in names if name}
    for _, row in numbered:
        for name, cell in zip(names, row, strict=False):
            _refuse_nameless(name, cell, file, page)
            if name:
                columns[name].append(_text(cell))
    return Table(columns, [Origin(file, f"p.{page}", number) for number, _ in numbered])


def _refuse_nameless(name: str, cell: str | None, file: str, page: int) -> None:
    if not name and _text(cell):
        raise BusinessError(
            "{file}, page {page}: a column without a name holds {value}",
            file=file,
            page=page,
            value=_text(cell),
            hint="Say with header_row in which row of the table the names are",
        )


def _text(cell: Any) -> str | None:
    return "".join(str(cell).splitlines()).strip() or None if cell else None
