"""`rerun`: do a run again, all of it or what it has not done, with its rows as they were or corrected."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yakin.cli.arguments import given_inputs
from yakin.cli.executing import carry_out, exit_status
from yakin.cli.opening import project_of_run
from yakin.cli.speaking import language
from yakin.errors import ConfigError

if TYPE_CHECKING:
    from yakin.engine.reruns import What
    from yakin.ledger import RunRow
    from yakin.project import Project

_FAILED = "failed"


def rerun(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Id of the run, or its beginning.")],
    from_failed: Annotated[
        bool, typer.Option("--from-failed", help="Take over what it has done; do the rest.")
    ] = False,
    from_start: Annotated[bool, typer.Option("--from-start", help="Do everything again.")] = False,
    items: Annotated[
        str | None,
        typer.Option(
            metavar="failed|FILE", help="Only its items that failed or were left, or the rows of a corrected workbook."
        ),
    ] = None,
    current: Annotated[
        bool, typer.Option("--current", help="With the workflow as its file is now, not as it was then.")
    ] = False,
    reason: Annotated[
        str | None, typer.Option(help="Why; needed when it has begun to register, and kept in the journal.")
    ] = None,
    inputs: Annotated[
        list[str] | None, typer.Option("--input", "-i", metavar="NAME=VALUE", help="Another value; repeatable.")
    ] = None,
    here: Annotated[bool, typer.Option("--here", help="In this process, even where workers are running.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> int:
    """Do a finished run again, as a new run that is linked with it; what is registered is never registered again."""
    from yakin.project import actor

    project = project_of_run(context, run)
    row, reruns = project.journal.run(run), project.engine.reruns
    what = _what(from_failed=from_failed, from_start=from_start, items=items)
    corrected = None if items in (None, _FAILED) else _corrected(project, row, Path(items or ""))
    workers = [] if here else project.engine.requests.workers_for(_systems(project, row, current=current))
    created = reruns.create(
        row.id,
        what,
        actor=actor(),
        reason=reason,
        current=current,
        given=given_inputs(inputs),
        corrected=corrected,
        for_workers=bool(workers),
    )
    if items is not None:
        _tell_doubts(project, row)
    return exit_status(carry_out(project, created, by_workers=bool(workers), as_json=as_json))


def _what(*, from_failed: bool, from_start: bool, items: str | None) -> What:
    if [from_failed, from_start, items is not None].count(True) != 1:
        raise ConfigError("Give one of --from-failed, --from-start and --items")
    if from_start:
        return "start"
    return "items" if items == _FAILED else "failed"


def _systems(project: Project, row: RunRow, *, current: bool) -> tuple[str, ...]:
    from yakin.errors import WorkflowError
    from yakin.workflow.check import unsupported

    checked = project.engine.reruns.workflow_of(row, current=current)
    problems = unsupported(checked)
    if problems:
        raise WorkflowError(problems)
    return tuple(checked.workflow.systems)


def _corrected(project: Project, row: RunRow, path: Path) -> dict[str, list[Any]]:
    """The rows of a corrected workbook, by block."""
    from yakin.reports.corrections import BlockRows, read

    result, reruns = project.result(row.id), project.engine.reruns
    keys = reruns.correctable(row.id)
    blocks = [
        BlockRows(
            step.path,
            step.title,
            reruns.rows(row.id, step.path),
            [item for item in step.items if item.key in keys.get(step.path, ())],
        )
        for step in result.steps
        if step.rows
    ]
    return read(path, result, blocks)


def _tell_doubts(project: Project, row: RunRow) -> None:
    """Items in doubt are not done again; somebody has to look first."""
    from yakin.i18n import translator

    doubtful = project.engine.reruns.in_doubt(row.id)
    if doubtful:
        t = translator(language(project))
        words = t.plural(
            "{n} item is in doubt and left out. Look in the system, then: "
            'runner.py settle {run} {key} --was-registered --reason "…"',
            "{n} items are in doubt and left out. Look in the system, then: "
            'runner.py settle {run} {key} --was-registered --reason "…"',
            len(doubtful),
            run=doubtful[0].run,
            key=doubtful[0].key,
        )
        typer.echo(words, err=True)
