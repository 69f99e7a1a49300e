"""The command line: one file for each verb."""

from __future__ import annotations

from pathlib import Path

__all__ = ["main"]


def main(root: Path | None = None) -> int:
    """Run the command line.

    Args:
        root: The project's folder; searched for from the current folder upward when left out.

    Returns:
        Exit status: 0 succeeded, 1 a run failed, 2 nothing ran because something written is wrong, 3 our mistake,
        130 interrupted.
    """
    from yakin.cli.app import run

    return run(root)
