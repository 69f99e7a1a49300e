"""Where reports for the terminal are written."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 80
"""Columns of a line where there is no terminal to ask."""


def console(stream: TextIO | None = None) -> Console:
    """A console on the stream: with colours on a terminal, plain lines of 80 columns elsewhere.

    Args:
        stream: The standard output when left out. Characters its encoding lacks (cp932 on Windows) come out as `?`.
    """
    from rich.console import Console

    stream = stream or sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    found = Console(file=stream, highlight=False)
    return found if found.is_terminal else Console(file=stream, highlight=False, width=WIDTH, no_color=True)
