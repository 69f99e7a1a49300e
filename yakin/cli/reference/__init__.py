"""The reference: pages of the documentation that are made from the code, so that they cannot say anything else."""

from __future__ import annotations

from yakin.actions import Registry

__all__ = ["pages"]


def pages(registry: Registry) -> dict[str, str]:
    """Every generated page of the reference: file name below `docs/reference` → Markdown."""
    from yakin.cli.reference import bots, commands, errors, expressions, models

    made = {
        "workflow.md": models.workflow_page(),
        "expressions.md": expressions.page_of_expressions(),
        "settings.md": models.settings_page(),
        "commands.md": commands.page_of_commands(),
        "errors.md": errors.page_of_errors(registry),
        **{f"bots/{bot}.md": text for bot, text in bots.pages(registry).items()},
    }
    return {"index.md": _index(made), **made}


def _index(made: dict[str, str]) -> str:
    lines = [f"- [{text.splitlines()[0].removeprefix('# ')}]({name})" for name, text in made.items()]
    return "\n".join(["# Reference", "", "Made from the code by `python3 runner.py docs`.", "", *lines, ""])
