"""Pictures and files that prove what happened, as a report can show them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from yakin.actions.context import Evidence
from yakin.reports.verdicts import TROUBLED, verdict_of
from yakin.results import RunResult

EMBED_LIMIT = 20 * 2**20
"""Bytes of pictures that one report holds. When all of them are more, pictures of what went wrong are embedded first,
as many as fit, and everything else is a link to the file beside the report."""

_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One piece of evidence in a report.

    Attributes:
        name: What it shows, as the journal says.
        path: Where the file is, relative to the run's folder.
        source: The picture as a `data:` URI; empty when it is not embedded.
        link: Relative address of the file; empty when it is embedded or cannot be found.
        altered: True when the file is not the one the journal vouches for.
    """

    name: str
    path: str
    source: str = ""
    link: str = ""
    altered: bool = False


class Exhibits:
    """All evidence of a run, each piece embedded, linked or missing.

    Args:
        result: The run.
        folder: The run's folder; paths of evidence that lead out of it are treated as missing.
        limit: Bytes of pictures that may be embedded.
    """

    def __init__(self, result: RunResult, folder: Path, limit: int = EMBED_LIMIT) -> None:
        self._folder = folder.resolve()
        troubled, fine = _by_urgency(result)
        sizes = {one.path: self._size(one) for one in (*troubled, *fine)}
        self._embedded: set[str] = set()
        everything_fits = sum(sizes.values()) <= limit
        for one in (*troubled, *fine) if everything_fits else troubled:
            if one.path not in self._embedded and sizes[one.path] <= limit:
                self._embedded.add(one.path)
                limit -= sizes[one.path]

    def show(self, evidence: Iterable[Evidence]) -> list[Exhibit]:
        """How the report shows these pieces of evidence."""
        return [self._exhibit(one) for one in evidence]

    def _exhibit(self, one: Evidence) -> Exhibit:
        path = self._inside(one.path)
        if path is None:
            return Exhibit(one.name, one.path)
        if one.path not in self._embedded or one.media_type not in _PICTURES:
            return Exhibit(one.name, one.path, link=quote(one.path))
        try:
            data = path.read_bytes()
        except OSError:
            return Exhibit(one.name, one.path)
        source = f"data:{one.media_type};base64,{base64.b64encode(data).decode('ascii')}"
        return Exhibit(one.name, one.path, source, altered=hashlib.sha256(data).hexdigest() != one.sha256)

    def _size(self, one: Evidence) -> int:
        path = self._inside(one.path) if one.media_type in _PICTURES else None
        return path.stat().st_size if path is not None else 0

    def _inside(self, relative: str) -> Path | None:
        """The file, if it is there and inside the run's folder."""
        try:
            path = (self._folder / relative).resolve()
            return path if path.is_relative_to(self._folder) and path.is_file() else None
        except (OSError, ValueError):
            return None


def _by_urgency(result: RunResult) -> tuple[list[Evidence], list[Evidence]]:
    troubled = [one for step in result.steps if step.status != "succeeded" for one in step.evidence]
    fine = [one for step in result.steps if step.status == "succeeded" for one in step.evidence]
    for item in result.items:
        (troubled if verdict_of(item) in TROUBLED else fine).extend(item.evidence)
    return troubled, fine
