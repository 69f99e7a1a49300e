"""What becomes of formulas when cells change: refused, handed on, calculated again."""

from __future__ import annotations

import pytest

from bots.excel.addresses import LAST_COLUMN, LAST_ROW
from bots.excel.editing import patched
from bots.excel.editing.guards import CellRefused
from bots.excel.editing.references import ANYWHERE, Looks, looks_of
from bots.excel.package import Package
from tests.bots.excel.test_patching import SHEET, at, put, xml
from tests.bots.excel.workbooks import parts_in, raw_workbook
from yakin.values import Scalar

WORKBOOK = "xl/workbook.xml"
CHAIN = "xl/calcChain.xml"


def cell(place: str, formula: str = "", value: object = 1, **attributes: str) -> str:
    said = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<c r="{place}"><f{said}>{formula}</f><v>{value}</v></c>'


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def sheet(*rows: str) -> str:
    return f"<sheetData>{''.join(rows)}</sheetData>"


def with_chain(data_sheet: str, *entries: str) -> bytes:
    chain = (
        f'<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{"".join(entries)}</calcChain>'
    )
    return raw_workbook(
        data_sheet, relations={WORKBOOK: {"calcChain": "calcChain.xml"}}, parts={CHAIN: chain} if entries else {}
    )


def overwritten(data: bytes, **cells: Scalar) -> bytes:
    return patched(Package("a.xlsx", data), {"表1": at(**cells)}, overwrite_formulas=True)


def test_a_formula_is_refused_unless_it_may_be_overwritten() -> None:
    data = raw_workbook(sheet(row(1, cell("A1", "B1*2", 4))))

    with pytest.raises(CellRefused, match=r"A1 holds a formula"):
        put(data, A1=4)
    assert '<c r="A1"><v>4</v></c>' in xml(overwritten(data, A1=4))


@pytest.mark.parametrize("kind", ["array", "dataTable"])
def test_part_of_an_array_is_refused_always(kind: str) -> None:
    data = raw_workbook(sheet(row(1, cell("A1", "C1:C2*2", t=kind, ref="A1:A2")), row(2, '<c r="A2"><v>1</v></c>')))

    for place in ("A1", "A2"):
        with pytest.raises(CellRefused, match=rf"{place} is part of the array formula of A1:A2"):
            overwritten(data, **{place: 9})


def test_an_array_of_one_cell_is_a_formula_like_others() -> None:
    data = raw_workbook(sheet(row(1, cell("A1", "SUM(C1:C2*2)", t="array", ref="A1"))))

    assert "<f" not in xml(overwritten(data, A1=1))


def test_the_first_of_those_that_share_a_formula_hands_it_on() -> None:
    rows = [row(1, cell("B1", "A1*$C$1&amp;D$1", t="shared", ref="B1:B3", si="0"))]
    rows += [row(n, f'<c r="B{n}"><f t="shared" si="0"/><v>1</v></c>') for n in (2, 3)]

    after = xml(overwritten(raw_workbook(sheet(*rows)), B1=5))

    assert '<c r="B1"><v>5</v></c>' in after
    assert '<f t="shared" si="0" ref="B2:B3">A2*$C$1&amp;D$1</f>' in after
    assert '<c r="B3"><f t="shared" si="0"/>' in after


def test_a_shared_formula_that_cannot_be_handed_on_is_refused() -> None:
    first = row(5, cell("B5", "A1", t="shared", ref="B2:B5", si="0"))
    rows = [row(2, '<c r="B2"><f t="shared" si="0"/></c>'), first]

    with pytest.raises(CellRefused, match="B5 shares its formula with other cells"):
        overwritten(raw_workbook(sheet(*rows)), B5=5)


def test_those_that_share_a_formula_in_a_block_get_their_own() -> None:
    first = row(1, cell("B1", "A1+1", t="shared", ref="B1:C2", si="0"), '<c r="C1"><f t="shared" si="0"/></c>')
    second = row(2, '<c r="B2"><f t="shared" si="0"/></c>', '<c r="C2"><f t="shared" si="0"/></c>')

    after = xml(overwritten(raw_workbook(sheet(first, second)), B1=5))

    assert [f"<f>{text}</f>" in after for text in ("B1+1", "A2+1", "B2+1")] == [True] * 3
    assert "shared" not in after


def test_the_calculation_chain_forgets_an_overwritten_formula() -> None:
    cells = row(1, cell("A1", "1"), cell("B1", "2"), cell("C1", "3"))
    data = with_chain(sheet(cells), '<c r="A1" i="7"/>', '<c r="B1" l="1"/>', '<c r="C1"/>')

    assert b'<c r="B1" l="1" i="7"/><c r="C1"/></calcChain>' in parts_in(overwritten(data, A1=1))[CHAIN]
    assert b'<c r="A1" i="7"/><c r="C1"/></calcChain>' in parts_in(overwritten(data, B1=1))[CHAIN]


def test_an_empty_calculation_chain_is_taken_away_with_all_that_names_it() -> None:
    data = with_chain(sheet(row(1, cell("A1", "1"))), '<c r="A1" i="7"/>')

    after = parts_in(overwritten(data, A1=1))

    assert CHAIN not in after
    assert [name for name, part in after.items() if b"calcChain" in part] == []


def test_results_that_look_at_a_changed_cell_are_forgotten_through_all_sheets() -> None:
    data = raw_workbook(
        sheet(row(1, cell("B1", "SUM(A1:A9)", 3)), row(2, cell("B2", "C2", 7), cell("D2", "'表2'!A1", 8))),
        sheet(row(1, cell("A1", "表1!B1*2", 6), cell("B1", "NOW()", 5))),
        workbook="<definedNames><definedName name='率'>0.1</definedName></definedNames>",
    )

    after = parts_in(put(data, A5=1))

    assert b'<c r="B1"><f>SUM(A1:A9)</f></c>' in after[SHEET]
    assert b'<c r="B2"><f>C2</f><v>7</v></c><c r="D2"><f>\'\xe8\xa1\xa82\'!A1</f></c>' in after[SHEET]
    assert (
        '<c r="A1"><f>表1!B1*2</f></c><c r="B1"><f>NOW()</f><v>5</v></c>'.encode() in after["xl/worksheets/sheet2.xml"]
    )
    assert b'</definedNames><calcPr fullCalcOnLoad="1"/></workbook>' in after[WORKBOOK]


def test_nothing_is_forgotten_when_no_formula_looks_at_the_change() -> None:
    data = raw_workbook(sheet(row(1, cell("B1", "SUM(A2:A9)"))), workbook='<calcPr calcId="1"/>')

    before, after = parts_in(data), parts_in(put(data, A1=1))

    assert {name for name in before if before[name] != after[name]} == {SHEET}
    assert b'<calcPr calcId="1" fullCalcOnLoad="1"/>' in parts_in(put(data, A2=1))[WORKBOOK]


def test_a_forgotten_result_of_text_or_of_an_array_is_forgotten_whole() -> None:
    array = cell("B1", "A1:A2", t="array", ref="B1:B2").replace("<c ", '<c t="str" ')
    data = raw_workbook(sheet(row(1, array), row(2, '<c r="B2"><v>1</v></c>', cell("C2", "B2"))))

    after = xml(put(data, A2=1))

    assert '<c r="B1"><f t="array" ref="B1:B2">A1:A2</f></c>' in after
    assert '<c r="B2"/>' in after or '<c r="B2"></c>' in after
    assert '<c r="C2"><f>B2</f></c>' in after


@pytest.mark.parametrize("upwards", [False, True])
def test_a_running_balance_is_followed_to_its_end(upwards: bool) -> None:
    count = 200
    step = 1 if upwards else -1
    rows = [row(n, cell(f"B{n}", f"B{n + step}+A{n}")) for n in range(2, count)]

    after = xml(put(raw_workbook(sheet(*rows)), "表1", **{f"A{count - 1 if upwards else 2}": 1}))

    assert after.count("<v>") == 1


def test_a_shared_formula_is_followed_cell_by_cell() -> None:
    rows = [row(1, cell("B1", "A1*2", t="shared", ref="B1:B3", si="3"))]
    rows += [row(n, f'<c r="B{n}"><f t="shared" si="3"/><v>{n}</v></c>') for n in (2, 3)]

    after = xml(put(raw_workbook(sheet(*rows)), A2=9))

    assert '<c r="B2"><f t="shared" si="3"/></c><' in after.replace("</row>", "<")
    assert after.count("<v>") == 3


def test_a_groups_number_that_is_used_twice_means_two_groups() -> None:
    shared = '<c r="{0}"><f t="shared" si="0"/><v>1</v></c>'.format
    rows = [
        row(
            1, cell("B1", "A1*2", t="shared", ref="B1:B2", si="0"), cell("D1", "C1*3", t="shared", ref="D1:D2", si="0")
        ),
        row(2, shared("B2"), shared("D2")),
    ]

    after = xml(overwritten(raw_workbook(sheet(*rows)), B1=5))
    looking = xml(put(raw_workbook(sheet(*rows)), C2=5))

    assert 'ref="B2:B2">A2*2</f>' in after
    assert '<c r="D2"><f t="shared" si="0"/><v>1</v></c>' in after
    assert '<c r="D2"><f t="shared" si="0"/></c>' in looking
    assert '<c r="B2"><f t="shared" si="0"/><v>1</v></c>' in looking


NAMED = Looks(looks_of("表1!$A$1", lambda name, table: ANYWHERE).references)


@pytest.mark.parametrize(
    ("formula", "areas"),
    [
        ("A1", [(1, 1, 1, 1)]),
        ("$B$2:C3", [(2, 2, 3, 3)]),
        ("C3:B2", [(2, 2, 3, 3)]),
        ("SUM(A:B,3:4)", [(1, 1, LAST_ROW, 2), (3, 1, 4, LAST_COLUMN)]),
        ('LOG10(5)&"A1 ""B2"""&#REF!', []),
        ("1.5E3+A1%", [(1, 1, 1, 1)]),
        ("[1]Sheet1!A1+'[1]入 力'!B2", []),
        ("TRUE+率", [(1, 1, 1, 1)]),
        ("_xlfn.XLOOKUP(A1,B:B,C:C)", [(1, 1, 1, 1), (1, 2, LAST_ROW, 2), (1, 3, LAST_ROW, 3)]),
    ],
)
def test_the_areas_a_formula_looks_at_are_found(formula: str, areas: list[tuple[int, ...]]) -> None:
    looks = looks_of(formula, lambda name, table: NAMED)

    assert [(*found.first, *found.last) for found in looks.references] == areas
    assert not looks.anywhere


@pytest.mark.parametrize(
    "formula",
    ["INDIRECT(A1)", "OFFSET(A1,1,1)", "Sheet1:Sheet3!A1", "A1:INDEX(B:B,3)", "知らない名前", "表[[#This Row],[額]]"],
)
def test_a_formula_that_may_look_anywhere_is_said_to(formula: str) -> None:
    assert looks_of(formula, lambda name, table: ANYWHERE).anywhere


@pytest.mark.parametrize(("sheet", "title"), [("表1", "表1"), ("'令和 6''年'", "令和 6'年"), ("Ａ.b", "ａ.b")])
def test_names_of_sheets_are_read(sheet: str, title: str) -> None:
    assert [found.sheet for found in looks_of(f"{sheet}!B2", lambda name, table: ANYWHERE).references] == [
        title.lower()
    ]


def test_names_and_tables_stand_for_their_areas() -> None:
    table = (
        '<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" displayName="受付表" ref="A1:B9"/>'
    )
    data = raw_workbook(
        sheet(
            row(1, cell("D1", "合計範囲"), cell("E1", "SUM(受付表[金額])"), cell("F1", "相対")),
            row(2, cell("D2", "別の名前")),
        ),
        workbook="<definedNames><definedName name='合計範囲'>表1!$A$5:$A$7</definedName><definedName name='相対'>表1!A9</definedName>"
        "<definedName name='別の名前'>合計範囲+表1!$Z$9</definedName></definedNames>",
        relations={SHEET: {"table": "../tables/table1.xml"}},
        parts={"xl/tables/table1.xml": table},
    )

    inside, below, elsewhere = (xml(put(data, "表1", **{place: 2})) for place in ("A5", "Z9", "H99"))

    assert inside.count("<v>1</v>") == 0
    assert [text in below for text in ("合計範囲</f><v>", "[金額])</f><v>", "相対</f><v>", "別の名前</f><v>")] == [
        True,
        True,
        False,
        False,
    ]
    assert elsewhere.count("<v>1</v>") == 3
