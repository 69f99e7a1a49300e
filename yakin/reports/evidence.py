"""Pictures and files that prove what happened, as a report can show them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from yakin.actions.context import Evidence
from yakin.reports.verdicts import TROUBLED, verdict_of
from yakin.results import RunResult
from yakin.storage import Storage, StorageError

EMBED_LIMIT = 20 * 2**20
"""Bytes of pictures that one report holds. When all of them are more, pictures of what went wrong are embedded first,
as many as fit, and everything else is a link to the file beside the report."""

_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One piece of evidence in a report.

    Attributes:
        name: What it shows, as the journal says.
        path: Where the file is, relative to the run.
        source: The picture as a `data:` URI; empty when it is not embedded.
        link: Address of the file; empty when it is embedded, cannot be found, or no browser can follow.
        place: Where the file is kept, when there is no link to it; empty when it cannot be found.
        altered: True when the file is not the one the journal vouches for.
    """

    name: str
    path: str
    source: str = ""
    link: str = ""
    place: str = ""
    altered: bool = False


@dataclass(frozen=True, slots=True)
class Links:
    """The way from a report to the files of a run.

    Attributes:
        run: Id of the run.
        storage: Where its files are kept, on whatever machine they were made.
        folder: Where the report will be.
    """

    run: str
    storage: Storage
    folder: Path

    def path(self, one: Evidence) -> str:
        """Path of a piece of evidence in the storage."""
        return f"{self.run}/{one.path}"

    def link(self, one: Evidence) -> str:
        """Address of the file, relative where it lies below the report's folder; empty when no browser gets there."""
        try:
            file = self.storage.local(self.path(one))
        except StorageError:
            return ""
        if file is None:
            return ""
        file, folder = file.resolve(), self.folder.resolve()
        return quote(file.relative_to(folder).as_posix()) if file.is_relative_to(folder) else file.as_uri()

    def place(self, one: Evidence) -> str:
        """Where the file is, for a person."""
        return self.storage.where(self.path(one))


class Exhibits:
    """All evidence of a run, each piece embedded, linked, named or missing.

    Args:
        result: The run.
        links: The way to its files; what is not among them counts as missing.
        limit: Bytes of pictures that may be embedded.
    """

    def __init__(self, result: RunResult, links: Links, limit: int = EMBED_LIMIT) -> None:
        self._links = links
        self._sizes = self._kept()
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
        path = self._links.path(one)
        if path not in self._sizes:
            return Exhibit(one.name, one.path)
        if one.path not in self._embedded or one.media_type not in _PICTURES:
            link = self._links.link(one)
            return Exhibit(one.name, one.path, link=link, place="" if link else self._links.place(one))
        try:
            data = self._links.storage.read(path)
        except StorageError:
            return Exhibit(one.name, one.path)
        source = f"data:{one.media_type};base64,{base64.b64encode(data).decode('ascii')}"
        return Exhibit(one.name, one.path, source, altered=hashlib.sha256(data).hexdigest() != one.sha256)

    def _kept(self) -> Mapping[str, int]:
        """The run's files that are there: of a storage that cannot be reached, none; the report is still of use."""
        try:
            return self._links.storage.sizes(self._links.run)
        except StorageError:
            return {}

    def _size(self, one: Evidence) -> int:
        return self._sizes.get(self._links.path(one), 0) if one.media_type in _PICTURES else 0


def _by_urgency(result: RunResult) -> tuple[list[Evidence], list[Evidence]]:
    troubled = [one for step in result.steps if step.status != "succeeded" for one in step.evidence]
    fine = [one for step in result.steps if step.status == "succeeded" for one in step.evidence]
    for item in result.items:
        (troubled if verdict_of(item) in TROUBLED else fine).extend(item.evidence)
    return troubled, fine
