"""What belongs to all tests: their order, and the chaos suite's table at the end of the session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says something about the machine, and the machine has other things to do.
settings.register_profile("anywhere", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("anywhere")

_SLOWEST_FIRST = ("chaos", "e2e", "docs", "integration", "bots")
"""Folders whose tests begin first, so that at the end no core waits for another's long test."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests by folder; within a folder they stay as they are."""
    here = Path(__file__).parent
    items.sort(key=lambda item: _place(item.path.relative_to(here).parts[0]) if here in item.path.parents else 0)


def _place(folder: str) -> int:
    return _SLOWEST_FIRST.index(folder) if folder in _SLOWEST_FIRST else len(_SLOWEST_FIRST)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what the disturbed runs came to, if any test disturbed some."""
    reports = [
        report for found in terminalreporter.stats.values() for report in found if hasattr(report, "user_properties")
    ]
    lines = [
        value
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == "chaos"
    ]
    if lines:
        from tests.chaos.judging import table

        terminalreporter.section("chaos")
        terminalreporter.write_line(table(lines))
