"""What the engine hands to an action while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from yakin.clock import Clock
from yakin.errors import BusinessError

if TYPE_CHECKING:
    from loguru import Logger


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that proves something: a screenshot, a trace, a list of findings.

    Attributes:
        name: What it shows, such as `confirm` or `failure`.
        path: Where it is, relative to the run's folder, with forward slashes.
        sha256: Hash of its content, hexadecimal.
        media_type: Such as `image/jpeg`.
    """

    name: str
    path: str
    sha256: str
    media_type: str


class Memory(Protocol):
    """What one step of one workflow remembers from run to run, such as fingerprints of the elements it used."""

    def recall(self, name: str) -> Any | None:
        """What was last remembered under this name, as plain JSON data; None when nothing was."""
        ...

    def remember(self, name: str, value: Any) -> None:
        """Keep plain JSON data under this name; the same value again costs nothing."""
        ...


class Context(Protocol):
    """The one step of the one run that an action is working for.

    Every method may be called from any thread.

    Attributes:
        run: Id of the run.
        workflow: Id of the workflow.
        step: Id of the step, such as `entry.3`.
        item: Business key of the work item; None outside items.
        attempt: 1 for the first try.
        sensitive: True when nothing of this step may be pictured or logged.
        rehearsing: True when the run stops before each commit.
        root: The project's folder.
        folder: The run's own folder, for files made on the way.
        config: The project's settings as read from `config/yakin.toml`.
        log: Bound to run, step and item; messages are constants, data are bound.
        clock: Tells the time.
        memory: What this step remembers from run to run.
    """

    run: str
    workflow: str
    step: str
    item: str | None
    attempt: int
    sensitive: bool
    rehearsing: bool
    root: Path
    folder: Path
    config: Mapping[str, Any]
    log: Logger
    clock: Clock
    memory: Memory

    def path(self, path: Path | str) -> Path:
        """A path of the workflow as an absolute one: relative paths are relative to the project."""
        ...

    def attach(self, name: str, data: bytes, *, media_type: str) -> Evidence:
        """Keep evidence of this step; it is found again in the report."""
        ...

    def set_aside(self, key: str, label: str, error: BusinessError) -> None:
        """Tell a person of a row that goes no further, as of a work item that was set aside.

        Args:
            key: Its business key, or whatever a clerk finds it by.
            label: Where it stands.
            error: Why.
        """
        ...

    def note(self, kind: str, **data: Any) -> None:
        """Record in the journal that something worth knowing happened (a fallback, a blocked request)."""
        ...


@dataclass(frozen=True, slots=True)
class System:
    """A web system as a workflow declares it, with its expressions evaluated.

    Attributes:
        name: Name in the workflow.
        url: Where it is; paths are relative to it.
        hosts: Hosts its sessions may talk to; the host of `url` is always one of them.
        signed_in: Target that is on every page while signed in; None when there is no sign-in.
        refused: Target whose text, when it is shown, is why the system refuses the data.
        already_there: Target that is shown when the system says the item is registered already.
        options: Settings for the kind of session, such as `viewport`.
    """

    name: str
    url: str
    hosts: tuple[str, ...]
    signed_in: Mapping[str, Any] | None = None
    refused: Mapping[str, Any] | None = None
    already_there: Mapping[str, Any] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@runtime_checkable
class Session(Protocol):
    """What the engine asks of a live thing of scope `session`, whatever kind of system it talks to."""

    async def is_signed_in(self) -> bool:
        """Whether the system shows that somebody is signed in; True when it has no sign-in."""
        ...

    async def picture(self) -> bytes | None:
        """What is on the screen now, as a JPEG; None when there is no screen to see."""
        ...
