"""Evidence: pictures of what the page shows."""

from __future__ import annotations

from bots.browser.session import OpenPage
from bots.browser.settle import before
from yakin.actions import Context, action
from yakin.errors import ApplicationError
from yakin.values import FileRef


@action(idempotent=True)
async def screenshot(name: str, *, page: OpenPage, ctx: Context) -> FileRef | None:
    """Keep a picture of the page as evidence; none is taken in a sensitive step.

    Args:
        name: What it shows, such as `confirm`.

    Returns:
        The picture, to be shown where somebody decides: `approve: {show: ${{ steps.ID }}}`; or nothing.

    Example:
        - {uses: browser.screenshot, with: {name: 確認画面}}
    """
    await before(page, ctx)
    if ctx.sensitive:
        return None
    picture = await page.picture()
    if picture is None:
        raise ApplicationError("No picture could be taken of {url}", url=page.current.url)
    kept = ctx.attach(name, picture, media_type="image/jpeg")
    return FileRef(f"{ctx.run}/{kept.path}", kept.sha256, len(picture))
