"""`test`: everything that says whether the house stands."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from yakin.cli.arguments import project_of


def test(
    context: typer.Context,
    quick: Annotated[bool, typer.Option("--quick", help="Leave out what needs a browser or kills processes.")] = False,
    chaos: Annotated[
        bool, typer.Option("--chaos", help="Only the long form of the chaos suite, which takes up to an hour.")
    ] = False,
    long: Annotated[
        bool, typer.Option("--long", help="Only the tests that take minutes, such as installing a bundle.")
    ] = False,
) -> int:
    """Run style, types, layers and all tests; further arguments go to pytest."""
    root = project_of(context).root
    failed = []
    long_forms = [name for name, wanted in (("chaos", chaos), ("long", long)) if wanted]
    checks = _long(long_forms, context.args) if long_forms else _checks(quick=quick, more=context.args)
    for name, command in checks:
        typer.echo(f"── {name}")
        begun = time.monotonic()
        status = subprocess.run(command, cwd=root, check=False).returncode
        typer.echo(f"── {name}: {'ok' if status == 0 else f'failed ({status})'}, {time.monotonic() - begun:.0f} s")
        if status != 0:
            failed.append(name)
    typer.echo(f"failed: {', '.join(failed)}" if failed else "all green")
    return 1 if failed else 0


def _checks(*, quick: bool, more: list[str]) -> Iterator[tuple[str, list[str]]]:
    python = sys.executable
    tools = Path(python).parent
    # One worker a core and two more, as tests wait for programs, disks and clocks about half of their time;
    # the tests of a file stay together, as they share what is costly to make.
    spread = ["--numprocesses", str((os.cpu_count() or 1) + 2), "--dist", "loadfile", "--no-loadscope-reorder"]
    pytest = [
        python,
        "-m",
        "pytest",
        *spread,
        *(["-m", "not browser and not kill and not chaos and not long"] if quick else []),
        *more,
    ]
    yield "style", [python, "-m", "ruff", "check", "."]
    yield "format", [python, "-m", "ruff", "format", "--check", "."]
    yield "types", [python, "-m", "mypy"]
    yield "layers", [str(tools / "lint-imports")]
    yield "workflows", [python, "runner.py", "check"]
    yield "tests", pytest


def _long(markers: list[str], more: list[str]) -> Iterator[tuple[str, list[str]]]:
    # One test after the other: each of them needs the whole machine.
    for marker in markers:
        yield marker, [sys.executable, "-m", "pytest", "-m", marker, *more]
