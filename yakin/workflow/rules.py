"""The rules of commits, probes, sessions and ids: what keeps a row from being registered twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from yakin.phrases import mark
from yakin.workflow.findings import Findings, suggestion
from yakin.workflow.outline import RESERVED, Outline, StepAt, mapping


def check_rules(outline: Outline, findings: Findings) -> None:
    """Look at every step for what the words alone do not tell."""
    _check_ids((*outline.steps, *outline.on_failure), {}, findings)
    for steps in outline.sign_ins.values():
        _check_ids(steps, {}, findings)
    for step in outline.walk():
        for rule in _RULES:
            rule(step, findings)
        _known_system(step, outline, findings)
        _lanes_used(step, outline, findings)
    _keys_apart(outline, findings)


def _check_ids(steps: tuple[StepAt, ...], above: Mapping[str, StepAt], findings: Findings) -> None:
    """An id is there once among the steps that can see each other: its own list and the lists around it."""
    taken = dict(above)
    together = [seen for step in steps for seen in step.seen_behind]
    for step in together:
        if step.id is None:
            continue
        path = (*step.path, "id")
        if step.id in RESERVED:
            findings.add("reserved-id", path, "{id} cannot be the id of a step", id=step.id, hint="Take another name")
        elif step.id in taken:
            first = findings.loaded.positions.value((*taken[step.id].path, "id"))
            findings.add(
                "duplicate-id",
                path,
                "The id {id} is taken by the step in line {line}",
                hint="Give one of the two another id",
                id=step.id,
                line=first.line,
            )
        else:
            taken[step.id] = step
    for step in together:
        inner = tuple(child for children in step.lists.values() for child in children if child not in together)
        _check_ids(inner, taken, findings)


def owner_of_commit(step: StepAt) -> StepAt | None:
    """The block whose business key a commit registers: the outermost one around it."""
    return next((above for above in reversed(list(step.ancestors)) if above.is_block), None)


def _commit_place(step: StepAt, findings: Findings) -> None:
    if not step.is_commit:
        return
    path = (*step.path, "commit")
    outside = {
        "sign_in": mark("A commit cannot stand in sign_in: signing in is repeated whenever a session is lost"),
        "probe": mark("A commit cannot stand in probe: a probe only looks, and is repeated"),
        "on_failure": mark("A commit cannot stand in on_failure: it runs when it is not known what happened before"),
    }
    for above in (step, *step.ancestors):
        if above.role in outside:
            findings.add("commit-outside", path, outside[above.role], on_key=True)
            return
    owner = owner_of_commit(step)
    if owner is None or not (owner.kind == "for_each" or "in" in owner.data):
        findings.add(
            "commit-outside",
            path,
            "A commit has to stand in a block with for_each or in",
            hint="The outermost block says with key: what is registered, so that it is registered once",
            on_key=True,
        )


def _commit_alone(step: StepAt, findings: Findings) -> None:
    if not step.is_block or not (step.kind == "for_each" or "in" in step.data):
        return
    own = [inner for inner in step.commits if owner_of_commit(inner) is step and _is_placed(inner)]
    for second in own[1:]:
        first = findings.loaded.positions.key((*own[0].path, "commit"))
        findings.add(
            "second-commit",
            (*second.path, "commit"),
            "The block has a commit already, in line {line}",
            hint="Make a block of its own for it, with its own key",
            on_key=True,
            line=first.line,
        )
    if own and step.data.get("key") is None:
        findings.add(
            "no-business-key",
            step.path if step.kind == "for_each" else (*step.path, "in"),
            "A block with a commit needs key: what is registered once, across all runs",
            hint="Such as {example}",
            on_key=True,
            example="key: ${{ item.受付番号 }}",
        )


def _keys_apart(outline: Outline, findings: Findings) -> None:
    """A key is registered once for each system and workflow: two blocks cannot both register it."""
    first_of: dict[tuple[str, str], StepAt] = {}
    for step in outline.walk():
        system, key = step.data.get("in", ""), step.data.get("key")
        if not isinstance(system, str) or not isinstance(key, str):
            continue
        if not any(owner_of_commit(inner) is step for inner in step.commits):
            continue
        first = first_of.setdefault((system, key), step)
        if first is not step:
            findings.add(
                "same-business-key",
                (*step.path, "key"),
                "The block in line {line} registers the same key in the same system already",
                hint="Say in the key what is registered, such as {example}",
                line=findings.loaded.positions.value(first.path).line,
                example="${{ item.受付番号 }}-還付",
            )


def _is_placed(step: StepAt) -> bool:
    return all(above.role in ("steps", "parallel") for above in (step, *step.ancestors))


def _commit_once(step: StepAt, findings: Findings) -> None:
    if not step.is_commit:
        return
    if step.data.get("retry") is not None:
        findings.add(
            "commit-retried",
            (*step.path, "retry"),
            "A commit is never repeated blindly: retry cannot stand here",
            hint="Put retry: on the block; it repeats an item up to its commit",
            on_key=True,
        )
    if step.data.get("on_error") == "continue":
        findings.add(
            "commit-ignored",
            (*step.path, "on_error"),
            "A commit that failed cannot be passed over",
            hint="Leave on_error out here; on the block it says what becomes of the other items",
        )


def _nested_items(step: StepAt, findings: Findings) -> None:
    if step.kind == "for_each" and step.commits and any(above.is_block for above in step.ancestors):
        findings.add(
            "nested-items",
            (*step.path, "for_each"),
            "A for_each inside another block cannot hold a commit",
            hint="Put for_each, key and in on the outermost block, over one list of all rows",
            on_key=True,
        )


_OF_ITEMS = (
    "key",
    "totals",
    "lanes",
    "probe",
    "on_repeat",
    "absent_after",
    "on_error",
    "stop_after_failures",
    "result",
)
_OF_PIECES = ("retry", "timeout")


def _without_effect(step: StepAt, findings: Findings) -> None:
    if not step.is_block or step.has_items:
        return
    for key in _OF_ITEMS:
        if key in step.data and (*step.path, key) not in findings.blamed:
            findings.add(
                "without-effect",
                (*step.path, key),
                "{key} has no effect here: it belongs to work items",
                hint="Work items come from a for_each or a commit; the steps of other blocks can be referred to directly",
                on_key=True,
                key=key,
            )
    if "in" in step.data and not step.is_inside:
        return
    for key in _OF_PIECES:
        if key in step.data:
            findings.add(
                "without-effect",
                (*step.path, key),
                "{key} has no effect here: this block is no piece of work of its own",
                hint="Put it on the steps it is about, or on the outermost block with for_each or in",
                on_key=True,
                key=key,
            )


class _Sentence(NamedTuple):
    template: str
    hint: str


_BETWEEN_BLOCKS: Mapping[str, _Sentence] = {
    "approve": _Sentence(
        "An approval cannot stand inside {place}",
        "A run waits between its blocks: put approve at the outermost level of steps",
    ),
    "call": _Sentence(
        "Another workflow cannot be called inside {place}",
        "A run is called between blocks: put call at the outermost level of steps",
    ),
    "parallel": _Sentence(
        "Steps cannot be parallel inside {place}",
        "Everything here is done one after the other; lanes works on several items at once",
    ),
}


def _between_blocks(step: StepAt, findings: Findings) -> None:
    kind = step.kind or ""
    said = _BETWEEN_BLOCKS.get(kind)
    place = _piece_around(step)
    if said is not None and place is not None:
        findings.add(f"{kind}-inside", (*step.path, kind), said.template, hint=said.hint, on_key=True, place=place)


def _piece_around(step: StepAt) -> str | None:
    """The key that makes what is around a step one piece of work; None between the blocks of a run."""
    for above in (step, *step.ancestors):
        if above.role in ("probe", "sign_in", "on_failure"):
            return above.role
        if above is not step and above.kind == "for_each":
            return "for_each"
        if above is not step and above.is_block and "in" in above.data:
            return "in"
    return None


def _probe_whole(step: StepAt, findings: Findings) -> None:
    data = step.data
    has_probe = bool(data.get("probe"))
    if not step.is_block:
        return
    if has_probe and data.get("found") is None:
        findings.add(
            "probe-without-found",
            (*step.path, "probe"),
            "probe needs found: when is the item there?",
            hint="Such as {example}",
            on_key=True,
            example="found: ${{ steps.hit.count >= 1 }}",
        )
    if has_probe:
        return
    for key in ("found", "found_result"):
        if data.get(key) is not None:
            findings.add(
                "found-without-probe",
                (*step.path, key),
                "{key} needs probe: the steps that look in the system",
                on_key=True,
                key=key,
            )
    if data.get("on_repeat") == "skip":
        findings.add(
            "found-without-probe", (*step.path, "on_repeat"), "on_repeat: skip needs probe and found", on_key=True
        )


def _key_of_each(step: StepAt, findings: Findings) -> None:
    from yakin.workflow.expressions import flaws, references

    key = step.data.get("key")
    if step.kind != "for_each" or not isinstance(key, str) or flaws(key):
        return
    if not any(reference.root == "item" for reference in references(key)):
        findings.add(
            "constant-key",
            (*step.path, "key"),
            "The key is the same for every item",
            hint="Take a column that tells the items apart: {example}",
            example="${{ item.受付番号 }}",
        )


def _sign_in_simple(step: StepAt, findings: Findings) -> None:
    inside = [step, *step.ancestors][-1].role
    if inside == "sign_in" and "in" in step.data:
        findings.add("in-sign-in", (*step.path, "in"), "Signing in works in its own session already", on_key=True)


def _never(step: StepAt, findings: Findings) -> None:
    if step.data.get("if") is False:
        findings.add(
            "unreachable",
            (*step.path, "if"),
            "The step is never done",
            hint="Delete it, or give if an expression",
            severity="warning",
        )


def _known_system(step: StepAt, outline: Outline, findings: Findings) -> None:
    name = step.data.get("in")
    systems = mapping(outline.data, "systems")
    if isinstance(name, str) and name not in systems:
        hint, data = suggestion(name, systems)
        findings.add(
            "unknown-system",
            (*step.path, "in"),
            "There is no system {name}",
            hint=hint or "Describe it under systems:",
            name=name,
            **data,
        )


def _lanes_used(step: StepAt, outline: Outline, findings: Findings) -> None:
    """Each lane needs a session of its own, and the system has only so many."""
    system, lanes = step.data.get("in"), step.data.get("lanes")
    declared = mapping(mapping(outline.data, "systems"), system) if isinstance(system, str) else {}
    sessions = declared.get("sessions", 1)
    if not step.has_items or not declared or not isinstance(lanes, int) or not isinstance(sessions, int):
        return
    if lanes > sessions:
        findings.add(
            "lanes-unused",
            (*step.path, "lanes"),
            "Of {lanes} lanes only {sessions} are used: {system} has no more sessions",
            hint="Write sessions: {lanes} under the system if it bears as many, or fewer lanes",
            severity="warning",
            lanes=lanes,
            sessions=sessions,
            system=system,
        )


_RULES: tuple[Callable[[StepAt, Findings], None], ...] = (
    _commit_place,
    _commit_alone,
    _commit_once,
    _nested_items,
    _without_effect,
    _between_blocks,
    _probe_whole,
    _key_of_each,
    _sign_in_simple,
    _never,
)
