"""Forms: fill fields, choose, upload, click."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from bots.browser.differences import Difference, refuse
from bots.browser.entry import Entry, enter
from bots.browser.noticed import Answer
from bots.browser.press import press
from bots.browser.script import ask, elements
from bots.browser.session import OpenPage
from bots.browser.settle import before, settle
from bots.browser.targets import Target, the_one
from bots.browser.values import Rule
from yakin.actions import Context, action
from yakin.errors import ApplicationError, BusinessError
from yakin.values import FileRef

Nth = Annotated[int, Field(ge=1)]


@action(idempotent=True)
async def fill(
    fields: dict[str, Any],
    within: str | Target | None = None,
    frame: str | None = None,
    normalise: tuple[Rule, ...] = (),
    *,
    page: OpenPage,
    ctx: Context,
) -> None:
    """Fill in fields of a form by their labels, in the order given, and read every one of them back.

    Text fields take text, numbers and dates (2024-04-01). Lists and radio buttons take the words of an option; a group of
    check boxes a list of them. A single check box takes true or false, or one of 有 あり はい 該当 する ○ レ yes on 1 and
    無 なし いいえ 非該当 しない × no off 0. A date control takes a date however it is written, 昭和60年1月8日 too.
    Nothing (an empty cell) empties a field.

    Args:
        fields: Label of the field and its value.
        within: Row, group, table or section the fields are in, by a text in it or as a target.
        frame: Part of the name, address or title of the frame they are in.
        normalise: What the page may change in what was typed: width, spaces, commas (thousands separators), wareki (how a
            date is written).

    Raises:
        TargetNotFound: A label is not on the page, or more than once.
        BusinessError: A value is not among the options of its field, or not a date that exists.
        VerificationFailed: The page changed what was typed.

    Example:
        - uses: browser.fill
          with:
            fields: {受付番号: "${{ item.受付番号 }}", 氏名: "${{ item.氏名 }}", 性別: 女, 障害者控除: 無}
    """
    await before(page, ctx)
    entries = [Entry(Target(label=str(label), within=within, frame=frame), value) for label, value in fields.items()]
    await enter(page, ctx, entries, normalise)
    await settle(page, ctx)


@action(idempotent=True)
async def choose(target: str | Target, option: Any, *, page: OpenPage, ctx: Context) -> None:
    """Choose in a list, among radio buttons or check boxes.

    Args:
        target: Label of the field, or a target.
        option: Words of the option; several for a group of check boxes; true or false for one check box.

    Raises:
        TargetNotFound: The field is not on the page, or more than one is.
        BusinessError: There is no such option.

    Example:
        - {uses: browser.choose, with: {target: 申告区分, option: 給与}}
    """
    await before(page, ctx)
    with page.windows_may_open():
        await enter(page, ctx, [Entry(Target.of(target, "label"), option)], ())
        await settle(page, ctx)


@action()
async def click(
    target: str | Target | None = None,
    button: str | None = None,
    link: str | None = None,
    text: str | None = None,
    within: str | Target | None = None,
    nth: Nth | None = None,
    frame: str | None = None,
    *,
    page: OpenPage,
    ctx: Context,
) -> None:
    """Click a button or a link, and wait for what comes of it.

    Args:
        target: Words on the button or link, or a target.
        button: Words on a button.
        link: Words of a link.
        text: Words on anything.
        within: Row, group, table or section it is in, by a text in it or as a target.
        nth: Which of several, counted from 1.
        frame: Part of the name, address or title of the frame it is in.

    Raises:
        TargetNotFound: It is not on the page, or more than one is; nothing was clicked.
        Refused: The system refuses the data.
        AlreadyThere: The system says the item is registered already.
        ApplicationError: The system failed.

    Example:
        - {uses: browser.click, with: {button: 登録する}, commit: true}
    """
    await before(page, ctx)
    page.forget_downloads()
    with page.windows_may_open():
        await press(page, ctx, one_target(target, button, link, text, within, nth, frame))
        await settle(page, ctx)


def one_target(
    target: str | Target | None,
    button: str | None,
    link: str | None,
    text: str | None,
    within: str | Target | None,
    nth: int | None,
    frame: str | None,
) -> Target:
    """The one target that the arguments of an action name.

    Raises:
        ConfigError: They name none, or more than one.
    """
    if isinstance(target, Target) and (button, link, text, within, nth, frame) == (None,) * 6:
        return target
    given = {"click": target, "button": button, "link": link, "text": text}
    narrowed = {"within": within, "nth": nth, "frame": frame}
    return Target.of({name: value for name, value in (given | narrowed).items() if value is not None})


@action(idempotent=True)
async def upload(target: str | Target, file: Path | FileRef, *, page: OpenPage, ctx: Context) -> None:
    """Put a file into a file field of a form.

    Args:
        target: Label of the field, or a target.
        file: File to send, relative to the project.

    Raises:
        BusinessError: There is no such file.
        TargetNotFound: The field is not on the page, or more than one is.

    Example:
        - {uses: browser.upload, with: {target: 添付書類, file: samples/gensen.pdf}}
    """
    await before(page, ctx)
    path = ctx.path(str(file))
    if not path.is_file():
        raise BusinessError("There is no file {path} to upload", path=file)
    match = await the_one(page, ctx, Target.of(target, "label"), "field")
    if match.kind != "file":
        raise ApplicationError("{target} is not a field for files but {kind}", target=match.target, kind=match.kind)
    (field,) = await elements(match.frame, [[match.position, None]])
    async with page.bounded("uploading a file", page.settings.page_timeout):
        await field.set_input_files(path)
    held = (await ask(match.frame, "values"))[match.position]
    if held != [path.name]:
        refuse(
            ctx, page.current.url, [Difference(match.target.words, path.name, held)], hint="The page refused the file"
        )
    await settle(page, ctx)


@action(idempotent=True)
async def answer_dialog(
    accept: bool = True, text: str | None = None, prompt: str | None = None, *, page: OpenPage, ctx: Context
) -> None:
    """Prepare the answer to the next dialog (alert, confirm, prompt); it comes before the step that brings it up.

    A dialog that nothing was prepared for is dismissed and fails the step.

    Args:
        accept: True for OK, false for cancel.
        text: Words the dialog must contain; another dialog is not answered.
        prompt: What to type when it asks for something.

    Example:
        - {uses: browser.answer_dialog, with: {accept: true, text: 削除します}}
    """
    await before(page, ctx)
    page.answer = Answer(accept, text, prompt)
