"""`items`: the items of a run, to look through, and out to a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yakin.cli.opening import project_of_run
from yakin.cli.speaking import language
from yakin.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yakin.project import Project
    from yakin.reports.listing import BlockItems
    from yakin.results import RunResult


def items(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Id of the run, or its beginning.")],
    in_doubt: Annotated[bool, typer.Option("--in-doubt", help="Only those in doubt.")] = False,
    failed: Annotated[
        bool, typer.Option("--failed", help="Only those that failed, were set aside or were not worked on.")
    ] = False,
    set_aside: Annotated[bool, typer.Option("--set-aside", help="Only those set aside for a person.")] = False,
    state: Annotated[str | None, typer.Option(help="Only those in this state, such as registered.")] = None,
    block: Annotated[str | None, typer.Option(metavar="STEP", help="Only those of this block.")] = None,
    xlsx: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write their rows to a workbook, to be corrected.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """List the items of a run, and of the runs it called: what became of each, why, and what proves it."""
    import json

    from yakin.reports.listing import TO_CORRECT, chosen, items_to_json, print_items

    project = project_of_run(context, run)
    asked = [
        *(["in_doubt"] if in_doubt else []),
        *(TO_CORRECT if failed else []),
        *(["set_aside"] if set_aside else []),
    ]
    wanted = [*asked, *([] if state is None else [_known(state)])]
    results = [project.result(row.id) for row in project.engine.requests.family(run)]
    _see_that_there_is(block, results)
    found = chosen(results, wanted, block)
    if xlsx is not None:
        _write(project, results[0], found, xlsx)
    elif as_json:
        typer.echo(json.dumps(items_to_json(found), ensure_ascii=False, indent=2))
    else:
        print_items(results[0], found, language=language(project))


def _known(state: str) -> str:
    from yakin.reports.verdicts import VERDICTS

    if state not in VERDICTS:
        raise ConfigError(
            "There is no state {state}", state=state, hint="There are: {names}", names=", ".join(VERDICTS)
        )
    return state


def _see_that_there_is(block: str | None, results: Sequence[RunResult]) -> None:
    names = dict.fromkeys(step.path for result in results for step in result.steps if step.items)
    if block is not None and block not in names:
        raise ConfigError(
            "No block {block} has items", block=block, hint="There are: {names}", names=", ".join(names) or "-"
        )


def _write(project: Project, result: RunResult, found: Sequence[BlockItems], path: Path) -> None:
    """Write the rows of the run's own items to a workbook, and say which items have no row in it."""
    from yakin.engine.reruns import NoSuchRows
    from yakin.i18n import translator
    from yakin.reports.corrections import BlockRows, write

    t = translator(language(project))
    blocks, without = [], 0
    for one in found:
        if one.run.id != result.id:
            words = t.text("The items of run {run} are left out: give its id to have them", run=one.run.id)
            typer.echo(words, err=True)
            continue
        try:
            rows = project.engine.reruns.rows(result.id, one.step.path)
        except NoSuchRows:
            without += len(one.items)
            continue
        blocks.append(BlockRows(one.step.path, one.step.title, rows, one.items))
    if without:
        words = t.plural(
            "{n} row was set aside by a check and is left out: correct it in the list that the workflow reads",
            "{n} rows were set aside by a check and are left out: correct them in the list that the workflow reads",
            without,
        )
        typer.echo(words, err=True)
    if not blocks:
        raise ConfigError("There are no such items; {path} is not written", path=path)
    _save(path, write(result, blocks, language(project)))
    count = sum(len(block.items) for block in blocks)
    typer.echo(t.plural("{n} row is in {path}", "{n} rows are in {path}", count, path=path))
    typer.echo(
        t.text(
            "Corrected, it is handed in with: runner.py rerun {run} --items {path} --reason …", run=result.id, path=path
        )
    )


def _save(path: Path, data: bytes) -> None:
    """Write a new file; one that is there may hold a clerk's corrections."""
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise ConfigError(
            "{path} is there already", path=path, hint="Choose another name; somebody may have corrected rows in it"
        ) from None
