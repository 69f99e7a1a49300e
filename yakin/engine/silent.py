"""Taking leases away from processes that died or fell silent."""

from __future__ import annotations

from yakin.engine.ports import LeaseRow, Leases, Watch


def give_up_silent(leases: Leases, watch: Watch, *, but: str = "") -> list[LeaseRow]:
    """Take away every lease whose holder is surely gone, or was silent for too long while this observer looked.

    Args:
        leases: All leases.
        watch: The observer; it has to look again and again.
        but: Token of the observer's own lease.

    Returns:
        The leases that were taken away.
    """
    silent = [row for row in leases.held() if row.token != but and watch.judge(row)]
    for row in silent:
        leases.give_up(row.token)
    return silent
