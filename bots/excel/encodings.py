"""The encodings that offices use for text files."""

from __future__ import annotations

from typing import Literal

Encoding = Literal["auto", "utf-8", "utf-8-sig", "cp932"]
"""CP932 is Windows code page 932, what Japanese programs mean by Shift_JIS: with 髙, 﨑 and ①, which the standard lacks."""
