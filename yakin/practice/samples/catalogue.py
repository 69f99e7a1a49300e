"""All sample files, workflow by workflow."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from yakin.practice.samples import write_all
from yakin.practice.samples.allowances import write_allowances
from yakin.practice.samples.grants import write_grants
from yakin.practice.samples.online import write_online
from yakin.practice.samples.overtime import write_overtime
from yakin.practice.samples.taxes import write_taxes


class Writer(Protocol):
    """Writes the files of one workflow."""

    def __call__(self, folder: Path, *, large: bool = False) -> list[Path]:
        """Write them into a folder, as many rows as a town has when `large`; returns where they are."""


def _write_demo(folder: Path, *, large: bool = False) -> list[Path]:
    """What the demo works on is the same in either size."""
    return write_all(folder)


WRITERS: Mapping[str, Writer] = {
    "demo": _write_demo,
    "shuno_totsugo": write_taxes,
    "jikangai_shukei": write_overtime,
    "kyufu_furikomi": write_grants,
    "denshi_shinsei": write_online,
    "jido_teate_tsuchi": write_allowances,
}
"""Workflow → what writes its files."""


def write_samples(folder: Path, *, large: bool = False) -> list[Path]:
    """Write the files of all workflows into a folder, which is made; returns where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    return [path for write in WRITERS.values() for path in write(folder, large=large)]
