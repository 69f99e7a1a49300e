"""The page for trainers on which faults are switched; no part of the system that is practised on."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from yakin.errors import YakinError
from yakin.practice.faults import Faults
from yakin.practice.system import hall_of, texts

NAMES: dict[str, str] = {
    "seed": "乱数の種",
    "latency_ms": "応答の遅れ（ミリ秒）",
    "error_rate": "500エラーの割合（0～1）",
    "session_lost_at": "セッションが切れる要求の番号",
    "dialog_rate": "お知らせダイアログの割合（0～1）",
    "dialog_at": "お知らせダイアログが出るページの番号",
    "renamed_labels": "表示名の変更（旧=新、読点区切り）",
    "reordered": "入力項目の並べ替え",
    "answer_lost": "登録後に応答が届かない（drop：切断、hang：無応答、resend：切断と再送）",
    "answer_lost_at": "応答が届かない登録の番号",
    "answer_lost_rate": "応答が届かない登録の割合（0～1）",
    "answer_lost_for": "応答が届かない受付番号（読点区切り）",
    "hang_seconds": "無応答の長さ（秒）",
    "down_at": "停止が始まる要求の番号",
    "down_seconds": "停止の長さ（秒）",
}


async def show_faults(request: Request) -> Response:
    """The switches as they are: a page, or JSON for who asks for it."""
    faults = hall_of(request).disturbance.faults
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse(faults.to_json())
    return _page(request, _as_text(faults))


async def switch_faults(request: Request) -> Response:
    """Set the switches, from the page or from JSON; what is left out is switched off."""
    posted: dict[str, str] = {}
    try:
        if request.headers.get("content-type", "").startswith("application/json"):
            hall_of(request).disturbance.faults = Faults.from_json(await request.json())
            return JSONResponse(hall_of(request).disturbance.faults.to_json())
        posted = await texts(request)
        hall_of(request).disturbance.faults = _from_text(posted)
    except (YakinError, ValueError, AttributeError) as refusal:
        if not posted:
            return JSONResponse({"error": str(refusal)}, 400)
        return _page(request, posted, str(refusal))
    return RedirectResponse("/faults", 303)


def _page(request: Request, values: dict[str, str], error: str | None = None) -> Response:
    hall = hall_of(request)
    text = hall.pages.get_template("faults.html").render(names=NAMES, values=values, error=error)
    return Response(text, media_type="text/html")


def _as_text(faults: Faults) -> dict[str, str]:
    plain = faults.to_json()
    renamed = "、".join(f"{old}={new}" for old, new in faults.renamed_labels)
    return {name: str(value) for name, value in plain.items()} | {
        "renamed_labels": renamed,
        "answer_lost_for": "、".join(faults.answer_lost_for),
        "reordered": "1" if faults.reordered else "",
    }


def _from_text(posted: dict[str, str]) -> Faults:
    plain: dict[str, Any] = {}
    for field in fields(Faults):
        text = posted.get(field.name, "").strip()
        if isinstance(field.default, bool):
            plain[field.name] = bool(text)
        elif field.name == "renamed_labels":
            plain[field.name] = dict(pair.split("=", 1) for pair in text.split("、") if pair)
        elif isinstance(field.default, tuple):
            plain[field.name] = [part for part in text.split("、") if part]
        elif text:
            plain[field.name] = text if isinstance(field.default, str) else json.loads(text)
    return Faults.from_json(plain)
