"""`setup`: what the bots need besides Python packages, such as a browser."""

from __future__ import annotations

import os
import shutil
import subprocess

import typer

from yakin.actions import Found, Missing
from yakin.cli.arguments import project_of


def setup(context: typer.Context) -> int:
    """Look for what the bots need on this machine; on Debian, as root, install what is missing."""
    project = project_of(context)
    missing = 0
    for requirement in project.registry.requirements:
        looked = requirement.look(project.settings.config)
        if isinstance(looked, Missing) and looked.debian and _may_install():
            typer.echo(f"{requirement.name}: installing the Debian packages {' '.join(looked.debian)} ...")
            _install(looked.debian)
            looked = requirement.look(project.settings.config)
        match looked:
            case Found():
                typer.echo(f"{requirement.name}: {looked.what}")
            case Missing():
                missing += 1
                typer.echo(f"{requirement.name}: {looked.why}\n  → {looked.hint}", err=True)
    return 2 if missing else 0


def _may_install() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install(packages: tuple[str, ...]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)
