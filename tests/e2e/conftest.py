from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.home import Home


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, int, str]:
    """A home in which the demo has run, with its exit status and what it printed."""
    home = Home(tmp_path_factory.mktemp("home") / "town hall 役場")
    return home, *home.yakin("demo")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")
