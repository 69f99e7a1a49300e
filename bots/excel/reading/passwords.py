"""Unlocking workbooks that need a password to be opened ([MS-OFFCRYPTO]), by msoffcrypto-tool."""

from __future__ import annotations

import io
import struct

from bots.excel.archives import WorkbookUnreadable, damaged
from bots.excel.reading.compound import workbook_stream
from bots.excel.reading.unseen.xls import is_encrypted
from yakin.values import Secret

_EVERYBODYS = "VelvetSweatshop"
"""The password Excel itself takes for a workbook that is only protected against changes ([MS-XLS] 2.2.10)."""
_AGILE_OR_STANDARD = "EncryptedPackage".encode("utf-16-le")


def unlocked(name: str, data: bytes, password: Secret | None) -> bytes:
    """A workbook in a compound file, unlocked when it is locked.

    Args:
        name: File name for errors.
        data: Content of the file.
        password: What opens it.

    Returns:
        The zip file of an .xlsx, .xlsm or .xlsb; or an .xls file without encryption.

    Raises:
        WorkbookUnreadable: It is locked and the password is missing or wrong; or it is damaged.
    """
    if _AGILE_OR_STANDARD not in data:
        stream = workbook_stream(name, data)
        if not stream or not _is_locked(name, stream):
            return data
    if opened := _opened(name, data, _EVERYBODYS):
        return opened
    if password is None:
        raise WorkbookUnreadable(
            "{file} is locked with a password",
            file=name,
            hint="Say it with password (from secrets), or take it off in Excel (ファイル > 情報 > ブックの保護)",
        )
    if opened := _opened(name, data, password.reveal()):
        return opened
    raise WorkbookUnreadable(
        "The password does not open {file}", file=name, hint="Ask the person who locked it; a space counts"
    )


def _is_locked(name: str, stream: bytes) -> bool:
    try:
        return is_encrypted(stream)
    except (IndexError, struct.error) as error:
        raise damaged(name) from error


def _opened(name: str, data: bytes, password: str) -> bytes | None:
    """The unlocked workbook; None when it is another password."""
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

    target = io.BytesIO()
    try:
        locked = msoffcrypto.OfficeFile(io.BytesIO(data))
        if locked.format == "ooxml":
            locked.load_key(password=password, verify_password=True)
            locked.decrypt(target)
        else:
            locked.load_key(password=password)
            locked.decrypt(target)
    except InvalidKeyError:
        return None
    except (DecryptionError, FileFormatError, ParseError, *_BROKEN) as error:
        raise damaged(name) from error
    return target.getvalue()


_BROKEN = (OSError, ValueError, KeyError, IndexError, AttributeError, TypeError, struct.error, RecursionError)
"""What a library raises that expected something else in a damaged file."""
