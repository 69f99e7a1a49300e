"""A clerk without a browser: asks the practice system for pages and reads what a test wants to know of them."""

from __future__ import annotations

import html
import re

import httpx

from yakin.practice import DEFAULT_PASSWORD, PracticeServer
from yakin.practice.samples import as_typed, declarations


class Visitor(httpx.Client):
    """An HTTP client that follows redirects and can sign in."""

    def __init__(self, server: PracticeServer) -> None:
        super().__init__(base_url=server.url, follow_redirects=True, timeout=20, trust_env=False)

    def sign_in(self, password: str = DEFAULT_PASSWORD) -> httpx.Response:
        return self.post("/login", data={"user": "zeimu01", "password": password})

    def confirm(self, form: dict[str, str]) -> httpx.Response:
        return self.post("/declarations/confirm", data=form)

    def register(self, form: dict[str, str]) -> httpx.Response:
        return self.post("/declarations/register", data=form)


def a_form(**changes: str) -> dict[str, str]:
    """The first declaration of the sample as it is typed, with changes."""
    return as_typed(declarations()[0]) | changes


def errors(page: httpx.Response) -> list[str]:
    listed = re.search(r'<ul class="errors">(.*?)</ul>', page.text, re.DOTALL)
    return [html.unescape(item) for item in re.findall(r"<li>(.*?)</li>", listed[1])] if listed else []


def table_rows(page: httpx.Response) -> list[list[str]]:
    body = re.search(r"<tbody>(.*?)</tbody>", page.text, re.DOTALL)
    assert body is not None
    lines = re.findall(r"<tr.*?>(.*?)</tr>", body[1], re.DOTALL)
    return [
        [re.sub(r"<.*?>", "", cell) for cell in re.findall(r"<td.*?>(.*?)</td>", line, re.DOTALL)] for line in lines
    ]


def value_of(page: httpx.Response, label: str) -> str:
    found = re.search(rf"<th>{label}</th>\s*<td[^>]*>(.*?)</td>", page.text, re.DOTALL)
    assert found is not None, f"no {label} on {page.url}"
    return html.unescape(found[1])
