"""The encodings that offices use for text files."""

from __future__ import annotations

from typing import Literal

Encoding = Literal["auto", "utf-8", "utf-8-sig", "cp932", "utf-16", "euc_jp"]
"""CP932 is Windows code page 932, what Japanese programs mean by Shift_JIS: with 髙, 﨑 and ①, which the standard lacks.

UTF-16 is what Excel calls "Unicode text"; EUC is what came from the Unix systems of old.
"""

Delimiter = Literal["auto", "comma", "tab", "semicolon"]
"""What stands between the fields of a text file."""

DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";"}
