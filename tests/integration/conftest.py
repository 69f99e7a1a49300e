"""Fixtures of the tests that use more than one part."""

from pathlib import Path

import pytest

from tests.integration.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url", "url"]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'var' / 'yakin.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))
