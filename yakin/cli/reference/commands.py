"""The page about the command line: every verb with its arguments and options."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from enum import Enum
from typing import Any

from yakin.actions.describe import type_name
from yakin.cli.reference.markdown import code, page, table

EXIT_STATUS = (
    ("0", "It succeeded. Rows that were set aside for a person are an outcome, not a failure."),
    ("1", "A run failed, or something that was looked at is not as it should be."),
    ("2", "Nothing ran, because something written is wrong: a workflow, a setting, an option."),
    ("3", "A mistake of ours, or the journal cannot be written or believed."),
    ("130", "It was interrupted; a run can be continued with `resume`."),
)


def verbs() -> dict[str, Any]:
    """Verb, with its group in front → its command."""
    import typer

    from yakin.cli.app import app

    return dict(_walk("", typer.main.get_command(app)))


def page_of_commands() -> str:
    """Every verb, those for everyday work first."""
    found = verbs()
    shown = [(name, command) for name, command in found.items() if not command.hidden]
    hidden = [(name, command) for name, command in found.items() if command.hidden]
    return page(
        "Commands",
        "From a checkout every command begins with `python3 runner.py`; installed as a package the same program is called "
        "`yakin`. `--help` after a verb shows what stands here.",
        "\n".join(f"- [{code(name)}](#{name.replace(' ', '-')}) {_first_line(command)}" for name, command in shown),
        "## Exit status",
        table(("status", "meaning"), ((code(status), meaning) for status, meaning in EXIT_STATUS)),
        *(_verb(name, command) for name, command in shown),
        "# For those who work on Yakin itself",
        *(_verb(name, command) for name, command in hidden),
    )


def _walk(prefix: str, command: Any) -> Iterator[tuple[str, Any]]:
    for name, inner in command.commands.items():
        if hasattr(inner, "commands"):
            if inner.invoke_without_command:
                yield prefix + name, inner
            yield from _walk(f"{prefix}{name} ", inner)
        else:
            yield prefix + name, inner


def _first_line(command: Any) -> str:
    return inspect.cleandoc(command.help or "").partition("\n\n")[0].replace("\n", " ")


def _verb(name: str, command: Any) -> str:
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    options = [param for param in command.params if param.param_type_name == "option"]
    usage = " ".join(["python3 runner.py", name, *map(_argument, arguments), *(["[OPTIONS]"] if options else [])])
    parts = [f"## {name}", _first_line(command), f"```\n{usage}\n```"]
    rows = [(code(_argument(param)), "", param.help or "") for param in arguments]
    rows += [(_option(param), _default(param), param.help or "") for param in options]
    if rows:
        parts.append(table(("argument or option", "when left out", "meaning"), rows))
    return "\n\n".join(parts)


def _argument(param: Any) -> str:
    name = param.name.upper() + ("…" if param.nargs == -1 else "")
    return name if param.required else f"[{name}]"


def _option(param: Any) -> str:
    if param.is_flag:
        return " ".join(map(code, [*param.opts, *param.secondary_opts]))
    value = param.metavar or param.opts[-1].lstrip("-").upper()
    kind = param.type_descriptor.annotation
    choices = f" ({', '.join(code(each.value) for each in kind)})" if _is_choice(kind) else ""
    words = "" if param.metavar or choices or kind is str else f" ({type_name(kind)})"
    return f"{' '.join(map(code, param.opts[:-1]))} `{param.opts[-1]} {value}`{choices}{words}".strip()


def _default(param: Any) -> str:
    default = param.default
    if default is None or isinstance(default, bool):
        return ""
    return code(default.value if isinstance(default, Enum) else default)


def _is_choice(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)
