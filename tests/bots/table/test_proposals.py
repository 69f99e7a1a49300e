"""Rows that may belong together: proposed with reasons, never taken for granted."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.table.decisions import Decision, Decisions, decisions_of_report, key_texts
from bots.table.forms import Form
from bots.table.pairing import Pairing
from bots.table.proposals import Accept, Proposal, accepted, proposals_table, propose, propose_within
from bots.table.proposals.blocking import candidate_pairs
from bots.table.proposals.coding import coded
from bots.table.proposals.likeness import Likeness, comparison
from yakin.errors import BusinessError
from yakin.values import Origin, Table

FIELDS = [Pairing("氏名", "名義", "name"), Pairing("生年月日", "生年月日", "date"), Pairing("住所", "住所", "address")]
LEFT = Table(
    {
        "氏名": ["髙橋 一郎", "山田花子", "佐藤次郎", "鈴木三郎", "伊藤 葵", "伊藤 翔"],
        "生年月日": ["S60.1.8", "平成2年3月4日", "1970/5/6", None, "H20.1.1", "H20.1.1"],
        "住所": ["青葉町本町1-2-3", "青葉町緑町2-1", "青葉町港町5", "青葉町本町9-9", "青葉町緑町7-1", "青葉町緑町7-1"],
    },
    [Origin("台帳.xlsx", "住民", row) for row in range(2, 8)],
)
RIGHT = Table(
    {
        "名義": ["高橋一郎", "山田華子", "小林四郎", "伊藤葵", "伊藤翔"],
        "生年月日": [date(1985, 1, 8), date(1990, 3, 4), date(1999, 9, 9), date(2008, 1, 1), date(2008, 1, 1)],
        "住所": ["本町1丁目2番3号", "緑町2-1", "旭町3", "緑町7-1", "緑町7-1"],
    },
    [Origin("申請.csv", None, row) for row in range(2, 7)],
)


def pairs(found: list[Proposal]) -> set[tuple[int, int]]:
    return {(one.left, one.right) for one in found}


def best(found: list[Proposal]) -> dict[int, int]:
    """The best proposal for each row of the left list."""
    return {one.left: one.right for one in reversed(found)}


def test_the_same_person_written_in_two_ways_is_proposed_with_the_reasons() -> None:
    found = propose(LEFT, RIGHT, FIELDS)

    first = found[0]
    assert (first.left, first.right) == (0, 0)
    assert first.score > 0.9
    assert [reason.likeness for reason in first.reasons] == [Likeness.SAME, Likeness.SAME, Likeness.CLOSE]
    assert first.in_words.startswith("氏名/名義 一致 (+")
    assert best(found) == {0: 0, 1: 1, 4: 3, 5: 4}


def test_twins_at_one_address_are_told_apart_by_the_name() -> None:
    found = {(one.left, one.right): one for one in propose(LEFT, RIGHT, FIELDS, at_least=0)}

    assert found[4, 3].score > found[4, 4].score
    assert found[4, 3].margin > 0 > found[4, 4].margin


def test_nothing_is_accepted_unless_the_workflow_says_so() -> None:
    found = propose(LEFT, RIGHT, FIELDS)

    taken, left_over = accepted(found, None)
    assert taken == []
    assert left_over == found
    taken, left_over = accepted(found, Accept(score=0.9, margin=0.5))
    assert (0, 0) in pairs(taken)
    assert not {one.left for one in taken} & {one.left for one in left_over}


def test_of_two_that_are_equally_good_neither_is_accepted() -> None:
    left = Table({"氏名": ["田中一", "木村二"], "電話": ["0761-00-0001", "0761-00-0002"]})
    right = Table({"氏名": ["田中一", "田中一"], "電話": ["0761000001", "0761000001"]})
    fields = [Pairing("氏名", "氏名", "name"), Pairing("電話", "電話", "digits")]

    found = propose(left, right, fields)
    assert pairs(found) == {(0, 0), (0, 1)}
    assert all(one.margin == 0 for one in found)
    assert accepted(found, Accept(score=0.5, margin=0.01)) == ([], found)


def test_a_rare_value_weighs_more_than_a_common_one() -> None:
    names = ["佐藤"] * 30 + ["御手洗"]
    left = Table({"姓": names, "番号": [f"{number:04}" for number in range(31)]})
    right = Table({"姓": names, "番号": [f"{number:04}" for number in range(31)]})
    found = propose(left, right, [Pairing("姓", "姓", "name"), Pairing("番号", "番号", "digits")], at_least=0)

    bits = {one.left: one.reasons[0].bits for one in found if one.left == one.right}
    assert bits[30] > bits[0] + 2


def test_only_the_rows_that_are_left_over_are_looked_at() -> None:
    found = propose(LEFT, RIGHT, FIELDS, left_rows=[1, 2], right_rows=[1, 2], at_least=0)

    assert pairs(found) <= {(1, 1), (1, 2), (2, 1), (2, 2)}
    assert (1, 1) in pairs(found)


def test_a_cell_that_is_not_of_its_form_speaks_by_its_text() -> None:
    left = Table({"生年月日": ["不明", "平成32年1月1日"]})
    found = propose(left, left, [Pairing("生年月日", "生年月日", "date")], at_least=0)

    assert {(one.left, one.right): one.reasons[0].likeness for one in found}[1, 1] is Likeness.SAME


def test_empty_lists_give_no_proposals() -> None:
    nothing = LEFT.take([])
    assert propose(nothing, RIGHT, FIELDS) == []
    assert propose(LEFT, RIGHT, []) == []


def test_a_list_without_the_column_is_refused() -> None:
    with pytest.raises(BusinessError, match="番号"):
        propose(LEFT, RIGHT, [Pairing("番号", "名義")])


@pytest.mark.parametrize(
    ("form", "one", "other", "likeness"),
    [
        ("name", "高橋一郎", "高橋一朗", Likeness.SIMILAR),
        ("name", "高橋一郎", "鈴木花子", Likeness.DIFFERENT),
        ("kana", "タカハシイチロウ", "タカハシイチロオ", Likeness.CLOSE),
        ("date", date(1985, 1, 8), date(1985, 8, 1), Likeness.CLOSE),
        ("date", date(1985, 1, 8), date(1986, 1, 8), Likeness.CLOSE),
        ("date", date(1985, 1, 8), date(1954, 1, 8), Likeness.SIMILAR),
        ("date", date(1985, 1, 8), date(2001, 12, 30), Likeness.DIFFERENT),
        ("digits", "0761234567", "0761234576", Likeness.CLOSE),
        ("digits", "0761234567", "0761239999", Likeness.DIFFERENT),
        ("digits", "123", "132", Likeness.CLOSE),
        ("amount", 12_000, 21_000, Likeness.CLOSE),
        ("amount", 99_900, 100_110, Likeness.SIMILAR),
        ("amount", 5_000, 80_000, Likeness.DIFFERENT),
        ("address", "青葉町本町 1-2-3", "本町 1-2-3", Likeness.CLOSE),
        ("address", "青葉町本町 1-2-3-405", "本町 1-2-3", Likeness.CLOSE),
        ("address", "青葉町本町 1-2-3", "本町 1-9", Likeness.SIMILAR),
        ("address", "青葉町本町 1-2-3", "旭町 8", Likeness.DIFFERENT),
        ("text", "yamada taro", "taro yamada", Likeness.CLOSE),
    ],
)
def test_two_normal_forms_are_as_alike_as_a_clerk_would_say(
    form: Form, one: object, other: object, likeness: Likeness
) -> None:
    compare = comparison(form)
    assert compare(one, other) is likeness  # type: ignore[arg-type]
    assert compare(other, one) is likeness  # type: ignore[arg-type]


def test_large_lists_are_not_compared_row_by_row_and_typing_errors_are_found_all_the_same() -> None:
    count = 600
    names = [f"{chr(0x4E00 + number)}{chr(0x5000 + number * 7 % 997)}太郎" for number in range(count)]
    typed = [name[:1] + "誤" + name[2:] if number % 10 == 0 else name for number, name in enumerate(names)]
    left, right = Table({"氏名": names}), Table({"氏名": typed})
    field = coded(left, right, Pairing("氏名", "氏名", "name"))

    looked_at = candidate_pairs([field], range(count), range(count))
    assert looked_at.height < count * count / 20
    assert {(row, row) for row in range(count)} <= set(looked_at.rows())


def test_declared_passes_narrow_the_pairs() -> None:
    found = propose(LEFT, RIGHT, FIELDS, passes=[["生年月日"]], at_least=0)
    assert pairs(found) == {(0, 0), (1, 1), (4, 3), (4, 4), (5, 3), (5, 4)}
    with pytest.raises(BusinessError, match="電話"):
        propose(LEFT, RIGHT, FIELDS, passes=[["電話"]])


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from(["高橋一郎", "高橋一朗", "山田花子", "", "佐藤"]), max_size=6),
    st.lists(st.sampled_from(["髙橋一郎", "高橋二郎", "山田華子", "", "佐藤"]), max_size=6),
    st.floats(0.5, 1),
    st.floats(0.01, 1),
)
def test_no_row_is_accepted_twice(lefts: list[str], rights: list[str], score: float, margin: float) -> None:
    found = propose(Table({"氏名": lefts}), Table({"氏名": rights}), [Pairing("氏名", "氏名", "name")], at_least=0.1)
    taken, left_over = accepted(found, Accept(score=score, margin=margin))

    assert len({one.left for one in taken}) == len(taken) == len({one.right for one in taken})
    assert not pairs(taken) & pairs(left_over)
    assert all(0 <= one.score <= 1 for one in found)


def decided(verdict: str) -> Decisions:
    """The first proposal, judged in the report."""
    table = proposals_table(LEFT, RIGHT, FIELDS, propose(LEFT, RIGHT, FIELDS), "台帳", "申請")
    filled = table.with_columns({"判断": [verdict, *[None] * (table.count - 1)]})
    return Decisions(decisions_of_report(filled, day="2026-04-01"))


def test_the_sheet_of_proposals_has_both_sides_and_says_where_they_stood() -> None:
    table = proposals_table(LEFT, RIGHT, FIELDS, propose(LEFT, RIGHT, FIELDS), "台帳", "申請")

    assert table.columns[:4] == ("判断", "点数", "次点との差", "理由")
    row = table.row(0)
    assert (row["判断"], row["台帳_行"], row["台帳_氏名"]) == (None, 2, "髙橋 一郎")
    assert (row["申請_出所"], row["申請_行"]) == ("申請.csv", 2)
    assert row["台帳_照合キー"] == "氏名=高橋一郎 | 生年月日=1985-01-08 | 住所=青葉町本町 1-2-3"
    assert row.origin == Origin("台帳.xlsx", "住民", 2)


def test_what_was_judged_the_same_is_taken_next_month_wherever_the_rows_stand() -> None:
    later = LEFT.take([5, 3, 0])
    taken, _ = accepted(propose(later, RIGHT, FIELDS, decisions=decided("○")), None)

    assert [(one.left, one.right, one.decided) for one in taken] == [(2, 0, True)]
    assert taken[0].in_words.startswith("以前の判断: 同じ")


def test_what_was_judged_different_is_not_proposed_again() -> None:
    assert (0, 0) not in pairs(propose(LEFT, RIGHT, FIELDS, decisions=decided("×"), at_least=0))


def test_a_decision_does_not_pair_rows_of_which_several_are_meant() -> None:
    twice = RIGHT.take([0, 0])
    taken, left_over = accepted(propose(LEFT, twice, FIELDS, decisions=decided("◯")), None)

    assert taken == []
    assert pairs(left_over) == {(0, 0), (0, 1)}


def test_a_decision_holds_no_more_when_something_else_is_compared() -> None:
    other = FIELDS[:2]
    assert not any(one.decided for one in propose(LEFT, RIGHT, other, decisions=decided("○")))


def test_decisions_are_kept_as_a_table_and_read_back() -> None:
    known = decided("○")
    assert list(Decisions.of_table(known.table())) == list(known)
    assert known.table().columns == ("判断", "左", "右", "決めた日", "元")


def test_a_later_decision_takes_the_place_of_an_earlier_one() -> None:
    known = decided("○")
    (contrary,) = decided("×")
    assert known.changed_by([contrary]) == [contrary]
    assert [one.verdict for one in known.with_more([contrary])] == ["different"]


@pytest.mark.parametrize("word", ["？", "たぶん", "△"])
def test_a_word_that_is_no_decision_is_refused_with_its_row(word: str) -> None:
    with pytest.raises(BusinessError, match=r"台帳\.xlsx \[住民\]:2"):
        decided(word)


def test_two_rows_that_contradict_each_other_are_refused() -> None:
    columns = {"判断": ["○", "×"], "A_照合キー": ["a", "a"], "B_照合キー": ["b", "b"]}
    with pytest.raises(BusinessError, match="decide the same pair differently"):
        decisions_of_report(Table(columns), day="")


def test_a_sheet_that_is_none_of_ours_is_refused() -> None:
    with pytest.raises(BusinessError, match="no sheet of proposals"):
        decisions_of_report(Table({"氏名": ["a"]}), day="")
    with pytest.raises(BusinessError, match="no column"):
        Decisions.of_table(Table({"判断": ["○"]}))


def test_keys_are_written_in_normal_forms() -> None:
    table = Table({"氏名": ["髙橋　一郎", None], "日": ["H2.3.4", "不明"]})
    assert key_texts(table, [("氏名", "name"), ("日", "date")], range(2)) == [
        "氏名=高橋一郎 | 日=1990-03-04",
        "氏名= | 日=不明",
    ]


def test_within_one_list_each_pair_is_proposed_once() -> None:
    table = Table(
        {"氏名": ["高橋一郎", "髙橋一朗", "山田花子"], "生年月日": ["S60.1.8", "1985/1/8", "H2.3.4"]},
    )
    fields = [Pairing("氏名", "氏名", "name"), Pairing("生年月日", "生年月日", "date")]

    assert pairs(propose_within(table, fields, at_least=0.2)) == {(0, 1)}
    same = Decisions([Decision("氏名=山田花子 | 生年月日=1990-03-04", "氏名=高橋一郎 | 生年月日=1985-01-08", "same")])
    found = propose_within(table, fields, decisions=same)
    assert [(one.left, one.right) for one in found if one.decided] == [(0, 2)]
