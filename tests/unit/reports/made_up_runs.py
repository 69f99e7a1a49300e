"""Runs that could have happened, told event by event and folded as the journal's are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypedDict

from yakin import events as ev
from yakin.actions.context import Evidence
from yakin.errors import ActionError, BusinessError, ErrorInfo, ItemInDoubt, Refused, TargetNotFound
from yakin.results import Recorded, RunResult, fold
from yakin.storage import Storage, open_storage

RUN = "20261123-2200-4f1c"
HERE = Path(__file__).parent
CHECKED = {
    "kind": "mapping",
    "of": {"valid": {"kind": "table", "rows": 39}, "invalid": {"kind": "table", "rows": 1}},
}
IMPOSSIBLE = BusinessError(
    "{value} does not exist: {era} ended on {limit}",
    value="昭和65年3月1日",
    era="昭和",
    limit="昭和64年1月7日",
    hint="Ask whoever wrote it, and correct it at its source",
).info()
REFUSED = Refused(
    "The system refused: {text}", text="世帯番号「00412」は異動処理中のため、登録できません。(E-2043)"
).info()
NO_BUTTON = TargetNotFound(
    "Nothing answers to {target} on {url}; nearest on the page: {candidates}",
    target="登録する",
    url="http://127.0.0.1:8601/declarations/confirm",
    candidates="「登録を確定する」「戻る」",
    proposed="登録を確定する",
    hint="The field was probably renamed to {proposed}: look, and correct the workflow",
).info()
DOUBT = ItemInDoubt("The run was cut off after the commit was begun").info()
TOO_MANY = ActionError(
    "{failed} of {count} items failed, {in_doubt} are in doubt",
    failed=5,
    count=40,
    in_doubt=0,
    hint="The rest was left alone because of the failures",
).info()


def picture(folder: Path | None, name: str, key: str) -> tuple[Evidence, ...]:
    """A screenshot, written where a run would keep it."""
    data = (HERE / "screens" / f"{name}.jpg").read_bytes()
    path = f"evidence/entry/{key}-{name}.jpg"
    if folder is not None:
        file = folder / RUN / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return (Evidence(name, path, hashlib.sha256(data).hexdigest(), "image/jpeg"),)


class Place(TypedDict):
    """Where a report is written, and where it finds evidence."""

    folder: Path
    storage: Storage


def place(folder: Path) -> Place:
    """The run's own folder in a folder of runs, which evidence is kept in too."""
    return {"folder": folder / RUN, "storage": open_storage(folder)}


class Story:
    """Tells a run: every event comes a little after the one before."""

    def __init__(self, folder: Path | None = None, *, mode: str = "run", title: str = "住民税申告の入力") -> None:
        self.folder = folder
        self.records: list[Recorded] = []
        self.now = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
        self.tell(
            ev.RunCreated(
                run=RUN,
                workflow="juminzei_nyuryoku",
                title=title,
                workflow_hash=hashlib.sha256(b"workflow").hexdigest(),
                inputs={"book": "samples/juminzei.xlsx"},
                files={"book": hashlib.sha256(b"book").hexdigest()},
                mode=mode,
                section="税務課",
            )
        )
        self.start()

    def tell(self, event: ev.Event, seconds: float = 0.05) -> None:
        self.now += timedelta(seconds=seconds)
        self.records.append(Recorded(len(self.records) + 1042, self.now, "yamada", event))

    def start(self, *, resumed: bool = False) -> None:
        facts = {"yakin": "0.1.0", "python": "3.11.2", "browser": "Chromium 156.0.7204.49", "os": "Windows 11 24H2"}
        self.tell(ev.RunStarted(run=RUN, executor="zeimu-pc03:4711", resumed=resumed, facts=facts), seconds=1)

    def step(
        self,
        path: str,
        title: str,
        uses: str,
        *,
        line: int,
        seconds: float = 0.4,
        status: str = "succeeded",
        output: Mapping[str, object] | None = None,
        error: ErrorInfo | None = None,
        evidence: tuple[Evidence, ...] = (),
    ) -> None:
        self.tell(ev.StepStarted(run=RUN, step=path, title=title, uses=uses, line=line))
        self.end(path, seconds=seconds, status=status, output=output, error=error, evidence=evidence)

    def end(
        self,
        path: str,
        *,
        seconds: float = 0.4,
        status: str = "succeeded",
        output: Mapping[str, object] | None = None,
        error: ErrorInfo | None = None,
        evidence: tuple[Evidence, ...] = (),
    ) -> None:
        self.tell(
            ev.StepFinished(
                run=RUN,
                step=path,
                status=status,
                duration_ms=int(seconds * 1000),
                output=output or {},
                error=error,
                evidence=evidence,
            ),
            seconds=seconds,
        )

    def block(self, count: int, first_row: int = 4) -> list[str]:
        """Begin the block `entry`; gives its keys."""
        keys = [f"2026{row:04}" for row in range(1, count + 1)]
        self.tell(ev.StepStarted(run=RUN, step="entry", title="申告書を登録する", uses="for_each", line=52))
        labels = {key: f"juminzei.xlsx [受付]:{first_row + index}" for index, key in enumerate(keys)}
        self.tell(ev.ItemsCreated(run=RUN, step="entry", keys=tuple(keys), system="portal", labels=labels))
        return keys

    def registered(self, key: str, *, with_picture: bool = True) -> None:
        shot = picture(self.folder, "confirm", key) if with_picture else ()
        number = int(key[4:])
        self.item(key, "done", how="registered", evidence=shot, result={"登録番号": f"R08-{5200 + number:06}"})

    def found(self, key: str) -> None:
        shot = picture(self.folder, "found", key)
        self.item(key, "done", how="found", evidence=shot, result={"登録番号": "R08-004117"}, seconds=1.1)

    def set_aside(self, key: str, error: ErrorInfo = IMPOSSIBLE) -> None:
        shot = picture(self.folder, "refused", key) if error is REFUSED else ()
        self.item(key, "failed", error=error, evidence=shot, at_step="entry.4", seconds=2.6)

    def failed(self, key: str, error: ErrorInfo = NO_BUTTON) -> None:
        self.item(
            key, "failed", error=error, evidence=picture(self.folder, "failure", key), at_step="entry.6", seconds=31
        )

    def in_doubt(self, key: str) -> None:
        self.tell(ev.ItemStarted(run=RUN, step="entry", item=key))
        shot = picture(self.folder, "confirm", key)
        self.tell(ev.CommitIntended(run=RUN, step="entry", item=key, at_step="entry.6", evidence=shot), seconds=2)
        self.tell(
            ev.ItemSettled(
                run=RUN, step="entry", item=key, state="in_doubt", error=DOUBT, at_step="entry.6", duration_ms=33_000
            ),
            seconds=31,
        )

    def item(
        self,
        key: str,
        state: str,
        *,
        how: str = "",
        seconds: float = 3.4,
        result: dict[str, str] | None = None,
        error: ErrorInfo | None = None,
        at_step: str | None = None,
        evidence: tuple[Evidence, ...] = (),
    ) -> None:
        self.tell(ev.ItemStarted(run=RUN, step="entry", item=key))
        self.tell(
            ev.ItemSettled(
                run=RUN,
                step="entry",
                item=key,
                state=state,
                how=how,
                result=result or {},
                error=error,
                at_step=at_step,
                evidence=evidence,
                duration_ms=int(seconds * 1000),
                steps_ms={"entry.1": 310, "entry.2": int(seconds * 600)},
            ),
            seconds=seconds,
        )

    def finish(self, status: str = "succeeded", error: ErrorInfo | None = None) -> RunResult:
        self.tell(ev.RunFinished(run=RUN, status=status, error=error))
        return self.result()

    def result(self) -> RunResult:
        return fold(self.records)

    def begin_as_usual(self) -> None:
        self.step("read", "受付一覧を読む", "excel.read_rows", line=33, output={"kind": "table", "rows": 40})
        self.step("precheck", "全件を入力の前に点検する", "table.check", line=39, output=CHECKED)

    def end_as_usual(self) -> None:
        self.step(
            "write_back",
            "結果を一覧に戻す",
            "excel.write_results",
            line=88,
            output={"kind": "list", "rows": 40},
            seconds=0.9,
        )
        self.step("csv", "システムの一覧を取り出す", "browser.download", line=93, seconds=1.8)
        self.step(
            "reconcile",
            "一覧とシステムを突き合わせる",
            "table.reconcile",
            line=99,
            output={"kind": "table", "rows": 38},
        )


def usual(folder: Path | None = None) -> Story:
    """40 rows: 37 registered, 1 found, 2 set aside."""
    story = Story(folder)
    story.begin_as_usual()
    _items(story, {8: story.found, 20: story.set_aside, 31: lambda key: story.set_aside(key, REFUSED)})
    story.tell(
        ev.Noted(
            run=RUN,
            step="entry.2",
            kind="label-fallback",
            item="20260001",
            data={"label": "世帯番号", "by": "next cell"},
        )
    )
    story.tell(ev.Noted(run=RUN, step="entry.1", kind="request-blocked", data={"host": "fonts.example.com"}))
    story.end("entry", seconds=134, output={"kind": "items", "rows": 40})
    story.end_as_usual()
    story.finish()
    return story


def broken(folder: Path | None = None) -> Story:
    """Stopped after five failures: the button has another text now."""
    story = Story(folder)
    story.begin_as_usual()
    keys = story.block(40)
    for key in keys[:3]:
        story.registered(key)
    story.set_aside(keys[3], REFUSED)
    for key in keys[4:9]:
        story.failed(key)
    story.end("entry", seconds=170, status="failed", error=TOO_MANY)
    story.finish("failed", TOO_MANY)
    return story


def broken_step(folder: Path | None = None) -> Story:
    """A step outside of items failed with a screenshot; no items at all."""
    story = Story(folder)
    story.begin_as_usual()
    shot = picture(folder, "failure", "csv")
    story.step(
        "csv", "システムの一覧を取り出す", "browser.download", line=93, status="failed", error=NO_BUTTON, evidence=shot
    )
    story.finish("failed", NO_BUTTON)
    return story


def doubtful(folder: Path | None = None) -> Story:
    """One answer was never seen."""
    story = Story(folder)
    story.begin_as_usual()
    _items(story, {14: story.in_doubt})
    story.end("entry", seconds=160)
    story.finish()
    return story


def rehearsal(folder: Path | None = None) -> Story:
    """Everything up to the commit."""
    story = Story(folder, mode="rehearse")
    story.begin_as_usual()
    for key in story.block(5):
        story.item(key, "skipped", how="rehearsed", evidence=picture(folder, "confirm", key))
    story.end("entry")
    story.finish()
    return story


def interrupted(folder: Path | None = None) -> Story:
    """Killed right after the intent of the 18th row."""
    story = Story(folder)
    story.begin_as_usual()
    keys = story.block(40)
    for key in keys[:17]:
        story.registered(key)
    story.tell(ev.ItemStarted(run=RUN, step="entry", item=keys[17]))
    shot = picture(folder, "confirm", keys[17])
    story.tell(ev.CommitIntended(run=RUN, step="entry", item=keys[17], at_step="entry.6", evidence=shot))
    return story


def resumed(folder: Path | None = None) -> Story:
    """The same, gone on with a few minutes later."""
    story = interrupted(folder)
    story.now += timedelta(minutes=4)
    story.start(resumed=True)
    story.tell(ev.StepStarted(run=RUN, step="entry", title="申告書を登録する", uses="for_each", line=52))
    story.tell(ev.ItemProbed(run=RUN, step="entry", item="20260018", found=True))
    story.found("20260018")
    for row in range(19, 41):
        story.registered(f"2026{row:04}")
    story.end("entry", seconds=80)
    story.end_as_usual()
    story.finish()
    return story


def nothing_to_do(folder: Path | None = None) -> Story:
    """The list was empty."""
    story = Story(folder)
    story.begin_as_usual()
    story.block(0)
    story.end("entry", seconds=0)
    story.finish()
    return story


def large(count: int = 5_000) -> Story:
    """Many rows, without pictures."""
    story = Story()
    story.begin_as_usual()
    for number, key in enumerate(story.block(count)):
        if number % 500 == 7:
            story.set_aside(key)
        else:
            story.registered(key, with_picture=False)
    story.end("entry", seconds=17_000)
    story.finish()
    return story


def _items(story: Story, special: dict[int, Callable[[str], None]]) -> None:
    for row, key in enumerate(story.block(40), 1):
        special.get(row, story.registered)(key)


ALL = {
    "usual": usual,
    "broken": broken,
    "broken_step": broken_step,
    "doubtful": doubtful,
    "rehearsal": rehearsal,
    "interrupted": interrupted,
    "resumed": resumed,
    "nothing_to_do": nothing_to_do,
}
"""Name → who tells it into a folder."""
