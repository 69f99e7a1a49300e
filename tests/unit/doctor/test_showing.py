"""Lines of 80 columns, whatever the language, and the same as JSON."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from yakin.actions import warn, well, wrong
from yakin.doctor import Examined
from yakin.doctor.showing import as_json, lines, summary
from yakin.errors import RunError
from yakin.i18n import translator

T = translator("en")
LONG = "長い道のりの先にある庁舎の基幹系システム" * 6


def shown(*found: object) -> list[str]:
    return [line for _, line in lines(Examined("disk", tuple(found)), T, names=9)]  # type: ignore[arg-type]


def test_each_thing_has_its_sign_and_what_is_wrong_says_what_to_do() -> None:
    assert shown(well("It has room"), warn("It is slow"), wrong("It is {how}", hint="Mend it", how="full")) == [
        "✓ disk       It has room",
        "!            It is slow",
        "✗            It is full",
        "             → Mend it",
    ]


@pytest.mark.parametrize("text", [LONG, f"{LONG} と {LONG}", "a" * 300, "word " * 60, "C:\\庁舎\\" + "夜勤\\" * 60])
def test_lines_are_no_wider_than_80_columns_and_nothing_wrong_is_cut(text: str) -> None:
    printed = shown(wrong("{text}", hint="{text}", text=text))
    assert max(map(cell_len, printed)) <= 80
    told = "".join(line[13:] for line in printed).replace("→", "").replace(" ", "")
    assert told == text.replace(" ", "") * 2


def test_what_is_well_takes_one_line() -> None:
    (line,) = shown(well("{text}", text=LONG))
    assert cell_len(line) <= 80
    assert line.endswith("…")


def test_a_sentence_inside_a_sentence_is_filled_in() -> None:
    assert shown(wrong("{system}: {reason}", system="portal", reason=RunError("{n} pages", n=3)))[0].endswith(
        "portal: 3 pages"
    )


def test_json_has_every_check_with_its_worst_and_its_sentences() -> None:
    examined = [
        Examined("disk", (well("Room"), wrong("No {what}", hint="Make {what}", what="room"))),
        Examined("mail", ()),
    ]
    plain = as_json(examined, T)
    assert plain["well"] is False
    assert [(check["name"], check["severity"]) for check in plain["checks"]] == [("disk", "wrong"), ("mail", "well")]
    assert plain["checks"][0]["found"][1] == {"severity": "wrong", "message": "No room", "hint": "Make room"}
    assert as_json([Examined("mail", (warn("Slow"),))], T)["well"] is True


def test_the_last_line_counts_what_is_wrong() -> None:
    assert summary([Examined("disk", (well("Room"),))], T) == "All is well. Checks: 1"
    assert "To know about: 1" in summary([Examined("disk", (warn("Slow"),))], T)
    assert "Wrong: 1" in summary([Examined("disk", (warn("Slow"), wrong("Full")))], T)
