"""A digest in words: headline, sections and lines in one language, from which text and HTML are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from yakin.i18n import Translator
from yakin.news.digest import Cause, Digest, Late, NotStarted, RunName, WaitingFor
from yakin.news.timing import Kind
from yakin.news.wording import error_words
from yakin.phrases import mark, mark_plural
from yakin.reports.verdicts import STATUSES

MOST_NAMED = 20
"""So many runs are named in one place; of the others only the number is told."""

WHY_NOT: Mapping[str, str] = {
    "missed": mark("nothing was running then"),
    "overlap": mark("the run before was still going"),
    "paused": mark("paused by a person"),
    "failed": mark("it could not be started"),
    "merged": mark("another trigger has asked for it already"),
}
"""Why something that was due was not started → the words for it."""

_LATE: Mapping[str, str] = {
    "not_started": mark("{title} ({run}): not started by {moment}; now: {status}"),
    "not_finished": mark("{title} ({run}): not finished by {moment}; now: {status}"),
}
_HEADLINES: tuple[tuple[str, tuple[str, str]], ...] = (
    ("in_doubt", mark_plural("{n} item in doubt", "{n} items in doubt")),
    ("not_started", mark_plural("{n} not started", "{n} not started")),
    ("late", mark_plural("{n} late", "{n} late")),
    ("rejected", mark_plural("{n} file wrong", "{n} files wrong")),
    ("waiting", mark_plural("{n} decision awaited", "{n} decisions awaited")),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a section.

    Attributes:
        text: What it is.
        details: More about it, a line each.
    """

    text: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a letter.

    Attributes:
        title: What it is about.
        entries: What there is.
        advice: What to do about it; empty when there is nothing to do.
    """

    title: str
    entries: tuple[Entry, ...]
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """News in one language.

    Attributes:
        language: `ja` or `en`.
        subject: For the subject line.
        headline: The most important in one line.
        period: From when to when.
        sections: The rest, the most urgent first.
        footer: Where it comes from.
    """

    language: str
    subject: str
    headline: str
    period: str
    sections: tuple[Section, ...]
    footer: str


def write(found: Digest, kind: Kind, t: Translator, *, zone: tzinfo, left_out: int = 0) -> Letter:
    """Put a digest into words.

    Args:
        found: What is new.
        kind: Whether it is the digest or an alert.
        t: Says it.
        zone: In which moments are told.
        left_out: How many reports are too large to be attached.
    """
    headline = _headline(found, t)
    subject = t.text("[Yakin] {headline}", headline=headline)
    if kind == "alert":
        subject = t.text("[Yakin: alert] {headline}", headline=headline)
    moments = _Moments(zone)
    sections = [*_urgent(found, moments, t), *_rest(found, moments, t)]
    footer = t.text("Sent by Yakin; no answer is read. What stands here names no person.")
    if left_out:
        more = t.plural(
            "{n} report was too large to be attached.", "{n} reports were too large to be attached.", left_out
        )
        footer = f"{more}\n{footer}"
    period = t.text("From {begin} to {end}", begin=moments(found.begin), end=moments(found.end))
    return Letter(t.language, subject, headline, period, tuple(one for one in sections if one.entries), footer)


def trial(rule: str, t: Translator) -> Letter:
    """A letter that only shows that letters arrive."""
    words = t.text("Test message of the rule {rule}", rule=rule)
    text = t.text("Whoever reads this will get the news of this rule.")
    footer = t.text("Sent by Yakin; no answer is read. What stands here names no person.")
    return Letter(t.language, t.text("[Yakin] {headline}", headline=words), words, text, (), footer)


class _Moments:
    """Moments on the clock on the wall."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def __call__(self, moment: datetime) -> str:
        return moment.astimezone(self._zone).strftime("%Y-%m-%d %H:%M")


def _headline(found: Digest, t: Translator) -> str:
    total = sum(sum(by_status.values()) for by_status in found.ended.values())
    failed = found.number("failed")
    numbers: Mapping[str, int] = {
        "in_doubt": sum(name.items for name in found.in_doubt),
        "not_started": sum(one.times for one in found.not_started if one.why != "paused"),
        "late": len(found.late),
        "rejected": len(found.rejected),
        "waiting": len(found.waiting),
    }
    parts = [t.plural(*words, numbers[name]) for name, words in _HEADLINES if numbers[name]]
    if failed:
        causes = t.plural("{n} cause", "{n} causes", len(found.causes))
        failures = t.plural("{failed} of {n} run failed", "{failed} of {n} runs failed", total, failed=failed)
        parts = [failures, *([causes] if found.causes else []), *parts]
    elif total:
        parts = [t.plural("{n} run, none failed", "{n} runs, none failed", total), *parts]
    return t.text(", ").join(parts) or t.text("Nothing ran")


def _urgent(found: Digest, moments: _Moments, t: Translator) -> Iterator[Section]:
    yield Section(
        t.text("Failed"),
        tuple(_cause(cause, t) for cause in found.causes),
        t.text("Remove the cause, then go on with: {command}", command="runner.py resume RUN"),
    )
    yield Section(
        t.text("In doubt: whether it was registered is not known"),
        _with_items(found.in_doubt, t),
        t.text("Look in the system, then settle it with: {command}", command="runner.py settle RUN"),
    )
    yield Section(
        t.text("Not started"),
        tuple(_not_started(one, moments, t) for one in found.not_started),
        t.text("Where it is still wanted, start it with: {command}", command="runner.py run WORKFLOW"),
    )
    yield Section(t.text("Late"), tuple(Entry(_late(one, moments, t)) for one in found.late))
    yield Section(
        t.text("Files that are wrong; what was right before goes on"),
        tuple(
            Entry(t.plural("{file}: {n} problem", "{file}: {n} problems", one.problems, file=one.file))
            for one in found.rejected
        ),
        t.text("See what is wrong with: {command}", command="runner.py check"),
    )
    yield Section(
        t.text("Waiting for a decision"),
        tuple(_waiting(one, moments, t) for one in found.waiting),
        t.text("Look at it and decide with: {command}", command="runner.py approvals RUN"),
    )


def _rest(found: Digest, moments: _Moments, t: Translator) -> Iterator[Section]:
    yield Section(
        t.text("Rows that need a person"),
        _with_items(found.set_aside, t),
        t.text("Have them as a workbook with: {command}", command="runner.py items RUN --set-aside --xlsx FILE.xlsx"),
    )
    yield Section(t.text("Not finished yet"), tuple(Entry(_named(name)) for name in found.running))
    yield Section(
        t.text("What ran"),
        tuple(Entry(_ran(title, by_status, t)) for title, by_status in found.ended.items()),
    )
    yield Section(
        t.text("News that did not reach everybody"),
        tuple(
            Entry(t.text("Rule {rule}, given up at {moment}", rule=one.rule, moment=moments(one.at)))
            for one in found.undelivered
        ),
        t.text("Try it with: {command}", command="runner.py news --test RULE"),
    )


def _cause(cause: Cause, t: Translator) -> Entry:
    words = error_words(cause.code, cause.template, cause.names, t, system=cause.system)
    where = cause.action if len(cause.runs) > 1 and cause.action else cause.title
    return Entry(t.text("“{where}”: {words}", where=where, words=words), _limited(cause.runs, t))


def _with_items(runs: Sequence[RunName], t: Translator) -> tuple[Entry, ...]:
    return tuple(Entry(line) for line in _limited(runs, t))


def _limited(runs: Sequence[RunName], t: Translator) -> tuple[str, ...]:
    lines = [_counted(name, t) for name in runs[:MOST_NAMED]]
    more = len(runs) - MOST_NAMED
    return (*lines, *([t.plural("and {n} more", "and {n} more", more)] if more > 0 else []))


def _counted(name: RunName, t: Translator) -> str:
    if not name.items:
        return _named(name)
    return t.plural("{run}: {n} row", "{run}: {n} rows", name.items, run=_named(name))


def _named(name: RunName) -> str:
    return f"{name.title} ({name.id})"


def _not_started(one: NotStarted, moments: _Moments, t: Translator) -> Entry:
    why = t.text(WHY_NOT[one.why]) if one.why in WHY_NOT else one.why
    words = t.plural(
        "{title}: due {n} time, first at {moment}; {why}",
        "{title}: due {n} times, first at {moment}; {why}",
        one.times,
        title=one.title,
        moment=moments(one.first),
        why=why,
    )
    return Entry(words)


def _waiting(one: WaitingFor, moments: _Moments, t: Translator) -> Entry:
    words = t.text(
        "{title} ({run}): {role} decides, since {since}",
        title=one.run.title,
        run=one.run.id,
        role=one.role,
        since=moments(one.since),
    )
    return Entry(words, (t.text("until {due}", due=moments(one.due)),) if one.due else ())


def _late(one: Late, moments: _Moments, t: Translator) -> str:
    return t.text(
        _LATE.get(one.kind, _LATE["not_finished"]),
        title=one.run.title,
        run=one.run.id,
        moment=moments(one.expected),
        status=t.text(STATUSES[one.status]) if one.status in STATUSES else one.status,
    )


def _ran(title: str, by_status: Mapping[str, int], t: Translator) -> str:
    counted = t.text(", ").join(f"{t.text(STATUSES[status])} {n:,}" for status, n in sorted(by_status.items()))
    return t.text("{title}: {counted}", title=title, counted=counted)
