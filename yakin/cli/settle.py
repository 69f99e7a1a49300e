"""`settle`: somebody has looked in the system whether an item in doubt is registered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yakin.cli.arguments import given_inputs
from yakin.cli.opening import project_of_run
from yakin.cli.speaking import language
from yakin.errors import ConfigError

if TYPE_CHECKING:
    from yakin.i18n import Translator
    from yakin.ledger import LedgerItem
    from yakin.project import Project


def settle(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Id of the run, or its beginning.")],
    key: Annotated[str, typer.Argument(help="Business key of the item.")],
    registered: Annotated[
        bool | None,
        typer.Option("--was-registered/--was-not", help="What you have seen in the system.", show_default=False),
    ] = None,
    reason: Annotated[str, typer.Option(help="How you know it; it is kept in the journal.")] = "",
    result: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Its result, such as the number it was given; repeatable."),
    ] = None,
    block: Annotated[
        str | None, typer.Option(metavar="STEP", help="Its block, where the key is in doubt in several.")
    ] = None,
) -> None:
    """Settle an item in doubt: say that it was registered, or that it was not, and how you know."""
    from yakin.i18n import translator
    from yakin.project import actor

    if registered is None:
        raise ConfigError("Say what you have seen: --was-registered or --was-not")
    if result and not registered:
        raise ConfigError("What was not registered has no result")
    project = project_of_run(context, run)
    settled = project.engine.decisions.settle(
        run,
        key,
        registered=registered,
        actor=actor(),
        reason=reason,
        result=given_inputs(result, "--result"),
        block=block,
    )
    t = translator(language(project))
    for item in settled:
        typer.echo(_told(item, registered, t))
        _write_report(project, item.run, t)
    typer.echo(_next(project, settled[0].run, t))


def _told(item: LedgerItem, registered: bool, t: Translator) -> str:
    data = {"key": item.key, "step": item.step, "run": item.run}
    if registered:
        return t.text("{key} in {step} of run {run} counts as registered", **data)
    return t.text("{key} in {step} of run {run} counts as not registered: it may be done again", **data)


def _write_report(project: Project, run: str, t: Translator) -> None:
    """Write the run's reports anew; what was decided is in the journal, whether they can be written or not."""
    try:
        project.write_reports(project.result(run), language(project))
    except OSError as error:
        typer.echo(t.text("The reports still say what they said before: {error}", error=error), err=True)


def _next(project: Project, run: str, t: Translator) -> str:
    from yakin.engine.requests import FINISHED

    requests, reruns = project.engine.requests, project.engine.reruns
    root = requests.root(run)
    doubtful = reruns.in_doubt(root.id)
    if doubtful:
        return t.plural(
            "{n} more item is in doubt: runner.py items {run} --in-doubt",
            "{n} more items are in doubt: runner.py items {run} --in-doubt",
            len(doubtful),
            run=root.id,
        )
    if root.status not in FINISHED:
        return t.text("Go on with the run: runner.py resume {run}", run=root.id)
    if root.status == "succeeded" and not reruns.correctable(root.id):
        return t.text("Nothing of run {run} is left to be done", run=root.id)
    return t.text('Do what is not done: runner.py rerun {run} --from-failed --reason "…"', run=root.id)
