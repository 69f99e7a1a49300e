"""All verbs in one program, and the one place where its errors become sentences and exit statuses."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from yakin import __version__
from yakin.cli import (
    actions,
    approvals,
    audit,
    bundle,
    calendar,
    cancel,
    check,
    demo,
    docs,
    doctor,
    excel,
    items,
    lock,
    news,
    practice,
    rerun,
    resume,
    runs,
    samples,
    schedule,
    schema,
    secrets,
    serve,
    settle,
    setup,
    show,
    test,
    work,
)
from yakin.cli import run as run_verb
from yakin.errors import YakinError

if TYPE_CHECKING:
    from yakin.project import Project

INTERRUPTED = 130


@dataclass
class State:
    """What verbs share.

    Attributes:
        given_root: The project's folder, when it is known beforehand.
    """

    given_root: Path | None

    @cached_property
    def project(self) -> Project:
        """The project, opened when first needed.

        Raises:
            ConfigError: There is none, or its settings are wrong.
        """
        from yakin.cli.opening import open_project
        from yakin.settings import find_root

        return open_project(self.given_root or find_root(Path.cwd()))

    def close(self) -> None:
        """Let go of everything that was opened."""
        if "project" in self.__dict__:
            self.project.close()


app = typer.Typer(
    name="yakin",
    help="Yakin (夜勤): routine clerical work, done at night, with proof.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
audit_app = typer.Typer(help="Look after the audit trail.", no_args_is_help=True, rich_markup_mode=None)
calendar_app = typer.Typer(help="Which days are open.", no_args_is_help=True, rich_markup_mode=None)
excel_app = typer.Typer(help="Look at workbooks.", no_args_is_help=True, rich_markup_mode=None)
schedule_app = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
secrets_app = typer.Typer(help="Secrets, by name only.", no_args_is_help=True, rich_markup_mode=None)

app.command("demo")(demo.demo)
app.command("check")(check.check)
app.command("run")(run_verb.run)
app.command("resume")(resume.resume)
app.command("cancel")(cancel.cancel)
app.command("rerun")(rerun.rerun)
app.command("items")(items.items)
app.command("settle")(settle.settle)
app.command("approvals")(approvals.approvals)
app.command("approve")(approvals.approve)
app.command("reject")(approvals.reject)
app.command("work")(work.work)
app.command("workers")(work.workers)
app.command("serve")(serve.serve)
app.command("news")(news.news)
app.command("runs")(runs.runs)
app.command("show")(show.show)
app.command("actions")(actions.actions)
app.command("practice")(practice.practice)
app.command("samples")(samples.samples)
app.command("setup")(setup.setup)
app.command("doctor")(doctor.doctor)
app.command("bundle")(bundle.bundle)
app.command("test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(test.test)
app.command("schema", hidden=True)(schema.schema)
app.command("docs", hidden=True)(docs.docs)
app.command("lock", hidden=True)(lock.lock)
app.add_typer(schedule_app, name="schedule")
schedule_app.callback()(schedule.schedule)
schedule_app.command("explain")(schedule.explain)
schedule_app.command("pause")(schedule.pause)
schedule_app.command("resume")(schedule.resume)
app.add_typer(calendar_app, name="calendar")
calendar_app.command("import")(calendar.import_list)
calendar_app.command("show")(calendar.show)
app.add_typer(audit_app, name="audit")
audit_app.command("verify")(audit.verify)
app.add_typer(excel_app, name="excel")
excel_app.command("lint")(excel.lint)
excel_app.command("map")(excel.map_form)
app.add_typer(secrets_app, name="secrets")
secrets_app.command("set")(secrets.set_secret)
secrets_app.command("list")(secrets.list_secrets)


@app.callback(invoke_without_command=True)
def _options(version: bool = typer.Option(False, "--version", help="Show the version and exit.")) -> None:
    if version:
        typer.echo(f"yakin {__version__}")
        raise typer.Exit


def run(root: Path | None) -> int:
    """Run the program on the process's arguments; returns its exit status."""
    _speak_utf8()
    state = State(root)
    try:
        status = app(obj=state, standalone_mode=False)
        return status if isinstance(status, int) else 0
    except YakinError as error:
        _tell(state, error)
        return error.exit_status
    except typer.Abort:
        return INTERRUPTED
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - nobody reads a traceback
        if hasattr(error, "show") and hasattr(error, "exit_code"):  # a usage error of the command line library
            error.show()
            return int(error.exit_code)
        from yakin.cli.speaking import unforeseen

        told = unforeseen(error)
        _tell(state, told)
        return told.exit_status
    finally:
        state.close()


def _tell(state: State, error: YakinError) -> None:
    from yakin.cli.speaking import WIDTH, error_text, language

    project = state.project if "project" in state.__dict__ else None
    if problems := getattr(error, "problems", ()):
        from yakin.i18n import translator
        from yakin.reports.problems import render_text, seen_from

        near, t = seen_from(problems, Path.cwd()), translator(language(project))
        typer.echo(render_text(near, t, colour=sys.stderr.isatty(), width=WIDTH), err=True)
        return
    mask = str if project is None else project.masker.mask
    typer.echo(mask(error_text(error, project)), err=True)


def _speak_utf8() -> None:
    """Redirected output is UTF-8 on Windows too, where it would be the code page that lacks half of the names."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
