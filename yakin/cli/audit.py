"""`audit`: is the journal what was written?"""

from __future__ import annotations

import typer

from yakin.cli.arguments import project_of


def verify(context: typer.Context) -> int:
    """Verify the hash chain: tells every edit, deletion, insertion and re-ordering."""
    journal = project_of(context).journal
    findings, count = journal.verify()
    for finding in findings:
        typer.echo(finding.message)
    typer.echo(f"{count} events verified, {len(findings)} findings")
    return 1 if findings else 0
