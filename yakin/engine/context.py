"""The engine's side of `Context`: one step of one run, with everything it notes and proves."""

from __future__ import annotations

import hashlib
import mimetypes
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yakin.actions import Evidence, Memory
from yakin.clock import Clock
from yakin.engine.ports import Journal
from yakin.errors import BusinessError
from yakin.events import Noted, RowSetAside
from yakin.storage import Storage, portable

if TYPE_CHECKING:
    from loguru import Logger


@dataclass(frozen=True)
class RunFrame:
    """What all steps of a run share.

    Attributes:
        run: Id of the run.
        workflow: Id of the workflow.
        actor: Who asked for the run.
        rehearsing: True when the run stops before each commit.
        root: The project's folder.
        folder: The run's own folder on this machine.
        storage: Where outputs and evidence are kept.
        config: The project's settings.
        log: Bound to the run.
        clock: Tells the time.
        journal: Where events go.
    """

    run: str
    workflow: str
    actor: str
    rehearsing: bool
    root: Path
    folder: Path
    storage: Storage
    config: Mapping[str, Any]
    log: Logger
    clock: Clock
    journal: Journal


@dataclass
class Findings:
    """What actions left behind while an attempt ran; taken along into the event that ends it."""

    evidence: list[Evidence] = field(default_factory=list)
    notes: list[Noted | RowSetAside] = field(default_factory=list)

    def take_notes(self) -> list[Noted | RowSetAside]:
        """The notes, which are then on their way into the journal."""
        taken, self.notes = self.notes, []
        return taken


class StepMemory:
    """What one step remembers, kept in the journal's database."""

    def __init__(self, journal: Journal, workflow: str, step: str) -> None:
        self._journal = journal
        self._workflow = workflow
        self._step = step

    def recall(self, name: str) -> Any | None:
        """What was last remembered under this name."""
        return self._journal.recall(self._workflow, self._step, name)

    def remember(self, name: str, value: Any) -> None:
        """Keep plain JSON data under this name."""
        self._journal.remember(self._workflow, self._step, name, value)


class StepContext:
    """Implements `yakin.actions.Context` for one step, or for one attempt at it."""

    def __init__(
        self,
        frame: RunFrame,
        step: str,
        findings: Findings,
        *,
        item: str | None = None,
        attempt: int = 1,
        sensitive: bool = False,
    ) -> None:
        self.run = frame.run
        self.workflow = frame.workflow
        self.step = step
        self.item = item
        self.attempt = attempt
        self.sensitive = sensitive
        self.rehearsing = frame.rehearsing
        self.root = frame.root
        self.folder = frame.folder
        self.config = frame.config
        self.clock = frame.clock
        self._storage = frame.storage
        self.log = frame.log.bind(step=step, **({} if item is None else {"item": item}))
        self.memory: Memory = StepMemory(frame.journal, frame.workflow, step)
        self._findings = findings
        self._lock = threading.Lock()

    def path(self, path: Path | str) -> Path:
        """A path of the workflow as an absolute one: relative paths are relative to the project."""
        return self.root / path

    def attach(self, name: str, data: bytes, *, media_type: str) -> Evidence:
        """Keep evidence of this step beside that of the whole run; told relative to the run.

        Raises:
            StorageError: It cannot be kept.
        """
        suffix = mimetypes.guess_extension(media_type) or ".bin"
        file = portable(*(part for part in (self.item, self.step, name) if part)) + suffix
        kept = self._storage.write(f"{self.run}/evidence/{file}", data)
        evidence = Evidence(name, kept.removeprefix(f"{self.run}/"), hashlib.sha256(data).hexdigest(), media_type)
        with self._lock:
            self._findings.evidence.append(evidence)
        return evidence

    def set_aside(self, key: str, label: str, error: BusinessError) -> None:
        """Tell a person of a row that goes no further; it is written with the end of the attempt."""
        with self._lock:
            self._findings.notes.append(
                RowSetAside(run=self.run, step=self.step, key=key, label=label, error=error.info())
            )

    def note(self, kind: str, **data: Any) -> None:
        """Record that something worth knowing happened; it is written with the end of the attempt."""
        event = Noted(
            run=self.run,
            step=self.step,
            item=self.item,
            kind=kind,
            data={key: str(value) for key, value in data.items()},
        )
        with self._lock:
            self._findings.notes.append(event)
