"""Small workbooks for tests, and ways to change the parts of one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl


def workbook(path: Path, rows: Sequence[Sequence[Any]], *, sheet: str = "受付") -> Path:
    """A workbook with these cells, from A1 on."""
    book = openpyxl.Workbook()
    target = book.active
    assert target is not None
    target.title = sheet
    for row in rows:
        target.append(list(row))
    book.save(path)
    return path


def with_parts(path: Path, parts: Mapping[str, bytes] = {}, **replaced: tuple[str, str, str]) -> Path:
    """Add parts to a workbook, or replace text in one: `any_name=(part, old, new)`."""
    with zipfile.ZipFile(path) as source:
        content = {name: source.read(name) for name in source.namelist()}
    for part, old, new in replaced.values():
        assert old.encode() in content[part], f"{old} is not in {part}"
        content[part] = content[part].replace(old.encode(), new.encode())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in {**content, **parts}.items():
            target.writestr(name, data)
    path.write_bytes(buffer.getvalue())
    return path


def parts_of(path: Path) -> dict[str, bytes]:
    """Content of all parts of a workbook, by their names."""
    return parts_in(path.read_bytes())


def parts_in(data: bytes) -> dict[str, bytes]:
    """The same for the content of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        assert source.testzip() is None
        return {name: source.read(name) for name in source.namelist()}


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="176" formatCode="[$-411]ggge&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/>'
    '</numFmts><fonts count="1"><font/></fonts><fills count="1"><fill><patternFill/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="3" fontId="0"><alignment/></xf>'
    '<xf numFmtId="176"/><xf numFmtId="49"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def raw_workbook(
    *sheets: str,
    workbook: str = "",
    relations: Mapping[str, Mapping[str, str]] = {},
    parts: Mapping[str, str | bytes] = {},
) -> bytes:
    """A workbook from the XML of its sheets, which are called 表1, 表2 and so on.

    Args:
        sheets: What stands inside each `worksheet`, or the whole part when it begins with `<?xml` or `<x:`.
        workbook: What stands in the workbook's part behind its sheets.
        relations: Part → kind of relation → target, beyond those to the sheets and styles.
        parts: Other parts.
    """
    numbered = list(enumerate(sheets, 1))
    listed = "".join(f'<sheet name="表{n}" sheetId="{n + 6}" r:id="rId{n}"/>' for n, _ in numbered)
    content: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
            for n, _ in numbered
        )
        + '<Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"/></Types>',
        "_rels/.rels": _related({"officeDocument": "xl/workbook.xml"}),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets>{workbook}</workbook>',
        "xl/_rels/workbook.xml.rels": _related(
            {"styles": "styles.xml", **relations.get("xl/workbook.xml", {})},
            *(("worksheet", f"worksheets/sheet{n}.xml", f"rId{n}") for n, _ in numbered),
        ),
        "xl/styles.xml": STYLES,
    }
    for n, sheet in numbered:
        whole = sheet.startswith(("<?xml", "<x:"))
        content[f"xl/worksheets/sheet{n}.xml"] = sheet if whole else f'<worksheet xmlns="{_MAIN}">{sheet}</worksheet>'
    for part, targets in relations.items():
        if part != "xl/workbook.xml":
            folder, _, name = part.rpartition("/")
            content[f"{folder}/_rels/{name}.rels"] = _related(targets)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in {**content, **parts}.items():
            target.writestr(name, data)
    return buffer.getvalue()


def _related(targets: Mapping[str, str], *more: tuple[str, str, str]) -> str:
    all_of_them = [*((kind, target, f"x{at}") for at, (kind, target) in enumerate(targets.items())), *more]
    inner = "".join(
        f'<Relationship Id="{id}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for kind, target, id in all_of_them
    )
    return f'<Relationships xmlns="{_RELATIONS}">{inner}</Relationships>'
