"""PDF files as they are opened: whole, unlocked, or refused with the reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from yakin.errors import ApplicationError, BusinessError
from yakin.values import Secret


class PdfUnreadable(ApplicationError):
    """The file is not there, no PDF, damaged, or locked with a password."""

    code = "pdf-unreadable"


class PageWithoutText(BusinessError):
    """The pages that are wanted are pictures: they were scanned."""

    code = "page-without-text"


@contextmanager
def opened(path: Path, password: Secret | None) -> Iterator[Any]:
    """A PDF, open as long as it is needed: a `pypdfium2.PdfDocument`.

    Raises:
        PdfUnreadable: It is not there, no PDF, damaged, or the password does not open it.
    """
    import pypdfium2

    data = content_of(path)
    try:
        document = pypdfium2.PdfDocument(data, password=None if password is None else password.reveal())
    except pypdfium2.PdfiumError as error:
        raise _refusal(path, password, wrong_password="password" in str(error).lower()) from error
    try:
        yield document
    finally:
        document.close()


def content_of(path: Path) -> bytes:
    """Content of a file.

    Raises:
        PdfUnreadable: It is not there, or the system does not let it be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise PdfUnreadable("There is no file {file}", file=path, hint="Check the folder and the name") from error
    except OSError as error:
        raise PdfUnreadable(
            "{file} cannot be read: {reason}",
            file=path,
            reason=error.strerror or type(error).__name__,
            hint="Is it open in another program, or are rights missing?",
        ) from error


def damaged(path: Path) -> PdfUnreadable:
    """The refusal of a file that is no PDF or not a whole one."""
    return PdfUnreadable(
        "{file} is no PDF, or damaged",
        file=path.name,
        hint="Open it in a viewer; was it copied or downloaded completely?",
    )


def _refusal(path: Path, password: Secret | None, *, wrong_password: bool) -> PdfUnreadable:
    if not wrong_password:
        return damaged(path)
    if password is None:
        return PdfUnreadable(
            "{file} is locked with a password", file=path.name, hint="Say it with password (from secrets)"
        )
    return PdfUnreadable(
        "The password does not open {file}", file=path.name, hint="Ask the person who locked it; a space counts"
    )


def page_numbers(wanted: Iterable[int] | None, count: int, *, file: str) -> list[int]:
    """The pages that are wanted, counted from 1; all when none are named.

    Raises:
        BusinessError: There is no page of that number.
    """
    pages = list(range(1, count + 1)) if wanted is None else list(wanted)
    for page in pages:
        if not 1 <= page <= count:
            raise BusinessError("{file} has {count} pages; there is no page {page}", file=file, count=count, page=page)
    return pages


def pictures_alone(file: str, pages: Collection[int]) -> PageWithoutText:
    """The refusal of pages that have no text."""
    return PageWithoutText(
        "{file} has no text on the pages {pages}: they are pictures",
        file=file,
        pages=", ".join(map(str, pages)),
        hint="They were scanned. Ask for the file they were printed from, or enter them by hand",
    )
