"""`news`: what the rules of the settings would tell now, and sending it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yakin.cli.arguments import project_of
from yakin.cli.speaking import language

if TYPE_CHECKING:
    from yakin.i18n import Translator
    from yakin.news.courier import Courier, Done
    from yakin.news.timing import OpenDays
    from yakin.notify import NewsRule
    from yakin.project import Project


def news(
    context: typer.Context,
    send: Annotated[
        str | None, typer.Option(metavar="RULE", help="Send what this rule would tell now, without waiting.")
    ] = None,
    test: Annotated[
        str | None, typer.Option(metavar="RULE", help="Send a test message to the receivers of this rule.")
    ] = None,
) -> None:
    """Show what would be told now, by each rule under [[notify.rules]]; nothing is sent without an option."""
    from yakin.i18n import translator
    from yakin.news.courier import Courier

    project = project_of(context)
    t = translator(language(project))
    days = _days(project)
    courier = Courier(project, days=days)
    if test is not None:
        _tell(courier.test(test), t)
    if send is not None:
        done = courier.send(send)
        typer.echo(t.text("There is nothing that cannot wait")) if done is None else _tell(done, t)
    if test is None and send is None:
        _preview(project, courier, days, t)


def _days(project: Project) -> OpenDays:
    from yakin.schedule.calendars import load_calendars

    today = project.clock.now().astimezone(project.settings.zone).date()
    return load_calendars(project.root, today).named(None)


def _tell(done: Done, t: Translator) -> None:
    typer.echo(t.plural("{n} receiver was told", "{n} receivers were told", done.told))


def _preview(project: Project, courier: Courier, days: OpenDays, t: Translator) -> None:
    rules = project.settings.notify.named_rules
    if not rules:
        typer.echo(t.text("Nobody is told anything: there are no [[notify.rules]] in config/yakin.toml"))
    for name, rule in rules.items():
        typer.echo(f"{_about(name, rule, project, days, t)}\n")
        found = courier.news(name)
        if found is None:
            typer.echo(t.text("There is nothing that cannot wait"))
        else:
            typer.echo(project.masker.mask(f"{found[1].message.subject}\n{found[1].message.body}"))
        typer.echo("")


def _about(name: str, rule: NewsRule, project: Project, days: OpenDays, t: Translator) -> str:
    from yakin.news.timing import next_digest

    now = project.clock.now().astimezone(project.settings.zone)
    digest = next_digest(rule, now, days)
    # An address can hold secrets, a name cannot.
    named = [who if who in project.settings.notify.receivers or "://" not in who else "…" for who in rule.to]
    parts = [t.text("Rule {rule}: {receivers}", rule=name, receivers=", ".join(named))]
    if rule.section is not None:
        parts.append(t.text("section {section}", section=rule.section))
    if digest is not None:
        parts.append(t.text("digest next at {moment}", moment=f"{digest:%Y-%m-%d %H:%M}"))
    if rule.alert is not None:
        parts.append(t.text("alerts at once: {kinds}", kinds=", ".join(rule.alert)))
    if rule.quiet is not None:
        parts.append(t.text("not {quiet}", quiet=rule.quiet))
    return "; ".join(parts)
