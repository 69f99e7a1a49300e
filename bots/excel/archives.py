"""Zip files that are not believed: what a part unpacks to is bounded before it is in memory.

A few kilobytes of zip can unpack to gigabytes (a "zip bomb"), and the sizes that a zip file declares are only claims. Every
part is refused that declares too much, that packs suspiciously well, or that turns out larger than it declares.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property

from yakin.errors import ApplicationError

MAX_PART = 2**30
"""Bytes of one part, unpacked: a sheet of a million rows and twenty columns has fewer."""
MAX_TOTAL = 3 * 2**29
_SUSPICIOUS_FROM = 2**25
_MAX_RATIO = 400
"""Deflate packs at most 1,032 times; the emptiest real sheet seen packs 60 times."""
_STEP = 2**16
_DOCTYPE = b"<!DOCTYPE"
_CLAIMED = re.compile(rb"""\buniqueCount\s*=\s*["']\s*([0-9]{1,30})""")
_CLAIMED_WITHIN = 4096


class WorkbookUnreadable(ApplicationError):
    """The file is not there, not a workbook, damaged, or locked with a password."""

    code = "workbook-unreadable"


class Archive:
    """The parts of a zip file, each read whole and checked.

    Args:
        name: File name, as it is said to people.
        data: Content of the file.

    Raises:
        WorkbookUnreadable: It is no zip file, it is damaged, or it would unpack to too much.
    """

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self._data = data
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as zipped:
                infos = zipped.infolist()
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OSError) as error:
            raise damaged(name) from error
        self._infos: Mapping[str, zipfile.ZipInfo] = {info.filename: info for info in infos}
        if len(self._infos) != len(infos):
            raise damaged(name)
        for info in infos:
            self._refuse_bomb(info)
        if sum(info.file_size for info in infos) > MAX_TOTAL:
            raise too_large(name, "*")

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of all parts."""
        return frozenset(self._infos)

    def read(self, part: str) -> bytes:
        """Content of one part; empty when there is no such part.

        Raises:
            WorkbookUnreadable: It is damaged, or larger than it declares.
        """
        content: list[bytes] = []
        self._unpack(part, content.append)
        return b"".join(content)

    def xml(self, part: str) -> bytes:
        """Content of one part of XML; the formats of workbooks allow no document type, whose entities can be bombs.

        Raises:
            WorkbookUnreadable: It is damaged, larger than it declares, or has a document type.
        """
        content = self.read(part)
        if _DOCTYPE in content[:4096]:
            raise damaged(self.name)
        return content

    def verify(self, *, only: Collection[str] | None = None) -> None:
        """Unpack parts, keeping nothing, so that a reader that believes what they declare is safe.

        Args:
            only: The parts which that reader is going to unpack; all when left out.

        Raises:
            WorkbookUnreadable: One is damaged, or larger than it declares.
        """
        for name in self._infos if only is None else only:
            self._unpack(name, lambda _piece: None)

    def _unpack(self, part: str, take: Callable[[bytes], object]) -> None:
        info = self._infos.get(part)
        if info is None:
            return
        left, checksum = info.file_size, 0
        try:
            for piece in _pieces(self._packed(info), info.compress_type):
                _refuse_claim(piece[:_CLAIMED_WITHIN], info, self.name)
                left -= len(piece)
                if left < 0:
                    break
                checksum = zlib.crc32(piece, checksum)
                take(piece)
        except zlib.error as error:
            raise damaged(self.name) from error
        if left or checksum != info.CRC:
            raise damaged(self.name)

    def _packed(self, info: zipfile.ZipInfo) -> memoryview:
        """The packed bytes of a part (APPNOTE.TXT 4.3.7: a local header of 30 bytes, name and extra field before them)."""
        at = info.header_offset
        header = self._data[at : at + 30]
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise damaged(self.name)
        begin = at + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        packed = memoryview(self._data)[begin : begin + info.compress_size]
        if len(packed) < info.compress_size:
            raise damaged(self.name)
        return packed

    def _refuse_bomb(self, info: zipfile.ZipInfo) -> None:
        if info.flag_bits & 1:
            raise WorkbookUnreadable(
                "{file} is locked with a password",
                file=self.name,
                hint="Say it with password, or take it off in Excel (ファイル > 情報 > ブックの保護)",
            )
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise damaged(self.name)
        packs_too_well = info.file_size > _SUSPICIOUS_FROM and info.file_size > info.compress_size * _MAX_RATIO
        if info.file_size > MAX_PART or packs_too_well:
            raise too_large(self.name, info.filename)


def damaged(name: str) -> WorkbookUnreadable:
    """The error for a file that is a workbook by its first bytes only."""
    return WorkbookUnreadable(
        "{file} is damaged or not a workbook", file=name, hint="Open it in Excel, repair it and save it anew"
    )


def _refuse_claim(begin: bytes, info: zipfile.ZipInfo, name: str) -> None:
    """Refuse a list of texts that claims to have more of them than it has bytes: memory would be reserved for all."""
    claimed = _CLAIMED.search(begin)
    if claimed and int(claimed[1]) > info.file_size:
        raise damaged(name)


def _pieces(packed: memoryview, kind: int) -> Iterator[bytes]:
    """What a part unpacks to, in pieces of bounded size."""
    if kind == zipfile.ZIP_STORED:
        yield bytes(packed)
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    for begin in range(0, len(packed), _STEP):
        yield inflate.decompress(packed[begin : begin + _STEP])
    yield inflate.flush()


def too_large(name: str, part: str) -> WorkbookUnreadable:
    """The error for a file that would need more memory than any list: a "zip bomb", or something like one."""
    return WorkbookUnreadable(
        "{file} would unpack to more than a workbook can need ({part}); it was not opened",
        file=name,
        part=part,
        hint="Ask the sender what it is; if it is right, split it into several workbooks",
    )
