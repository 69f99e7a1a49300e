"""Names of companies and other juridical persons: the name, its legal form, and on which side of it the form stands.

The legal form is a part of a company's name (会社法第6条第2項) and so is its place: 株式会社山田商店 and 山田商店株式会社 are two names.
The short forms are those of everyday writing (㈱, (株), (一社)).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from yakin.japan.widths import normal_text, strip_spaces, unify_dashes

LEGAL_FORMS: Mapping[str, tuple[str, ...]] = {
    "株式会社": ("株",),
    "有限会社": ("有",),
    "合同会社": ("同",),
    "合資会社": ("資",),
    "合名会社": ("名",),
    "相互会社": ("相",),
    "一般社団法人": ("一社",),
    "公益社団法人": ("公社",),
    "社団法人": ("社",),
    "一般財団法人": ("一財",),
    "公益財団法人": ("公財",),
    "財団法人": ("財",),
    "医療法人": ("医",),
    "医療法人社団": ("医社",),
    "医療法人財団": ("医財",),
    "社会医療法人": (),
    "社会福祉法人": ("福", "社福"),
    "学校法人": ("学",),
    "宗教法人": ("宗",),
    "特定非営利活動法人": ("特非",),
    "独立行政法人": ("独",),
    "地方独立行政法人": ("地独",),
    "国立大学法人": (),
    "公立大学法人": (),
    "農事組合法人": ("農",),
    "管理組合法人": (),
    "更生保護法人": (),
    "協同組合": ("協",),
    "監査法人": ("監",),
    "弁護士法人": ("弁",),
    "税理士法人": ("税",),
    "司法書士法人": ("司",),
    "行政書士法人": ("行",),
    "社会保険労務士法人": ("社労",),
}
"""Legal forms in full, each with what stands for it in brackets."""

FORM_OF_SPELLING: Mapping[str, str] = {
    **{form: form for form in LEGAL_FORMS},
    **{f"({short})": form for form, shorts in LEGAL_FORMS.items() for short in shorts},
    "NPO法人": "特定非営利活動法人",
}
"""Every spelling of a legal form after `normal_text`, with the form in full."""

_SPELLING = re.compile("|".join(map(re.escape, sorted(FORM_OF_SPELLING, key=len, reverse=True))))

Position = Literal["before", "after", "none"]


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A company's name in its parts.

    Attributes:
        name: The name without its legal form: 山田商店.
        form: The legal form in full, such as 株式会社; empty when there is none.
        position: The form stands before (前株) or after (後株) the name.
        branch: What follows a form that stands after the name: 東京支店.
    """

    name: str
    form: str
    position: Position
    branch: str = ""

    def __str__(self) -> str:
        if self.position == "before":
            return self.form + self.name
        return f"{self.name}{self.form} {self.branch}".rstrip()

    def key(self, *, positioned: bool = True) -> str:
        """What two spellings of one name have in common: no spaces, one kind of dash, small letters.

        Args:
            positioned: Keep 前株 and 後株 apart; without it they are the same.
        """
        whole = str(self) if positioned else f"{self.name}{self.branch}|{self.form}"
        return strip_spaces(unify_dashes(whole)).casefold()


def parse_company(text: str) -> CompanyName:
    """Take a company's name apart: ㈱山田商店, (株) 山田商店 and 株式会社山田商店 give the same parts. Width is unified."""
    plain = " ".join(normal_text(text).split())
    match = _SPELLING.search(plain)
    before, after = (plain[: match.start()].rstrip(), plain[match.end() :].lstrip()) if match else (plain, "")
    if match is None or not (before or after):
        return CompanyName(plain, "", "none")
    form = FORM_OF_SPELLING[match[0]]
    if before:
        return CompanyName(before, form, "after", after)
    return CompanyName(after, form, "before")


def company(text: str) -> str:
    """A company's name with its legal form in full and in one width: "㈱ 山田商店" → "株式会社山田商店"."""
    return str(parse_company(text))
