"""The report of a run as one HTML file that needs nothing else: no network, no script, no folder beside it.

It holds both languages and shows one; a switch that works without script changes it.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yakin.events import Noted
from yakin.i18n import LANGUAGES, translator
from yakin.reports import relations, verdicts
from yakin.reports.decisions import decision_words
from yakin.reports.evidence import Exhibit, Exhibits, Links
from yakin.results import ItemResult, RunResult, StepResult
from yakin.storage import Storage

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"

MOST_CARDS = 30
"""So many items of a step that need a person are shown large, beside their picture; the others in the table."""

MOST_NOTES = 50
"""So many different notes of a step are told."""


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item as the page shows it.

    Attributes:
        item: What became of it.
        number: Its place in the block, counted from 1.
        verdict: Key of `VERDICTS`.
        anchor: Id of its card.
        card: True when it is shown large above the table.
        exhibits: Its evidence, in the order it was taken.
    """

    item: ItemResult
    number: int
    verdict: str
    anchor: str
    card: bool
    exhibits: list[Exhibit]


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as the page shows it.

    Attributes:
        step: What became of it.
        anchor: Id of its place on the page.
        depth: How far it is nested.
        open: True when a reader should see into it at once.
        exhibits: Its own evidence.
        items: Its work items.
        cards: Those that are shown large, the most urgent first.
        counts: Verdict → number of its items.
        columns: Names of the results of its items.
        notes: What its actions noted, the same thing once with how often.
        explained: True when at least one of its items says why it is not done.
    """

    step: StepResult
    anchor: str
    depth: int
    open: bool
    exhibits: list[Exhibit]
    items: list[ItemView]
    cards: list[ItemView]
    counts: dict[str, int]
    columns: list[str]
    notes: list[tuple[Noted, int]]
    explained: bool


def render(result: RunResult, *, folder: Path, language: str, storage: Storage) -> str:
    """The whole report.

    Args:
        result: The run, finished or not.
        folder: Where the report will be written.
        language: The one shown first, `ja` or `en`.
        storage: Where the run's evidence is.
    """
    t = translator(language)
    first = verdicts.look_here_first(result)
    exhibits = Exhibits(result, Links(result.id, storage, folder))
    style, script = _part("report.css"), _part("report.js")
    return _template().render(
        run=result,
        language=t.language,
        languages=LANGUAGES,
        outcome=verdicts.outcome(result, t),
        run_error=verdicts.run_error(result),
        counts=verdicts.counts(result.items),
        shares=_shares(verdicts.counts(result.items)),
        steps=[_step_view(step, number, step is first, exhibits) for number, step in enumerate(result.steps, 1)],
        style=_trusted(style),
        style_hash=_csp_hash(style),
        script=_trusted(script),
        script_hash=_csp_hash(script),
    )


def _step_view(step: StepResult, number: int, is_first: bool, exhibits: Exhibits) -> StepView:
    urgent = sorted(verdicts.troubled(step.items), key=lambda item: verdicts.TROUBLED.index(verdicts.verdict_of(item)))
    large = {item.key for item in urgent[:MOST_CARDS]}
    items = [
        ItemView(
            item=item,
            number=place,
            verdict=verdicts.verdict_of(item),
            anchor=f"step-{number}-item-{place}",
            card=item.key in large,
            exhibits=exhibits.show(item.evidence),
        )
        for place, item in enumerate(step.items, 1)
    ]
    return StepView(
        step=step,
        anchor=f"step-{number}",
        depth=min(step.path.count("."), 4),
        open=is_first or step.status in ("failed", "waiting") or bool(urgent),
        exhibits=exhibits.show(step.evidence),
        items=items,
        cards=sorted((one for one in items if one.card), key=lambda one: verdicts.TROUBLED.index(one.verdict)),
        counts=verdicts.counts(step.items),
        columns=list(dict.fromkeys(name for item in step.items for name in item.result)),
        notes=_counted(step.notes),
        explained=any(
            item.error is not None or item.decided_by or item.state in ("in_doubt", "skipped") for item in step.items
        ),
    )


def _counted(notes: Iterable[Noted]) -> list[tuple[Noted, int]]:
    """The same thing noted for forty items is told once."""
    first: dict[tuple[Any, ...], Noted] = {}
    times: Counter[tuple[Any, ...]] = Counter()
    for note in notes:
        what = (note.kind, *note.data.items())
        first.setdefault(what, note)
        times[what] += 1
    return [(note, times[what]) for what, note in first.items()]


def _shares(counts: dict[str, int]) -> list[tuple[str, float, float]]:
    """Verdict, where its part of the bar begins and how long it is, in percent; none when there are no items."""
    total = sum(counts.values())
    shares, begin = [], 0.0
    for verdict, n in counts.items():
        if n:
            shares.append((verdict, round(begin, 3), round(100 * n / total, 3)))
            begin += 100 * n / total
    return shares


def _both(words: Callable[..., Any], *subjects: Any) -> Markup:
    """The words in every language, of which the page shows one; plain when they do not differ."""
    from markupsafe import Markup, escape

    texts = {language: words(*subjects, translator(language)) for language in LANGUAGES}
    if len(set(texts.values())) == 1:
        return escape(next(iter(texts.values())))
    return Markup("").join(
        Markup('<span lang="{}">{}</span>').format(language, text) for language, text in texts.items()
    )


def _tr(sentence: str, **data: Any) -> Markup:
    return _both(lambda t: t.text(sentence, **data))


def _trn(one: str, many: str, n: int, **data: Any) -> Markup:
    return _both(lambda t: t.plural(one, many, n, **data))


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment: Environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        both=_both,
        tr=_tr,
        trn=_trn,
        verdicts=verdicts,
        relations=relations,
        most_notes=MOST_NOTES,
        headline=lambda result, t: verdicts.outcome(result, t).headline,
        detail=lambda result, t: verdicts.outcome(result, t).detail,
        decision=lambda approval, over, t: decision_words(approval, t, over=over),
        message=lambda error, t: t.error(error)[0],
        hint=lambda error, t: t.error(error)[1] or "",
        word=lambda table, key, t: t.text(table[key]) if key in table else key,
    )
    return environment.get_template("report.html")


@cache
def _part(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8").strip()


def _trusted(text: str) -> Markup:
    """Our own style and script, which stand on the page as they are."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - a file of this package, no data


def _csp_hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
