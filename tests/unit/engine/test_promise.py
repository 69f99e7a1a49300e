"""The promise, for any sequence of faults and crashes: registered once, not registered, or in doubt and told."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.engine.town import Office, TownSystem, workflow

REGISTER = st.sampled_from([None, "button gone", "crash before", "lost before", "crash after", "lost after"])
ELSEWHERE = st.sampled_from([None, None, "slow", "session lost", "crash", "broken code"])
SCRIPTS = st.fixed_dictionaries(
    {
        "open": st.lists(st.sampled_from([None, "down", "crash"]), max_size=4),
        "write": st.lists(ELSEWHERE, max_size=6),
        "register": st.lists(REGISTER, max_size=6),
        "receipt": st.lists(ELSEWHERE, max_size=6),
        "look_up": st.lists(ELSEWHERE, max_size=6),
    }
)
KEYS = ["a", "b", "c"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    script=SCRIPTS, before=st.sets(st.sampled_from(KEYS)), refused=st.sets(st.sampled_from(KEYS)), probe=st.booleans()
)
def test_every_item_is_registered_once_or_not_at_all_or_in_doubt(
    script: dict[str, list[str | None]], before: set[str], refused: set[str], probe: bool
) -> None:
    system = TownSystem(dict.fromkeys(before, 1), {name: list(faults) for name, faults in script.items()})
    system.refuses = set(refused)
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder), system=system)
        try:
            result = asyncio.run(office.run_through_crashes(office.create(workflow(KEYS, probe=probe))))
            findings = office.journal.verify()
        finally:
            office.close()
    assert not findings
    assert all(count == 1 for count in system.registered.values()), "nothing twice"
    for item in result.items:
        there = item.key in system.registered
        match item.verdict:
            case "registered" | "found":
                assert there, "nothing lost"
            case "failed" | "set_aside" | "pending":
                assert not there or item.key in before, "what is told as not registered is not registered"
            case "in_doubt":
                assert result.status == "failed", "a doubt is told"
            case other:
                raise AssertionError(other)
