"""Telling people: mail and web hooks through Apprise. Only what the workflow says is sent, nothing is added."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, unquote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yakin.actions import Context, action
from yakin.errors import ApplicationError
from yakin.values import Secret, revealed

if TYPE_CHECKING:
    import apprise

_SHORTEST_TOKEN = 4
_PORTS = {"none": 25, "starttls": 587, "tls": 465}
_MODES = {"none": "insecure", "starttls": "starttls", "tls": "ssl"}


class NotifySettings(ApplicationError):
    """A setting under `[notify]` is missing or wrong."""

    code = "notify-settings"


class NotSent(ApplicationError):
    """Somebody could not be told."""

    code = "not-sent"


class MailSettings(BaseModel):
    """`[notify.mail]` of the settings.

    Attributes:
        server: Host of the mail server.
        port: Its port; 25, 587 or 465 by `security` when left out.
        sender: Address of the sender, with a name if wanted: `夜勤 <yakin@town.example.jp>`.
        security: `starttls`, `tls` (from the first byte) or `none`, for a relay in the same network.
        user: Name to sign in with; the password comes with the step, from the secrets.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    server: str = Field(min_length=1)
    sender: str = Field(pattern="@")
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    user: str | None = None


@dataclass(frozen=True, slots=True)
class _Receiver:
    """Somebody to tell: `name` is what may be said of them, `address` may hold secrets."""

    name: str
    address: str


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
    address, the name of an entry in `[notify.receivers]`, or an address Apprise understands (`json://host/path`).

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
    receivers = _receivers(to, _section(ctx.config, "receivers"))
    services = [(receiver, _service(receiver, ctx.config, password)) for receiver in receivers]
    files = [str(_existing(ctx.path(path))) for path in attach or []]
    told: list[str] = []
    failed: list[str] = []
    for receiver, service in services:
        why = _notify(service, subject, body, files)
        if why is None:
            told.append(receiver.name)
        else:
            failed.append(f"{receiver.name} ({_without_secrets(why, receiver.address, password)})")
    ctx.log.bind(told=len(told), failed=len(failed)).info("message sent")
    if failed:
        raise NotSent(
            "{count} of {all} receivers could not be told: {receivers}",
            count=len(failed),
            all=len(receivers),
            receivers="; ".join(failed),
            hint="Is the server right, does it answer, and does it accept the sender?",
        )
    return told


def _section(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    notify = config.get("notify") or {}
    return notify.get(name) or {}


def _receivers(to: Sequence[str | Secret], known: Mapping[str, Any]) -> list[_Receiver]:
    found: list[_Receiver] = []
    for number, receiver in enumerate(to, 1):
        text = revealed(receiver).strip()
        if isinstance(receiver, Secret):
            found.append(_Receiver(f"receiver {number}", text))
        elif text in known:
            addresses = known[text] if isinstance(known[text], list) else [known[text]]
            found += [_Receiver(text, str(address)) for address in addresses]
        elif "://" in text:
            found.append(_Receiver(f"{text.partition('://')[0]}://…", text))
        elif "@" in text:
            found.append(_Receiver(text, text))
        else:
            raise NotifySettings(
                "There is no receiver {name}",
                name=text,
                hint="Give a mail address, or a name under [notify.receivers] of config/yakin.toml: {known}",
                known=", ".join(known) or "-",
            )
    if not found:
        raise NotifySettings("There is nobody to send the message to", hint="Name at least one receiver under to")
    return found


def _service(receiver: _Receiver, config: Mapping[str, Any], password: Secret | None) -> apprise.Apprise:
    import apprise

    # Without a handler of its own Python prints what Apprise logs, addresses and all.
    logging.getLogger("apprise").addHandler(logging.NullHandler())
    asset = apprise.AppriseAsset(app_id="Yakin", app_desc="Yakin", app_url="")
    service = apprise.Apprise(asset=asset)
    with warnings.catch_warnings():
        # Some of Apprise's services import modules that Python is about to drop.
        warnings.simplefilter("ignore", DeprecationWarning)
        if "://" in receiver.address:
            plugin = apprise.Apprise.instantiate(receiver.address, asset=asset)
        else:
            # By its class, because looking a service up by name imports all hundred of them.
            from apprise.plugins.email import NotifyEmail

            settings = _mail(receiver, _mail_settings(config), password)
            plugin = NotifyEmail(**settings, asset=asset)  # type: ignore[no-untyped-call]
    if plugin is None:
        raise NotifySettings(
            "The address of {receiver} is not understood",
            receiver=receiver.name,
            hint="It is a mail address, or begins with a service such as json:// or mailtos://",
        )
    service.add(plugin)
    return service


def _mail_settings(config: Mapping[str, Any]) -> MailSettings:
    settings = _section(config, "mail")
    if not settings:
        raise NotifySettings(
            "Mail cannot be sent: there are no settings for it",
            hint="Add [notify.mail] with server and sender to config/yakin.toml",
        )
    try:
        return MailSettings.model_validate(settings)
    except ValidationError as error:
        raise NotifySettings(
            "[notify.mail] of config/yakin.toml is wrong: {problems}",
            problems="; ".join(f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors()),
        ) from error


def _mail(receiver: _Receiver, mail: MailSettings, password: Secret | None) -> dict[str, Any]:
    if mail.user and password is None:
        raise NotifySettings(
            "The mail server wants a password for {user}",
            user=mail.user,
            hint="Give the step password: ${{{{ secrets.mail_password }}}}",
        )
    # Apprise takes both for parts of an address and unquotes them.
    signed_in = {"user": quote(mail.user), "password": quote(password.reveal())} if mail.user and password else {}
    return {
        "host": mail.server,
        "smtp_host": mail.server,
        "port": mail.port or _PORTS[mail.security],
        "secure_mode": _MODES[mail.security],
        "from_addr": mail.sender,
        "targets": [receiver.address],
        "format": "text",
        **signed_in,
    }


def _notify(service: apprise.Apprise, subject: str, body: str, files: list[str]) -> str | None:
    """Send one message; None when it went, else why not."""
    from apprise import NotifyFormat, NotifyType

    result = service.notify(
        title=subject,
        body=body or subject,
        body_format=NotifyFormat.TEXT,
        notify_type=NotifyType.INFO,
        attach=files or None,
    )
    if result:
        return None
    return " ".join(entry.message for entry in result.logs()) or "no reason given"


def _without_secrets(why: str, address: str, password: Secret | None) -> str:
    # An address of a service may be made of tokens, so that every part of it counts as a secret.
    secrets = re.split(r"[/:@?&=]+", f"{address}/{unquote(address)}") if "://" in address else []
    for secret in filter(None, [*secrets, password and password.reveal()]):
        if len(secret) >= _SHORTEST_TOKEN or secret == revealed(password or ""):
            why = why.replace(secret, "***")
    return why


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise ApplicationError("There is no file {file} to send along", file=path)
    return path
