"""What `options` of a web system can say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from yakin.errors import ConfigError

_VIEWPORT = {"width": 1280, "height": 900}


def viewport(options: Mapping[str, Any]) -> Mapping[Literal["width", "height"], int]:
    """Size of the window.

    Raises:
        ConfigError: It is not a width and a height.
    """
    given = options.get("viewport", _VIEWPORT)
    match given:
        case {"width": int(width), "height": int(height)}:
            return {"width": width, "height": height}
        case _:
            raise ConfigError(
                "viewport is {viewport}, not a width and a height",
                viewport=given,
                hint="Write viewport: {{width: 1280, height: 900}}",
            )


def close_windows(options: Mapping[str, Any]) -> tuple[str, ...]:
    """Parts of the addresses of windows that the system opens by itself and that are only in the way.

    Raises:
        ConfigError: It is not a list of texts.
    """
    given = options.get("close_windows", [])
    if isinstance(given, list | tuple) and all(isinstance(part, str) and part for part in given):
        return tuple(given)
    raise ConfigError(
        "close_windows is {given}, not a list of texts",
        given=given,
        hint="Write parts of addresses: close_windows: [/oshirase]",
    )
