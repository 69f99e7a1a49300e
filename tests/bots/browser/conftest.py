from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bots.browser import Browsers, OpenPage
from bots.browser.session import hosts_of
from bots.browser.settings import BrowserSettings
from tests.bots.browser.site import Site, serve
from tests.bots.contexts import FakeContext
from yakin.actions import System


@pytest.fixture(scope="session")
def served() -> Iterator[Site]:
    with serve(Site()) as site:
        yield site


@pytest.fixture
def site(served: Site) -> Site:
    served.pages.clear()
    served.posted.clear()
    served.seen.clear()
    served.hold.clear()
    return served


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browsers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browsers]:
    settings = BrowserSettings(timeout=1.0, page_timeout=5.0)
    opened = Browsers(settings, FakeContext(tmp_path_factory.mktemp("browsers")))
    yield opened
    await opened.close()


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path)


@pytest.fixture
def system(site: Site) -> Callable[..., System]:
    def make(**given: Any) -> System:
        return System("窓口", site.url, (), **given)

    return make


@pytest_asyncio.fixture(loop_scope="session")
async def opened(browsers: Browsers, site: Site) -> AsyncIterator[Callable[..., Any]]:
    """Opens sessions that are closed when the test ends."""
    pages: list[OpenPage] = []

    async def open_one(system: System) -> OpenPage:
        page = await OpenPage.open(await browsers.browser(hosts_of(system)), system, browsers.settings)
        pages.append(page)
        return page

    yield open_one
    for page in pages:
        await page.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(opened: Callable[..., Any], system: Callable[..., System]) -> OpenPage:
    return await opened(system())  # type: ignore[no-any-return]
