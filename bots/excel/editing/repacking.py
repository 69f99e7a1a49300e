"""A workbook's zip with some parts changed: all others are copied as they are packed, neither unpacked nor packed anew.

The layout is that of PKWARE's APPNOTE.TXT 6.3: 4.3.7 local headers, 4.3.12 central directory, 4.3.16 end record.
"""

from __future__ import annotations

import copy
import struct
import zipfile
import zlib
from collections.abc import Collection, Mapping

from bots.excel.package import Package

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s4B4H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_SIZES_FOLLOW = 0x08
_ZIP64 = 1


def repacked(package: Package, changed: Mapping[str, bytes], removed: Collection[str] = ()) -> bytes:
    """Content of a workbook with these parts changed or added, and these taken away.

    The order of the parts, their times and their names stay as they are.
    """
    local: list[bytes] = []
    central: list[bytes] = []
    offset = 0
    entries = [copy.copy(info) for info in package.zip.infolist() if info.filename not in removed]
    known = {info.filename for info in entries}
    added = [zipfile.ZipInfo(name) for name in changed if name not in known]
    for info in (*entries, *added):
        if info.filename in changed:
            packed = _pack(info, changed[info.filename])
            name = info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 or info in added else "cp437")
        else:
            name, packed = _taken(package.data, info)
        header = _local_header(info, name)
        local += (header, packed)
        central.append(_central_header(info, name, offset))
        offset += len(header) + len(packed)
    directory = b"".join(central)
    end = _END.pack(b"PK\5\6", 0, 0, len(central), len(central), len(directory), offset, len(package.zip.comment))
    return b"".join((*local, directory, end, package.zip.comment))


def _taken(data: bytes, info: zipfile.ZipInfo) -> tuple[bytes, bytes]:
    """Name and packed content of a part, as they are in the file."""
    header = _LOCAL.unpack_from(data, info.header_offset)
    name_length, extra_length = header[-2], header[-1]
    start = info.header_offset + _LOCAL.size
    content = start + name_length + extra_length
    return data[start : start + name_length], data[content : content + info.compress_size]


def _pack(info: zipfile.ZipInfo, content: bytes) -> bytes:
    """Content as it is packed; the part's entry is told its new size and sum."""
    packer = zlib.compressobj(_level(len(content)), zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    info.compress_type, info.CRC = zipfile.ZIP_DEFLATED, zlib.crc32(content)
    info.file_size, info.compress_size = len(content), len(packed)
    return packed


def _level(size: int) -> int:
    """How hard to press: a large sheet quickly, it is nearly as small and takes a third of the time."""
    return 6 if size < 4_000_000 else 2


def _local_header(info: zipfile.ZipInfo, name: bytes) -> bytes:
    return (
        _LOCAL.pack(
            b"PK\3\4",
            max(info.extract_version, 20),
            info.flag_bits & ~_SIZES_FOLLOW,
            info.compress_type,
            *_dos_time(info),
            info.CRC,
            info.compress_size,
            info.file_size,
            len(name),
            0,
        )
        + name
    )


def _central_header(info: zipfile.ZipInfo, name: bytes, offset: int) -> bytes:
    extra = _without_zip64(info.extra)
    fields = _CENTRAL.pack(
        b"PK\1\2",
        info.create_version,
        info.create_system,
        max(info.extract_version, 20),
        0,
        info.flag_bits & ~_SIZES_FOLLOW,
        info.compress_type,
        *_dos_time(info),
        info.CRC,
        info.compress_size,
        info.file_size,
        len(name),
        len(extra),
        len(info.comment),
        0,
        info.internal_attr,
        info.external_attr,
        offset,
    )
    return fields + name + extra + info.comment


def _dos_time(info: zipfile.ZipInfo) -> tuple[int, int]:
    year, month, day, hour, minute, second = info.date_time
    return hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day


def _without_zip64(extra: bytes) -> bytes:
    """Extra fields without the one for sizes beyond 4 GB, which a workbook never has."""
    kept = b""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind != _ZIP64:
            kept += extra[: 4 + length]
        extra = extra[4 + length :]
    return kept
