"""Files that are nearly right: workbooks and text files of every kind, damaged in ways that happen and in ways that are meant.

`python -m tests.fuzz.mutations COUNT SEED` reads so many of them and says what it should not have come to.
"""

from __future__ import annotations

import io
import json
import random
import re
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import openpyxl

from bots.excel import read_rows
from tests.bots.contexts import FakeContext
from tests.bots.excel.older import EIGHT_DIGITS, ERA_DAY, Failed, Sample, Shown, Value, ods_bytes, xls_bytes, xlsb_bytes
from yakin.errors import YakinError

LONGEST = 20.0
"""Seconds that reading one of them may take, on the slowest machine."""
_NUMBERS = (
    b"0",
    b"-1",
    b"65536",
    b"1048576",
    b"16384",
    b"4294967295",
    b"99999999999999999999",
    b"1e400",
    b"NaN",
    b"\xef\xbc\x91",
)
_FORMULAS = (
    "=1+1",
    "@SUM(A1)",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|'/C calc'!A0",
    "\t=1",
    '=HYPERLINK("http://x.example","a")',
)


def originals() -> Mapping[str, bytes]:
    """File name → content, before anything happens to it."""
    cells: dict[str, Value] = {"A1": "番号", "B1": "氏名", "C1": "日", "A5": "x", "B5": Failed()}
    cells |= {"A2": Shown(123, EIGHT_DIGITS), "B2": "髙橋", "C2": Shown(45_383, ERA_DAY)}
    cells |= {"A3": Shown(9, EIGHT_DIGITS), "B3": "合計"}
    sample = Sample(
        cells,
        hidden=frozenset({3}),
        merged=("A5:A6",),
    )
    text = "番号,氏名,住所\r\n" + "".join(f'{n:08d},山﨑 {n},"青葉町\r\n{n}番地"\r\n' for n in range(40))
    return {
        "a.xlsx": _xlsx(),
        "a.xlsb": xlsb_bytes(sample),
        "a.xls": xls_bytes(sample),
        "a.ods": ods_bytes(sample),
        "utf.csv": text.encode("utf-8-sig"),
        "cp932.csv": text.encode("cp932"),
        "a.tsv": text.replace(",", "\t").encode("utf-16"),
    }


def mutated(name: str, content: bytes, chance: random.Random) -> bytes:
    """The file with one to three things wrong."""
    for _ in range(chance.randint(1, 3)):
        if content.startswith(b"PK") and chance.random() < 0.7:
            content = _part_changed(content, chance)
        else:
            content = chance.choice(_WAYS)(content, chance)
    return content


def trouble(count: int, seed: int, folder: Path) -> Iterator[str]:
    """Read so many files, and say of each that did not end in records or a sentence what happened instead."""
    chance = random.Random(seed)
    files = originals()
    for number in range(count):
        name = chance.choice(list(files))
        content = mutated(name, files[name], chance)
        (folder / name).write_bytes(content)
        begun = time.perf_counter()
        try:
            read_rows(Path(name), ctx=FakeContext(folder))
        except YakinError as error:
            if name not in error.message:
                yield f"{number} {name}: the sentence does not say which file: {error.message}"
        except Exception as error:  # noqa: BLE001 - what must not happen is what is looked for
            yield f"{number} {name}: {type(error).__name__}: {error}"
        if time.perf_counter() - begun > LONGEST:
            yield f"{number} {name}: took {time.perf_counter() - begun:.0f} s"
        if (folder / name).read_bytes() != content:
            yield f"{number} {name}: the file was changed"


def _xlsx() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["番号", "氏名", "額", "率"],
        [1, "髙橋", "=A2*2", "#N/A"],
        [2, "山﨑", 3.5, True],
        ["合計", None, 4, None],
    ):
        sheet.append(row)
    sheet["A2"].number_format = "00000000"
    sheet["A3"].number_format = '[$-411]ggge"年"'
    sheet.row_dimensions[3].hidden = True
    sheet.merge_cells("A6:B7")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _part_changed(content: bytes, chance: random.Random) -> bytes:
    """A zip file that is whole, with a part that is not."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as source:
            parts = {name: source.read(name) for name in source.namelist()}
    except Exception:  # noqa: BLE001 - it was damaged before: damage it once more
        return _cut(content, chance)
    name = chance.choice(list(parts))
    way = chance.random()
    if way < 0.15:
        del parts[name]
    elif way < 0.55:
        parts[name] = _number_changed(parts[name], chance)
    elif way < 0.6:
        parts[name] = b" " * chance.choice((0, 40_000_000)) + parts[name]
    else:
        parts[name] = chance.choice(_WAYS)(parts[name], chance)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for part, data in parts.items():
            target.writestr(part, data)
    return buffer.getvalue()


def _number_changed(content: bytes, chance: random.Random) -> bytes:
    found = list(re.finditer(rb"[0-9]+", content))
    if not found:
        return content
    at = chance.choice(found)
    return content[: at.start()] + chance.choice(_NUMBERS) + content[at.end() :]


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _flip(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 8, 100))):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _remove(content: bytes, chance: random.Random) -> bytes:
    begin = chance.randrange(len(content) + 1)
    return content[:begin] + content[begin + chance.randrange(1, 600) :]


def _double(content: bytes, chance: random.Random) -> bytes:
    begin = chance.randrange(len(content) + 1)
    return content[:begin] + content[begin : begin + chance.randrange(1, 600)] + content[begin:]


def _insert(content: bytes, chance: random.Random) -> bytes:
    begin = chance.randrange(len(content) + 1)
    wrong: tuple[bytes, ...] = (
        b"\0",
        b'"',
        b"<!DOCTYPE x>",
        b"<c",
        b"]]>",
        b"\xff\xfe",
        b"\xfd\x80",
        "𠮷\ue000".encode(),
    )
    said = chance.choice(_FORMULAS).encode()
    return content[:begin] + chance.choice((*wrong, said)) + content[begin:]


def _encoded_otherwise(content: bytes, chance: random.Random) -> bytes:
    try:
        text = content.decode(chance.choice(("utf-8", "cp932", "utf-16")))
        return text.encode(chance.choice(("euc_jp", "utf-16-le", "utf-32", "iso2022_jp", "utf-7", "cp932")))
    except UnicodeError:
        return _flip(content, chance)


_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _cut,
    _flip,
    _remove,
    _double,
    _insert,
    _encoded_otherwise,
)


def main() -> int:
    """Read as many as the command line says; prints the troubles and the most memory that was used."""
    count, seed = map(int, sys.argv[1:3])
    with tempfile.TemporaryDirectory() as folder:
        found = list(trouble(count, seed, Path(folder)))
    peak = 0
    if sys.platform != "win32":
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"trouble": found, "peak": peak}, ensure_ascii=False))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
