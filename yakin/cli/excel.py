"""`excel`: look at a workbook without a workflow: judge it, propose the map of a form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yakin.cli.arguments import project_of
from yakin.cli.speaking import language
from yakin.errors import ConfigError

if TYPE_CHECKING:
    from yakin.values import Table


def lint(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Workbook (.xlsx, .xlsm) or text file (.csv, .tsv, .txt).")],
    sheet: Annotated[str | None, typer.Option(help="Sheet to look at; all sheets when left out.")] = None,
    header_row: Annotated[
        int | None, typer.Option(min=1, help="Row of the column names; found by its looks when left out.")
    ] = None,
    check: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Look for this alone, such as merged_cells; repeatable."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> int:
    """Judge whether programs can read a workbook, by the Ministry's rules for machine-readable tables."""
    from yakin.cli.desk import at_the_desk
    from yakin.i18n import translator

    project = project_of(context)
    spoken = language(project)
    findings: Table = at_the_desk(
        project, "excel.lint", path=file, sheet=sheet, header_row=header_row, checks=check or None, language=spoken
    )
    if as_json:
        import json

        typer.echo(json.dumps([dict(row) for row in findings.rows], ensure_ascii=False, indent=2))
        return 1 if findings.count else 0
    for row in findings.rows:
        place = "!".join(str(row[name]) for name in ("シート", "セル") if row[name])
        typer.echo(f"{place or row['ファイル']}: {row['番号']} {row['種類']}: {row['内容']}")
    t = translator(spoken)
    if findings.count:
        typer.echo(t.plural("{n} finding", "{n} findings", findings.count))
    else:
        typer.echo(t.text("Programs can read it: nothing was found"))
    return 1 if findings.count else 0


def map_form(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The empty form (.xlsx, .xlsm).")],
    sheet: Annotated[str | None, typer.Option(help="Sheet it is on; the first one when left out.")] = None,
    to: Annotated[Path | None, typer.Option(help="File to write the map into; printed when left out.")] = None,
) -> None:
    """Propose the map of a form, from its labels and frames; a person corrects it."""
    from yakin.cli.desk import at_the_desk
    from yakin.i18n import translator

    project = project_of(context)
    text: str = at_the_desk(project, "excel.map_form", path=file, sheet=sheet)
    if to is None:
        typer.echo(text, nl=False)
        return
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with to.open("x", encoding="utf-8", newline="\n") as map_file:
            map_file.write(text)
    except FileExistsError as error:
        raise ConfigError(
            "{file} is there already, and may have been corrected by a person",
            file=to,
            hint="Name another file, or remove it",
        ) from error
    except OSError as error:
        raise ConfigError("{file} cannot be written: {reason}", file=to, reason=error.strerror) from error
    typer.echo(translator(language(project)).text("The proposal is in {file}: read it and correct it", file=to))
