from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bots.browser.fingerprints import best_match, likeness


def field(name: str, label: str, **more: Any) -> dict[str, Any]:
    return {"tag": "input", "type": "text", "name": name, "id": "", "label": label, "beside": label} | more


SHIMEI = field("shimei", "氏名", before="shinkokubi", after="furigana")
FURIGANA = field("furigana", "フリガナ", before="shimei", after="seinengappi")
JUSHO = field("jusho", "住所", before="denwa", after="chiku")


def test_a_renamed_label_is_recognised_by_everything_else() -> None:
    renamed = SHIMEI | {"label": "お名前", "beside": "お名前"}
    assert best_match(0, {0: SHIMEI, 1: FURIGANA, 2: JUSHO}, [FURIGANA, renamed, JUSHO]) == renamed


def test_a_field_that_was_taken_away_is_not_mistaken_for_its_neighbour() -> None:
    assert best_match(0, {0: SHIMEI, 1: FURIGANA, 2: JUSHO}, [FURIGANA, JUSHO]) is None


def test_a_new_field_that_is_like_nothing_is_not_proposed() -> None:
    new = {"tag": "select", "type": "select-one", "name": "kubun", "id": "k", "label": "申告区分", "beside": "申告区分"}
    assert best_match(0, {0: SHIMEI}, [new]) is None
    assert best_match(0, {0: SHIMEI}, []) is None


WORDS = st.text(alphabet="氏名住所フリガナabc", max_size=6)
PRINTS = st.fixed_dictionaries({"tag": WORDS, "name": WORDS, "label": WORDS, "before": WORDS})


@given(PRINTS, PRINTS)
def test_likeness_is_between_0_and_1_and_greatest_for_the_same(one: dict[str, str], other: dict[str, str]) -> None:
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, one) in (0, 1)


@given(PRINTS, st.lists(PRINTS, max_size=4))
def test_what_is_most_like_another_remembered_field_is_never_proposed(
    missing: dict[str, str], others: list[dict[str, str]]
) -> None:
    remembered = dict(enumerate([missing, *others]))
    best = best_match(0, remembered, others)
    if best is not None:
        assert all(likeness(other, best) < likeness(missing, best) for other in others)
