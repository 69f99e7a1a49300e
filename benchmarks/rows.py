"""The rows that benchmarks enter: those of the sample, again and again."""

from __future__ import annotations

from typing import Any

KEY = "受付番号"


def rows(count: int, *, first: int = 1) -> list[dict[str, Any]]:
    """So many declarations that are all in order, each with a 受付番号 of its own; the first has this number."""
    from yakin.practice.samples import IMPOSSIBLE_DATE, REFUSED, declarations

    good = [row for row in declarations() if row[KEY] not in (*IMPOSSIBLE_DATE, *REFUSED)]
    return [{**good[index % len(good)], KEY: f"{8_000_000 + first + index:08}"} for index in range(count)]
