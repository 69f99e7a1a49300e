"""File names made of what stands in cells, good on every system.

What Windows does not allow in a name is its own list: the characters <>:"/\\|?* and control characters, a dot or a space at the
end, and the names of devices (Microsoft, Naming Files, Paths, and Namespaces).
"""

from __future__ import annotations

import re

_FORBIDDEN = str.maketrans('<>:"/\\|?*', "＜＞：”／＼｜？＊")
_CONTROL = re.compile("[\x00-\x1f\x7f]+")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)
_LONGEST = 80


def file_name(value: str) -> str:
    """A value as part of a file name: characters that are not allowed in full width, at most 80 characters.

    Empty when nothing of it can be in a name.
    """
    plain = " ".join(_CONTROL.sub(" ", value).translate(_FORBIDDEN).split())[:_LONGEST].strip(" .")
    return f"_{plain}" if _DEVICES.match(plain) else plain
