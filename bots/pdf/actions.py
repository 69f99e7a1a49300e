"""The actions on PDF files: thin, what they do is in the modules beside this one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypedDict

from pydantic import Field

from bots.pdf.documents import opened, page_numbers, pictures_alone
from bots.pdf.tables import By, as_table, tables_on
from yakin.actions import Context, action
from yakin.errors import BusinessError
from yakin.values import Secret, Table

Number = Annotated[int, Field(ge=1)]


class PdfText(TypedDict):
    """What `read_text` hands on.

    Attributes:
        text: Text of all pages that were read, an empty line between them.
        pages: Text of each page.
        scanned: Numbers of the pages that are pictures and have no text.
    """

    text: str
    pages: list[str]
    scanned: list[int]


@action(idempotent=True)
def read_text(
    path: Path, pages: list[Number] | None = None, password: Secret | None = None, *, ctx: Context
) -> PdfText:
    """Read the text of a PDF, in the order in which it stands in the file.

    A page that was scanned is a picture: it is told under `scanned`, and refused when no page has text.

    Args:
        path: The PDF, relative to the project.
        pages: Numbers of the pages, counted from 1; all when left out.
        password: What opens a locked PDF: a secret.

    Returns:
        `text` of all pages, `pages` with the text of each, and the numbers of the `scanned` ones.

    Raises:
        PdfUnreadable: There is no such file, it is no PDF, damaged or locked, or the password does not open it.
        PageWithoutText: No page has text.
        BusinessError: There is no page of that number.

    Example:
        - id: notice
          uses: pdf.read_text
          with: {path: inbox/決定通知.pdf, pages: [1]}
    """
    file = ctx.path(path)
    with opened(file, password) as document:
        numbers = page_numbers(pages, len(document), file=file.name)
        texts = [_text_of(document[number - 1]) for number in numbers]
    scanned = [number for number, text in zip(numbers, texts, strict=True) if not text]
    if len(scanned) == len(numbers):
        raise pictures_alone(file.name, scanned)
    if scanned:
        ctx.note("pages without text", file=file.name, pages=scanned)
    ctx.log.bind(pages=len(numbers), scanned=len(scanned)).info("text read")
    return {"text": "\n\n".join(text for text in texts if text), "pages": texts, "scanned": scanned}


@action(idempotent=True)
def read_table(
    path: Path,
    page: Number = 1,
    table: Number = 1,
    header_row: Number = 1,
    by: By = "lines",
    password: Secret | None = None,
    *,
    ctx: Context,
) -> Table:
    """Read a table of a PDF into records; all cells are text.

    What a PDF says of a table is where its lines and words are: compare the count and the sums with what is printed.

    Args:
        path: The PDF, relative to the project.
        page: Page it is on, counted from 1.
        table: Which table of the page, counted from 1 from the top.
        header_row: Row of the table, counted from 1, that holds the column names.
        by: How the cells are told apart: by the `lines` around them, or by where the `text` stands.
        password: What opens a locked PDF: a secret.

    Returns:
        One record for each row below the header that is not empty; each knows its file, page and row of the table.

    Raises:
        PdfUnreadable: There is no such file, it is no PDF, damaged or locked, or the password does not open it.
        PageWithoutText: The page is a picture.
        BusinessError: There is no such page or table, or its column names are missing or occur twice.

    Example:
        - id: table
          uses: pdf.read_table
          with: {path: inbox/収納日計.pdf, page: 2}
    """
    file = ctx.path(path)
    found = tables_on(file, page, by, password)
    if table > len(found):
        raise BusinessError(
            "{file}: page {page} has {count} tables; there is no table {table}",
            file=file.name,
            page=page,
            count=len(found),
            table=table,
            hint="Tables without lines are found with by: text",
        )
    read = as_table(found[table - 1], header_row, file=file.name, page=page)
    ctx.log.bind(rows=read.count, columns=len(read.columns)).info("table read")
    return read


def _text_of(page: object) -> str:
    text_page = page.get_textpage()  # type: ignore[attr-defined]
    try:
        text: str = text_page.get_text_bounded()
    finally:
        text_page.close()
        page.close()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()
