"""The practice system as its pages see it: what it keeps, what goes wrong, how a page is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jinja2
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from yakin.japan.eras import format_wareki
from yakin.practice.faults import Disturbance
from yakin.practice.form import FIELDS, laid_out, reordered
from yakin.practice.sessions import Sessions
from yakin.practice.store import JST, Store
from yakin.practice.validation import shown

COOKIE = "JUMINZEISESSION"
REGISTER = "/declarations/register"
EXPIRED = "セッションの有効期限が切れました。もう一度ログインしてください。"
SURPRISE = "【お知らせ】本日20時からシステムの定期保守を行います。"

HERE = Path(__file__).parent

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class TownHall:
    """The parts of the running system.

    Attributes:
        store: What it keeps.
        sessions: Who is signed in.
        disturbance: What goes wrong.
        password: Password of the one user.
        now: The time of day.
        pages: The templates.
    """

    store: Store
    sessions: Sessions
    disturbance: Disturbance
    password: str
    now: Callable[[], datetime]
    pages: jinja2.Environment

    def renamed(self, label: str) -> str:
        """The name that a field or a button bears today."""
        return dict(self.disturbance.faults.renamed_labels).get(label, label)

    def lines(self) -> list[tuple[Any, ...]]:
        """The fields of the form, line by line, in the order they have today."""
        faults = self.disturbance.faults
        return laid_out(reordered(FIELDS, faults.seed) if faults.reordered else FIELDS)

    def page(self, request: Request, file: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Answer with a page, which opens with an alert when that fault strikes."""
        surprise = SURPRISE if self.disturbance.opens_dialog() else None
        known = {
            "user": getattr(request.state, "user", None),
            "today": self.now().astimezone(JST).date(),
            "ui": self.renamed,
            "lines": self.lines,
            "surprise": surprise,
        }
        return HTMLResponse(self.pages.get_template(file).render(known | values), status)


def hall_of(request: Request) -> TownHall:
    """The system that a request is addressed to."""
    hall: TownHall = request.app.state.hall
    return hall


def load_pages() -> jinja2.Environment:
    """The templates of the system, compiled when first used and kept."""
    pages = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates", encoding="utf-8"),
        autoescape=True,
        auto_reload=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["shown"] = lambda value, name: shown(name, value)
    pages.filters["wareki"] = lambda day: format_wareki(day) if isinstance(day, date) else day
    pages.filters["moment"] = lambda text: f"{text[:10].replace('-', '/')} {text[11:16]}"
    return pages


def disturbed(handler: Handler) -> Handler:
    """A page that anybody may see, when the faults let it be seen."""

    async def answer(request: Request) -> Response:
        hall = hall_of(request)
        if hall.disturbance.faults.latency_ms:
            await asyncio.sleep(hall.disturbance.faults.latency_ms / 1000)
        struck = hall.disturbance.strikes_request()
        if struck is None:
            return await handler(request)
        await _count_lost_attempt(request, struck)
        if struck == "down":
            return hall.page(
                request, "trouble.html", 503, title="サービス停止中", message="ただいまシステムを停止しています。"
            )
        return hall.page(
            request, "trouble.html", 500, title="システムエラー", message="内部エラーが発生しました（E-9001）。"
        )

    return answer


def signed_in(handler: Handler) -> Handler:
    """A page for signed-in users; everybody else is sent to sign in."""

    async def answer(request: Request) -> Response:
        hall, token = hall_of(request), request.cookies.get(COOKIE)
        if token is None:
            await _count_lost_attempt(request, "signed-out")
            return RedirectResponse("/login", 303)
        if hall.disturbance.loses_session():
            hall.sessions.close(token)
        user = hall.sessions.user(token)
        if user is None:
            await _count_lost_attempt(request, "signed-out")
            expired = RedirectResponse("/login?expired=1", 303)
            expired.delete_cookie(COOKIE)
            return expired
        request.state.user = user
        return await handler(request)

    return disturbed(answer)


async def _count_lost_attempt(request: Request, outcome: str) -> None:
    """A request to register that never reached its page counts as an attempt all the same."""
    if request.url.path == REGISTER:
        hall_of(request).store.count_attempt((await texts(request)).get("uketsuke_no", ""), outcome)


async def texts(request: Request) -> dict[str, str]:
    """The text fields of a posted form."""
    form: FormData = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}
