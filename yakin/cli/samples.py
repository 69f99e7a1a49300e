"""`samples`: files to try the workflows on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from yakin.cli.arguments import project_of
from yakin.cli.speaking import language


def samples(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="Where to; the project's folder samples when left out.")] = None,
    large: Annotated[
        bool, typer.Option("--large", help="As many rows as a town has: 20,000 bills, 60 sections.")
    ] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Write files that are there already anew.")] = False,
) -> None:
    """Write made-up files to try the workflows on: lists, bank files and forms, with the dirt that real ones have."""
    from tempfile import TemporaryDirectory

    from yakin.i18n import translator
    from yakin.practice.samples.catalogue import write_samples

    project = project_of(context)
    t = translator(language(project))
    target = folder or project.root / "samples"
    with TemporaryDirectory(prefix="yakin-") as made:
        written, left = _put(Path(made), write_samples(Path(made), large=large), target, anew=anew)
    for path in written:
        typer.echo(str(path))
    if left:
        typer.echo(
            t.plural(
                "{n} file is there already; --anew writes it anew",
                "{n} files are there already; --anew writes them anew",
                left,
            )
        )


def _put(made: Path, files: list[Path], target: Path, *, anew: bool) -> tuple[list[Path], int]:
    """Put files where they belong; returns where they are now, and how many were left as they are there."""
    import shutil

    written: list[Path] = []
    for file in files:
        place = target / file.relative_to(made)
        if place.exists() and not anew:
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
        written.append(place)
    return written, len(files) - len(written)
