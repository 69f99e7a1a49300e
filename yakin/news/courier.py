"""Sends news when they are due, and notes in the journal what was sent.

The journal is the outbox: what the last `NewsSent` of a rule does not cover has not been told. Whoever dies between sending
and noting tells it again after the next start: news may come twice, and are never lost without a word.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from yakin import events as ev
from yakin.errors import ConfigError, ErrorInfo, JournalError, YakinError
from yakin.ledger import LeaseLost, LeaseTaken
from yakin.news.composing import Composer, News, Window
from yakin.news.timing import BACK_OFF, Kind, OpenDays, Sent, is_due, sent_so_far
from yakin.notify import NewsRule
from yakin.post import Delivery, Post, Receiver

if TYPE_CHECKING:
    from yakin.engine.ports import Lease
    from yakin.project import Project

ACTOR = "news"
"""Who the journal says sent them."""

LEASE = "news"
"""Name of the lease that its holder sends news under."""

PASSWORD = "mail_password"  # noqa: S105 - the name of the secret
"""Secret that signs in to the mail server."""


_FIRST_TIME = timedelta(days=1)
"""So much is told when nothing was ever sent."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one look has brought to an end.

    Attributes:
        rule: Name of the rule.
        kind: `digest` or `alert`.
        told: How many receivers were told.
        error: Why some, or all, could not be told.
    """

    rule: str
    kind: Kind
    told: int
    error: ErrorInfo | None = None


@dataclass(slots=True)
class _Pending:
    """News on their way.

    Attributes:
        news: What is sent.
        upto: Number in the journal of the last event that they cover.
        receivers: Who has not been told yet; None when that could not be found out yet.
        told: Who has.
        tries: How often it was tried.
        again: When it is tried next; None for at once.
    """

    news: News
    upto: int
    receivers: list[Receiver] | None = None
    told: list[str] = field(default_factory=list)
    tries: int = 0
    again: datetime | None = None


class Courier:
    """Looks what is due and sends it. Every method blocks, for as long as mail servers take; use it from one thread.

    Several may look after one journal: one of them sends, under a lease; the others take over when it is gone.

    Args:
        project: The project whose news are sent.
        days: The days on which digests are sent; every day but weekends, national holidays and New Year when left out.
    """

    def __init__(self, project: Project, *, days: OpenDays | None = None) -> None:
        self._project = project
        self._days = days or _usual_days()
        self._composer = Composer(project)
        self._rules: Mapping[str, NewsRule] = project.settings.notify.named_rules
        self._sent: dict[tuple[str, str], Sent] = {}
        self._read_upto = 0
        self._pending: dict[tuple[str, str], _Pending] = {}
        self._nothing_upto: dict[str, int] = {}
        self._lease: Lease | None = None
        self._hold = ExitStack()
        self._watch = project.leases.watch()

    def look(self) -> list[Done]:
        """Send everything that is due, or note that it could not be sent. To be called about every half a minute.

        Returns:
            What was sent or given up; empty while another process sends the news.

        Raises:
            JournalError: The journal cannot be read or written; what was sent then is sent again.
        """
        if not self._rules or not self._may_send():
            return []
        try:
            return self._look()
        except LeaseLost:
            self._let_go()
            return []

    def close(self) -> None:
        """Let others send the news."""
        lease = self._lease
        self._let_go()
        if lease is not None:
            lease.release()

    def news(self, rule: str) -> tuple[Kind, News] | None:
        """What a rule would be told now, whether it is due or not; None when there is only nothing to alert of.

        Raises:
            ConfigError: There is no such rule.
        """
        self._catch_up()
        found = self._rule(rule)
        kind: Kind = "digest" if found.digest is not None else "alert"
        news = self._composer.news(found, kind, self._window(rule, kind))
        return None if news is None else (kind, news)

    def sent(self, rule: str, kind: Kind) -> Sent | None:
        """What was sent last for a rule; None when nothing ever was."""
        self._catch_up()
        return self._sent.get((rule, kind))

    def send(self, rule: str) -> Done | None:
        """Send what a rule would be told now, at once; None when there is only nothing to alert of.

        Raises:
            NotSent: Somebody could not be told.
            ConfigError: There is no such rule, or a secret is missing; nobody was told.
            NotifySettings: The settings are wrong; nobody was told.
        """
        upto = self._project.journal.anchor().seq
        found = self.news(rule)
        if found is None:
            return None
        kind, news = found
        pending = _Pending(news, upto)
        error = self._try(self._rule(rule), pending)
        if pending.told:
            self._note(ev.NewsSent(run="", rule=rule, kind=kind, receivers=len(pending.told), upto=upto))
        if error is not None:
            raise error
        return Done(rule, kind, len(pending.told))

    def test(self, rule: str) -> Done:
        """Send a message that only shows that messages arrive; nothing is noted.

        Raises:
            NotSent: Somebody could not be told.
            ConfigError: There is no such rule, or a secret is missing; nobody was told.
            NotifySettings: The settings are wrong; nobody was told.
        """
        pending = _Pending(self._composer.trial(rule), 0)
        error = self._try(self._rule(rule), pending)
        if error is not None:
            raise error
        return Done(rule, "digest", len(pending.told))

    def _rule(self, name: str) -> NewsRule:
        if name not in self._rules:
            raise ConfigError(
                "There is no rule {name}",
                name=name,
                hint="There are: {names}; rules stand under [[notify.rules]] of config/yakin.toml",
                names=", ".join(self._rules) or "-",
            )
        return self._rules[name]

    def _look(self) -> list[Done]:
        self._catch_up()
        done = []
        for name, rule in self._rules.items():
            for kind in _kinds(rule):
                ended = self._attend(name, rule, kind)
                if ended is not None:
                    done.append(ended)
        return done

    def _attend(self, name: str, rule: NewsRule, kind: Kind) -> Done | None:
        now = self._project.clock.now().astimezone(self._project.settings.zone)
        sent = self._sent.get((name, kind))
        if sent is None:
            upto = self._project.journal.anchor().seq
            self._note(ev.NewsSent(run="", rule=name, kind=kind, receivers=0, upto=upto))
            return None
        pending = self._pending.get((name, kind))
        if pending is None:
            if not is_due(rule, kind, now, sent, self._days):
                return None
            pending = self._compose(name, rule, kind)
            if pending is None:
                return None
            self._pending[name, kind] = pending
        if pending.again is not None and now < pending.again:
            return None
        error = self._try(rule, pending)
        if error is not None and pending.tries <= len(BACK_OFF):
            pending.again = now + BACK_OFF[pending.tries - 1]
            return None
        del self._pending[name, kind]
        return self._end(name, kind, pending, error)

    def _compose(self, name: str, rule: NewsRule, kind: Kind) -> _Pending | None:
        window = self._window(name, kind)
        news = self._composer.news(rule, kind, window)
        if news is None:
            # Nothing in there will become an alert later: the next look begins behind it.
            self._nothing_upto[name] = window.upto
            return None
        return _Pending(news, window.upto)

    def _window(self, name: str, kind: Kind) -> Window:
        sent, now = self._sent.get((name, kind)), self._project.clock.now()
        upto = self._project.journal.anchor().seq
        if sent is None:
            # Only somebody who wants to see or send it at once asks before the first look.
            begin = now - _FIRST_TIME
            before = (record.seq for record in self._project.journal.news().events(after=0) if record.at < begin)
            return Window(max(before, default=0), upto, begin, now)
        after = max(sent.upto, self._nothing_upto.get(name, 0)) if kind == "alert" else sent.upto
        return Window(after, upto, sent.at, now)

    def _try(self, rule: NewsRule, pending: _Pending) -> YakinError | None:
        """Tell those who have not been told yet; why some of them could not be, or None."""
        pending.tries += 1
        try:
            post = self._post()
            if pending.receivers is None:
                pending.receivers = post.receivers(rule.to)
            failed: list[str] = []
            for receiver in list(pending.receivers):
                message = pending.news.mail if receiver.kind == "mail" else pending.news.message
                delivery = post.send([receiver], message)
                pending.told += delivery.told
                if delivery.told:
                    pending.receivers.remove(receiver)
                failed += delivery.failed
        except JournalError:
            raise
        except YakinError as error:
            return error
        return Delivery(pending.told, failed).error()

    def _post(self) -> Post:
        project, password = self._project, None
        mail = project.settings.notify.mail
        if mail is not None and mail.user:
            password = project.secrets.get(PASSWORD)
        return Post.of(project.settings.config, project.root, password)

    def _end(self, name: str, kind: Kind, pending: _Pending, error: YakinError | None) -> Done:
        info = None if error is None else error.info()
        events: list[ev.Event] = []
        if pending.told:
            events.append(ev.NewsSent(run="", rule=name, kind=kind, receivers=len(pending.told), upto=pending.upto))
        if info is not None:
            events.append(ev.NewsFailed(run="", rule=name, kind=kind, error=info, upto=pending.upto))
        self._note(*events)
        return Done(name, kind, len(pending.told), info)

    def _note(self, *events: ev.Event) -> None:
        also = None if self._lease is None else self._lease.confirm
        self._project.journal.append(ACTOR, *events, also=also)
        self._catch_up()

    def _catch_up(self) -> None:
        records = self._project.journal.news().events(after=self._read_upto)
        self._sent = sent_so_far(self._sent, records)
        self._read_upto = records[-1].seq if records else self._read_upto

    def _may_send(self) -> bool:
        """Whether this process holds the lease, or has it now."""
        try:
            if self._lease is not None:
                self._lease.beat()
                return True
            self._lease = self._project.leases.take(LEASE, kind=LEASE)
            self._hold.enter_context(self._lease.kept())
        except LeaseTaken as taken:
            if self._watch.judge(taken.row):
                self._project.leases.give_up(taken.row.token)
            return False
        except LeaseLost:
            self._let_go()
            return False
        return True

    def _let_go(self) -> None:
        """Stop saying that this process sends; what it has on its way is sent by whoever does from now on."""
        self._hold.close()
        self._lease = None
        self._pending.clear()


def _kinds(rule: NewsRule) -> list[Kind]:
    kinds: list[Kind] = []
    if rule.alert is not None:
        kinds.append("alert")
    if rule.digest is not None:
        kinds.append("digest")
    return kinds


def _usual_days() -> OpenDays:
    from yakin.japan.calendar import Calendar

    return Calendar()
