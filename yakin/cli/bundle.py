"""`bundle`: everything a machine without network needs to install Yakin, in one zip."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from yakin.bundle.target import Platform
from yakin.cli.arguments import project_of


def bundle(
    context: typer.Context,
    platform: Annotated[
        Platform, typer.Option("--platform", help="For which kind of machine; the kind of this one when left out.")
    ] = Platform.THIS,
    python: Annotated[
        str | None, typer.Option("--python", help="Version of Python there, such as 3.11; this one's when left out.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="The zip to write; a name that says what it is when left out.")
    ] = None,
) -> None:
    """Make an installation zip for closed networks: the project, all wheels, hashes, licences, an installer."""
    from yakin.bundle.making import default_name, make_bundle
    from yakin.bundle.target import Target
    from yakin.cli.speaking import language
    from yakin.i18n import translator

    project = project_of(context)
    settings = project.settings
    t = translator(language(project))
    target = Target.of(platform, python)
    typer.echo(
        t.text("Fetching wheels for {platform}, Python {python} …", platform=target.platform, python=target.python),
        err=True,
    )
    made = make_bundle(
        project.root,
        target,
        output or Path(f"{default_name(target)}.zip"),
        left_out=[settings.data, settings.secrets.file],
    )
    typer.echo(
        t.text(
            "{path}: {files} files of the project, {wheels} packages, {size} MB\nSHA-256 {sha256}\n"
            "Compare this hash on the other machine, unpack the zip there and start install.cmd or install.sh.",
            path=made.path,
            files=made.files,
            wheels=made.wheels,
            size=f"{made.size / 1e6:.0f}",
            sha256=made.sha256,
        )
    )
