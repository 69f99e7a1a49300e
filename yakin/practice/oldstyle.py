"""Pages as they were built twenty years ago: frames, and a pop-up window that fills in the page that opened it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from yakin.practice.system import hall_of

ADDRESSES: tuple[tuple[str, str, str], ...] = (
    ("009-8101", "岬野町中央一丁目", "中央"),
    ("009-8102", "岬野町中央二丁目", "中央"),
    ("009-8111", "岬野町本町", "本町"),
    ("009-8121", "岬野町港町", "港町"),
    ("009-8131", "岬野町東浜", "東浜"),
    ("009-8132", "岬野町西浜", "西浜"),
    ("009-8141", "岬野町大字大谷", "大谷"),
    ("009-8142", "岬野町大字小坂", "小坂"),
    ("009-8151", "岬野町北野", "北野"),
    ("009-8152", "岬野町南原", "南原"),
)
"""郵便番号, 住所, 地区 of the town."""


async def show_frames(request: Request) -> Response:
    """The page of the old inquiry: a menu frame and a content frame."""
    return hall_of(request).page(request, "legacy.html")


async def show_frame_menu(request: Request) -> Response:
    """What the menu frame shows."""
    return hall_of(request).page(request, "legacy_menu.html")


async def show_inquiry(request: Request) -> Response:
    """What the content frame shows: the inquiry by 受付番号 and its result."""
    hall, asked = hall_of(request), request.query_params.get("uketsuke_no", "").strip()
    toroku_no = hall.store.number_of(asked) if asked else None
    declaration = hall.store.declaration(toroku_no) if toroku_no else None
    return hall.page(request, "legacy_inquiry.html", asked=asked, found=dict(declaration) if declaration else None)


async def show_frame_help(request: Request) -> Response:
    """What the content frame shows when help is asked for."""
    return hall_of(request).page(request, "legacy_help.html")


async def show_popup_page(request: Request) -> Response:
    """The page whose button opens the pop-up."""
    return hall_of(request).page(request, "popup.html")


async def show_address_choice(request: Request) -> Response:
    """The pop-up: addresses of the town, one of which is handed to the page that opened it."""
    asked = request.query_params.get("q", "").strip()
    found = [address for address in ADDRESSES if asked in address[0].replace("-", "") or asked in "".join(address)]
    return hall_of(request).page(request, "address_choice.html", asked=asked, found=found)
