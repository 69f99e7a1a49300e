"""Putting a file in its place without ever leaving half of one: whole or not at all, and the old one kept."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from pathlib import Path

from yakin.errors import ApplicationError
from yakin.values import FileRef, backup_of


class FileInUse(ApplicationError):
    """Somebody has the file open, or changed it meanwhile."""

    code = "file-in-use"


def refuse_when_open(path: Path) -> None:
    """Look for the lock file of Excel (`~$name`) or LibreOffice (`.~lock.name#`).

    Raises:
        FileInUse: There is one.
    """
    for lock in (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#")):
        if lock.exists():
            raise FileInUse(
                "{file} is open in another program",
                file=path.name,
                hint="Close it there; if nobody has it open, delete {lock}",
                lock=lock.name,
            )


def refuse_other_kind(source: Path, target: Path) -> None:
    """Refuse a copy of a workbook under the name of another kind of file, which Excel would not open.

    Raises:
        ApplicationError: The names end differently.
    """
    if source.suffix.lower() != target.suffix.lower():
        raise ApplicationError(
            "{file} has to end in {suffix}, as the workbook does that it is made from",
            file=target.name,
            suffix=source.suffix.lower(),
        )


def put(path: Path, data: bytes, *, read: bytes | None = None) -> FileRef:
    """Write a file whole, keeping the one that was there as `backup_of(path)`.

    Args:
        path: Where it belongs; missing folders are made.
        data: Its content.
        read: Content that the new one was made from; the file must still be the same.

    Raises:
        FileInUse: The file is open in Excel, or is no longer what was read.
        ApplicationError: The system does not let it be written.
    """
    path = path.resolve()
    refuse_when_open(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        try:
            with temporary.open("xb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            _keep_the_old(path, temporary, read)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ApplicationError(
            "{file} cannot be written: {reason}",
            file=path,
            reason=error.strerror or type(error).__name__,
            hint="Is it open in another program, is the disk full, or are rights missing?",
        ) from error
    return FileRef(str(path), hashlib.sha256(data).hexdigest(), len(data))


def _keep_the_old(path: Path, temporary: Path, read: bytes | None) -> None:
    if not path.exists():
        if read is not None:
            raise FileInUse("{file} was removed while it was worked on; nothing was written", file=path.name)
        return
    if read is not None and path.read_bytes() != read:
        raise FileInUse(
            "{file} was changed by somebody else while it was worked on; nothing was written",
            file=path.name,
            hint="Run the step again",
        )
    shutil.copymode(path, temporary)
    shutil.copy2(path, backup_of(path))
