"""The practice system put together: every page and its address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from yakin.practice import attachments, declarations, fault_page, oldstyle, pages
from yakin.practice.faults import Disturbance
from yakin.practice.sessions import Sessions
from yakin.practice.store import Store
from yakin.practice.system import HERE, REGISTER, Handler, TownHall, disturbed, load_pages, signed_in

_KINDS = {".css": "text/css", ".js": "text/javascript"}
_STATIC = {path.name: path for path in (HERE / "static").iterdir() if path.suffix in _KINDS}


def make_application(
    store: Store, disturbance: Disturbance, password: str, idle_minutes: float, now: Callable[[], datetime]
) -> Starlette:
    """The system as an ASGI application.

    Its handlers use SQLite on the event loop: a query takes microseconds, a thread for each would take longer.
    """
    application = Starlette(routes=_routes())
    sessions = Sessions(store, idle_minutes, now)
    application.state.hall = TownHall(store, sessions, disturbance, password, now, load_pages())
    return application


def _routes() -> list[Route]:
    def get(path: str, handler: Handler) -> Route:
        return Route(path, signed_in(handler), methods=["GET"])

    def post(path: str, handler: Handler) -> Route:
        return Route(path, signed_in(handler), methods=["POST"])

    return [
        Route("/", _to_menu),
        Route("/static/{name}", _static),
        Route("/faults", fault_page.show_faults, methods=["GET"]),
        Route("/faults", fault_page.switch_faults, methods=["POST"]),
        Route("/login", disturbed(pages.show_login), methods=["GET"]),
        Route("/login", disturbed(pages.sign_in), methods=["POST"]),
        post("/logout", pages.sign_out),
        get("/menu", pages.show_menu),
        get("/search", pages.search),
        get("/declarations", declarations.show_list),
        get("/declarations/new", declarations.show_form),
        post("/declarations/new", declarations.correct),
        post("/declarations/confirm", declarations.confirm),
        post(REGISTER, declarations.register),
        get("/declarations/{toroku_no}", declarations.show_declaration),
        get("/declarations/{toroku_no}/receipt", declarations.show_receipt),
        post("/declarations/{toroku_no}/cancel", declarations.cancel),
        get("/export.csv", declarations.export),
        get("/attachments", attachments.show_attachments),
        post("/attachments", attachments.upload),
        get("/legacy", oldstyle.show_frames),
        get("/legacy/menu", oldstyle.show_frame_menu),
        get("/legacy/inquiry", oldstyle.show_inquiry),
        get("/legacy/help", oldstyle.show_frame_help),
        get("/popup", oldstyle.show_popup_page),
        get("/popup/addresses", oldstyle.show_address_choice),
    ]


async def _to_menu(request: Request) -> Response:
    return RedirectResponse("/menu", 303)


async def _static(request: Request) -> Response:
    path = _STATIC.get(request.path_params["name"])
    if path is None:
        return Response(status_code=404)
    content = await asyncio.to_thread(path.read_bytes)
    return Response(content, media_type=_KINDS[path.suffix], headers={"Cache-Control": "public, max-age=3600"})
