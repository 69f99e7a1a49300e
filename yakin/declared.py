"""Files that people write for a bot, such as the map of a form: read with the care that workflow files get.

Every mistake is told at once, each with its line and column. A bot says with a pydantic model what the file may hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from yakin.errors import YakinError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from yakin.workflow.findings import Findings
    from yakin.workflow.problems import Problem
    from yakin.workflow.sentences import Mismatch

M = TypeVar("M", bound="BaseModel")


class DeclaredFileError(YakinError):
    """A file that people write for a bot is wrong; carries every problem found, with its place."""

    code = "declared-file"
    exit_status = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.order))
        first = self.problems[0]
        super().__init__(
            "{file} has {count} mistakes; the first is in line {line}, column {column}: {problem}",
            file=first.file,
            count=len(self.problems),
            line=first.line,
            column=first.column,
            problem=first.phrase,
            hint=first.hint,
        )


class Declared(Generic[M]):
    """A file whose shape is right, while its sense is looked at.

    Attributes:
        content: What the file says.
    """

    def __init__(self, content: M, findings: Findings) -> None:
        self.content = content
        self._findings = findings

    def wrong(self, path: tuple[str | int, ...], template: str, *, hint: str | None = None, **data: Any) -> None:
        """Note a mistake.

        Args:
            path: Keys and list positions (from 0) that lead to the value it is about.
            template: The sentence.
            hint: What to do, a template too.
            **data: What the sentence is about.
        """
        self._findings.add("declared-value", path, template, hint=hint, **data)

    def settle(self) -> M:
        """What the file says, when nothing in it is wrong.

        Raises:
            DeclaredFileError: Mistakes were noted.
        """
        if self._findings.problems:
            raise DeclaredFileError(self._findings.problems)
        return self.content


def read_declared(path: Path, model: type[M]) -> Declared[M]:
    """Read a file that people write for a bot.

    Args:
        path: The YAML file.
        model: What it may hold; its descriptions are told to those who miss a key.

    Raises:
        DeclaredFileError: There is no such file, it is not YAML, or something in it has the wrong shape.
    """
    from yakin.workflow.loader import load

    try:
        loaded = load(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    if loaded.problems:
        raise DeclaredFileError(loaded.problems)
    from pydantic import ValidationError

    from yakin.workflow.findings import Findings
    from yakin.workflow.sentences import grouped, mismatches

    findings = Findings(loaded)
    try:
        return Declared(model.model_validate(loaded.data or {}, strict=True), findings)
    except ValidationError as error:
        found = mismatches(error.errors(include_url=False), loaded.data or {}, at=())
    for group in grouped(found):
        _tell(group, findings)
    raise DeclaredFileError(findings.problems)


def _tell(group: Sequence[Mismatch], findings: Findings) -> None:
    from yakin.workflow.shape import report_wrong_value

    first = group[0]
    key = str(first.path[-1]) if first.path else ""
    if first.kind == "missing":
        findings.add("missing-key", first.path[:-1], "{key} is missing", on_key=True, key=key)
    elif first.kind == "extra_forbidden":
        findings.add("unknown-key", first.path, "There is no key {key} here", on_key=True, key=key)
    else:
        report_wrong_value(group, findings)


def _unreadable(path: Path, error: OSError) -> DeclaredFileError:
    from yakin.workflow.problems import Problem

    reason = error.strerror or type(error).__name__
    return DeclaredFileError(
        [Problem("unreadable", "It cannot be read: {reason}", {"reason": reason}, str(path), 1, 1)]
    )
