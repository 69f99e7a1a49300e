from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.schedule.night import Night


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    opened = Night(tmp_path)
    yield opened
    opened.close()
