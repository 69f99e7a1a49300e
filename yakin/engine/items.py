"""Work items: every row done once, left alone, or in doubt and told.

The commit protocol. Before the commit step of an item its intent is written to the journal and flushed; from then on the
item *claims* its business key. Whatever goes wrong before is a plain retry. What goes wrong after it leaves the item in
doubt, unless the action can prove that nothing was sent or the system itself refused. Only the probe, or a person,
settles a doubt; a commit is never blindly repeated.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from yakin.actions import Evidence
from yakin.engine.candidates import Candidate, plain_result
from yakin.engine.invoke import ArgumentError
from yakin.engine.ports import Claimed, LeaseLost, LedgerItem
from yakin.engine.probe import Look, Probe
from yakin.engine.retry import ITEM, Policy
from yakin.engine.running import Running
from yakin.engine.sequence import Attempt, Failure
from yakin.engine.sessions import Workplace
from yakin.engine.stop import CutShort
from yakin.errors import (
    AlreadyThere,
    ApplicationError,
    BusinessError,
    ItemInDoubt,
    JournalError,
    SessionLost,
    TimedOut,
    YakinError,
)
from yakin.events import CommitIntended, ItemSettled, ItemStarted
from yakin.workflow.model import BlockNode, contains_commit, seconds

_CUT_OFFS = 10
"""How often a process may die while it works on an item before the item is left alone."""


class ItemWorker:
    """Works on the items of one block, one at a time.

    Args:
        running: The run.
        place: Where the block's steps run.
        block: The block.
    """

    def __init__(self, running: Running, place: Workplace, block: BlockNode) -> None:
        self._running = running
        self._place = place
        self._block = block
        self._path = running.checked.step_path(block)
        self._commits = contains_commit(block)
        self._policy = Policy.of(block.retry, default=ITEM)
        self._run = running.frame.run
        self._probe = Probe(running, place, block, self._path)

    async def work(self, candidate: Candidate) -> str:
        """Bring one item to an end; safe to call again at any time.

        Returns:
            The state the item is left in.
        """
        item, other = await asyncio.to_thread(self._look, candidate)
        if item.state in ("done", "failed", "skipped"):
            return item.state
        settled = await self._settle_what_was_begun(candidate, item, other)
        if settled is None and item.state == "in_progress" and item.attempt >= self._policy.attempts + _CUT_OFFS:
            settled = await self._record(self._settled(candidate, item.attempt, "failed", error=_deadly(item)))
        tries = 0
        while settled is None or settled.state == "pending":
            if settled is not None and tries == self._policy.attempts:
                settled = await self._record(replace(settled, state="failed", evidence=(), duration_ms=0))
                break
            if settled is not None:
                self._running.stop.here()
                await self._running.frame.clock.sleep(self._policy.pause(tries))
            tries += 1
            settled = await self._attempt(candidate, item.attempt + tries, last=tries == self._policy.attempts)
        return settled.state

    async def _settle_what_was_begun(
        self, candidate: Candidate, item: LedgerItem, other: LedgerItem | None
    ) -> ItemSettled | None:
        """Settle a commit that was begun earlier, by this run before it was cut off or by another run."""
        if item.claims or item.state == "in_doubt":
            if item.state != "in_doubt":
                cut_off = ItemInDoubt("The run was cut off after the commit was begun")
                await self._record(self._settled(candidate, item.attempt, "in_doubt", error=cut_off))
            return await self._resolve_doubt(candidate, item.attempt, item)
        return None if other is None else await self._settle_claim_of_another_run(candidate, other)

    async def _settle_claim_of_another_run(self, candidate: Candidate, other: LedgerItem) -> ItemSettled | None:
        if other.state == "done":
            return await self._record(done_before(self._run, self._path, candidate.key, other.result))
        if await asyncio.to_thread(self._is_worked_on, other):
            error = Claimed("Run {run} is registering it at this moment", run=other.run)
            return await self._record(self._settled(candidate, 0, "failed", error=error))
        try:
            return await self._settle_for_dead_run(candidate, other)
        except Claimed as error:
            return await self._record(self._settled(candidate, 0, "failed", error=error))

    def _is_worked_on(self, other: LedgerItem) -> bool:
        """Whether another run's item may be being committed: its run goes on, or who does this part of it; blocks briefly."""
        run, leases = self._running.frame.journal.run(other.run), self._running.leases
        return (run.status == "running" and leases.live(run.owner)) or (
            other.state == "in_progress" and leases.live(other.owner)
        )

    def _look(self, candidate: Candidate) -> tuple[LedgerItem, LedgerItem | None]:
        """The item, and that of another run which claims its business key; blocks briefly."""
        frame = self._running.frame
        item = frame.journal.item(self._run, self._path, candidate.key)
        assert item is not None, "items are in the ledger before they are worked on"
        system = claimed_in(self._block)
        if system is None or frame.rehearsing:
            return item, None
        other = frame.journal.claims(system, frame.workflow, [candidate.key]).get(candidate.key)
        return item, None if other is None or other.run == self._run else other

    async def _settle_for_dead_run(self, candidate: Candidate, other: LedgerItem) -> ItemSettled | None:
        look = await self._look_until_sure(candidate, 0, other)
        theirs = ItemSettled(run=other.run, step=other.step, item=other.key, attempt=other.attempt, state="in_doubt")
        if look is None or look.found is None:
            error = ItemInDoubt(
                "Run {run} began to register it and was cut off; nobody knows whether it was registered",
                run=other.run,
                hint="Look in the system whether it is registered before anything is sent again",
            )
            return await self._record(self._settled(candidate, 0, "in_doubt", error=error))
        if look.found:
            await self._record_for(other, replace(theirs, state="done", how="registered", result=look.result))
            return await self._record(done_before(self._run, self._path, candidate.key, look.result))
        absent = ItemInDoubt("Looked for by run {run}: it was not registered", run=self._run)
        await self._record_for(other, replace(theirs, state="failed", how="absent", error=absent.info()))
        return None

    async def _record_for(self, other: LedgerItem, settled: ItemSettled) -> None:
        """Settle another run's item.

        Raises:
            Claimed: That run went on with it meanwhile.
        """
        unchanged = partial(self._running.frame.journal.confirm_unchanged, seen=other)
        await self._running.record(settled, also=unchanged)

    async def _attempt(self, candidate: Candidate, number: int, *, last: bool) -> ItemSettled:
        owner = self._running.lease.token
        started = ItemStarted(run=self._run, step=self._path, item=candidate.key, attempt=number, owner=owner)
        # Nothing before the commit has to wait until it is on disk that the attempt was begun.
        noted = asyncio.ensure_future(self._running.record(started))
        try:
            return await self._try(candidate, number, noted, last=last)
        finally:
            await asyncio.gather(noted, return_exceptions=True)

    async def _try(self, candidate: Candidate, number: int, noted: Awaitable[None], *, last: bool) -> ItemSettled:
        clock = self._running.frame.clock
        begun = clock.monotonic()
        things = await self._place.things()
        if isinstance(things, Failure):
            await noted
            return await self._record(self._failed(candidate, number, things, last=last))
        if self._block.on_repeat == "skip":
            await noted
            look = await self._probe.look(candidate, number)
            if look.found:
                return await self._record(self._found(candidate, number, "found", look))
            if look.error is not None:
                unclear = Failure(f"{self._path}.probe", look.error)
                return await self._record(self._failed(candidate, number, unclear, last=last))
        attempt = candidate.attempt(self._running, things, number)
        attempt.before_commit = partial(self._before_commit, candidate, number, attempt, noted)
        failure = await self._go(attempt)
        await noted
        if failure is not None and isinstance(failure.error, SessionLost):
            await self._place.lose()
        settled = await self._judge(candidate, number, attempt, failure, last=last)
        settled = replace(
            settled,
            evidence=(*attempt.findings.evidence, *settled.evidence),
            steps_ms=attempt.steps_ms,
            duration_ms=int((clock.monotonic() - begun) * 1000),
        )
        await self._running.record(*attempt.findings.notes, settled)
        if settled.state == "in_doubt":
            how = "found" if failure is not None and isinstance(failure.error, AlreadyThere) else "registered"
            item, _ = await asyncio.to_thread(self._look, candidate)
            return await self._resolve_doubt(candidate, number, item, how) or replace(settled, state="pending")
        return settled

    async def _go(self, attempt: Attempt) -> Failure | None:
        limit = None if self._block.timeout is None else seconds(self._block.timeout)
        try:
            async with asyncio.timeout(limit):
                return await self._running.stop.unless_cut(attempt.go(self._block.steps))
        except CutShort as cut:
            return Failure(self._path, cut)
        except TimeoutError:
            error = TimedOut("The item was not finished within {seconds} s", seconds=f"{limit:g}")
            return Failure(self._path, error)

    async def _judge(
        self, candidate: Candidate, number: int, attempt: Attempt, failure: Failure | None, *, last: bool
    ) -> ItemSettled:
        """What an attempt's end means for the item."""
        if attempt.held_back:
            return self._settled(candidate, number, "skipped", how="rehearsed")
        if failure is None and self._commits and not attempt.committed:
            return self._settled(candidate, number, "skipped", how="no_commit")
        if failure is None:
            return self._registered(candidate, number, attempt)
        if attempt.committed and not self._surely_not_registered(attempt, failure):
            return self._settled(candidate, number, "in_doubt", error=failure.error, at_step=failure.step)
        if isinstance(failure.error, AlreadyThere) and self._block.probe:
            return await self._there_already(candidate, number, failure)
        return self._failed(candidate, number, failure, last=last)

    def _surely_not_registered(self, attempt: Attempt, failure: Failure) -> bool:
        """Whether a failure after the intent proves that the commit had no effect.

        "It is there already" proves nothing: a browser may have sent the same request twice by itself, and the answer
        to the second is about the first.
        """
        error = failure.error
        if failure.step != attempt.commit_step or isinstance(error, AlreadyThere):
            return False
        # What an action cannot take is refused before the action is called.
        return isinstance(error, BusinessError | ArgumentError) or (
            isinstance(error, ApplicationError) and error.nothing_sent
        )

    def _registered(self, candidate: Candidate, number: int, attempt: Attempt) -> ItemSettled:
        try:
            result = plain_result(attempt.evaluate(dict(self._block.result or {})))
        except YakinError as error:
            # The commit went through; a result that cannot be put together does not make it undone.
            return self._settled(candidate, number, "done", how="registered", error=error)
        return self._settled(candidate, number, "done", how="registered", result=result)

    def _failed(self, candidate: Candidate, number: int, failure: Failure, *, last: bool) -> ItemSettled:
        again = isinstance(failure.error, CutShort) or (not last and isinstance(failure.error, ApplicationError))
        return self._settled(
            candidate, number, "pending" if again else "failed", error=failure.error, at_step=failure.step
        )

    async def _there_already(self, candidate: Candidate, number: int, failure: Failure) -> ItemSettled:
        """The system says that it is there: it is found, or set aside when the probe does not see it."""
        look = await self._probe.look(candidate, number)
        if look.found:
            return self._found(candidate, number, "found", look)
        return self._failed(candidate, number, failure, last=True)

    async def _resolve_doubt(
        self, candidate: Candidate, number: int, item: LedgerItem, how: str = "registered"
    ) -> ItemSettled | None:
        """Settle an item in doubt by its probe; None when it surely was not registered and may be tried again."""
        look = await self._look_until_sure(candidate, number, item)
        if look is None:
            return self._settled(candidate, number, "in_doubt")
        if look.found:
            return await self._record(self._found(candidate, number, how, look))
        if look.found is None:
            return await self._record(
                self._settled(candidate, number, "in_doubt", error=look.error, evidence=look.evidence)
            )
        await self._record(self._settled(candidate, number, "pending", how="absent"))
        return None

    async def _look_until_sure(self, candidate: Candidate, number: int, item: LedgerItem) -> Look | None:
        """What the probe sees; "not there" is unclear while whoever began the commit may still go on with it."""
        look = await self._probe.until_sure(candidate, number, item.intent_at)
        if look is None or look.found is not False:
            return look
        if item.owner == self._running.lease.token:
            over = not self._running.may_still_commit(candidate.key)
        else:
            over = await asyncio.to_thread(self._running.leases.over, item.owner)
        if over:
            return look
        silent = ItemInDoubt(
            "It is not there, but whoever began to register it fell silent and may still do it",
            hint="See that it can do nothing any more, such as a machine that is off; look in the system, settle the item",
        )
        return replace(look, found=None, error=silent)

    async def _before_commit(
        self, candidate: Candidate, number: int, attempt: Attempt, noted: Awaitable[None], step: str
    ) -> bool:
        """Picture what is about to be committed and write down the intent; False when rehearsing.

        Raises:
            LeaseLost: This process was silent for so long that another may have taken over.
        """
        await attempt.picture("confirm", step)
        if self._running.frame.rehearsing:
            return False
        await noted
        await self._running.record(
            CommitIntended(
                run=self._run,
                step=self._path,
                item=candidate.key,
                attempt=number,
                at_step=step,
                owner=self._running.lease.token,
            )
        )
        await self._still_ours()
        return True

    async def _still_ours(self) -> None:
        """Between the intent and the click lie moments in which this process may have been stopped for hours."""
        lease = self._running.lease
        if not lease.fresh:
            try:
                await asyncio.to_thread(lease.beat)
            except LeaseLost:
                raise
            except JournalError as error:
                raise LeaseLost("{name} cannot be confirmed: {error}", name=lease.name, error=error) from error

    async def _record(self, settled: ItemSettled) -> ItemSettled:
        await self._running.record(settled)
        return settled

    def _found(self, candidate: Candidate, number: int, how: str, look: Look) -> ItemSettled:
        settled = self._settled(candidate, number, "done", how=how, result=look.result)
        return replace(settled, evidence=look.evidence)

    def _settled(
        self,
        candidate: Candidate,
        number: int,
        state: str,
        *,
        how: str = "",
        result: Mapping[str, Any] | None = None,
        error: YakinError | None = None,
        at_step: str | None = None,
        evidence: Sequence[Evidence] = (),
    ) -> ItemSettled:
        return ItemSettled(
            run=self._run,
            step=self._path,
            item=candidate.key,
            attempt=number,
            state=state,
            how=how,
            result=result or {},
            error=None if error is None else error.info(),
            at_step=at_step,
            evidence=tuple(evidence),
        )


def _deadly(item: LedgerItem) -> ItemInDoubt:
    return ItemInDoubt(
        "The process died each of the last times it worked on this item, {attempts} attempts in all",
        attempts=item.attempt,
        hint="Nothing was registered. Look into the log for what kills it",
    )


def claimed_in(block: BlockNode) -> str | None:
    """Where the business keys of a block are claimed: its system, or nowhere in particular for a commit outside systems.

    None for a block that commits nothing.
    """
    return (block.in_ or "") if contains_commit(block) else None


def done_before(run: str, step: str, key: str, result: Mapping[str, Any]) -> ItemSettled:
    """An item is left alone because an earlier run has registered it, with this result."""
    return ItemSettled(run=run, step=step, item=key, attempt=0, state="skipped", how="done_before", result=result)
