"""A web system that is not there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from yakin.actions import System, action, resource
from yakin.values import Table


class Page:
    """A page."""


@with_config(ConfigDict(extra="forbid"))
class Target(TypedDict, total=False):
    """Something on the page."""

    label: str
    button: str
    nth: Annotated[int, Field(ge=1)]


@dataclass(frozen=True)
class Reading:
    """A text on the page."""

    text: str


@resource(scope="session")
async def page(system: System) -> AsyncIterator[Page]:
    yield Page()


@action(idempotent=True)
def go_to(path: str, *, page: Page) -> None:
    """Go to a page.

    Args:
        path: Path in the system.
    """


@action()
def fill(fields: Mapping[str, Any], *, page: Page) -> None:
    """Fill in a form.

    Args:
        fields: Label → value.
    """


@action()
def click(button: str | Target, times: Annotated[int, Field(ge=1, le=3)] = 1, *, page: Page) -> None:
    """Click a button.

    Args:
        button: The button.
        times: How often.
    """


@action(idempotent=True)
def verify(values: Mapping[str, Any], *, page: Page) -> None:
    """Compare what the page shows.

    Args:
        values: Label → value.
    """


@action(idempotent=True)
def read_text(label: str, *, page: Page) -> Reading:
    """Read a text.

    Args:
        label: Its label.

    Returns:
        The text.
    """
    return Reading("")


@action(idempotent=True)
def read_table(caption: str | None = None, *, page: Page) -> Table:
    """Read a table.

    Args:
        caption: Its caption.

    Returns:
        Its rows.
    """
    return Table({})
