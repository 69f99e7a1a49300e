"""The fenced blocks of the documentation, and workflows made of those that are only parts of one."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
FRAGMENTS = sorted(path for path in (ROOT / "docs" / "changes").glob("*.md") if path.name != "README.md")
PAGES = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")} - set(FRAGMENTS))

_HEAD = "workflow: 見本\nowner: {section: 税務課, contact: zeimu@town.example.jp}\n"
_PORTAL = """\
systems:
  portal:
    url: ${{ config.systems.portal.url }}
    sign_in: [{uses: browser.go_to, with: {path: /login}}]
    signed_in: {text: ログアウト}
"""
_INPUTS = "inputs:\n  book: {type: file, default: samples/juminzei.xlsx}\n"
_ANY_STEPS = "steps: [{uses: browser.go_to, with: {path: /}}]\n"
_READ = "uses: excel.read_rows\n  with: {path: samples/juminzei.xlsx}\n"
_STAND_INS = {
    "read": f"- id: read\n  {_READ}",
    "bills": f"- id: bills\n  {_READ}",
    "payments": "- id: payments\n  uses: files.find\n  with: {pattern: '*.csv'}\n",
    "precheck": "- id: precheck\n  uses: table.check\n  with:\n    table: ${{ steps.read }}\n"
    "    columns: {受付番号: {required: true}}\n    on_invalid: set_aside\n    key: 受付番号\n",
    "entry": "- id: entry\n  for_each: ${{ steps.read.rows }}\n  key: ${{ item.受付番号 }}\n  in: portal\n"
    f"  {_ANY_STEPS}  result: {{登録番号: '1'}}\n",
}
_READ_AND_ENTER = _STAND_INS["read"] + _STAND_INS["entry"]
_FOR_EACH = "- for_each: ${{ steps.read.rows }}\n  key: ${{ item.受付番号 }}\n  in: portal\n"


@dataclass(frozen=True)
class Fence:
    """One fenced block.

    Attributes:
        page: File it stands in.
        line: Line of its first line, counted from 1.
        language: What it is written in; empty when that is not said.
        marks: Words behind the language, such as `fragment`.
        text: Its content.
    """

    page: Path
    line: int
    language: str
    marks: frozenset[str]
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"


def fences(page: Path) -> Iterator[Fence]:
    """All fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    for found in re.finditer(r"^```([^\n]*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL):
        language, *marks = found[1].split() or [""]
        line = text.count("\n", 0, found.start(2)) + 1
        yield Fence(page, line, language, frozenset(marks), found[2])


def all_fences(language: str) -> list[Fence]:
    """All blocks of the documentation in one language."""
    return [fence for page in PAGES for fence in fences(page) if fence.language == language]


def completed(part: str) -> str:
    """A whole workflow file around a part of one: keys of the file, keys of a block, or a list of steps."""
    part = textwrap.dedent(part)
    keys = set(re.findall(r"^(\w+):", part, flags=re.MULTILINE))
    if keys & {"probe", "found"}:
        return _file(f"{_FOR_EACH}{textwrap.indent(part, '  ')}  {_ANY_STEPS}")
    if keys:
        before = {"workflow": _HEAD, "inputs": _INPUTS, "systems": _PORTAL}
        after = "" if "steps" in keys else f"steps:\n{textwrap.indent(_READ_AND_ENTER, '  ')}"
        return "".join(text for key, text in before.items() if key not in keys) + part + after
    if not re.search(r"\b(for_each|in):", part) and re.search(r"uses: browser\.|\bitem\.", part):
        part = f"{_FOR_EACH}  steps:\n{textwrap.indent(part, '    ')}"
    return _file(part)


def _file(steps: str) -> str:
    """A file with these steps, before them stand-ins for the steps they refer to."""
    before: list[str] = []
    wanted, defined = _referred(steps), set(re.findall(r"\bid: (\w+)", steps))
    while missing := wanted - defined:
        name = min(missing)
        before.insert(0, _STAND_INS.get(name, _STAND_INS["read"].replace("id: read", f"id: {name}")))
        defined.add(name)
        wanted |= _referred(before[0])
    return f"{_HEAD}{_INPUTS}{_PORTAL}steps:\n{textwrap.indent(''.join(before) + steps, '  ')}"


def _referred(steps: str) -> set[str]:
    return set(re.findall(r"\bsteps\.(\w+)", steps))
