"""The workflow as it is declared: what the YAML says, frozen, and nothing about what happened.

The models are the single source of the loader's checks and of the JSON Schema for editors; descriptions are shown there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

Name: TypeAlias = Annotated[str, Field(pattern=r"^[^\W\d]\w*$", max_length=64)]
"""A name that expressions can use: letters (Japanese ones too), digits and _; not beginning with a digit."""

Expression: TypeAlias = str
"""Text that holds `${{ … }}`."""

Calculated: TypeAlias = Annotated[str, Field(pattern=r"^\s*\$\{\{[\s\S]*\}\}\s*$")]
"""One expression and nothing beside it."""

Duration: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)$", examples=["500ms", "30s", "3h"])]
"""A number with a unit: ms, s, m, h or d."""

Target: TypeAlias = str | Mapping[str, Any]
"""Something on a screen, described by what a clerk sees; the bot that works on the screen understands it."""


class Node(BaseModel):
    """Anything written in a workflow file: unknown keys are refused, nothing can be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, use_attribute_docstrings=True)


class Owner(Node):
    """Who answers for the workflow."""

    section: str
    """Section (課) that owns it."""
    contact: str
    """Where news about it go, such as a mail address."""
    person: str | None = None
    """Who knows it best."""


class Effort(Node):
    """Minutes a person spends on one item; the hours-saved report comes from it."""

    manual_minutes: Annotated[float, Field(ge=0)]
    """By hand, without the bot."""
    check_minutes: Annotated[float, Field(ge=0)] = 0
    """Checking what the bot did."""


class Input(Node):
    """A value that is given when the workflow is started."""

    type: Literal["text", "integer", "number", "boolean", "date", "file", "choice"] = "text"
    """What kind of value it is."""
    description: str = ""
    """Shown in the form that starts the workflow."""
    default: str | int | float | bool | None = None
    """Used when it is not given; an input without a default must be given."""
    choices: tuple[str, ...] = ()
    """For `choice`: the values to choose from."""


class Expectation(Node):
    """When a scheduled run counts as late or too long."""

    start_within: Duration | None = None
    """Started so long after its time is late."""
    finish_by: Annotated[str, Field(pattern=r"^[0-9]{2}:[0-9]{2}$")] | None = None
    """Not finished at this time of day is too long."""


class Trigger(Node):
    """When a run is due."""

    cron: str | None = None
    """Five fields: minute hour day month weekday (by name: `mon-fri`). Day and weekday have both to fit."""
    every: Duration | None = None
    """Again and again after this time, counted from midnight of the day `from`, or of 1970-01-01."""
    at: str | None = None
    """Once, at this date and time, such as `2026-04-01 08:30`."""
    monthly: str | None = None
    """A day of the month in a clerk's words, such as `last business day` or `10日(休みなら翌開庁日)`."""
    time: Annotated[str, Field(pattern=r"^[0-9]{2}:[0-9]{2}$")] | None = None
    """Time of day for `monthly`, which needs one."""
    file_arrived: str | None = None
    """A file or pattern; due when it is there, complete and stable."""
    after: Mapping[str, Literal["succeeded", "failed", "finished"]] | None = None
    """Another workflow → how it must have ended."""
    calendar: str | None = None
    """Calendar that knows the closed days: a file of `config/calendars`; `municipal` when left out."""
    on_closed_day: Literal["skip", "previous", "next", "run"] = "run"
    """When the day is closed: leave it out, take the open day before or after it, or run all the same."""
    missed: Literal["skip", "run_once", "run_all"] = "run_once"
    """What to do about times that passed while nothing was running."""
    grace: Duration | None = None
    """How late a missed run may still start."""
    overlap: Literal["wait", "skip"] = "wait"
    """What to do when the run before is still going."""
    jitter: Duration | None = None
    """Start at a random moment within this time."""
    from_: Annotated[str | None, Field(alias="from")] = None
    """First day on which it fires."""
    until: str | None = None
    """Last day on which it fires."""
    enabled: bool = True
    """Whether it fires at all."""
    expect: Expectation | None = None
    """When to tell somebody that a run is late or too long."""


class Retry(Node):
    """How often to try again when the other system failed (never when the data break a rule)."""

    attempts: Annotated[int, Field(ge=1, le=20)] = 3
    """Tries in all, the first one included."""
    delay: Duration = "2s"
    """Wait before the second try."""
    backoff: Annotated[float, Field(ge=1, le=10)] = 2
    """Each further wait is so many times longer."""


class StepNode(Node):
    """What every step can say."""

    id: Name | None = None
    """Name under which expressions find what the step handed on: `${{ steps.ID }}`."""
    name: str | None = None
    """What it does, for people."""
    if_: Annotated[Expression | bool | None, Field(alias="if")] = None
    """Skip the step unless this is true."""


class ActionStep(StepNode):
    """One action."""

    uses: str
    """The action, `bot.function`."""
    with_: Annotated[Mapping[str, Any], Field(alias="with", default_factory=dict)]
    """Its arguments."""
    commit: bool = False
    """The step has the irreversible effect (登録, 送信): done once, its intent is written down before."""
    retry: Retry | None = None
    """Try again when the other system failed."""
    timeout: Duration | None = None
    """Give up after this time."""
    on_error: Literal["stop", "continue"] = "stop"
    """Whether the run goes on when the step failed."""
    sensitive: bool = False
    """Values and pictures of this step never reach logs, reports or screenshots."""


class BlockNode(StepNode):
    """What every block of steps can say."""

    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    """The steps of the block, in order."""
    in_: Annotated[str | None, Field(alias="in")] = None
    """System in whose signed-in session the steps run."""
    probe: tuple[Step, ...] = ()
    """Steps that look in the system whether the item is there already."""
    found: Expression | None = None
    """True when the probe has found it; it sees the probe's steps."""
    found_result: Mapping[str, Any] | None = None
    """The result of an item that the probe has found; it sees the probe's steps."""
    on_repeat: Literal["commit", "skip"] = "commit"
    """`skip`: probe before the first try, and do not register what is there already."""
    absent_after: Duration = "10s"
    """A commit that may have happened counts as not done only when the probe does not find it so long after it began."""
    retry: Retry | None = None
    """How often an item is tried again before its commit."""
    timeout: Duration | None = None
    """Time for one try of the block."""
    result: Mapping[str, Any] | None = None
    """What is kept of it: name → expression; it sees the steps of the block."""


class ControlTotals(Node):
    """Control totals: what the rows of a block must come to, known from elsewhere."""

    count: Annotated[int, Field(ge=0)] | Calculated | None = None
    """Number of rows."""
    sum: Mapping[str, int | float | Calculated] = Field(default_factory=dict)
    """Column → its sum."""


class ItemsBlock(BlockNode):
    """The same steps for every row: each row is a work item with its own state, evidence and result."""

    for_each: Expression | tuple[Any, ...]
    """The rows."""
    key: Expression | None = None
    """The business key: an item is registered once for each key and system, across all runs."""
    totals: ControlTotals | Calculated | None = None
    """What the rows must come to: checked before the first item is worked on, and compared with what was registered at the end."""
    lanes: Annotated[int, Field(ge=1, le=64)] = 1
    """Items worked on at once, each in a session of its own."""
    on_error: Literal["stop", "continue"] = "continue"
    """What a failed item does to the rest."""
    stop_after_failures: Annotated[int, Field(ge=1)] | None = None
    """Stop when so many items failed; rows set aside for a person do not count."""


class Block(BlockNode):
    """Steps that belong together, such as those in one session of a system."""

    key: Expression | None = None
    """The business key of the block's commit, if it has one."""


class CallStep(StepNode):
    """Another workflow as a step."""

    call: str
    """Id of the workflow; its run is linked with this one."""
    with_: Annotated[Mapping[str, Any], Field(alias="with", default_factory=dict)]
    """Its inputs."""


class Approval(Node):
    """A decision that the run waits for."""

    by: str
    """Role that decides; never the person who started the run."""
    show: str | tuple[Any, ...] | Mapping[str, Any] | None = None
    """What the person sees: text, a table, pictures."""
    timeout: Duration | None = None
    """After this time without a decision the step fails."""
    remind: Duration | None = None
    """Remind the role again and again after this time."""


class ApprovalStep(StepNode):
    """The run waits, for days if need be, until a person has decided."""

    approve: Approval
    """Who decides about what."""


class ParallelStep(StepNode):
    """Steps that may run at the same time."""

    parallel: Annotated[tuple[Step, ...], Field(min_length=1)]
    """The branches."""


STEP_KINDS: Mapping[str, type[StepNode]] = {
    "for_each": ItemsBlock,
    "uses": ActionStep,
    "call": CallStep,
    "approve": ApprovalStep,
    "parallel": ParallelStep,
    "steps": Block,
}
"""The key that says which kind of step it is, the first that is there deciding → the kind."""


def step_kind(step: Any) -> str | None:
    """The key of `STEP_KINDS` that says what kind of step this is, for plain data and for models; None if none does."""
    if isinstance(step, StepNode):
        return next(key for key, kind in STEP_KINDS.items() if type(step) is kind)
    if isinstance(step, Mapping):
        return next((key for key in STEP_KINDS if key in step), None)
    return None


Step: TypeAlias = Annotated[
    Annotated[ItemsBlock, Tag("for_each")]
    | Annotated[ActionStep, Tag("uses")]
    | Annotated[CallStep, Tag("call")]
    | Annotated[ApprovalStep, Tag("approve")]
    | Annotated[ParallelStep, Tag("parallel")]
    | Annotated[Block, Tag("steps")],
    Discriminator(step_kind),
]
"""One node of the workflow."""


def _one_host(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


class SystemDeclaration(Node):
    """A web system that the workflow works in."""

    url: Expression
    """Where it is; paths of `go_to` are relative to it."""
    hosts: Annotated[tuple[str, ...], BeforeValidator(_one_host, json_schema_input_type=str | tuple[str, ...])] = ()
    """Hosts its sessions may talk to, besides the one of `url`; all others are blocked."""
    sessions: Annotated[int, Field(ge=1, le=64)] = 1
    """At most so many sessions at once, over all machines."""
    sign_in: tuple[Step, ...] = ()
    """Steps that sign in."""
    signed_in: Target | None = None
    """What is on every page while signed in, such as the sign-out button."""
    refused: Target | None = None
    """What the screen shows when it refuses the data; its text is the reason the row is set aside."""
    already_there: Target | None = None
    """What the screen shows when the item is registered already; the probe then decides whether it is ours."""
    options: Mapping[str, Any] = Field(default_factory=dict)
    """Settings for the kind of session, such as the size of the window."""


class Workflow(Node):
    """One workflow file."""

    workflow: str
    """Title, for people. The id is the file's name."""
    description: str = ""
    """What it is for."""
    owner: Owner | None = None
    """Who answers for it."""
    network_zone: Literal["internet", "lgwan", "my-number"] | None = None
    """Network (三層分離) it runs in; systems of another zone are refused."""
    effort: Effort | None = None
    """What an item costs by hand."""
    inputs: Mapping[Name, Input] = Field(default_factory=dict)
    """Values given when it is started."""
    triggers: tuple[Trigger, ...] = ()
    """When runs are due."""
    systems: Mapping[Name, SystemDeclaration] = Field(default_factory=dict)
    """The web systems it works in."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    """What it does, in order."""
    on_failure: tuple[Step, ...] = ()
    """What is done when the run failed."""

    @property
    def title(self) -> str:
        """The title, for people."""
        return self.workflow


for _model in (BlockNode, ItemsBlock, Block, ParallelStep, SystemDeclaration, Workflow):
    _model.model_rebuild()


def children(step: StepNode) -> Iterator[tuple[str, tuple[StepNode, ...]]]:
    """The lists of steps directly inside a step, with the key each is written under."""
    if isinstance(step, BlockNode):
        yield "probe", step.probe
        yield "steps", step.steps
    elif isinstance(step, ParallelStep):
        yield "parallel", step.parallel


def contains_commit(step: StepNode) -> bool:
    """Whether a commit step is somewhere inside a step."""
    if isinstance(step, ActionStep):
        return step.commit
    return any(contains_commit(inner) for _, steps in children(step) for inner in steps)


def contains_sensitive(step: StepNode) -> bool:
    """Whether a sensitive step is somewhere inside a step."""
    if isinstance(step, ActionStep):
        return step.sensitive
    return any(contains_sensitive(inner) for _, steps in children(step) for inner in steps)


def seconds(duration: Duration) -> float:
    """A duration in seconds."""
    units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
    unit = duration.lstrip("0123456789.")
    return float(duration[: -len(unit)]) * units[unit]
