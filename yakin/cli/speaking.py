"""Speaking to the person at the terminal, in their language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from yakin.errors import InternalError, YakinError

if TYPE_CHECKING:
    from yakin.project import Project


WIDTH = 80
"""Columns of what is printed, whatever the terminal is: it looks the same in an e-mail or a ticket."""


def language(project: Project | None = None) -> str:
    """`ja` or `en`: as the settings say, else as the system is set."""
    from yakin.i18n import preferred_language

    return preferred_language(project.settings.language if project is not None else "auto")


def error_text(error: YakinError, project: Project | None = None) -> str:
    """An error with its hint, in the person's language."""
    from yakin.i18n import translator

    message, hint = translator(language(project)).error(error.info())
    return message if hint is None else f"{message}\n  → {hint}"


def unforeseen(error: Exception) -> YakinError:
    """An exception that nobody expected, as a sentence that also says where in the code it came from."""
    import sqlite3

    if isinstance(error, OSError | sqlite3.Error):
        return InternalError(
            "{error}", error=error, hint="See that the disk has room and that the folder can be written to"
        )
    import traceback

    place = traceback.extract_tb(error.__traceback__)[-1]
    return InternalError(
        "Yakin has a mistake in its code: {kind}: {error} ({file}, line {line})",
        kind=type(error).__name__,
        error=error,
        file="/".join(Path(place.filename).parts[-3:]),
        line=place.lineno or 0,
        hint="Nothing more was done. Report it to the people who make Yakin, with these lines",
    )
