"""What stands in the terminal after a run, and the lists of runs: for people, aligned under full-width text too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from yakin.i18n import Translator, translator
from yakin.reports import relations, verdicts
from yakin.reports.decisions import decision_words
from yakin.reports.progress import LiveProgress
from yakin.reports.prose import Prose
from yakin.reports.screen import console
from yakin.results import ItemResult, RunResult, StepResult

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from yakin.ledger import LeaseRow, RunRow

__all__ = ["LiveProgress", "print_run", "print_runs", "print_summary", "run_detail", "runs_table", "summary"]

MOST_ROWS = 20
"""So many rows that need a person are listed at the end of a run; the report has all of them."""

_TONES: Mapping[verdicts.Tone, str] = {"good": "green", "attention": "yellow", "bad": "red", "open": "cyan"}
_SIGNS: Mapping[verdicts.Tone, str] = {"good": "✓", "attention": "!", "bad": "✗", "open": "…"}
_COLOURS: Mapping[str, str] = {
    "registered": "green",
    "found": "cyan",
    "rehearsed": "cyan",
    "set_aside": "yellow",
    "failed": "red",
    "in_doubt": "magenta",
    "skipped": "bright_black",
    "pending": "bright_black",
}
_STATUS_TONES: Mapping[str, verdicts.Tone] = {"succeeded": "good", "failed": "bad", "cancelled": "attention"}


def print_summary(result: RunResult, *, language: str, report: Path | None = None, root: Path | None = None) -> None:
    """Print how a run went.

    Args:
        result: The run.
        language: `ja` or `en`.
        report: Its HTML report, told when given.
        root: The project's folder; paths inside it are shown relative to it.
    """
    console().print(summary(result, language, _shown(report, root)))


def print_runs(rows: Sequence[RunRow], *, language: str) -> None:
    """Print a list of runs."""
    console().print(runs_table(rows, language))


def print_workers(rows: Sequence[LeaseRow], *, language: str) -> None:
    """Print the workers that are running."""
    from rich.table import Table
    from rich.text import Text

    t = translator(language)
    if not rows:
        console().print(Text(t.text("No worker is running. Start one with: runner.py work")))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Worker", "Systems", "Sessions", "Since"):
        table.add_column(Text(t.text(heading)))
    for row in rows:
        systems = t.text("all") if row.serves is None else ", ".join(row.serves)
        since = f"{row.since.astimezone():%Y-%m-%d %H:%M}"
        table.add_row(Text(row.name), Text(systems), Text(str(row.sessions)), Text(since))
    console().print(table)


def print_run(result: RunResult, *, failed_only: bool, language: str, folder: Path | None = None) -> None:
    """Print one run with its steps and items.

    Args:
        result: The run.
        failed_only: Only what needs a person.
        language: `ja` or `en`.
        folder: The run's folder, where reports and evidence are.
    """
    console().print(run_detail(result, failed_only, language, folder))


def summary(result: RunResult, language: str, report: str = "") -> RenderableType:
    """How a run went: the verdict, the counts, the rows that need a person, where to read on."""
    from rich.console import Group
    from rich.text import Text

    t = translator(language)
    parts: list[RenderableType] = [Text(), *_verdict(result, t)]
    if result.items:
        parts += [Text(), _counts(result, t)]
    for step in result.steps:
        parts += [Text(), totals_table(step, t)] if relations.totals(step) else []
    rows = verdicts.troubled(result.items)
    if rows:
        parts += [Text(), _rows(rows[:MOST_ROWS], t)]
    if len(rows) > MOST_ROWS:
        parts.append(Text("  " + t.plural("… and {n} more row", "… and {n} more rows", len(rows) - MOST_ROWS)))
    parts += [Text(), _read_on(result, report, t)]
    return Group(*parts)


def runs_table(rows: Sequence[RunRow], language: str) -> RenderableType:
    """Runs with their counts, in the order given."""
    from rich.text import Text

    t = translator(language)
    if not rows:
        return Text(t.text("There are no runs yet"))
    table = _table(t.text("Run"), t.text("State"), t.text("Started"), t.text("Workflow"), t.text("Rows"))
    for column in table.columns[:3]:
        column.no_wrap = True
    for row in rows:
        tone = _STATUS_TONES.get(row.status, "open")
        name = row.title if row.mode != "rehearse" else f"{row.title} ({t.text('Rehearsal')})"
        table.add_row(
            Text(row.id),
            Text(_word(verdicts.STATUSES, row.status, t), _TONES[tone]),
            Text(verdicts.moment(row.created)[5:16]),
            Prose(name),
            Prose(told(row.counts, t)),
        )
    return table


def run_detail(result: RunResult, failed_only: bool, language: str, folder: Path | None = None) -> RenderableType:
    """One run: the verdict, its steps, its items with what went wrong where, and where the proof is."""
    from rich.console import Group
    from rich.text import Text

    t = translator(language)
    parts: list[RenderableType] = [*_verdict(result, t)]
    if result.items:
        parts += [Text(), _counts(result, t)]
    for step in result.steps:
        rows = verdicts.troubled(step.items) if failed_only else list(step.items)
        if failed_only and step.status == "succeeded" and not rows:
            continue
        parts += [Text(), _step(step, t)]
        if step.approval is not None:
            parts.append(Prose(decision_words(step.approval, t, over=result.finished is not None), indent=2))
        if step.error is not None:
            parts += _sentences(*t.error(step.error))
        if relations.totals(step):
            parts += [Text(), totals_table(step, t)]
        if rows:
            parts.append(_rows(rows, t, with_evidence=folder is not None))
    report = folder / "report.html" if folder is not None else None
    parts += [Text(), _read_on(result, _shown(report, None), t)]
    return Group(*parts)


def told(counts: Mapping[str, int], t: Translator) -> str:
    """The ledger's counts in words; items under way are not done."""
    numbers = dict.fromkeys(verdicts.VERDICTS, 0)
    for verdict, n in counts.items():
        numbers[verdict if verdict in numbers else "pending"] += n
    return "  ".join(f"{t.text(verdicts.VERDICTS[verdict])}\u00a0{n:,}" for verdict, n in numbers.items() if n)


def _verdict(result: RunResult, t: Translator) -> list[RenderableType]:
    from rich.text import Text

    outcome = verdicts.outcome(result, t)
    colour = _TONES[outcome.tone]
    title = Text(result.title, "bold")
    if result.mode == "rehearse":
        title.append(f"  {t.text('Rehearsal')}", "cyan")
    lines: list[RenderableType] = [title, Prose(f"{_SIGNS[outcome.tone]} {outcome.headline}", f"bold {colour}")]
    if outcome.detail:
        lines.append(Prose(outcome.detail, indent=2))
    error = verdicts.run_error(result)
    if error is not None:
        lines += _sentences(*t.error(error))
    return lines


def _counts(result: RunResult, t: Translator) -> Table:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 3, 0, 0))
    grid.add_column(width=0)
    counts = verdicts.counts(result.items)
    for _ in counts:
        grid.add_column(justify="right")
    grid.add_row(
        "", *(Text(t.text(verdicts.VERDICTS[name]), _COLOURS[name] if n else "dim") for name, n in counts.items())
    )
    grid.add_row("", *(Text(f"{n:,}", f"bold {_COLOURS[name]}" if n else "dim") for name, n in counts.items()))
    return grid


def _rows(items: Sequence[ItemResult], t: Translator, *, with_evidence: bool = False) -> Table:
    from rich.console import Group
    from rich.text import Text

    table = _table(t.text("Key"), t.text("State"), t.text("Why, and what to do"))
    before = ("", "")
    for item in items:
        verdict = verdicts.verdict_of(item)
        why = (verdicts.reason(item, t), verdicts.advice(item, t))
        told = [item.label, *((t.text("The same as above"),) if why == before and why[0] else why[:1])]
        told.append(", ".join(f"{name}: {value}" for name, value in item.result.items()))
        lines: list[RenderableType] = [Prose(line) for line in told if line]
        if why[1] and why != before:
            lines.append(Prose(f"→ {why[1]}", "cyan"))
        if with_evidence and verdict in verdicts.TROUBLED and item.evidence:
            lines.append(Prose(item.evidence[-1].path, "dim"))
        table.add_row(Text(item.key), Text(t.text(verdicts.VERDICTS[verdict]), _COLOURS[verdict]), Group(*lines))
        before = why
    return table


def totals_table(step: StepResult, t: Translator) -> RenderableType:
    """The control totals of a block, with what of them was registered."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    table.add_column(t.text("Control total"), overflow="fold")
    for name in (t.text("Sum"), t.text("Registered"), t.text("Not registered, or in doubt")):
        table.add_column(name, justify="right", overflow="fold")
    for row in relations.totals(step):
        left = "bold" if row.not_registered not in (None, "0") else ""
        table.add_row(
            Text(row.words(t)), Text(row.total), Text(row.registered or "–"), Text(row.not_registered or "–", left)
        )
    return table


def _step(step: StepResult, t: Translator) -> RenderableType:
    from rich.text import Text

    tone = _STATUS_TONES.get(step.status, "open")
    line = Text(f"{_SIGNS[tone]} ", _TONES[tone])
    line.append(step.title, "bold")
    about = [step.path, step.uses, _word(verdicts.STATUSES, step.status, t)]
    if step.status not in ("running", "waiting"):
        about.append(verdicts.duration(verdicts.took(step), t))
    line.append("  " + " · ".join(about), "dim")
    return line


def _read_on(result: RunResult, report: str, t: Translator) -> Table:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    if result.finished is not None:
        grid.add_row(t.text("Took"), verdicts.duration(result.duration_ms, t))
    if report:
        grid.add_row(t.text("Report"), Text(report))
    for name, value in relations.related(result).items():
        grid.add_row(relations.word(name, t), Prose(value))
    more = f"runner.py show {result.id}"
    if verdicts.troubled(result.items):
        more += " --failed"
    grid.add_row(t.text("More"), Text(more))
    asked = list(verdicts.waits_for(result))
    for approval in asked:
        grid.add_row(t.text("Decides"), Prose(f"{approval.role}: {approval.title}".rstrip(": ")))
    if asked:
        grid.add_row(t.text("Decide"), Text(f"runner.py approvals {result.id}"))
    elif result.status in ("running", "waiting"):
        grid.add_row(t.text("Go on"), Text(f"runner.py resume {result.id}"))
    return grid


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    for name in columns[:-1]:
        table.add_column(name, overflow="fold")
    table.add_column(columns[-1], overflow="fold", ratio=1)
    return table


def _sentences(message: str, hint: str | None) -> list[RenderableType]:
    told: list[RenderableType] = [Prose(message, indent=2)]
    return told if hint is None else [*told, Prose(f"→ {hint}", "cyan", indent=2)]


def _word(words: Mapping[str, str], name: str, t: Translator) -> str:
    return t.text(words[name]) if name in words else name


def _shown(path: Path | None, root: Path | None) -> str:
    """The path as a person would type it."""
    if path is None:
        return ""
    for near in (root, Path.cwd()):
        if near is not None and path.is_relative_to(near):
            return str(path.relative_to(near))
    return str(path)
