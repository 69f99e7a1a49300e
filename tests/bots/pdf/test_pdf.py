"""`pdf.read_text` and `pdf.read_table`: what a PDF says, and plainly when it says nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bots.pdf import read_table, read_text
from bots.pdf.documents import PageWithoutText, PdfUnreadable
from tests.bots.contexts import FakeContext
from tests.bots.pdf.documents import PASSWORD, PICTURE, lined_table, pdf, text_at
from yakin.errors import BusinessError
from yakin.values import Origin, Secret

LETTER = text_at(60, 780, "児童手当決定通知書") + text_at(60, 750, "髙橋 美咲 様") + text_at(60, 720, "支給額 15,000円")
DAILY = text_at(60, 780, "収納日計表") + lined_table(
    60, 760, [["科目", "件数", "金額"], ["住民税", "12", "345,600"], ["固定資産税", "", "98,000"]]
)


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., FakeContext]:
    """A desk with the PDF `letter.pdf` on it."""

    def make(*pages: str, locked: bool = False) -> FakeContext:
        (tmp_path / "letter.pdf").write_bytes(pdf(pages, locked=locked))
        return FakeContext(tmp_path)

    return make


FILE = Path("letter.pdf")


def test_the_text_of_each_page_is_read(desk: Callable[..., FakeContext]) -> None:
    read = read_text(FILE, ctx=desk(LETTER, DAILY))
    assert read["pages"][0].splitlines() == ["児童手当決定通知書", "髙橋 美咲 様", "支給額 15,000円"]
    assert "固定資産税" in read["pages"][1]
    assert read["text"] == "\n\n".join(read["pages"])
    assert read["scanned"] == []


def test_only_the_pages_that_are_wanted_are_read(desk: Callable[..., FakeContext]) -> None:
    context = desk(LETTER, DAILY)
    assert read_text(FILE, [2], ctx=context)["text"].startswith("収納日計表")
    with pytest.raises(BusinessError, match="has 2 pages; there is no page 3"):
        read_text(FILE, [1, 3], ctx=context)


def test_a_scanned_page_is_told(desk: Callable[..., FakeContext]) -> None:
    context = desk(LETTER, PICTURE)
    assert read_text(FILE, ctx=context)["scanned"] == [2]
    assert context.noted("pages without text") == [{"file": "letter.pdf", "pages": [2]}]
    with pytest.raises(PageWithoutText, match="no text on the pages 2"):
        read_text(FILE, [2], ctx=context)
    with pytest.raises(PageWithoutText):
        read_table(FILE, page=2, ctx=context)


def test_a_locked_pdf_needs_its_password(desk: Callable[..., FakeContext]) -> None:
    context = desk(DAILY, locked=True)
    with pytest.raises(PdfUnreadable, match="is locked with a password"):
        read_text(FILE, ctx=context)
    with pytest.raises(PdfUnreadable, match="The password does not open"):
        read_table(FILE, password=Secret("chigau"), ctx=context)
    assert "収納日計表" in read_text(FILE, password=Secret(PASSWORD), ctx=context)["text"]
    assert read_table(FILE, password=Secret(PASSWORD), ctx=context).count == 2


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"PK\x03\x04", pdf([LETTER])[:300]])
def test_what_is_no_whole_pdf_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(PdfUnreadable, match="no PDF, or damaged"):
        read_text(FILE, ctx=FakeContext(tmp_path))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PdfUnreadable, match="There is no file"):
        read_table(FILE, ctx=FakeContext(tmp_path))


def test_a_table_is_read_by_its_lines_and_each_row_knows_where_it_stood(desk: Callable[..., FakeContext]) -> None:
    table = read_table(FILE, page=2, ctx=desk(LETTER, DAILY))
    assert [dict(row) for row in table.rows] == [
        {"科目": "住民税", "件数": "12", "金額": "345,600"},
        {"科目": "固定資産税", "件数": None, "金額": "98,000"},
    ]
    assert [row.origin for row in table.rows] == [Origin("letter.pdf", "p.2", 2), Origin("letter.pdf", "p.2", 3)]


def test_a_page_without_that_table_is_told(desk: Callable[..., FakeContext]) -> None:
    context = desk(LETTER, DAILY)
    with pytest.raises(BusinessError, match="page 1 has 0 tables; there is no table 1"):
        read_table(FILE, ctx=context)
    with pytest.raises(BusinessError, match="has no row 9"):
        read_table(FILE, page=2, header_row=9, ctx=context)


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (["科目", "科目"], "the same column name stands more than once: 科目"),
        (["科目", ""], "a column without a name holds 1"),
    ],
)
def test_column_names_have_to_be_there_once(desk: Callable[..., FakeContext], header: list[str], sentence: str) -> None:
    with pytest.raises(BusinessError, match=sentence):
        read_table(FILE, ctx=desk(lined_table(60, 760, [header, ["住民税", "1"]])))
