"""What an edit of a few cells loses of somebody else's workbook: with Yakin, with openpyxl, with LibreOffice where it is installed.

The form of `fidelity_form.py` has everything that offices put into workbooks; any folder of workbooks can be given besides. Each
contender changes the same cells. Counted are features of which there are fewer afterwards, parts of the file that are gone,
parts that are not the same bytes, and cells other than the changed ones that are read differently (formulas as formulas).
"""

from __future__ import annotations

import argparse
import io
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.fidelity_form import FEATURE_PARTS, FEATURES, make_form  # noqa: E402 - it is found only now
from benchmarks.measure import claim, table  # noqa: E402 - it is found only now
from bots.excel.addresses import Place  # noqa: E402 - it is found only now
from yakin.values import Scalar  # noqa: E402 - it is found only now

Changes = Mapping[str, Mapping[Place, Scalar]]
FORM_CHANGES: Changes = {
    "申請書": {(3, 2): "髙橋 一郎", (6, 2): "0220-12-3456", (10, 2): 5, (12, 2): None, (7, 2): "女", (28, 1): "済"},
}
_TOUCHED = re.compile(r"xl/(worksheets/[^/]+\.xml|styles\.xml|workbook\.xml|calcChain\.xml)")


@dataclass(frozen=True, slots=True)
class Found:
    """What is different after an edit.

    Attributes:
        features: Features of which there are fewer.
        gone: Parts that are there no more.
        changed: Parts that are not the same bytes.
        cells: Cells that are read differently, the changed ones not counted.
    """

    features: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[str, ...]
    cells: int


def by_yakin(path: Path, changes: Changes) -> bytes:
    """The patcher behind `excel.fill_cells`."""
    from bots.excel.editing import patched
    from bots.excel.package import Package

    return patched(Package(path.name, path.read_bytes()), changes)


def by_openpyxl(path: Path, changes: Changes) -> bytes:
    """Load with everything it can keep, change, save."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path, rich_text=True, keep_vba=path.suffix == ".xlsm", keep_links=True)
    for name, cells in changes.items():
        for (row, column), value in cells.items():
            book[name].cell(row, column).value = value
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def by_libreoffice(path: Path, changes: Changes) -> bytes:
    """Open and save the workbook that Yakin has changed: what is lost then is lost by LibreOffice."""
    with tempfile.TemporaryDirectory(prefix="yakin-benchmark-") as made:
        source, target = Path(made, "in", path.name), Path(made, "out")
        source.parent.mkdir()
        source.write_bytes(by_yakin(path, changes))
        profile = f"-env:UserInstallation={Path(made, 'profile').as_uri()}"
        subprocess.run(
            ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(target), str(source)],
            check=True,
            capture_output=True,
            timeout=120,
        )
        return next(target.iterdir()).read_bytes()


def compared(before: bytes, after: bytes, changes: Changes) -> Found:
    """What is different, beyond the changes."""
    old, new = _parts(before), _parts(after)
    counted = [{name: _count(name, parts) for name in (*FEATURES, *FEATURE_PARTS)} for parts in (old, new)]
    touched = {(sheet, place) for sheet, cells in changes.items() for place in cells}
    cells = [{at: value for at, value in _cells(data).items() if at not in touched} for data in (before, after)]
    return Found(
        tuple(name for name in counted[0] if counted[1][name] < counted[0][name]),
        tuple(sorted(old.keys() - new.keys())),
        tuple(sorted(name for name in old.keys() & new.keys() if old[name] != new[name])),
        sum(cells[0].get(at) != cells[1].get(at) for at in cells[0].keys() | cells[1].keys()),
    )


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return {name: source.read(name) for name in source.namelist() if not name.endswith("/")}


def _count(feature: str, parts: Mapping[str, bytes]) -> int:
    if feature in FEATURE_PARTS:
        return sum(bool(re.search(FEATURE_PARTS[feature], name)) for name in parts)
    pattern = FEATURES[feature].encode()
    found = sum(len(re.findall(pattern, part)) for name, part in parts.items() if name.endswith((".xml", ".vml")))
    # Yakin drops the stored results of the formulas that look at a changed cell; Excel calculates them when it opens it.
    return min(found, 1) if feature == "stored results" else found


def _cells(data: bytes) -> dict[tuple[str, Place], Scalar]:
    """Sheet and place → what the cell holds; of a formula only that it is one."""
    from bots.excel.editing.patching import Patch
    from bots.excel.package import Package

    patch = Patch(Package("a.xlsx", data))
    found: dict[tuple[str, Place], Scalar] = {}
    for name, part in patch.package.sheets.items():
        if part.startswith("xl/worksheets/"):
            for row in patch.sheet(name).numbers:
                found |= {((name, (row, column))): value for column, value in patch.held(name, row).items()}
            for formula in patch.formulas(name):
                (top, left), (bottom, right) = formula.fills or (formula.place, formula.place)
                places = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
                found |= {(name, place): "=" for place in places}
    return found


def changes_for(path: Path) -> Changes:
    """Two new cells, a number and a text, below everything in the first sheet with cells; nothing for other files."""
    from bots.excel.editing.patching import Patch
    from bots.excel.package import Package
    from yakin.errors import YakinError

    try:
        patch = Patch(Package(path.name, path.read_bytes()))
        for name, part in patch.package.sheets.items():
            if part.startswith("xl/worksheets/"):
                below = max(patch.sheet(name).numbers, default=0) + 2
                return {name: {(below, 1): 1, (below, 2): "済"}}
    except YakinError as error:
        print(f"{path.name}: left out: {error}", file=sys.stderr)
    return {}


def main() -> int:
    """Edit, compare, print, and say by the exit status whether the goals hold."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", nargs="?", type=Path, help="workbooks to be tried, too; they are only read")
    options.add_argument("--quick", action="store_true", help="the same: it takes a second")
    options.add_argument("--names", action="store_true", help="name the features and parts that are lost")
    chosen = options.parse_args()
    contenders: dict[str, Callable[[Path, Changes], bytes]] = {"yakin": by_yakin, "openpyxl": by_openpyxl}
    if shutil.which("soffice"):
        contenders["LibreOffice"] = by_libreoffice
    lost = elsewhere = 0
    lines: list[list[str]] = []
    with tempfile.TemporaryDirectory(prefix="yakin-benchmark-") as made:
        form = Path(made, "現況届.xlsm")
        make_form(form)
        work = {form: FORM_CHANGES}
        for path in sorted(chosen.folder.rglob("*.xls[xm]")) if chosen.folder else ():
            work[path] = changes_for(path)
        for path, changes in work.items():
            for name, edit in contenders.items() if changes else ():
                try:
                    found = compared(path.read_bytes(), edit(path, changes), changes)
                except Exception as error:  # noqa: BLE001 - libraries fail in many ways at other people's files
                    lines.append([path.name, name, f"{type(error).__name__}", "", "", ""])
                    lost += name == "yakin"
                    continue
                lines.append(
                    [
                        path.name,
                        name,
                        *(str(len(it)) for it in (found.features, found.gone, found.changed)),
                        str(found.cells),
                    ]
                )
                if chosen.names:
                    print(f"{path.name} by {name}: {', '.join((*found.features, *found.gone)) or '-'}")
                if name == "yakin":
                    lost += len(found.features) + len(found.gone) + found.cells
                    elsewhere += sum(not _TOUCHED.fullmatch(part) for part in found.changed)
    table(["workbook", "edited by", "features lost", "parts gone", "parts changed", "cells changed"], lines)
    print(f"\n{len(FEATURES) + len(FEATURE_PARTS)} features are looked for")
    held = [claim("LOST_BY_YAKIN", lost, at_most=0), claim("OTHER_PARTS_CHANGED_BY_YAKIN", elsewhere, at_most=0)]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
