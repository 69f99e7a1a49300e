"""What a second look collects on its way through a sheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from bots.excel.addresses import Place, area_of
from bots.excel.reading.unseen import Area, Unseen
from bots.excel.reading.unseen.notation import Shown


@dataclass(slots=True)
class Found:
    """What was found so far: the same as in `Unseen`, merged areas as they are written, formats together."""

    errors: dict[Place, str] = field(default_factory=dict)
    uncalculated: set[Place] = field(default_factory=set)
    shown: dict[Place, Shown] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)
    extent: Place = (0, 0)

    def as_unseen(self, epoch: date, merged: Iterable[Area] = ()) -> Unseen:
        """What was found, of a workbook that counts its days from there; merged areas that are known beside it."""
        written = (area_of(area) for area in self.merged)
        return Unseen(
            errors=self.errors,
            uncalculated=frozenset(self.uncalculated),
            zeros={place: shown for place, shown in self.shown.items() if isinstance(shown, int)},
            days=frozenset(place for place, shown in self.shown.items() if shown == "day"),
            epoch=epoch,
            hidden=frozenset(self.hidden),
            merged=(*merged, *(area for area in written if area is not None)),
            extent=self.extent,
        )
