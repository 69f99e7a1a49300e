"""Who is looked at: a project, as far as it can be opened, on this machine."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from yakin.errors import BotError, ConfigError, JournalError

if TYPE_CHECKING:
    from yakin.actions import Registry
    from yakin.journal.store import JournalStore
    from yakin.project import Project
    from yakin.workflow.check import CheckedWorkflow
    from yakin.workflow.problems import Problem

_SQLITE = "sqlite:///"


@dataclass(eq=False)
class NotLookedAt(Exception):
    """A check cannot look, because of something that another check tells.

    Attributes:
        template: Why not, in a sentence.
    """

    template: str


class Patient:
    """A project on this machine; what several checks need is opened once.

    Args:
        root: The project's folder.
        project: The project; None when its settings are wrong.
        trouble: What is wrong with the settings.
    """

    def __init__(self, root: Path, project: Project | None, trouble: ConfigError | None = None) -> None:
        self.root = root
        self.trouble = trouble
        self._project = project
        self._opening = threading.RLock()

    @property
    def project(self) -> Project:
        """The project.

        Raises:
            NotLookedAt: Its settings are wrong.
        """
        if self._project is None:
            raise NotLookedAt("Not looked at, because the settings are wrong")
        return self._project

    @property
    def registry(self) -> Registry:
        """What the bots can do.

        Raises:
            NotLookedAt: A bot cannot be loaded.
        """
        with self._opening:
            try:
                return self.project.registry
            except BotError as error:
                raise NotLookedAt("Not looked at, because a bot cannot be loaded") from error

    @property
    def database_file(self) -> Path | None:
        """The file of the journal's SQLite database; None with another database."""
        url = self.project.database_url
        return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None

    @property
    def has_database(self) -> bool:
        """Whether there is a database to look at; a SQLite file is made by the first run."""
        file = self.database_file
        return file is None or file.exists()

    @property
    def journal(self) -> JournalStore:
        """The journal.

        Raises:
            NotLookedAt: It cannot be opened.
        """
        with self._opening:
            try:
                return self.project.journal
            except JournalError as error:
                raise NotLookedAt("Not looked at, because the database cannot be opened") from error

    @property
    def workflows(self) -> tuple[Sequence[CheckedWorkflow], Sequence[Problem]]:
        """The workflows without errors, and all problems; that a secret is missing is no problem here.

        Raises:
            NotLookedAt: The settings are wrong, or a bot cannot be loaded.
        """
        with self._opening:
            return self._workflows

    @cached_property
    def _workflows(self) -> tuple[Sequence[CheckedWorkflow], Sequence[Problem]]:
        project = self.project
        try:
            return project.check(project.workflow_files(), has_secret=lambda _name: True)
        except BotError as error:
            raise NotLookedAt("Not looked at, because a bot cannot be loaded") from error
