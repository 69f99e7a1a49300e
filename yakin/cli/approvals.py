"""`approvals`, `approve`, `reject`: what waits for a decision, and deciding it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from yakin.cli.arguments import project_of
from yakin.cli.opening import demo_of, project_of_run
from yakin.cli.speaking import language

if TYPE_CHECKING:
    from yakin.engine.approvals import Decided
    from yakin.ledger import ApprovalRow
    from yakin.project import Project

_RUN = typer.Argument(help="Id of the run, or its beginning.")
_STEP = typer.Argument(help="Path of the step; needed where several wait.")


def approvals(
    context: typer.Context,
    run: Annotated[str | None, typer.Argument(help="Show everything that one run waits for.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="What was decided already too, and all rows of long lists.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """List the decisions that runs wait for; with RUN, show what each is about and the evidence so far."""
    import json

    if run is None:
        home = project_of(context)
        projects = [home, *demo_of(home)]
        asked = [(each, row) for each in projects for row in _asked(each, None, everything=everything)]
    else:
        projects = [project_of_run(context, run)]
        asked = [(projects[0], row) for row in _asked(projects[0], run, everything=everything)]
    if as_json:
        told = [_plain(project, row, with_shown=run is not None) for project, row in asked]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2, default=_moment))
        return
    from yakin.reports.decisions import Question, print_question, print_questions

    questions = [Question(row, project.journal.run(row.run).title) for project, row in asked]
    if run is None or not questions:
        print_questions(questions, language=language(projects[0]))
        return
    for question in questions:
        project, row = projects[0], question.approval
        print_question(
            question,
            project.engine.approvals.shown(row),
            project.result(row.run),
            storage=project.storage,
            language=language(project),
            everything=everything,
        )


def approve(
    context: typer.Context,
    run: Annotated[str, _RUN],
    step: Annotated[str | None, _STEP] = None,
    reason: Annotated[str | None, typer.Option(help="Why; it is kept in the journal.")] = None,
) -> None:
    """Approve what a run waits for; never what you have started yourself."""
    from yakin.project import actor

    project = project_of_run(context, run)
    _tell(project, project.engine.approvals.approve(run, step, actor=actor(), reason=reason))


def reject(
    context: typer.Context,
    run: Annotated[str, _RUN],
    step: Annotated[str | None, _STEP] = None,
    reason: Annotated[str, typer.Option(help="Why; it is kept in the journal, and told to who started the run.")] = "",
) -> None:
    """Reject what a run waits for: the step fails, with your reason."""
    from yakin.project import actor

    project = project_of_run(context, run)
    _tell(project, project.engine.approvals.reject(run, step, actor=actor(), reason=reason))


def _asked(project: Project, run: str | None, *, everything: bool) -> list[ApprovalRow]:
    state = None if everything else "waiting"
    if run is None:
        return list(project.journal.approvals(state=state))
    family = project.engine.requests.family(run)
    return [row for one in family for row in project.journal.approvals(run=one.id, state=state)]


def _plain(project: Project, row: ApprovalRow, *, with_shown: bool) -> dict[str, Any]:
    import dataclasses

    from yakin.values import encode

    plain = dataclasses.asdict(row) | {"run_title": project.journal.run(row.run).title}
    if with_shown:
        plain["shown"] = encode(project.engine.approvals.shown(row))
    return plain


def _moment(value: Any) -> str:
    return str(value.isoformat())


def _tell(project: Project, decided: Decided) -> None:
    from yakin.i18n import translator
    from yakin.reports.decisions import decision_words

    t = translator(language(project))
    approval, root = decided.approval, decided.root
    typer.echo(f"{approval.title or approval.step}: {decision_words(approval, t)}")
    match decided.then:
        case "workers":
            typer.echo(t.text("A worker goes on with run {run}. Look at it with: runner.py show {run}", run=root))
        case "running":
            typer.echo(t.text("Run {run} is being executed, and goes on by itself", run=root))
        case "resume":
            typer.echo(t.text("No worker is there. Go on with: runner.py resume {run}", run=root))
