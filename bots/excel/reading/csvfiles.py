"""Text files of fields (CSV, TSV) in the encodings that offices use; what an encoding cannot be is never guessed.

CP932 is Windows code page 932, what Japanese programs mean by Shift_JIS: with 髙, 﨑 and ①, which the standard lacks. Python's
`shift_jis` is another code and reads 〜 and − differently: it is used nowhere.
"""

from __future__ import annotations

import codecs
import csv
import io
import re

from bots.excel.archives import WorkbookUnreadable
from bots.excel.encodings import DELIMITERS, Delimiter, Encoding
from bots.excel.reading.books import Grid
from bots.excel.reading.sources import Source

_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_NO_CP932 = re.compile("[\x80\xa0\uf8f0-\uf8f3]")
"""What Python makes of the bytes 80, A0 and FD to FF, which CP932 leaves undefined."""
_HALF_WIDTH_KANA = re.compile("[\uff61-\uff9f]")
_LONGEST_FIELD = 32_767
"""Characters: what a cell of Excel can hold. A longer field is a missing quotation mark."""


def text_grid(source: Source, encoding: Encoding, delimiter: Delimiter) -> Grid:
    """The fields of a text file; all are text, nothing is taken for a number.

    Raises:
        WorkbookUnreadable: It is written in another encoding, or its quotation marks are wrong.
    """
    text = decoded(source.data, encoding, source.name)
    return Grid(source.name, None, _fields(text, _delimiter(text, delimiter, source.suffix), source.name))


def decoded(data: bytes, encoding: Encoding, file: str) -> str:
    """The text of a file.

    `auto` goes by the byte order mark where there is one (UTF-8, UTF-16); without one it is UTF-8 when it is valid UTF-8, and
    CP932 otherwise.

    Raises:
        WorkbookUnreadable: The bytes mean nothing in that encoding, or are no text.
    """
    candidates = _candidates(data) if encoding == "auto" else [encoding]
    line = 1
    for candidate in candidates:
        try:
            text = data.decode(candidate)
        except UnicodeError as error:
            line = data.count(b"\n", 0, getattr(error, "start", 0)) + 1
            continue
        if candidate == "cp932" and (odd := _NO_CP932.search(text)):
            line = text.count("\n", 0, odd.start()) + 1
            continue
        if encoding == "auto" and candidate == "cp932":
            _refuse_euc(data, text, file)
        _refuse_binary(text, file)
        return text.removeprefix("\ufeff")
    raise WorkbookUnreadable(
        "{file} is not written in {encodings}: line {line} holds bytes that mean nothing there",
        file=file,
        encodings=" / ".join(candidates),
        line=line,
        hint="Say with encoding what it is written in, or save it as CSV UTF-8 in Excel",
    )


def _candidates(data: bytes) -> list[str]:
    if data.startswith(codecs.BOM_UTF8):
        return ["utf-8-sig"]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    return ["utf-8", "cp932"]


def _refuse_binary(text: str, file: str) -> None:
    if found := _NO_TEXT.search(text):
        raise WorkbookUnreadable(
            "{file}: line {line} holds the control character {character}; it is not a text file, or in another encoding",
            file=file,
            line=text.count("\n", 0, found.start()) + 1,
            character=f"U+{ord(found[0]):04X}",
            hint="Say with encoding what it is written in, or save it as CSV UTF-8 in Excel",
        )


def _refuse_euc(data: bytes, text: str, file: str) -> None:
    """EUC read as CP932 is a row of half-width kana: refuse what is that and can be EUC."""
    wide = sum(not char.isascii() for char in text[:10_000])
    if wide == 0 or len(_HALF_WIDTH_KANA.findall(text[:10_000])) * 2 <= wide:
        return
    try:
        other = data.decode("euc_jp")
    except UnicodeDecodeError:
        return
    if not _HALF_WIDTH_KANA.search(other):
        raise WorkbookUnreadable(
            "{file} may be written in CP932 or in EUC",
            file=file,
            hint="Look at it in an editor, and say encoding: cp932 or encoding: euc_jp",
        )


def _delimiter(text: str, delimiter: Delimiter, suffix: str) -> str:
    """A .tsv file has tabs; a .txt file has them when its first line has one; all others have commas."""
    if delimiter != "auto":
        return DELIMITERS[delimiter]
    if suffix == ".tsv" or (suffix == ".txt" and "\t" in text.partition("\n")[0]):
        return "\t"
    return ","


def _fields(text: str, delimiter: str, file: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise WorkbookUnreadable(
            "{file}: line {line} is not CSV: {reason}", file=file, line=reader.line_num, reason=error
        ) from error
    for number, row in enumerate(rows, 1):
        if row and len(max(row, key=len)) > _LONGEST_FIELD:
            raise WorkbookUnreadable(
                "{file}: a field of record {record} is longer than a cell can be",
                file=file,
                record=number,
                hint="Is a quotation mark missing?",
            )
    return rows
