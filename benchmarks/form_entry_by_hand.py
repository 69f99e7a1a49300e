"""The peer of `form_entry`: one hundred declarations entered by a script as a careful person writes it with Playwright."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from statistics import median

from playwright.async_api import Locator, Page, async_playwright

from benchmarks.measure import Turns
from yakin.practice import DEFAULT_PASSWORD, DEFAULT_USER
from yakin.practice.form import FIELDS, FormField

VERIFIED = ("uketsuke_no", "shimei", "seinengappi", "shunyu")
LABELS = {field.name: field.label for field in FIELDS}


class Clerk:
    """Enters declarations in one page that is used again and again."""

    def __init__(self, page: Page, url: str, evidence: Path) -> None:
        self._page = page
        self._url = url
        self._evidence = evidence
        self.stages: dict[str, list[float]] = {}
        self._since = 0.0

    async def sign_in(self) -> None:
        """Sign in once."""
        await self._page.goto(f"{self._url}/login")
        await self._page.get_by_label("利用者ID").fill(DEFAULT_USER)
        await self._page.get_by_label("パスワード").fill(DEFAULT_PASSWORD)
        await self._page.get_by_role("button", name="ログイン").click()
        await self._page.get_by_text("ログアウト").wait_for()

    async def enter(self, typed: dict[str, str]) -> str:
        """Enter one declaration; returns its 登録番号."""
        page = self._page
        self._since = time.perf_counter()
        await page.goto(f"{self._url}/declarations/new")
        self._stage("open the form")
        for field in FIELDS:
            await self._fill(field, typed.get(field.name, ""))
        self._stage("fill 17 fields")
        await page.get_by_role("button", name="確認画面へ").click()
        await page.wait_for_url("**/declarations/confirm")
        self._stage("go to the confirm page")
        for name in VERIFIED:
            shown = (await self._beside(LABELS[name]).inner_text()).strip()
            if shown != typed[name]:
                raise ValueError(f"{LABELS[name]} is {shown}, not {typed[name]}")
        self._stage("read 4 values back")
        picture = await page.screenshot(type="jpeg", quality=60)
        (self._evidence / f"{typed['uketsuke_no']}.jpg").write_bytes(picture)
        self._stage("picture")
        await page.get_by_role("button", name="登録する").click()
        await page.wait_for_url("**/receipt")
        self._stage("register")
        receipt = (await self._beside("登録番号").inner_text()).strip()
        self._stage("read the receipt")
        return receipt

    async def _fill(self, field: FormField, value: str) -> None:
        cell = self._beside(field.label)
        match field.kind:
            case "radio":
                await cell.get_by_label(value, exact=True).check()
            case "select":
                await cell.locator("select").select_option(label=value)
            case "checkbox":
                await self._page.get_by_label(field.label, exact=True).set_checked(bool(value))
            case _ if field.associated:
                await self._page.get_by_label(field.label, exact=True).fill(value)
            case _:
                await cell.locator("input,textarea").fill(value)

    def _beside(self, label: str) -> Locator:
        """The cell beside a heading: most labels of old systems are not tied to their fields."""
        return self._page.locator(f"//th[normalize-space()='{label}']/following-sibling::td[1]")

    def _stage(self, name: str) -> None:
        now = time.perf_counter()
        self.stages.setdefault(name, []).append((now - self._since) * 1000)
        self._since = now


async def main(url: str, folder: Path, program: str, rows: list[dict[str, str]]) -> None:
    """Enter all rows, as typed, into the practice system at this URL; pictures go into the folder."""
    turns = Turns()
    receipts: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program or None)
        context = await browser.new_context(
            locale="ja-JP", timezone_id="Asia/Tokyo", viewport={"width": 1280, "height": 900}
        )
        clerk = Clerk(await context.new_page(), url.rstrip("/"), folder)
        await clerk.sign_in()
        waiting = iter(rows)
        while turns.next_row():
            receipts.append(await clerk.enter(next(waiting)))
        await browser.close()
    stages = {name: median(times) for name, times in clerk.stages.items()}
    turns.say(registered=len(receipts), pictures=len(list(folder.glob("*.jpg"))), stages=stages)  # noqa: ASYNC240


if __name__ == "__main__":
    address, pictures, browser_program, rows_file = sys.argv[1:]
    given = json.loads(Path(rows_file).read_text(encoding="utf-8"))
    asyncio.run(main(address, Path(pictures), browser_program, given))
