"""The schedules kept by Yakin: what `serve --only scheduler` does, told turn by turn what to do by `scheduler.py`."""

from __future__ import annotations

import json
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

from benchmarks.measure import Turns
from yakin.project import Project
from yakin.service.service import Scheduling


def main() -> None:
    """Keep the schedules of the project in the folder that is given, until it is told to end."""
    given = json.loads(sys.argv[1])
    moment = datetime.fromisoformat(given["moment"]) if given["moment"] else None
    turns, pause = Turns(), threading.Event()
    project = Project(Path(given["folder"]))
    scheduling = Scheduling(project, lambda *_, **__: None)
    scheduling.start()
    while scheduling.looked is None:
        pause.wait(0.01)
    expected = given["daily"] + (given["at_once"] if moment else 0)
    assert len(scheduling.shift.roster.schedules) == expected
    while turns.next_row():
        time.sleep(1)  # a turn is a second in which nothing is due: what that costs is measured
    late: list[float] = []
    while moment is not None and len(late) < given["at_once"]:
        pause.wait(0.5)
        rows = project.journal.runs(limit=given["at_once"] + 1)
        late = [(row.created - moment).total_seconds() for row in rows]
    scheduling.stop()
    project.close()
    turns.say(late=late)


if __name__ == "__main__":
    main()
