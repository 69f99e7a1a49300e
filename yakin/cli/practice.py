"""`practice`: the practice town hall, for training and trying out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from yakin.cli.arguments import project_of


def practice(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 picks a free one.")] = 8765,
    password: Annotated[str | None, typer.Option(help="Password of the user zeimu01.")] = None,
    database: Annotated[Path | None, typer.Option(help="Its SQLite file; var/practice.sqlite when left out.")] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="What goes wrong, such as latency_ms=200; repeatable."),
    ] = None,
    reset: Annotated[bool, typer.Option(help="Forget everything that was registered.")] = False,
    seed: Annotated[bool, typer.Option(help="Register beforehand what the sample list says is registered.")] = False,
) -> None:
    """Start the practice town hall: a mock back-office system to train, try and test against."""
    from yakin.practice import DEFAULT_PASSWORD, serve
    from yakin.practice.command import faults_from_options

    project = project_of(context)
    file = database or project.data / "practice.sqlite"
    file.parent.mkdir(parents=True, exist_ok=True)
    known = password or DEFAULT_PASSWORD
    serve(
        file,
        host=host,
        port=port,
        password=known,
        faults=faults_from_options(fault or []),
        reset=reset,
        seed=seed,
        announce=lambda url: typer.echo(f"Practice town hall: {url}\nUser zeimu01, password {known}\nCtrl+C stops it."),
    )
