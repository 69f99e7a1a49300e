"""Pages about the keys of a file: what the models of workflows and settings say of them."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterator, Mapping
from typing import Any, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from yakin.actions.describe import Named, type_name
from yakin.cli.reference.markdown import code, page, table


def workflow_page() -> str:
    """Every key of a workflow file."""
    from yakin.workflow import model

    titles: Mapping[type[BaseModel], str] = {
        model.Workflow: "File",
        model.Owner: "Owner",
        model.Effort: "Effort",
        model.Input: "Input",
        model.SystemDeclaration: "System",
        model.StepNode: "Step",
        model.ActionStep: "Action",
        model.BlockNode: "Block",
        model.ItemsBlock: "Items",
        model.ControlTotals: "Control totals",
        model.Block: "Plain block",
        model.CallStep: "Call",
        model.ApprovalStep: "Approval step",
        model.Approval: "Approval",
        model.ParallelStep: "Parallel",
        model.Retry: "Retry",
        model.Trigger: "Trigger",
        model.Expectation: "Expectation",
    }
    links = [(kind, _link(title)) for kind, title in titles.items()]
    named: Named = (
        (model.Step, _link("Step")),
        (model.Duration, "duration"),
        (model.Duration | None, "duration"),
        *links,
    )
    kinds = [f"- {code(key)}: {_link(titles[kind])}. {_summary(kind)}" for key, kind in model.STEP_KINDS.items()]
    return page(
        "The workflow file",
        "Every key. Which kind of step it is, is told by the first of these keys that it has:",
        "\n".join(kinds),
        "A duration is a number with a unit: `500ms`, `30s`, `5m`, `3h`, `2d`. Texts may hold "
        "[expressions](expressions.md) where that makes sense; `check` says where it does not.",
        "Nothing fires `triggers` yet.",
        *_sections(titles, named),
    )


def settings_page() -> str:
    """Every setting of `config/yakin.toml`."""
    from yakin import notify, post, settings

    sections: Mapping[str, type[BaseModel]] = {
        "systems.NAME": settings.SystemSettings,
        "secrets": settings.SecretsSettings,
        "practice": settings.PracticeSettings,
        "worker": settings.WorkerSettings,
        "logs": settings.LogSettings,
    }
    in_sections = {"browser", "notify", "roles", *(name.partition(".")[0] for name in sections)}
    parts = ["## At the top of the file", _table(settings.Settings, (), leave_out=in_sections)]
    for name, model in sections.items():
        parts += [f"## `[{name}]`", _summary(model), _table(model, ())]
    receivers = notify.NotifySection.model_fields["receivers"].description or ""
    parts += ["## `[notify.mail]`", _summary(post.MailSettings), _table(post.MailSettings, ())]
    parts += ["## `[notify.receivers]`", receivers.replace("\n", " ")]
    parts += ["## `[[notify.rules]]`", _summary(notify.NewsRule), _table(notify.NewsRule, ())]
    return page(
        "Settings",
        "What `config/yakin.toml` can say; a setting that is left out has the value of the third column. Workflows read "
        "settings as `config.…`, except `database` and `[secrets]`. A secret never stands here.",
        *parts,
        "## `[roles]`",
        f"{settings.Settings.model_fields['roles'].description} A name with Japanese characters stands in quotes.",
        "## `[browser]`",
        "The bot checks its own part of the settings: [browser](bots/browser.md).",
    )


def _sections(titles: Mapping[type[BaseModel], str], named: Named) -> Iterator[str]:
    for model, title in titles.items():
        yield f"## {title}"
        base = next((titles[kind] for kind in model.__mro__[1:] if kind in titles), None)
        yield _summary(model) + (f" Besides these it has the keys of {_link(base)}." if base else "")
        yield _table(model, named, leave_out=model.model_fields.keys() - model.__annotations__.keys())


def _table(model: type[BaseModel], named: Named, leave_out: Collection[str] = ()) -> str:
    hints = get_type_hints(model, include_extras=True)
    return table(
        ("key", "value", "when left out", "meaning"),
        (
            (code(field.alias or name), type_name(hints[name], named), _default(field), field.description or "")
            for name, field in model.model_fields.items()
            if name not in leave_out
        ),
    )


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value: Any = field.default
    if value is PydanticUndefined or value is None or value in ("", (), [], {}) or isinstance(value, BaseModel):
        return ""
    if isinstance(value, list):
        return ", ".join(map(code, value))
    return code(str(value).lower() if isinstance(value, bool) else value)


def _summary(model: type) -> str:
    return (inspect.getdoc(model) or "").partition("\n\n")[0].replace("\n", " ")


def _link(title: str) -> str:
    return f"[{title.lower()}](#{title.lower().replace(' ', '-')})"
