from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bots.files import FileNotThere, TargetExists, copy, find, find_all, move, until_stable, wait_for_file
from tests.bots.contexts import FakeContext
from yakin.errors import ApplicationError, TimedOut, YakinError


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    for number, name in enumerate(("収納_1.csv", "収納_2.csv", "~$収納_3.csv", ".収納_4.csv", "other.txt")):
        (tmp_path / name).write_text(name, encoding="utf-8")
        os.utime(tmp_path / name, (1_700_000_000 - number, 1_700_000_000 - number))
    (tmp_path / "収納_5.csv").mkdir()
    return FakeContext(tmp_path)


def test_the_only_newest_or_oldest_file_is_found(ctx: FakeContext) -> None:
    assert Path(find("*.txt", ctx=ctx).path) == ctx.root / "other.txt"
    assert Path(find("収納_*.csv", pick="newest", ctx=ctx).path).name == "収納_1.csv"
    assert Path(find("収納_*.csv", pick="oldest", ctx=ctx).path).name == "収納_2.csv"


def test_several_files_are_not_chosen_from_by_chance(ctx: FakeContext) -> None:
    with pytest.raises(FileNotThere, match=r"2 files fit .*収納_2\.csv, 収納_1\.csv"):
        find("収納_*.csv", ctx=ctx)


def test_all_files_come_in_the_order_of_their_change(ctx: FakeContext) -> None:
    assert [Path(found.path).name for found in find_all("*", ctx=ctx)] == ["other.txt", "収納_2.csv", "収納_1.csv"]
    assert find_all("*.pdf", ctx=ctx) == []


@pytest.mark.parametrize(
    ("pattern", "folder", "sentence"),
    [
        ("*.pdf", ".", "There is no file"),
        ("*", "nowhere", "There is no folder"),
    ],
)
def test_what_cannot_be_found_is_told(ctx: FakeContext, pattern: str, folder: str, sentence: str) -> None:
    with pytest.raises(FileNotThere, match=sentence):
        find(pattern, Path(folder), ctx=ctx)


def test_what_is_kept_of_a_changed_file_is_not_found_and_capitals_are_not_told_apart(ctx: FakeContext) -> None:
    for name in ("名簿.xlsx", "名簿.bak.xlsx", "控え.bak.xlsx", "B.XLSX"):
        (ctx.root / name).write_bytes(b"x")

    assert {Path(found.path).name for found in find_all("*.xlsx", ctx=ctx)} == {"名簿.xlsx", "控え.bak.xlsx", "B.XLSX"}


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [("", "no pattern"), ("**x/*.csv", "no pattern"), ("../*", "leads out of"), ("/etc/*", "leads out of")],
)
def test_a_pattern_that_is_none_is_told(ctx: FakeContext, pattern: str, sentence: str) -> None:
    with pytest.raises(ApplicationError, match=sentence):
        find_all(pattern, ctx=ctx)


def test_a_copy_goes_into_a_folder_or_under_a_name(ctx: FakeContext) -> None:
    into = copy(Path("other.txt"), Path("archive"), ctx=ctx)
    named = copy(Path("other.txt"), Path("deep/er/new.txt"), ctx=ctx)

    assert Path(into.path) == ctx.root / "archive" / "other.txt"
    assert Path(named.path).read_text(encoding="utf-8") == "other.txt"
    assert into.sha256 == named.sha256
    assert not list(ctx.root.rglob("*.tmp"))


@pytest.mark.parametrize("do", [copy, move])
def test_another_file_is_not_replaced_unless_told(ctx: FakeContext, do: object) -> None:
    assert callable(do)
    (ctx.root / "target.txt").write_text("another", encoding="utf-8")

    with pytest.raises(TargetExists, match="with other content"):
        do(Path("other.txt"), Path("target.txt"), ctx=ctx)
    assert (ctx.root / "target.txt").read_text(encoding="utf-8") == "another"
    assert (ctx.root / "other.txt").exists()

    do(Path("other.txt"), Path("target.txt"), overwrite=True, ctx=ctx)
    assert (ctx.root / "target.txt").read_text(encoding="utf-8") == "other.txt"


def test_copying_again_is_harmless(ctx: FakeContext) -> None:
    assert copy(Path("other.txt"), Path("a.txt"), ctx=ctx) == copy(Path("other.txt"), Path("a.txt"), ctx=ctx)
    assert copy(Path("other.txt"), Path("other.txt"), ctx=ctx).size == 9


def test_moving_again_in_the_same_run_is_harmless(ctx: FakeContext) -> None:
    moved = move(Path("other.txt"), Path("done"), ctx=ctx)

    assert not (ctx.root / "other.txt").exists()
    assert move(Path("other.txt"), Path("done"), ctx=ctx) == moved


def test_a_move_cut_off_between_copy_and_removal_is_finished(ctx: FakeContext) -> None:
    copy(Path("other.txt"), Path("done"), ctx=ctx)

    move(Path("other.txt"), Path("done"), ctx=ctx)

    assert not (ctx.root / "other.txt").exists()
    assert (ctx.root / "done" / "other.txt").exists()


def test_what_another_run_moved_does_not_count_as_moved_by_this_one(ctx: FakeContext) -> None:
    move(Path("other.txt"), Path("done"), ctx=ctx)
    ctx.run = "run-2"

    with pytest.raises(FileNotThere, match="There is no file"):
        move(Path("other.txt"), Path("done"), ctx=ctx)


def test_moving_a_file_onto_itself_keeps_it(ctx: FakeContext) -> None:
    move(Path("other.txt"), Path("other.txt"), ctx=ctx)

    assert (ctx.root / "other.txt").exists()


def test_a_missing_source_is_told(ctx: FakeContext) -> None:
    with pytest.raises(YakinError, match="There is no file"):
        copy(Path("nothing.txt"), Path("a.txt"), ctx=ctx)


@dataclass
class FakeClock:
    """A clock that only sleeping moves."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


Seen = dict[Path, tuple[int, int]]
A, B = Path("a"), Path("b")


async def watch(
    states: list[Seen], *, stable: float = 2, within: float = 20
) -> tuple[Path | None, tuple[Path, ...], float]:
    clock = FakeClock()
    looks: Iterator[Seen] = iter(states)
    last: Seen = {}

    def look() -> Seen:
        nonlocal last
        last = next(looks, last)
        return last

    found, unfinished = await until_stable(look, stable=stable, timeout=within, every=1, clock=clock)
    return found, unfinished, clock.seconds


async def test_a_file_is_complete_when_it_has_stayed_the_same() -> None:
    assert await watch([{}, {A: (5, 1)}, {A: (9, 2)}]) == (A, (), 4)


async def test_an_empty_file_is_not_complete() -> None:
    assert await watch([{A: (0, 1)}], within=5) == (None, (A,), 5)


async def test_a_file_that_keeps_growing_is_not_complete() -> None:
    assert await watch([{A: (size, size)} for size in range(1, 99)], within=9) == (None, (A,), 9)


async def test_the_file_changed_last_wins() -> None:
    assert await watch([{A: (5, 1), B: (5, 2)}]) == (B, (), 2)


async def test_a_file_that_goes_and_comes_back_starts_anew() -> None:
    assert await watch([{A: (5, 1)}, {}, {A: (5, 1)}]) == (A, (), 4)


async def test_a_complete_file_is_handed_on(ctx: FakeContext) -> None:
    assert (await wait_for_file("other.*", stable=0, ctx=ctx)).size == 9


async def test_waiting_ends_with_what_was_there(ctx: FakeContext) -> None:
    (ctx.root / "empty.csv").touch()

    with pytest.raises(TimedOut, match=r"No file empty\.csv was complete") as late:
        await wait_for_file("empty.csv", timeout=0.01, stable=0, every=0.01, ctx=ctx)
    assert late.value.hint == "Empty or still growing: empty.csv"

    with pytest.raises(TimedOut) as late:
        await wait_for_file("x.csv", Path("not-yet"), timeout=0.01, stable=0, every=0.01, ctx=ctx)
    assert late.value.hint == "Nothing was there"
