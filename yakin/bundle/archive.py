"""Writing the zip of a bundle: the same content gives the same bytes, on every machine and at any time."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TypeAlias

from yakin.bundle.wheels import sha256_of

Entries: TypeAlias = Mapping[str, Path | bytes]
"""Path in the zip, with `/` → what stands there: a file, or its content."""

_NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest moment a zip can name."""

_COMPRESSED = (".whl", ".zip", ".png", ".jpg", ".xlsx", ".mo")
_REGULAR_FILE = 0o100000
_MODE, _MODE_OF_PROGRAMS = 0o644, 0o755


def sums_of(entries: Entries) -> bytes:
    """SHA-256 of each entry, one on a line, as `sha256sum --check` reads it."""
    return "".join(f"{_sha256(content)}  {name}\n" for name, content in sorted(entries.items())).encode()


def write_zip(stream: IO[bytes], entries: Entries, folder: str) -> None:
    """Write entries as a zip.

    Args:
        stream: Where to write.
        entries: What goes into it.
        folder: The one folder that all of them are in.
    """
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in sorted(entries.items()):
            info = zipfile.ZipInfo(f"{folder}/{name}", _NO_TIME)
            info.create_system = 3  # Unix: only there is a mode
            info.external_attr = (_REGULAR_FILE | (_MODE_OF_PROGRAMS if name.endswith(".sh") else _MODE)) << 16
            info.compress_type = zipfile.ZIP_STORED if name.endswith(_COMPRESSED) else zipfile.ZIP_DEFLATED
            if isinstance(content, bytes):
                archive.writestr(info, content)
                continue
            info.file_size = content.stat().st_size
            with content.open("rb") as source, archive.open(info, "w") as sink:
                shutil.copyfileobj(source, sink)


def _sha256(content: Path | bytes) -> str:
    return hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else sha256_of(content)
