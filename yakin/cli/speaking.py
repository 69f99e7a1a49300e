"""Speaking to the person at the terminal, in their language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yakin.errors import YakinError

if TYPE_CHECKING:
    from yakin.project import Project


def language(project: Project | None = None) -> str:
    """`ja` or `en`: as the settings say, else as the system is set."""
    from yakin.i18n import preferred_language

    return preferred_language(project.settings.language if project is not None else "auto")


def error_text(error: YakinError, project: Project | None = None) -> str:
    """An error with its hint, in the person's language."""
    from yakin.i18n import translator

    message, hint = translator(language(project)).error(error.info())
    return message if hint is None else f"{message}\n  → {hint}"
