"""The steps of a file in order, as plain data, whatever else is wrong with it.

The checks look at this and not at the model, so that one mistake does not hide the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from yakin.workflow.model import step_kind
from yakin.workflow.positions import Path

NESTED = ("probe", "steps", "parallel")
"""Keys of a step that hold lists of steps."""

RESERVED = frozenset(("on_failure", "probe", "sign_in"))
"""Words in the addresses of steps, which no step can have as its id."""


@dataclass(frozen=True, eq=False)
class StepAt:
    """One step of a file.

    Attributes:
        data: What is written.
        path: Where it is written.
        address: Dotted path that names it in runs and reports, such as `entry.3` or `portal.sign_in.1`.
        role: The list it stands in: `steps probe parallel sign_in on_failure`.
        parent: The step that holds the list; None at the top.
    """

    data: Mapping[str, Any]
    path: Path
    address: str
    role: str
    parent: StepAt | None = None

    @property
    def kind(self) -> str | None:
        """The key that says what kind of step it is."""
        return step_kind(self.data)

    @property
    def id(self) -> str | None:
        """Its id, if it is a text."""
        found = self.data.get("id")
        return found if isinstance(found, str) else None

    @cached_property
    def lists(self) -> Mapping[str, tuple[StepAt, ...]]:
        """Key → the steps of the list under it."""
        return {
            key: steps_at(
                self.data[key],
                (*self.path, key),
                f"{self.address}.{key}." if key == "probe" else f"{self.address}.",
                key,
                self,
            )
            for key in NESTED
            if key in self.data
        }

    @property
    def ancestors(self) -> Iterator[StepAt]:
        """The steps that hold it, the nearest first."""
        step = self.parent
        while step is not None:
            yield step
            step = step.parent

    @property
    def is_commit(self) -> bool:
        """Whether it has the irreversible effect."""
        return self.data.get("commit") is True

    @cached_property
    def commits(self) -> tuple[StepAt, ...]:
        """The commits inside it, at any depth."""
        return tuple(step for step in self.walk() if step.is_commit)

    @property
    def is_block(self) -> bool:
        """Whether it holds steps that are done in order."""
        return self.kind in ("for_each", "steps")

    @property
    def is_attempt(self) -> bool:
        """Whether its steps are one piece of work: done in one session, and repeated together."""
        return self.is_block and (self.kind == "for_each" or "in" in self.data or bool(self.commits))

    @property
    def is_inside(self) -> bool:
        """Whether it is part of a piece of work: of a block's, or of signing in."""
        outermost = [self, *self.ancestors][-1]
        return outermost.role == "sign_in" or any(above.is_attempt for above in self.ancestors)

    @property
    def has_items(self) -> bool:
        """Whether it is a block of work items of its own: a for_each, or a block with a commit, inside no other piece
        of work.
        """
        makes_items = self.kind == "for_each" or (self.kind == "steps" and bool(self.commits))
        return makes_items and not self.is_inside

    @property
    def seen_behind(self) -> Iterator[StepAt]:
        """The steps whose output is there behind it: itself, and what is inside where that is no work of its own."""
        yield self
        for key in ("steps", "parallel"):
            if self.kind == key and not self.has_items:
                for step in self.lists.get(key, ()):
                    yield from step.seen_behind

    def walk(self) -> Iterator[StepAt]:
        """The step itself and everything inside it, in order."""
        yield self
        for steps in self.lists.values():
            for step in steps:
                yield from step.walk()


def steps_at(data: Any, path: Path, prefix: str, role: str, parent: StepAt | None) -> tuple[StepAt, ...]:
    """The steps of one list; what is no mapping is left out."""
    if not isinstance(data, list):
        return ()
    found: list[StepAt] = []
    for index, step in enumerate(data):
        if isinstance(step, Mapping):
            name = step.get("id")
            address = f"{prefix}{name if isinstance(name, str) else index + 1}"
            found.append(StepAt(step, (*path, index), address, role, parent))
    return tuple(found)


@dataclass(frozen=True)
class Outline:
    """All steps of a file.

    Attributes:
        data: The whole file.
        steps: The steps at the top.
        on_failure: The steps for a run that failed.
        sign_ins: System → the steps that sign in.
    """

    data: Mapping[str, Any]
    steps: tuple[StepAt, ...]
    on_failure: tuple[StepAt, ...]
    sign_ins: Mapping[str, tuple[StepAt, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Outline:
        """The outline of a file's plain data."""
        return cls(
            data,
            steps_at(data.get("steps"), ("steps",), "", "steps", None),
            steps_at(data.get("on_failure"), ("on_failure",), "on_failure.", "on_failure", None),
            {
                name: steps_at(system.get("sign_in"), ("systems", name, "sign_in"), f"{name}.sign_in.", "sign_in", None)
                for name, system in mapping(data, "systems").items()
                if isinstance(system, Mapping)
            },
        )

    def walk(self) -> Iterator[StepAt]:
        """Every step of the file."""
        for steps in (*self.sign_ins.values(), self.steps, self.on_failure):
            for step in steps:
                yield from step.walk()


def mapping(data: Any, key: str) -> Mapping[str, Any]:
    """The mapping under a key; an empty one where there is none."""
    found = data.get(key) if isinstance(data, Mapping) else None
    return found if isinstance(found, Mapping) else {}
