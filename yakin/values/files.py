"""A file at one moment."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


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
