from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakin.journal.chain import GENESIS, Anchor, ChainRow, verify

TEXT_FIELDS = ("at", "actor", "action", "target", "outcome", "run", "body")
texts = st.text(max_size=8)
Says: TypeAlias = tuple[str, str, str, str, str, str, str]


def written(seq: int, says: Says, prev: str) -> ChainRow:
    at, actor, action, target, outcome, run, body = says
    return ChainRow(seq, at, actor, action, target, outcome, run, body, prev, "").sealed()


def journal(says: list[Says]) -> list[ChainRow]:
    rows: list[ChainRow] = []
    for number, values in enumerate(says, 1):
        rows.append(written(number, values, rows[-1].hash if rows else GENESIS))
    return rows


def head_of(rows: list[ChainRow]) -> Anchor:
    return Anchor(rows[-1].seq, rows[-1].hash) if rows else Anchor(0, GENESIS)


def numbered(count: int) -> list[ChainRow]:
    return journal(
        [("2026-04-01T00:00:00.000000+00:00", "yakin", "noted", f"s{n}", "", "r", "{}") for n in range(count)]
    )


def kinds(rows: list[ChainRow], head: Anchor | None, *anchors: Anchor) -> list[tuple[str, int]]:
    return [(finding.kind, finding.seq) for finding in verify(rows, head, anchors)]


sayings = st.tuples(texts, texts, texts, texts, texts, texts, texts)
journals = st.lists(sayings, min_size=1, max_size=12).map(journal)


@given(journals)
def test_an_untouched_journal_has_nothing_to_tell(rows: list[ChainRow]) -> None:
    assert verify(rows, head_of(rows), [Anchor(row.seq, row.hash) for row in rows]) == []


def test_an_empty_journal_has_nothing_to_tell() -> None:
    assert verify([], Anchor(0, GENESIS)) == []


@given(journals, st.data())
def test_any_edited_field_is_told(rows: list[ChainRow], data: st.DataObject) -> None:
    head = head_of(rows)
    index = data.draw(st.integers(0, len(rows) - 1))
    name = data.draw(st.sampled_from((*TEXT_FIELDS, "prev", "hash")))
    value = data.draw(texts.filter(lambda text: text != getattr(rows[index], name)))
    change: dict[str, Any] = {name: value}
    rows[index] = rows[index]._replace(**change)
    assert rows[index].seq in {finding.seq for finding in verify(rows, head)}


@given(journals, st.data())
def test_an_edit_with_its_own_hash_renewed_is_told(rows: list[ChainRow], data: st.DataObject) -> None:
    head = head_of(rows)
    index = data.draw(st.integers(0, len(rows) - 1))
    value = data.draw(texts.filter(lambda text: text != rows[index].body))
    rows[index] = rows[index]._replace(body=value).sealed()
    assert verify(rows, head)


@given(journals, st.data())
def test_any_deleted_event_is_told_with_its_number(rows: list[ChainRow], data: st.DataObject) -> None:
    head = head_of(rows)
    gone = rows.pop(data.draw(st.integers(0, len(rows) - 1)))
    kind = "missing" if rows and gone.seq < rows[-1].seq else "cut"
    assert kinds(rows, head) == [(kind, gone.seq)]


@given(journals.filter(lambda rows: len(rows) > 1), st.data())
def test_a_deletion_hidden_by_new_numbers_is_told(rows: list[ChainRow], data: st.DataObject) -> None:
    head = head_of(rows)
    index = data.draw(st.integers(0, len(rows) - 2))
    del rows[index]
    rows = [row._replace(seq=number) for number, row in enumerate(rows, 1)]
    assert index + 1 in {finding.seq for finding in verify(rows, head)}


@given(journals.filter(lambda rows: len(rows) > 1), st.booleans(), st.data())
def test_two_events_that_changed_places_are_told(rows: list[ChainRow], with_seal: bool, data: st.DataObject) -> None:
    head = head_of(rows)
    first, second = data.draw(
        st.tuples(*[st.integers(0, len(rows) - 1)] * 2).filter(lambda pair: rows[pair[0]][1:8] != rows[pair[1]][1:8])
    )
    a, b = rows[first], rows[second]
    if with_seal:
        rows[first], rows[second] = b._replace(seq=a.seq), a._replace(seq=b.seq)
    else:
        rows[first] = b._replace(seq=a.seq, prev=a.prev, hash=a.hash)
        rows[second] = a._replace(seq=b.seq, prev=b.prev, hash=b.hash)
    assert {("reordered", a.seq), ("reordered", b.seq)} <= set(kinds(rows, head))


@given(journals, sayings, st.data())
def test_an_event_put_in_between_is_told(rows: list[ChainRow], says: Says, data: st.DataObject) -> None:
    head = head_of(rows)
    index = data.draw(st.integers(0, len(rows)))
    prev = rows[index - 1].hash if index else GENESIS
    new = written(index + 1, says, prev)
    later = [row._replace(seq=row.seq + 1) for row in rows[index:]]
    assert verify([*rows[:index], new, *later], head)


def test_a_number_that_stands_twice_is_told() -> None:
    rows = numbered(3)
    assert kinds([rows[0], rows[1], rows[1], rows[2]], head_of(rows)) == [("inserted", 2)]


def test_events_beyond_the_head_are_told() -> None:
    rows = numbered(3)
    assert kinds(rows, Anchor(2, rows[1].hash)) == [("inserted", 3)]


def test_all_events_cut_off_are_told() -> None:
    assert kinds([], head_of(numbered(3))) == [("cut", 1)]


def test_a_lost_head_is_told() -> None:
    assert kinds(numbered(3), None) == [("headless", 3)]


def test_a_journal_written_anew_is_told_by_what_was_noted_elsewhere() -> None:
    noted = head_of(numbered(2))
    anew = [row._replace(actor="somebody") for row in numbered(3)]
    for index, row in enumerate(anew):
        anew[index] = row._replace(prev=anew[index - 1].hash if index else GENESIS).sealed()
    assert kinds(anew, head_of(anew)) == []
    assert kinds(anew, head_of(anew), noted) == [("rewritten", 2)]


def test_a_tail_cut_together_with_the_head_is_told_by_what_was_noted_elsewhere() -> None:
    rows = numbered(5)
    assert kinds(rows[:3], head_of(rows[:3]), head_of(rows)) == [("cut", 4)]


@pytest.mark.parametrize(
    ("tamper", "sentence"),
    [
        (lambda rows: [rows[0], rows[1]._replace(actor="x"), *rows[2:]], "Event 2 was changed after it was written"),
        (lambda rows: [rows[0], *rows[2:]], "Event 2 is missing"),
        (lambda rows: [rows[0], *rows[3:]], "Events 2 to 3 are missing"),
        (lambda rows: rows[:3], "Event 4 was cut off the end"),
        (lambda rows: rows[:1], "Events 2 to 4 were cut off the end"),
    ],
)
def test_findings_are_sentences(tamper: Callable[[list[ChainRow]], list[ChainRow]], sentence: str) -> None:
    rows = numbered(4)
    assert [finding.message for finding in verify(tamper(rows), head_of(rows))] == [sentence]
