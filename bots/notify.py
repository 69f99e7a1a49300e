"""Telling people: mail, web hooks and folders. Only what the workflow says is sent, nothing is added."""

from __future__ import annotations

from pathlib import Path

from yakin.actions import Context, action
from yakin.post import Enclosure, MailSettings, Message, NotifySettings, NotSent, Post
from yakin.values import Secret

__all__ = ["MailSettings", "NotSent", "NotifySettings", "send"]


@action(rehearsable=False)
def send(
    to: list[str | Secret],
    subject: str,
    body: str = "",
    attach: list[Path] | None = None,
    password: Secret | None = None,
    *,
    ctx: Context,
) -> list[str]:
    """Send a message by mail or to a web hook.

    Mail goes through the server in `[notify.mail]` (server, port, sender, security, user). A receiver is a mail
    address, the name of an entry in `[notify.receivers]`, an address Apprise understands (`json://host/path`), or a
    folder into which the message is put as a text file (`file:FOLDER`, relative to the project).

    Args:
        to: Receivers; an address that holds a secret is given as one.
        subject: Subject line.
        body: Text; may have several lines.
        attach: Files to send along, relative to the project.
        password: Password for the mail server, if it asks for one.

    Returns:
        The receivers that were told, by name or address.

    Raises:
        NotifySettings: A receiver is unknown, or the settings for mail are missing or wrong. Nothing was sent.
        NotSent: A receiver could not be reached; the others were told.
        ApplicationError: A file to send along is not there. Nothing was sent.

    Example:
        - uses: notify.send
          with:
            to: [zeimu@town.example.jp, 情報係]
            subject: "失敗: ${{ workflow.title }}"
            body: 報告書を確認してください。
    """
    post = Post.of(ctx.config, ctx.path(Path()), password)
    files = tuple(Enclosure(ctx.path(path)) for path in attach or [])
    delivery = post.send(post.receivers(to), Message(subject, body, files=files))
    ctx.log.bind(told=len(delivery.told), failed=len(delivery.failed)).info("message sent")
    if error := delivery.error():
        raise error
    return delivery.told
