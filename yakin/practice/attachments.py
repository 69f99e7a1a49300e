"""Attachments: files uploaded with a declaration."""

from __future__ import annotations

import hashlib

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from yakin.practice.system import hall_of

LARGEST_BYTES = 20 * 1024 * 1024


async def show_attachments(request: Request) -> Response:
    """The upload form and the files uploaded so far."""
    return _page(request)


async def upload(request: Request) -> Response:
    """Take a file: its name, size and digest are kept, its content is not."""
    async with request.form() as form:
        uketsuke_no, upload = str(form.get("uketsuke_no", "")).strip(), form.get("file")
        if not isinstance(upload, UploadFile) or not upload.filename:
            return _page(request, "ファイルを選択してください")
        content = await upload.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        return _page(request, "ファイルの大きさが上限（20MB）を超えています")
    hall_of(request).store.attach(uketsuke_no, upload.filename, len(content), hashlib.sha256(content).hexdigest())
    return RedirectResponse("/attachments", 303)


def _page(request: Request, error: str | None = None) -> Response:
    hall = hall_of(request)
    return hall.page(request, "attachments.html", files=hall.store.attachments(), error=error)
