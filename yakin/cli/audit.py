"""`audit`: is the journal what was written?"""

from __future__ import annotations

import typer

from yakin.cli.arguments import project_of


def verify(context: typer.Context) -> int:
    """Verify the hash chain: tells every edit, deletion, insertion and re-ordering."""
    findings = project_of(context).journal.verify()
    for finding in findings:
        typer.echo(finding.message)
    typer.echo(f"{len(findings)} findings" if findings else "The journal is as it was written")
    return 1 if findings else 0
