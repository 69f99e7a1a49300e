"""The schedules of `scheduler.py`: a project that has them, and the same moments for whoever does without Yakin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

EACH = 20
"""Schedules of one workflow."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many schedules.

    Attributes:
        daily: How many are due once a day, all over the night but not while anybody measures.
        at_once: How many are due at the same moment.
        moment: That moment; None for none of those.
    """

    daily: int
    at_once: int = 0
    moment: datetime | None = None

    def daily_times(self) -> list[tuple[int, int]]:
        """Hour and minute of each that is due daily: 2 to 16 hours after the present, so that none disturbs."""
        begin = datetime.now().astimezone().hour + 2
        return [((begin + number // 60 % 14) % 24, number % 60) for number in range(self.daily)]

    def crontabs(self) -> list[str]:
        """Those that are due daily as five fields, each of them another one within its workflow."""
        return [f"{minute} {hour} * * mon-fri" for hour, minute in self.daily_times()]


def write_project(folder: Path, crowd: Crowd) -> Path:
    """Make a project with these schedules, or add to it those that are due at once.

    Twenty schedules have one workflow, which does nothing; those that are due at once are of as many workflows.

    Returns:
        The folder.
    """
    for name in ("config", "workflows"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    settings = 'language = "en"\nbots = ["benchmarks.bots"]\n'
    (folder / "config" / "yakin.toml").write_text(settings, encoding="utf-8")
    fields = crowd.crontabs()
    for number in range(0, crowd.daily, EACH):
        triggers = [f'cron: "{one}"' for one in fields[number : number + EACH]]
        _write(folder / "workflows" / f"daily_{number // EACH:04}.yaml", triggers)
    if crowd.moment is not None:
        for number in range(crowd.at_once):
            at = [f'at: "{crowd.moment:%Y-%m-%d %H:%M:%S}"']
            _write(folder / "workflows" / f"at_once_{number:04}.yaml", at)
    return folder


def _write(path: Path, triggers: list[str]) -> None:
    lines = [f"  - {{{trigger}, on_closed_day: run}}" for trigger in triggers]
    text = "\n".join(
        ["workflow: 夜の処理", "triggers:", *lines, "steps:", "  - {uses: desk.note, with: {number: 1}}", ""]
    )
    path.write_text(text, encoding="utf-8")
