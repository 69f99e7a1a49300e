"""Signing in and out, the menu, the search."""

from __future__ import annotations

import hmac

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from yakin.practice.server import DEFAULT_USER
from yakin.practice.system import COOKIE, EXPIRED, hall_of, texts


async def show_login(request: Request) -> Response:
    """The sign-in page, which says so when a session has expired."""
    message = EXPIRED if "expired" in request.query_params else None
    return hall_of(request).page(request, "login.html", message=message)


async def sign_in(request: Request) -> Response:
    """Begin a session for the right user and password."""
    hall, posted = hall_of(request), await texts(request)
    given = (posted.get("user", "") + "\0" + posted.get("password", "")).encode()
    if not hmac.compare_digest(given, f"{DEFAULT_USER}\0{hall.password}".encode()):
        return hall.page(request, "login.html", message="利用者IDまたはパスワードが正しくありません。")
    answer = RedirectResponse("/menu", 303)
    answer.set_cookie(COOKIE, hall.sessions.open(DEFAULT_USER), httponly=True, samesite="lax")
    return answer


async def sign_out(request: Request) -> Response:
    """End the session."""
    hall_of(request).sessions.close(request.cookies[COOKIE])
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE)
    return answer


async def show_menu(request: Request) -> Response:
    """The menu."""
    return hall_of(request).page(request, "menu.html")


async def search(request: Request) -> Response:
    """Declarations found by 受付番号, 登録番号 or name."""
    hall, query = hall_of(request), request.query_params.get("q", "").strip()
    found = hall.store.search(query) if query else None
    return hall.page(request, "search.html", query=query, found=found)
