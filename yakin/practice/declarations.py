"""Declarations: entry, confirmation, registration, list, cancellation, export."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from yakin.practice.form import BY_NAME, DATES
from yakin.practice.lost_answer import LostAnswer
from yakin.practice.system import hall_of, texts
from yakin.practice.validation import check_declaration

PAGE_SIZE = 20


def _form_page(request: Request, posted: dict[str, str], **refusal: Any) -> Response:
    known = {"errors": (), "already": None}
    return hall_of(request).page(request, "form.html", posted=posted, **known | refusal)


def _already(uketsuke_no: str, toroku_no: str) -> str:
    return f"受付番号 {uketsuke_no} は既に登録されています（登録番号 {toroku_no}）"


async def show_form(request: Request) -> Response:
    """The entry form, empty."""
    return _form_page(request, {})


async def correct(request: Request) -> Response:
    """The entry form as it was filled."""
    return _form_page(request, await texts(request))


async def confirm(request: Request) -> Response:
    """The page that shows what would be registered, or the form again with what is wrong."""
    hall, posted = hall_of(request), await texts(request)
    checked = check_declaration(posted)
    if checked.errors:
        return _form_page(request, posted, errors=checked.errors)
    toroku_no = hall.store.number_of(checked.values["uketsuke_no"])
    if toroku_no is not None:
        return _form_page(request, posted, already=_already(checked.values["uketsuke_no"], toroku_no))
    return hall.page(request, "confirm.html", posted=posted, values=checked.values)


async def register(request: Request) -> Response:
    """Register a declaration once, and lead to its receipt."""
    hall, posted = hall_of(request), await texts(request)
    checked = check_declaration(posted)
    if checked.errors:
        hall.store.count_attempt(posted.get("uketsuke_no", ""), "refused")
        return _form_page(request, posted, errors=checked.errors)
    uketsuke_no = checked.values["uketsuke_no"]
    registration = hall.store.register(checked.values)
    if not registration.is_new:
        return _form_page(request, posted, already=_already(uketsuke_no, registration.toroku_no))
    if hall.disturbance.loses_answer(uketsuke_no):
        faults = hall.disturbance.faults
        seconds = faults.hang_seconds if faults.answer_lost == "hang" else 0
        return LostAnswer(seconds, sent_again=faults.answer_lost == "resend")
    return RedirectResponse(f"/declarations/{registration.toroku_no}/receipt", 303)


async def show_receipt(request: Request) -> Response:
    """The receipt of a registration."""
    return _declaration_page(request, "receipt.html")


async def show_declaration(request: Request) -> Response:
    """One declaration with all its fields."""
    return _declaration_page(request, "declaration.html")


def _declaration_page(request: Request, file: str) -> Response:
    hall = hall_of(request)
    declaration = hall.store.declaration(request.path_params["toroku_no"])
    if declaration is None:
        return hall.page(
            request, "trouble.html", 404, title="該当なし", message="指定された登録番号のデータはありません。"
        )
    return hall.page(request, file, values=dict(declaration))


async def cancel(request: Request) -> Response:
    """Cancel a declaration; the page asks before it posts."""
    toroku_no = request.path_params["toroku_no"]
    hall_of(request).store.cancel(toroku_no)
    return RedirectResponse(f"/declarations/{quote(toroku_no)}", 303)


async def show_list(request: Request) -> Response:
    """All declarations, page by page."""
    hall = hall_of(request)
    count = hall.store.count()
    last = max(1, -(-count // PAGE_SIZE))
    asked = request.query_params.get("page", "1")
    number = min(max(1, int(asked) if asked.isdecimal() else 1), last)
    rows = hall.store.page(number, PAGE_SIZE)
    return hall.page(request, "list.html", rows=rows, count=count, number=number, last=last, size=PAGE_SIZE)


async def export(request: Request) -> Response:
    """All registered declarations as a CSV file: CP932, CRLF, dates as 2025/04/01."""
    hall = hall_of(request)
    rows = hall.store.registered()
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(hall.store.labels)
    lines.writerows(_export_row(row) for row in rows)
    name = quote(f"住民税申告_{hall.now():%Y%m%d}.csv")
    return Response(
        text.getvalue().encode("cp932"),
        media_type="text/csv; charset=Shift_JIS",
        headers={"Content-Disposition": f"attachment; filename=\"juminzei.csv\"; filename*=UTF-8''{name}"},
    )


def _export_row(row: dict[str, Any]) -> list[Any]:
    dates = {BY_NAME[name].label for name in DATES}
    plain = {label: value.replace("-", "/") if label in dates else value for label, value in row.items()}
    plain["登録日時"] = f"{row['登録日時']:.19}".replace("-", "/").replace("T", " ")
    return list(plain.values())
