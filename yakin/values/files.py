"""A file at one moment, and the files of a folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from yakin.errors import ApplicationError

_TEMPORARY = ("~$", ".~lock.", ".")
"""Beginnings of names that programs give to their own files beside the real ones."""
_BACKUP = ".bak"


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file at one moment: what was read, or what was made.

    Attributes:
        path: Where it is, as given; of evidence, its path in the storage, which begins with the run.
        sha256: Hash of its content, hexadecimal.
        size: Bytes.
    """

    path: str
    sha256: str
    size: int

    @classmethod
    def of(cls, path: Path) -> FileRef:
        """Look at a file now.

        Raises:
            OSError: It cannot be read.
        """
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
            return cls(str(path), digest.hexdigest(), stream.tell())

    @property
    def name(self) -> str:
        """Its name without the folder: 時間外_総務課.xlsx."""
        return Path(self.path).name

    def __str__(self) -> str:
        return self.path


def backup_of(path: Path) -> Path:
    """Where the file that was there before is kept: `list.xlsx` → `list.bak.xlsx`."""
    return path.with_name(f"{path.stem}{_BACKUP}{path.suffix}")


def files_in(folder: Path, pattern: str) -> list[Path]:
    """The files of a folder that a person has put there: the program's own ones and kept old ones are left out.

    Args:
        folder: Where to look.
        pattern: Name with `*` for any characters and `?` for one; `**/` looks into folders below. Capitals are not told
            apart, as Windows does not: `*.xlsx` finds LIST.XLSX.

    Raises:
        ApplicationError: The pattern leads out of the folder, or is none.
    """
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        raise ApplicationError("{pattern} leads out of the folder", pattern=pattern, hint="Give the folder with folder")
    try:
        found = list(folder.glob("".join(map(_either_case, pattern))))
    except ValueError as error:
        raise ApplicationError(
            "{pattern} is no pattern of file names", pattern=pattern or "''", hint="Write it like *.xlsx or **/*.xlsx"
        ) from error
    return [path for path in found if path.is_file() and not _is_kept_beside(path)]


def _either_case(character: str) -> str:
    low, high = character.lower(), character.upper()
    return f"[{low}{high}]" if low != high and len(low) == len(high) == 1 else character


def _is_kept_beside(path: Path) -> bool:
    """Whether it is a program's own file, or what is kept of a file that was changed."""
    if path.name.startswith(_TEMPORARY):
        return True
    return path.stem.endswith(_BACKUP) and path.with_name(path.stem.removesuffix(_BACKUP) + path.suffix).exists()
