"""Collecting the problems of one file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from yakin.phrases import mark
from yakin.workflow.loader import Loaded
from yakin.workflow.positions import Path
from yakin.workflow.problems import Problem, Severity


class Findings:
    """The problems of one file while it is looked at.

    Attributes:
        loaded: The file.
        problems: What was found so far.
        blamed: Paths that have a problem already.
    """

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.problems: list[Problem] = []
        self.blamed: set[Path] = set()

    def add(
        self,
        code: str,
        path: Path,
        template: str,
        /,
        *,
        hint: str | None = None,
        on_key: bool = False,
        part: tuple[str, int, int] | None = None,
        severity: Severity = "error",
        **data: Any,
    ) -> None:
        """Note a problem.

        Args:
            code: Slug of the kind of problem.
            path: What it is about.
            template: The sentence.
            hint: What to do.
            on_key: Point at the key, not at the value.
            part: Point at a part of the text that is the value: the text, offset and length of the part.
            severity: `error` or `warning`.
            **data: What the sentence is about.
        """
        if path in self.loaded.unread:
            return
        positions = self.loaded.positions
        if part is not None:
            place = positions.inside(path, *part)
        elif on_key:
            place = positions.key(path)
        else:
            place = positions.value(path)
        self.blamed.add(path)
        self.problems.append(
            Problem(
                code,
                template,
                data,
                self.loaded.name,
                place.line,
                place.column,
                place.end_column,
                positions.line(place.line),
                hint,
                severity,
            )
        )

    def is_blamed(self, path: Path) -> bool:
        """Whether a problem was noted about this path or one above it."""
        return any(path[:length] in self.blamed for length in range(1, len(path) + 1))


def similar(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like this one, or that one of the two is a part of; for "did you mean"."""
    candidates = {word.casefold(): word for word in known if word}
    wanted = name.casefold()
    parts = [word for word in candidates if word in wanted or (wanted and wanted in word)]
    found = difflib.get_close_matches(wanted, parts or candidates, n=1, cutoff=0.4 if parts else 0.7)
    return candidates[found[0]] if found else None


def suggestion(name: str, known: Iterable[str]) -> tuple[str | None, dict[str, Any]]:
    """Hint and data that tell which name may be meant, or which names there are."""
    words = sorted(known)
    if match := similar(name, words):
        return mark("Did you mean {similar}?"), {"similar": match}
    if words:
        return mark("There are: {known}"), {"known": ", ".join(words)}
    return None, {}
