"""A project opened: where settings, bots, journal and engine are put together, each when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from yakin.actions import Registry
from yakin.clock import SystemClock
from yakin.errors import ConfigError, WorkflowError
from yakin.japan.calendar import MUNICIPAL
from yakin.masker import Masker
from yakin.secrets import MemorySource, Secrets
from yakin.settings import CALENDARS, NATIONAL, Settings, load_settings

if TYPE_CHECKING:
    from loguru import Logger

    from yakin.engine.durable import WorkQueues
    from yakin.engine.engine import Engine
    from yakin.engine.ports import Leases
    from yakin.journal.store import JournalStore
    from yakin.ledger import RunRow
    from yakin.results import RunResult
    from yakin.storage import Storage
    from yakin.workflow.check import CheckedWorkflow
    from yakin.workflow.problems import Problem

WORKFLOW_SUFFIXES = (".yaml", ".yml")


class Project:
    """A folder with `config/yakin.toml`, and everything that works in it.

    Args:
        root: The folder.
        settings: Instead of those in the folder.
        more_secrets: Secrets to look in last, such as the well-known password of the practice system.

    Raises:
        ConfigError: The settings are wrong.
    """

    def __init__(
        self, root: Path, *, settings: Settings | None = None, more_secrets: Mapping[str, str] | None = None
    ) -> None:
        self.root = root
        self.settings = settings or load_settings(root)
        self.clock = SystemClock()
        self.masker = Masker()
        self._more_secrets = dict(more_secrets or {})

    @property
    def data(self) -> Path:
        """Folder for everything that runs write."""
        return self.root / self.settings.data

    @cached_property
    def registry(self) -> Registry:
        """What the bots can do.

        Raises:
            BotError: A bot cannot be loaded.
        """
        return Registry.load(self.settings.bots)

    @cached_property
    def secrets(self) -> Secrets:
        """Where secrets are found."""
        found = Secrets.of(self.settings, self.root, masker=self.masker)
        return found.followed_by(MemorySource(self._more_secrets)) if self._more_secrets else found

    @cached_property
    def journal(self) -> JournalStore:
        """The journal's database, made when it is not there."""
        from yakin.journal.store import JournalStore

        self.data.mkdir(parents=True, exist_ok=True)
        return JournalStore(self.database_url, mask=self.masker.mask, clock=self.clock)

    @cached_property
    def storage(self) -> Storage:
        """Where outputs and evidence of runs are kept.

        Raises:
            ConfigError: The library that its URL needs is missing.
        """
        from yakin.storage import open_storage

        return open_storage(self.settings.storage_place(self.root))

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the journal's database."""
        return self.settings.database_url(self.root)

    @cached_property
    def queues(self) -> WorkQueues:
        """Where workers find their work; in the journal's database."""
        from yakin.engine.durable import DbosQueues

        return DbosQueues(self.database_url)

    @cached_property
    def leases(self) -> Leases:
        """Who executes, and who is in which seat of a system; in the journal's database."""
        return self.journal.leases()

    @cached_property
    def engine(self) -> Engine:
        """Creates and executes runs."""
        from yakin.engine.engine import Engine, Surroundings

        return Engine(
            Surroundings(
                root=self.root,
                data=self.data,
                storage=self.storage,
                config=self.settings.config,
                secrets=self.secrets.names,
                registry=self.registry,
                journal=self.journal,
                leases=self.leases,
                queues=self.queues,
                clock=self.clock,
                find=self.checked,
                recheck=self._recheck,
                open_log=self._open_log,
            )
        )

    def close(self) -> None:
        """Let go of the database."""
        if "engine" in self.__dict__:
            self.engine.close()
        if "journal" in self.__dict__:
            self.journal.close()

    def workflow_files(self) -> list[Path]:
        """All workflow files of the project, in order of their names."""
        folder = self.root / self.settings.workflows
        return sorted(path for path in folder.glob("*") if path.suffix in WORKFLOW_SUFFIXES)

    def workflow_file(self, name: str) -> Path:
        """The file of a workflow, by its id or its path.

        Raises:
            ConfigError: There is none.
        """
        for path in (Path(name), self.root / name, *self._by_id(name)):
            if path.suffix in WORKFLOW_SUFFIXES and path.is_file():
                return path
        raise ConfigError(
            "There is no workflow {name}",
            name=name,
            hint="There are: {names}",
            names=", ".join(path.stem for path in self.workflow_files()) or "-",
        )

    def _by_id(self, name: str) -> list[Path]:
        return [self.root / self.settings.workflows / f"{name}{suffix}" for suffix in WORKFLOW_SUFFIXES]

    def calendar_names(self) -> list[str]:
        """The calendars that triggers can name."""
        files = (path.stem for path in (self.root / CALENDARS).glob("*.yaml"))
        return sorted({MUNICIPAL, *files} - {NATIONAL})

    def check(
        self, paths: Sequence[Path], *, has_secret: Callable[[str], bool] | None = None
    ) -> tuple[list[CheckedWorkflow], list[Problem]]:
        """Check workflow files: those without errors, and all problems of all of them.

        Args:
            paths: The files.
            has_secret: Whether there is a secret of this name; as this machine finds them when left out.
        """
        from yakin.workflow.check import check

        return check(
            paths,
            registry=self.registry,
            config=self.settings.config,
            has_secret=has_secret or self.secrets.has,
            workflows={path.stem: path for path in self.workflow_files()},
            calendars=self.calendar_names(),
        )

    def checked(self, name: str) -> CheckedWorkflow:
        """One workflow, checked.

        Raises:
            ConfigError: There is no such workflow.
            WorkflowError: It has errors.
        """
        found, problems = self.check([self.workflow_file(name)])
        errors = [problem for problem in problems if problem.severity == "error"]
        if errors:
            raise WorkflowError(errors)
        return found[0]

    def result(self, run: str) -> RunResult:
        """What happened in a run so far.

        Raises:
            RunError: There is no such run.
        """
        from yakin.results import fold

        return fold(self.journal.records(self.journal.run(run).id))

    def workflow_of(self, row: RunRow) -> CheckedWorkflow:
        """A run's workflow, in the version that it runs.

        Raises:
            WorkflowError: It has errors now, such as an action that is no longer there.
        """
        return self._recheck(*self.journal.source(row.workflow_hash))

    def systems(self) -> list[str]:
        """The systems that the project's workflows work in; those of files with errors are left out."""
        checked, _ = self.check(self.workflow_files())
        return sorted({*self.settings.systems, *(name for one in checked for name in one.workflow.systems)})

    def write_reports(self, result: RunResult, language: str) -> dict[str, Path]:
        """Write a run's reports into its folder on this machine; see `yakin.reports.write_reports`."""
        from yakin.reports import write_reports

        return write_reports(result, self.engine.folder(result.id), language, storage=self.storage)

    def _recheck(self, name: str, text: str) -> CheckedWorkflow:
        from yakin.workflow.check import check_text

        checked, problems = check_text(
            name,
            text,
            registry=self.registry,
            config=self.settings.config,
            has_secret=self.secrets.has,
            workflows=dict.fromkeys(path.stem for path in self.workflow_files()),
            calendars=self.calendar_names(),
        )
        errors = [problem for problem in problems if problem.severity == "error"]
        if checked is None or errors:
            raise WorkflowError(errors)
        return checked

    def _open_log(self, folder: Path, run: str) -> AbstractContextManager[Logger]:
        from yakin.log import open_run_log

        return open_run_log(folder / "log.jsonl", run, self.masker.mask)


def actor() -> str:
    """Who is at the keyboard, for the journal: by the account, never by variables that anybody can set."""
    import psutil

    try:
        return str(psutil.Process().username()).rpartition("\\")[2]
    except (OSError, psutil.Error):
        return "unknown"
