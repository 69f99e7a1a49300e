"""`lock`: pin all dependencies by hash, for every platform, with no address in the files."""

from __future__ import annotations

import shutil
import subprocess

import typer

from yakin.cli.arguments import project_of
from yakin.errors import ConfigError

LOCKS = {"requirements.lock": (), "requirements-dev.lock": ("--group", "dev")}


def lock(context: typer.Context) -> None:
    """Write requirements.lock and requirements-dev.lock anew from pyproject.toml (needs uv)."""
    uv = shutil.which("uv")
    if uv is None:
        raise ConfigError("uv is not installed", hint="pip install uv")
    root = project_of(context).root
    for name, more in LOCKS.items():
        subprocess.run(
            [
                uv,
                *("pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--upgrade"),
                *("--generate-hashes", "--no-annotate", "--no-header", "--no-emit-index-url"),
                *("pyproject.toml", *more, "-o", name),
            ],
            cwd=root,
            check=True,
        )
        typer.echo(f"{name} written")
