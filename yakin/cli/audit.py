"""`audit`: is the journal what was written?"""

from __future__ import annotations

import typer

from yakin.cli.arguments import project_of
from yakin.cli.speaking import language


def verify(context: typer.Context) -> int:
    """Verify the journal: tells every edit, deletion, insertion and re-ordering of events, and a ledger that says else."""
    from yakin.i18n import translator

    project = project_of(context)
    t = translator(language(project))
    findings = project.journal.verify()
    for finding in findings:
        typer.echo(t.text(finding.template, seq=finding.seq, last=finding.last, **finding.data))
    if findings:
        typer.echo(t.plural("{n} finding", "{n} findings", len(findings)))
    else:
        typer.echo(t.text("The journal is as it was written"))
    return 1 if findings else 0
