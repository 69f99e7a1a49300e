"""Two versions of a list, rows that are the same twice, and lists in many files."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.excel import read_rows, write_rows
from bots.excel.editing.saving import FileInUse
from bots.table import compare, dedupe, merge_workbooks, read_decisions, split_workbook
from bots.table.decisions import Decision, Decisions, Verdict, key_texts
from bots.table.forms import Form
from bots.table.lists.columns import FormedColumn, Keyed
from bots.table.lists.doubles import doubles
from bots.table.lists.filenames import file_name
from bots.table.lists.versions import changes
from bots.table.pairing import Pairing
from bots.table.proposals import Accept
from tests.bots.contexts import FakeContext
from yakin.errors import ApplicationError, BusinessError
from yakin.values import Origin, Table, decode, encode

OLD = Table(
    {
        "番号": ["1", "2", "3", "4", None],
        "氏名": ["山田", "髙橋", "佐藤", "鈴木", "無"],
        "電話": ["1", "2", "3", "4", "5"],
    },
    [Origin("旧.xlsx", None, row) for row in range(2, 7)],
)
NEW = Table(
    {
        "番号": ["２", "1", "5", "4", "4"],
        "氏名": ["高橋", "山田", "伊藤", "鈴木", "鈴木"],
        "住所": ["a", "b", "c", "d", "e"],
    },
    [Origin("新.xlsx", None, row) for row in range(2, 7)],
).with_columns({"電話": ["2", "９", "5", "4", "4"]})
LIKELY: dict[str, Form] = {"氏名": "name", "生年月日": "date", "住所": "address"}


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path)


def test_what_was_added_changed_and_removed_is_told(ctx: FakeContext) -> None:
    done = compare(OLD, NEW, "番号", {"氏名": "name", "電話": "digits"}, report=Path("異動.xlsx"), ctx=ctx)

    assert done["added"].column("番号") == ("5",)
    assert done["removed"].column("番号") == ("3",)
    assert done["changed"].column("変更点") == ("電話: 1 ⇒ ９",)
    assert done["changed"].column("旧_行") == (2,)
    assert done["changed"].row(0).origin == Origin("新.xlsx", None, 3)
    assert done["cells"].row(0)["旧"] == "1"
    assert done["unclear"].column("版") == ("旧", "旧", "新", "新")
    assert done["unclear"].column("理由") == ("キーが空です", *["同じキーの行が複数あります"] * 3)
    assert (done["unchanged_count"], done["new_columns"], done["lost_columns"]) == (1, ["住所"], [])
    assert openpyxl.load_workbook(ctx.root / "異動.xlsx").sheetnames == ["追加", "変更", "変更セル", "削除", "要確認"]
    assert decode(encode(done)) == done


def test_without_columns_all_that_both_versions_have_are_compared_as_text(ctx: FakeContext) -> None:
    done = compare(OLD, NEW, ["番号"], ctx=ctx)
    assert done["changed"].column("変更点") == ("氏名: 髙橋 ⇒ 高橋", "電話: 1 ⇒ ９")


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from(["1", "2", "3", None]), max_size=6), st.lists(st.sampled_from(["1", "2", "4"]), max_size=6)
)
def test_every_row_of_both_versions_is_told_once(olds: list[str | None], news: list[str]) -> None:
    old, new = (
        Table({"番号": olds, "値": ["a"] * len(olds)}),
        Table({"番号": news, "値": ["ab"[n % 2] for n in range(len(news))]}),
    )
    done = changes(old, new, [Pairing("番号", "番号")], [Pairing("値", "値")])

    unclear = done.unclear.column("版")
    assert done.added.count + done.changed.count + done.unchanged + unclear.count("新") == new.count
    assert done.removed.count + done.changed.count + done.unchanged + unclear.count("旧") == old.count


PEOPLE = Table(
    {
        "氏名": ["髙橋 一郎", "高橋一郎", "山田花子", "山田華子", "佐藤", "佐藤"],
        "生年月日": ["S60.1.8", "1985/1/8", "H2.3.4", "平成2年3月4日", None, None],
        "住所": ["青葉町本町1-2-3", "本町1丁目2番3号", "青葉町緑町2-1", "緑町2-1", "旭町1", "港町9"],
    },
    [Origin("名簿.xlsx", None, row) for row in range(2, 8)],
)
KEY = [
    FormedColumn.model_validate({"column": "氏名", "as": "name"}),
    FormedColumn.model_validate({"column": "生年月日", "as": "date"}),
]


def test_of_rows_that_are_the_same_one_stays_and_the_likely_ones_are_proposed(ctx: FakeContext) -> None:
    done = dedupe(PEOPLE, [*KEY], LIKELY, report=Path("名寄せ.xlsx"), ctx=ctx)

    assert [row.origin.row for row in done["unique"].rows if row.origin] == [2, 4, 5, 6, 7]
    assert done["duplicates"].column("組") == (1, 1)
    assert done["duplicates"].column("残す") == ("○", None)
    assert (done["proposed"].row(0)["甲_氏名"], done["proposed"].row(0)["乙_氏名"]) == ("山田花子", "山田華子")
    assert (done["count"], done["unique_count"], done["removed_count"]) == (6, 5, 1)
    assert decode(encode(done)) == done


def test_a_row_whose_key_is_not_whole_is_like_no_other(ctx: FakeContext) -> None:
    done = dedupe(PEOPLE, [*KEY], ctx=ctx)
    assert done["unique"].column("氏名").count("佐藤") == 2
    assert done["proposed"].count == 0


def test_the_last_row_can_be_the_one_that_stays(ctx: FakeContext) -> None:
    assert dedupe(PEOPLE, [*KEY], keep="last", ctx=ctx)["unique"].column("氏名")[0] == "高橋一郎"


def test_what_the_clerk_fills_in_is_remembered_for_the_next_time(ctx: FakeContext) -> None:
    report, kept = Path("名寄せ.xlsx"), Path("判断.csv")
    dedupe(PEOPLE, [*KEY], LIKELY, report=report, ctx=ctx)
    book = openpyxl.load_workbook(ctx.root / report)
    book["候補"]["A2"] = "○"
    book.save(ctx.root / report)

    assert read_decisions(report, kept, ctx=ctx) == {"read": 1, "added": 1, "changed": 0, "total": 1}
    written = (ctx.root / kept).read_bytes()
    assert read_decisions(report, kept, ctx=ctx) == {"read": 1, "added": 0, "changed": 0, "total": 1}
    assert (ctx.root / kept).read_bytes() == written

    again = dedupe(PEOPLE.take([3, 5, 2, 0]), [*KEY], LIKELY, decisions=kept, ctx=ctx)
    assert again["unique"].column("氏名") == ("山田華子", "佐藤", "髙橋 一郎")
    assert "山田花子" not in again["proposed"].column("甲_氏名")


THREE = Table({"氏名": ["山田太郎", "山田太朗", "山田大朗"], "日": ["H1.1.1"] * 3})
BY_NAME_AND_DAY = [Pairing("氏名", "氏名", "name"), Pairing("日", "日", "date")]


def judged(one: int, other: int, verdict: Verdict) -> Decision:
    left, right = key_texts(THREE, [(field.left, field.form) for field in BY_NAME_AND_DAY], [one, other])
    return Decision(left, right, verdict)


def test_the_latest_decision_holds_whichever_row_stood_first() -> None:
    cases: list[tuple[list[Verdict], int]] = [
        (["same", "different"], 3),
        (["different", "same"], 2),
        (["same", "different", "same"], 2),
    ]
    for verdicts, count in cases:
        told = [judged(*((0, 1) if number % 2 == 0 else (1, 0)), verdict) for number, verdict in enumerate(verdicts)]
        found = doubles(THREE, [], BY_NAME_AND_DAY, decisions=Decisions(told))
        assert len(found.kept) == count, verdicts


def test_decisions_that_contradict_each_other_are_told() -> None:
    told = [judged(0, 1, "same"), judged(1, 2, "same"), judged(0, 2, "different")]
    with pytest.raises(BusinessError, match="1 and 3 were judged different"):
        doubles(THREE, [], BY_NAME_AND_DAY, decisions=Decisions(told))


def test_a_report_never_becomes_the_file_of_decisions(ctx: FakeContext) -> None:
    with pytest.raises(BusinessError, match="cannot be the file of decisions"):
        read_decisions(Path("out/a.xlsx"), Path("out/../out/a.xlsx"), ctx=ctx)


def test_a_changed_mind_replaces_the_earlier_decision(ctx: FakeContext) -> None:
    report, kept = Path("名寄せ.xlsx"), Path("判断.xlsx")
    dedupe(PEOPLE, [*KEY], LIKELY, report=report, ctx=ctx)
    for mark in ("○", "×"):
        book = openpyxl.load_workbook(ctx.root / report)
        book["候補"]["A2"] = mark
        book.save(ctx.root / report)
        done = read_decisions(report, kept, ctx=ctx)
    assert done == {"read": 1, "added": 0, "changed": 1, "total": 1}
    assert read_rows(kept, ctx=ctx).column("判断") == ("×",)
    with pytest.raises(BusinessError, match="cannot be the file of decisions"):
        read_decisions(report, report, ctx=ctx)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["高橋一郎", "髙橋 一郎", "高橋一朗", "山田花子", None]), max_size=7), st.booleans())
def test_every_row_is_in_exactly_one_group_and_one_of_each_stays(names: list[str | None], taken: bool) -> None:
    table = Table({"氏名": names})
    accept = Accept(score=0.5, margin=0.01) if taken else None
    found = doubles(table, [Keyed("氏名", "name")], [Pairing("氏名", "氏名", "name")], accept=accept)

    assert sorted(row for group in found.groups for row in group) == list(range(len(names)))
    assert [row for row, group in zip(found.kept, found.groups, strict=True) if row not in group] == []
    assert len(found.kept) == len(found.groups)


SCHOOLS = Table(
    {
        "学校名": ["青葉小", "緑中", "青葉小", "港/旭小"],
        "氏名": ["a", "b", "c", "d"],
        "番号": ["001", "002", "003", "004"],
    },
    [Origin("学籍.xlsx", "全校", row) for row in range(2, 6)],
)


def test_a_list_is_split_into_one_file_for_each_school_and_put_together_again(ctx: FakeContext) -> None:
    made = split_workbook(SCHOOLS, "学校名", Path("out"), name="学籍_{value}.xlsx", row_numbers=True, ctx=ctx)

    assert [(part["value"], Path(part["file"].path).name, part["count"]) for part in made] == [
        ("青葉小", "学籍_青葉小.xlsx", 2),
        ("緑中", "学籍_緑中.xlsx", 1),
        ("港/旭小", "学籍_港／旭小.xlsx", 1),
    ]
    (ctx.root / "out" / "~$学籍_緑中.xlsx").write_bytes(b"")
    whole = merge_workbooks(Path("out"), file_column="学校", ctx=ctx)
    assert (whole["count"], whole["file_count"]) == (4, 3)
    assert sorted(map(str, whole["table"].column("番号"))) == ["001", "002", "003", "004"]
    assert set(whole["table"].column("元の行")) == {f"学籍.xlsx [全校]:{row}" for row in range(2, 6)}
    assert sorted(tuple(row.values()) for row in whole["files"].rows) == [
        ("学籍_港／旭小.xlsx", 1),
        ("学籍_緑中.xlsx", 1),
        ("学籍_青葉小.xlsx", 2),
    ]
    assert "学籍_緑中" in whole["table"].column("学校")


def test_no_row_is_merged_twice_from_what_is_kept_of_a_file_nor_left_out_for_its_capitals(ctx: FakeContext) -> None:
    for folder in ("twice", "twice", "capitals"):
        split_workbook(SCHOOLS, "学校名", Path(folder), ctx=ctx)
    (ctx.root / "capitals" / "緑中.xlsx").rename(ctx.root / "capitals" / "緑中.XLSX")

    assert merge_workbooks(Path("twice"), ctx=ctx)["count"] == SCHOOLS.count
    assert merge_workbooks(Path("capitals"), ctx=ctx)["count"] == SCHOOLS.count
    with pytest.raises(ApplicationError, match="leads out of the folder"):
        merge_workbooks(Path("twice"), "../*.xlsx", ctx=ctx)


def test_nothing_is_written_when_a_row_belongs_to_no_file(ctx: FakeContext) -> None:
    with pytest.raises(BusinessError, match=r"学籍\.xlsx \[全校\]:3"):
        split_workbook(SCHOOLS.with_columns({"学校名": ["青葉小", " ", "a", "b"]}), "学校名", Path("out"), ctx=ctx)
    with pytest.raises(BusinessError, match="would both be the file"):
        split_workbook(SCHOOLS.with_columns({"学校名": ["A校", "a校", "b", "c"]}), "学校名", Path("out"), ctx=ctx)
    with pytest.raises(BusinessError, match=r"has no \{value\}"):
        split_workbook(SCHOOLS, "学校名", Path("out"), name="学籍.xlsx", ctx=ctx)
    assert not (ctx.root / "out").exists()


def test_no_file_of_several_is_written_when_one_of_them_cannot_be(ctx: FakeContext) -> None:
    (ctx.root / "out").mkdir()
    (ctx.root / "out" / "~$緑中.xlsx").write_bytes(b"")
    with pytest.raises(FileInUse):
        split_workbook(SCHOOLS, "学校名", Path("out"), ctx=ctx)
    formulas = SCHOOLS.with_columns({"番号": ["1", "2", "3", "=1+1"]})
    with pytest.raises(BusinessError, match="would be formulas"):
        split_workbook(formulas, "学校名", Path("out"), name="{value}.csv", ctx=ctx)
    assert [path.name for path in (ctx.root / "out").iterdir()] == ["~$緑中.xlsx"]


def test_files_with_other_columns_are_not_merged(ctx: FakeContext) -> None:
    write_rows(Path("in/a.csv"), Table({"氏名": ["a"]}), ctx=ctx)
    write_rows(Path("in/b.csv"), Table({"名前": ["b"]}), ctx=ctx)
    with pytest.raises(BusinessError, match=r"b\.csv has other columns than a\.csv"):
        merge_workbooks(Path("in"), "*.csv", ctx=ctx)
    assert merge_workbooks(Path("in"), "*.csv", columns="all", ctx=ctx)["count"] == 2
    with pytest.raises(ApplicationError, match="No file"):
        merge_workbooks(Path("in"), "*.xls", ctx=ctx)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("a/b:c", "a／b：c"),
        ("..", ""),
        ("con", "_con"),
        ("COM1.x", "_COM1.x"),
        ("青葉小 ", "青葉小"),
        ("a\n b", "a b"),
        ("...\\x", "＼x"),
    ],
)
def test_file_names_are_good_on_every_system(value: str, name: str) -> None:
    assert file_name(value) == name
