"""What belongs to all tests: the chaos suite's table at the end of the session."""

from __future__ import annotations

from typing import Any


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
