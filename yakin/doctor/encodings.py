"""Whether Japanese text survives: in Python, in file names, on the terminal."""

from __future__ import annotations

import locale
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yakin.actions import Diagnosis, warn, well, wrong
from yakin.doctor.disk import nearest
from yakin.doctor.patient import Patient

_SAMPLE = "夜勤_髙﨑𠮷ｶﾞ"
"""Kanji, variants outside of JIS X 0208, one beyond the first 65,536 characters, half-width kana."""


@dataclass(frozen=True, slots=True)
class Encodings:
    """The encodings of this process.

    Attributes:
        utf8_mode: Whether Python was started in UTF-8 mode: then every file that names no encoding is UTF-8.
        locale: Encoding of the system's locale, whatever the mode.
        files: Encoding of file names.
        terminal: Encoding of the standard output; None when it is no terminal.
    """

    utf8_mode: bool
    locale: str
    files: str
    terminal: str | None


def encodings(patient: Patient) -> Iterator[Diagnosis]:
    """The encodings of this process, and a file with a Japanese name where runs write."""
    terminal = sys.stdout.encoding if sys.stdout is not None and sys.stdout.isatty() else None
    if terminal is not None and os.name == "posix":
        # What the program itself speaks is always UTF-8; the locale says what the terminal understands.
        terminal = locale.getencoding()
    found = Encodings(bool(sys.flags.utf8_mode), locale.getencoding(), sys.getfilesystemencoding(), terminal)
    yield from encodings_of(found)
    yield file_name_in(nearest(patient.project.data))


def encodings_of(found: Encodings) -> Iterator[Diagnosis]:
    """What there is to say of encodings."""
    if not _is_utf8(found.files):
        yield wrong(
            "File names are in {encoding}: names with kanji cannot be read or written",
            hint="Set the environment variable PYTHONUTF8 to 1 (Linux: LANG to ja_JP.UTF-8 or C.UTF-8)",
            encoding=found.files,
        )
    if found.terminal is not None and not _can_print(found.terminal):
        yield warn(
            "This terminal is in {encoding}: some names come out as ?",
            hint="Windows: chcp 65001, or use Windows Terminal; Linux: set LANG to ja_JP.UTF-8",
            encoding=found.terminal,
        )
    if found.utf8_mode or _is_utf8(found.locale):
        yield well("Files are UTF-8; names are {encoding}", encoding=found.files)
    else:
        yield warn(
            "Python is not in UTF-8 mode; the system's encoding is {encoding}",
            hint="Bots of your own may read files wrongly: set the environment variable PYTHONUTF8 to 1",
            encoding=found.locale,
        )


def file_name_in(folder: Path) -> Diagnosis:
    """Whether a file with a Japanese name can be made in a folder and keeps its name."""
    try:
        with tempfile.TemporaryDirectory(prefix=".yakin-", dir=folder) as place:
            (Path(place) / _SAMPLE).touch()
            kept = [path.name for path in Path(place).iterdir()]
    except (OSError, UnicodeError) as error:
        return wrong(
            "A file with a Japanese name cannot be made in {folder}: {error}",
            hint="Let the user of Yakin write there, and use a disk whose names are Unicode",
            folder=folder,
            error=getattr(error, "strerror", None) or type(error).__name__,
        )
    if kept == [_SAMPLE]:
        return well("Files keep Japanese names")
    return warn(
        "{folder} changes Japanese file names",
        hint="Use a disk that keeps names as they are written",
        folder=folder,
    )


def _is_utf8(encoding: str) -> bool:
    return encoding.casefold().replace("-", "").replace("_", "") in ("utf8", "cp65001")


def _can_print(encoding: str) -> bool:
    try:
        _SAMPLE.encode(encoding)
    except (UnicodeError, LookupError):
        return False
    return True
