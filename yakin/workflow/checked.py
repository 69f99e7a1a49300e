"""The only thing the runner accepts: a workflow that was checked, with the addresses of its steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from yakin.workflow.loader import Loaded
from yakin.workflow.model import StepNode, Workflow, children
from yakin.workflow.outline import Outline, StepAt


@dataclass(frozen=True)
class CheckedWorkflow:
    """A workflow in which no mistake was found.

    Attributes:
        id: The file's name without its ending.
        path: The file, as it was given.
        text: Its text.
        sha256: Hash of the text, hexadecimal.
        workflow: What it says.
    """

    id: str
    path: Path
    text: str
    sha256: str
    workflow: Workflow
    _addresses: Mapping[int, str]
    _lines: Mapping[str, int]
    _steps: Mapping[str, StepNode]

    @classmethod
    def of(cls, loaded: Loaded, outline: Outline, workflow: Workflow) -> CheckedWorkflow:
        """Bring together the file, where its steps stand, and what it says."""
        path = Path(loaded.name)
        addresses: dict[int, str] = {}
        lines: dict[str, int] = {}
        steps: dict[str, StepNode] = {}
        for step, at in _paired(outline, workflow):
            addresses[id(step)] = at.address
            steps[at.address] = step
            lines[at.address] = loaded.positions.value(at.path).line
        return cls(path.stem, path, loaded.text, loaded.sha256, workflow, addresses, lines, steps)

    def step_path(self, step: StepNode) -> str:
        """The dotted path that names a step of this workflow: its id, or else its number in its list.

        `read`, `2`, `entry.3`, `entry.probe.hit`, `portal.sign_in.1`, `on_failure.1`.

        Raises:
            KeyError: The step is not of this workflow.
        """
        return self._addresses[id(step)]

    def step(self, path: str) -> StepNode:
        """The step of a path; see `step_path`.

        Raises:
            KeyError: There is no step of this path.
        """
        return self._steps[path]

    def line(self, path: str) -> int:
        """The line in which a step begins.

        Raises:
            KeyError: There is no step of this path.
        """
        return self._lines[path]


def _paired(outline: Outline, workflow: Workflow) -> Iterator[tuple[StepNode, StepAt]]:
    yield from _pairs(workflow.steps, outline.steps)
    yield from _pairs(workflow.on_failure, outline.on_failure)
    for name, system in workflow.systems.items():
        yield from _pairs(system.sign_in, outline.sign_ins[name])


def _pairs(steps: tuple[StepNode, ...], places: tuple[StepAt, ...]) -> Iterator[tuple[StepNode, StepAt]]:
    for step, at in zip(steps, places, strict=True):
        yield step, at
        for role, inner in children(step):
            yield from _pairs(inner, at.lists.get(role, ()))
