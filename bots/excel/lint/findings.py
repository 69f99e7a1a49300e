"""What can be found in a workbook that programs shall read, as sentences for the clerk who keeps it.

The numbers are those of the checklist in 総務省「統計表における機械判読可能なデータの表記方法の統一ルール」 (2020-12-18).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bots.excel.addresses import address
from bots.excel.layout import Area
from yakin.phrases import fill
from yakin.values import Scalar, Table

Language = Literal["ja", "en"]

Check = Literal[
    "file_format",
    "several_values",
    "number_as_text",
    "merged_cells",
    "spaces",
    "line_breaks",
    "missing_name",
    "omitted",
    "formula",
    "objects",
    "unit",
    "characters",
    "era_year",
    "area_name",
    "symbols",
    "divided",
    "several_tables",
]
"""Name of a check."""

NUMBERS: Mapping[Check, str] = {
    "file_format": "1-1",
    "several_values": "1-2",
    "number_as_text": "1-3",
    "merged_cells": "1-4",
    "spaces": "1-5",
    "line_breaks": "1-5",
    "missing_name": "1-6",
    "omitted": "1-6",
    "formula": "1-7",
    "objects": "1-8",
    "unit": "1-9",
    "characters": "1-10",
    "era_year": "1-11",
    "area_name": "1-12",
    "symbols": "1-13",
    "divided": "2-1",
    "several_tables": "2-2",
}
"""Check → its number in the Ministry's checklist."""

SENTENCES: Mapping[Check, Mapping[Language, str]] = {
    "file_format": {
        "en": "The file is neither a workbook nor CSV: publish the list as one of them",
        "ja": "Excel でも CSV でもないファイルです。表のもとデータを Excel か CSV にしてください",
    },
    "several_values": {
        "en": "{value} holds several data: give each a cell of its own",
        "ja": "「{value}」に複数のデータが入っています。1つのセルに1つのデータにしてください",
    },
    "number_as_text": {
        "en": "{value} is a text in a column of numbers: enter the number, and put the unit into the header",
        "ja": "数値の列に文字列「{value}」があります。数値として入力し、単位や桁区切りは項目名や表示形式に移してください",
    },
    "merged_cells": {"en": "Cells are merged: dissolve them", "ja": "セルが結合されています。結合を解除してください"},
    "spaces": {
        "en": "{value} has spaces for its looks: take them out",
        "ja": "「{value}」に体裁のためのスペースがあります。取り除いてください",
    },
    "line_breaks": {
        "en": "{value} has a line break for its looks: take it out",
        "ja": "「{value}」に体裁のための改行があります。取り除いてください",
    },
    "missing_name": {
        "en": "The column has no name: give it one",
        "ja": "列に項目名がありません。項目名を付けてください",
    },
    "omitted": {
        "en": "The label is left out because it is that of the row above: write it in every row",
        "ja": "上の行と同じという意味で項目が省略されています。すべての行に書いてください",
    },
    "formula": {"en": "The cell holds a formula: put its value there", "ja": "数式が入っています。値に直してください"},
    "objects": {
        "en": "The sheet has a {kind} on it: what it says belongs into cells",
        "ja": "シートの上に{kind}があります。内容はセルに書いてください",
    },
    "unit": {
        "en": "Nothing says in which unit the column {column} is: write it into the header",
        "ja": "「{column}」の単位が書かれていません。項目名などに単位を書いてください",
    },
    "characters": {
        "en": "{characters} may be lost or changed on other machines: write it in other characters",
        "ja": "機種依存文字「{characters}」があります。ほかの文字で書いてください",
    },
    "era_year": {
        "en": "{value} is written with its era alone: add the calendar year",
        "ja": "「{value}」は和暦だけです。西暦を併記してください",
    },
    "area_name": {
        "en": "{value} is not the whole name of an area: write it in full, or its code",
        "ja": "「{value}」は正式な地域名ではありません。正式な名称か地域コードを書いてください",
    },
    "symbols": {
        "en": "The column of numbers holds the symbol {value}: say in a note what it means, and use one for one meaning",
        "ja": "数値の列に記号「{value}」があります。意味を注記し、同じ意味には同じ記号を使ってください",
    },
    "divided": {
        "en": "An empty row or column divides the table: take it out",
        "ja": "空の行または列で表が分断されています。取り除いてください",
    },
    "several_tables": {
        "en": "Another table stands on the same sheet: give it a sheet of its own",
        "ja": "同じシートに別の表があります。1つのシートに1つの表にしてください",
    },
}
"""Check → sentence, in English and as it stands in the table of findings."""

KINDS: Mapping[str, Mapping[Language, str]] = {
    "shape": {"en": "shape", "ja": "図形"},
    "picture": {"en": "picture", "ja": "画像"},
    "chart": {"en": "chart", "ja": "グラフ"},
    "control": {"en": "form control", "ja": "フォームコントロール"},
}
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that keeps programs from reading a sheet.

    Attributes:
        check: Which check found it.
        file: Name of the file.
        sheet: Name of the sheet; None when it is about the file.
        area: The cells; None when it is about the whole sheet or file.
        value: What stands in the first of them, shortened to 40 characters.
        data: What else the sentence is about.
    """

    check: Check
    file: str
    sheet: str | None = None
    area: Area | None = None
    value: str = ""
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """Its number in the Ministry's checklist."""
        return NUMBERS[self.check]

    @property
    def cells(self) -> str:
        """The cells as Excel writes them: `C5`, `C5:C20`; empty when it is about the whole sheet or file."""
        if self.area is None:
            return ""
        first, last = map(address, self.area)
        return first if first == last else f"{first}:{last}"

    def sentence(self, language: Language = "ja") -> str:
        """The sentence with its data filled in."""
        kind = {"kind": KINDS[self.data["kind"]][language]} if "kind" in self.data else {}
        return fill(SENTENCES[self.check][language], {"value": self.value, **self.data, **kind})


def shortened(value: Scalar) -> str:
    """A value as a finding shows it: in one line, at most 40 characters."""
    line = str("" if value is None else value).replace("\r", "").replace("\n", "⏎")
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def findings_table(findings: Sequence[Finding], language: Language = "ja") -> Table:
    """Findings as a table: ファイル, シート, セル, 番号 (of the checklist), 種類 (the check), 値 and 内容 (the sentence)."""
    rows = [
        (found.file, found.sheet, found.cells or None, found.number, found.check, found.value or None)
        for found in findings
    ]
    names = ("ファイル", "シート", "セル", "番号", "種類", "値")
    columns = {name: [row[index] for row in rows] for index, name in enumerate(names)}
    return Table({**columns, "内容": [found.sentence(language) for found in findings]})
