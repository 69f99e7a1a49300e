"""Where the samples take their chances from."""

from __future__ import annotations

from random import Random


def seeded(seed: str, topic: str) -> Random:
    """Chances that are the same for a seed and a topic on every machine, whatever else is drawn elsewhere."""
    return Random(f"{seed}/{topic}")  # noqa: S311  samples have to be the same again, not to be secret
