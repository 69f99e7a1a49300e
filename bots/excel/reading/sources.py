"""Files to read from: what kind they are by their content, and unlocked when a password is said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bots.excel.archives import Archive, WorkbookUnreadable
from bots.excel.reading.passwords import unlocked
from yakin.errors import ApplicationError
from yakin.values import Secret

Kind = Literal["xlsx", "xlsb", "xls", "ods", "text"]
"""`xlsx` stands for .xlsm too, `text` for CSV and its relatives."""

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
MAX_FILE = 2**30
"""Bytes of a file; what is larger is no list that people keep."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"


@dataclass(frozen=True)
class Source:
    """A file that was read.

    Attributes:
        name: File name, as it is said to people.
        kind: What it is.
        data: Its content, unlocked.
        suffix: The end of its name, such as `.tsv`.
    """

    name: str
    kind: Kind
    data: bytes
    suffix: str = ""


def read_source(path: Path, password: Secret | None = None) -> Source:
    """Read a file, unlock it and see what it is.

    A workbook is known by its content: an .xlsx file under the name of an .xls is read as what it is.

    Raises:
        WorkbookUnreadable: It is not there, locked, damaged, or no workbook and no text file.
    """
    text = kind_of(path) == "csv"
    data = read_bytes(path)
    if text:
        if data.startswith((_OLE, b"PK\x03\x04")):
            raise WorkbookUnreadable(
                "{file} is not a text file, whatever its name says",
                file=path.name,
                hint="If it is a workbook, give it the end .xlsx",
            )
        return Source(path.name, "text", data, path.suffix.lower())
    return source_of(path.name, data, password)


def source_of(name: str, data: bytes, password: Secret | None = None) -> Source:
    """A workbook as a source.

    Raises:
        WorkbookUnreadable: It is locked, damaged or no workbook.
    """
    if data.startswith(_OLE):
        data = unlocked(name, data, password)
    if data.startswith(_OLE):
        return Source(name, "xls", data)
    if not data.startswith(b"PK"):
        raise _not_a_workbook(name, data)
    archive = Archive(name, data)
    if "xl/workbook.bin" in archive.names:
        return Source(name, "xlsb", data)
    if "content.xml" in archive.names and archive.read("mimetype").startswith(_OPEN_DOCUMENT):
        return Source(name, "ods", data)
    return Source(name, "xlsx", data)


def read_bytes(path: Path) -> bytes:
    """Content of a file.

    Raises:
        WorkbookUnreadable: It is not there, too large, or the system does not let it be read.
    """
    try:
        if path.stat().st_size > MAX_FILE:
            raise WorkbookUnreadable(
                "{file} is larger than 1 GiB and was not opened", file=path, hint="Split it into several files"
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise WorkbookUnreadable("There is no file {file}", file=path, hint="Check the folder and the name") from error
    except OSError as error:
        raise WorkbookUnreadable(
            "{file} cannot be read: {reason}",
            file=path,
            reason=error.strerror or type(error).__name__,
            hint="Is it open in another program, or are rights missing?",
        ) from error


def kind_of(path: Path) -> Literal["workbook", "csv"]:
    """What a file is by the end of its name; `csv` for all kinds of text.

    Raises:
        WorkbookUnreadable: It is another kind of file.
    """
    suffix = path.suffix.lower()
    if suffix in WORKBOOK_SUFFIXES:
        return "workbook"
    if suffix in TEXT_SUFFIXES:
        return "csv"
    raise WorkbookUnreadable(
        "{file} is neither a workbook (.xlsx, .xlsm, .xlsb, .xls, .ods) nor a text file (.csv, .tsv, .txt)",
        file=path.name,
        hint="Open it in Excel and save it as .xlsx",
    )


def refuse_csv(path: Path) -> None:
    """Refuse a text file where only a workbook will do.

    Raises:
        ApplicationError: It is one.
    """
    if kind_of(path) == "csv":
        raise ApplicationError("{file} is a text file; this needs a workbook", file=path.name)


def _not_a_workbook(name: str, data: bytes) -> WorkbookUnreadable:
    if not data:
        return WorkbookUnreadable("{file} is empty", file=name, hint="Was it copied or downloaded completely?")
    return WorkbookUnreadable(
        "{file} is not a workbook, whatever its name says",
        file=name,
        hint="Open it in Excel and save it as .xlsx or .csv",
    )
