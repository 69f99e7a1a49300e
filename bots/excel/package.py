"""A workbook file as what it is: a zip of XML parts (ECMA-376 Part 2, Open Packaging Conventions)."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from xml.etree import ElementTree

from bots.excel.archives import Archive, WorkbookUnreadable
from yakin.errors import ApplicationError

__all__ = ["Package", "SheetNotFound", "WorkbookUnreadable"]

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"


class SheetNotFound(ApplicationError):
    """The workbook has no sheet of that name."""

    code = "sheet-not-found"


@dataclass(frozen=True)
class Package:
    """A workbook's parts.

    Attributes:
        name: File name, as it is said to people.
        data: Content of the file.
    """

    name: str
    data: bytes

    def __post_init__(self) -> None:
        _refuse_other_files(self.name, self.data)

    @cached_property
    def archive(self) -> Archive:
        """The parts, each unpacked within bounds."""
        return Archive(self.name, self.data)

    @cached_property
    def zip(self) -> zipfile.ZipFile:
        """The parts themselves."""
        return zipfile.ZipFile(io.BytesIO(self.data))

    @cached_property
    def workbook(self) -> str:
        """Name of the part that names the sheets: nearly always `xl/workbook.xml`."""
        return next(iter(self.related("", "officeDocument")), "xl/workbook.xml")

    @cached_property
    def sheets(self) -> Mapping[str, str]:
        """Sheet name → name of its part, in the order of the tabs."""
        targets = self.relations(self.workbook)
        found: dict[str, str] = {}
        for element in self.tree(self.workbook).iter():
            if _local(element.tag) == "sheet":
                relation = element.get(f"{{{_OFFICE}}}id") or element.get(f"{{{_STRICT_OFFICE}}}id") or ""
                found[element.get("name", "")] = targets.get(relation, "")
        return found

    def sheet_name(self, sheet: str | None) -> str:
        """The sheet of that name; the first one for None.

        Raises:
            SheetNotFound: There is none.
        """
        names = list(self.sheets)
        if sheet is None and names:
            return names[0]
        if sheet not in names:
            raise SheetNotFound(
                "{file} has no sheet {sheet}",
                file=self.name,
                sheet=sheet,
                hint="It has: {sheets}",
                sheets=", ".join(names),
            )
        return sheet

    def part(self, name: str) -> bytes:
        """Content of one part; empty when there is no such part."""
        return self.archive.read(name)

    def tree(self, name: str) -> ElementTree.Element:
        """One part as XML.

        Raises:
            WorkbookUnreadable: It is not there or not well formed.
        """
        try:
            return ElementTree.fromstring(self.archive.xml(name))  # noqa: S314 - expat loads nothing from outside and limits entities
        except ElementTree.ParseError as error:
            raise WorkbookUnreadable(
                "{file} is damaged: {part} cannot be read",
                file=self.name,
                part=name,
                hint="Open it in Excel and repair it",
            ) from error

    def relations(self, part: str) -> Mapping[str, str]:
        """Relation id → name of the part it leads to, for the relations inside the file of one part."""
        return {element.get("Id", ""): target for element, target in self._relations(part)}

    def related(self, part: str, kind: str) -> tuple[str, ...]:
        """Names of the parts that a part has a relation of one kind to, such as `styles`; that of the file itself is `""`."""
        return tuple(
            target for element, target in self._relations(part) if element.get("Type", "").rpartition("/")[2] == kind
        )

    def _relations(self, part: str) -> Iterator[tuple[ElementTree.Element, str]]:
        folder, _, _ = part.rpartition("/")
        name = relations_of(part)
        if name in self._names:
            for element in self.tree(name):
                if element.get("TargetMode") != "External":
                    target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/")
                    yield element, target

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(self.zip.namelist())


def relations_of(part: str) -> str:
    """Name of the part that holds the relations of another: `xl/workbook.xml` → `xl/_rels/workbook.xml.rels`."""
    folder, _, base = part.rpartition("/")
    return f"{folder}/_rels/{base}.rels".lstrip("/")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _refuse_other_files(name: str, data: bytes) -> None:
    if data.startswith(_OLE_MAGIC):
        if _ENCRYPTED in data:
            raise WorkbookUnreadable(
                "{file} is locked with a password",
                file=name,
                hint="Take the password off in Excel (ファイル > 情報 > ブックの保護)",
            )
        raise WorkbookUnreadable(
            "{file} is a workbook of the old kind (.xls)", file=name, hint="Open it in Excel and save it as .xlsx"
        )
    if not data.startswith(b"PK") or not any(part.endswith("workbook.xml") for part in Archive(name, data).names):
        raise _not_a_workbook(name, data)


def _not_a_workbook(name: str, data: bytes) -> WorkbookUnreadable:
    if not data:
        return WorkbookUnreadable("{file} is empty", file=name, hint="Was it copied or downloaded completely?")
    if data.startswith(b"PK"):
        return WorkbookUnreadable(
            "{file} is damaged or not a workbook", file=name, hint="Open it in Excel, repair it and save it anew"
        )
    return WorkbookUnreadable(
        "{file} is not a workbook, whatever its name says",
        file=name,
        hint="Open it in Excel and save it as .xlsx or .csv",
    )
