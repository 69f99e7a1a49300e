"""A context for bots without an engine: it keeps in memory what an action says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loguru import logger

from yakin.actions import Evidence, Memory
from yakin.clock import Clock, SystemClock
from yakin.errors import BusinessError

if TYPE_CHECKING:
    from loguru import Logger


@dataclass
class FakeMemory:
    """Remembers in a dictionary; only plain JSON data, as the real one."""

    kept: dict[str, Any] = field(default_factory=dict)
    writes: int = 0

    def recall(self, name: str) -> Any | None:
        return self.kept.get(name)

    def remember(self, name: str, value: Any) -> None:
        plain = json.loads(json.dumps(value, ensure_ascii=False, allow_nan=False))
        if self.kept.get(name) != plain:
            self.writes += 1
        self.kept[name] = plain


@dataclass
class FakeContext:
    """One step of one run; `notes` and `evidence` hold what the action recorded."""

    root: Path
    run: str = "run-1"
    workflow: str = "test"
    step: str = "step"
    item: str | None = None
    attempt: int = 1
    sensitive: bool = False
    rehearsing: bool = False
    folder: Path = Path()
    config: Mapping[str, Any] = field(default_factory=dict)
    log: Logger = field(default_factory=lambda: logger)
    clock: Clock = field(default_factory=SystemClock)
    memory: Memory = field(default_factory=FakeMemory)
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    rows_set_aside: list[tuple[str, str, BusinessError]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.folder == Path():
            self.folder = self.root / "run"
            self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, path: Path | str) -> Path:
        return self.root / path

    def attach(self, name: str, data: bytes, *, media_type: str) -> Evidence:
        suffix = media_type.rpartition("/")[2]
        file = self.folder / f"{len(self.evidence):03}-{name}.{suffix}"
        file.write_bytes(data)
        kept = Evidence(name, file.relative_to(self.folder).as_posix(), hashlib.sha256(data).hexdigest(), media_type)
        self.evidence.append(kept)
        return kept

    def set_aside(self, key: str, label: str, error: BusinessError) -> None:
        self.rows_set_aside.append((key, label, error))

    def note(self, kind: str, **data: Any) -> None:
        self.notes.append((kind, data))

    def noted(self, kind: str) -> list[dict[str, Any]]:
        """The data of all notes of one kind."""
        return [data for found, data in self.notes if found == kind]
