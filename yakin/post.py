"""Sending messages: mail and web hooks through Apprise, and folders into which a message is put as files.

Receivers are told one by one, so that one who cannot be reached keeps nobody else from being told.
"""

from __future__ import annotations

import logging
import os
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, unquote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yakin.errors import ApplicationError
from yakin.values import Secret, revealed

if TYPE_CHECKING:
    import apprise

FOLDER = "file:"
"""An address that begins like this is a folder."""

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
    """The mail server."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    server: str = Field(min_length=1)
    """Host of the mail server."""
    sender: str = Field(pattern="@")
    """Address of the sender, with a name if wanted: `夜勤 <yakin@town.example.jp>`."""
    port: int | None = Field(default=None, ge=1, le=65535)
    """Its port; 25, 587 or 465 by `security` when left out."""
    security: Literal["none", "starttls", "tls"] = "starttls"
    """`starttls`, `tls` (from the first byte) or `none`, for a relay in the same network."""
    user: str | None = None
    """Name to sign in with. The password is a secret: a step is given it, news take the secret `mail_password`."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody to tell.

    Attributes:
        name: What may be said of them.
        address: Where they are told; it may hold secrets.
    """

    name: str
    address: str

    @property
    def kind(self) -> Literal["mail", "folder", "service"]:
        """How they are told."""
        if self.address.startswith(FOLDER):
            return "folder"
        return "service" if "://" in self.address else "mail"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that is sent along.

    Attributes:
        path: Where it is.
        name: What it is called there; as it is called here when empty.
    """

    path: Path
    name: str = ""

    @property
    def shown(self) -> str:
        """What the receiver sees it called."""
        return self.name or self.path.name


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent.

    Attributes:
        subject: Subject line.
        body: Plain text; the subject when empty.
        html: The same for mail and folders, laid out; None for plain text only.
        files: What is sent along.
    """

    subject: str
    body: str = ""
    html: str | None = None
    files: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a message.

    Attributes:
        told: The receivers that were told, by name or address.
        failed: Those that were not, each with why; nothing in it is secret.
    """

    told: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def error(self) -> NotSent | None:
        """Who was not told; None when everybody was."""
        if not self.failed:
            return None
        return NotSent(
            "{count} of {all} receivers could not be told: {receivers}",
            count=len(self.failed),
            all=len(self.failed) + len(self.told),
            receivers="; ".join(self.failed),
            hint="Is the server right, does it answer, and does it accept the sender?",
        )


class Post:
    """Sends messages as the settings say; obtained from `Post.of`.

    Args:
        settings: `[notify]` of the settings, as plain data.
        root: Folders of receivers are relative to it.
        password: Password for the mail server, if it asks for one.
    """

    def __init__(self, settings: Mapping[str, Any], root: Path, password: Secret | None = None) -> None:
        self._settings = settings
        self._root = root
        self._password = password

    @classmethod
    def of(cls, config: Mapping[str, Any], root: Path, password: Secret | None = None) -> Post:
        """The post of a project.

        Args:
            config: Its settings, as plain data.
            root: Its folder.
            password: Password for the mail server, if it asks for one.
        """
        return cls(config.get("notify") or {}, root, password)

    def receivers(self, to: Sequence[str | Secret]) -> list[Receiver]:
        """Who is meant: a name under `[notify.receivers]` stands for all of its addresses.

        Raises:
            NotifySettings: A name is unknown, or nobody is meant.
        """
        known: Mapping[str, Any] = self._settings.get("receivers") or {}
        found = [one for number, receiver in enumerate(to, 1) for one in _meant(receiver, number, known)]
        if not found:
            raise NotifySettings("There is nobody to send the message to", hint="Name at least one receiver under to")
        return found

    def send(self, receivers: Sequence[Receiver], message: Message) -> Delivery:
        """Tell everybody that can be reached.

        Raises:
            NotifySettings: An address is not understood, or the settings for mail are missing or wrong. Nothing was sent.
            ApplicationError: A file to send along is not there. Nothing was sent.
        """
        for file in message.files:
            if not file.path.is_file():
                raise ApplicationError("There is no file {file} to send along", file=file.path)
        services = {receiver: self._service(receiver, message) for receiver in receivers if receiver.kind != "folder"}
        delivery = Delivery()
        for receiver in receivers:
            service = services.get(receiver)
            why = self._drop(receiver, message) if service is None else _notify(service, receiver, message)
            if why is None:
                delivery.told.append(receiver.name)
            else:
                delivery.failed.append(f"{receiver.name} ({self._without_secrets(why, receiver)})")
        return delivery

    def _service(self, receiver: Receiver, message: Message) -> apprise.Apprise:
        import apprise

        # Without a handler of its own Python prints what Apprise logs, addresses and all.
        logging.getLogger("apprise").addHandler(logging.NullHandler())
        asset = apprise.AppriseAsset(app_id="Yakin", app_desc="Yakin", app_url="")
        service = apprise.Apprise(asset=asset)
        with warnings.catch_warnings():
            # Some of Apprise's services import modules that Python is about to drop.
            warnings.simplefilter("ignore", DeprecationWarning)
            if receiver.kind == "service":
                plugin = apprise.Apprise.instantiate(receiver.address, asset=asset)
            else:
                # By its class, because looking a service up by name imports all hundred of them.
                from apprise.plugins.email import NotifyEmail

                settings = self._mail(receiver, "text" if message.html is None else "html")
                plugin = NotifyEmail(**settings, asset=asset)  # type: ignore[no-untyped-call]
        if plugin is None:
            raise NotifySettings(
                "The address of {receiver} is not understood",
                receiver=receiver.name,
                hint="It is a mail address, or begins with file: or a service such as json:// or mailtos://",
            )
        service.add(plugin)
        return service

    def _mail(self, receiver: Receiver, layout: str) -> dict[str, Any]:
        mail, password = self._mail_settings(), self._password
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
            "format": layout,
            **signed_in,
        }

    def _mail_settings(self) -> MailSettings:
        settings = self._settings.get("mail")
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

    def _drop(self, receiver: Receiver, message: Message) -> str | None:
        """Put a message into a folder; None when it is there, else why not."""
        try:
            folder = self._root / receiver.address.removeprefix(FOLDER)
            folder.mkdir(parents=True, exist_ok=True)
            name = _free_name(folder, message.subject)
            for file in message.files:
                _put(folder / f"{name}-{file.shown}", file.path.read_bytes())
            if message.html is not None:
                _put(folder / f"{name}.html", message.html.encode())
            # Last: whoever waits for the text finds the rest there.
            _put(folder / f"{name}.txt", f"{message.subject}\n\n{message.body}".rstrip().encode() + b"\n")
        except OSError as error:
            return str(error)
        return None

    def _without_secrets(self, why: str, receiver: Receiver) -> str:
        # An address of a service may be made of tokens, so that every part of it counts as a secret.
        address, password = receiver.address, self._password
        secrets = re.split(r"[/:@?&=]+", f"{address}/{unquote(address)}") if receiver.kind == "service" else []
        for secret in filter(None, [*secrets, password and password.reveal()]):
            if len(secret) >= _SHORTEST_TOKEN or secret == revealed(password or ""):
                why = why.replace(secret, "***")
        return why


def _meant(receiver: str | Secret, number: int, known: Mapping[str, Any]) -> list[Receiver]:
    text = revealed(receiver).strip()
    if isinstance(receiver, Secret):
        return [Receiver(f"receiver {number}", text)]
    if text in known:
        addresses = known[text] if isinstance(known[text], list) else [known[text]]
        return [Receiver(text, str(address)) for address in addresses]
    if text.startswith(FOLDER):
        return [Receiver(text, text)]
    if "://" in text:
        return [Receiver(f"{text.partition('://')[0]}://…", text)]
    if "@" in text:
        return [Receiver(text, text)]
    raise NotifySettings(
        "There is no receiver {name}",
        name=text,
        hint="Give a mail address, or a name under [notify.receivers] of config/yakin.toml: {known}",
        known=", ".join(known) or "-",
    )


def _notify(service: apprise.Apprise, receiver: Receiver, message: Message) -> str | None:
    """Send one message; None when it went, else why not."""
    from apprise import NotifyFormat, NotifyType

    html = message.html if receiver.kind == "mail" else None
    result = service.notify(
        title=message.subject,
        body=html or message.body or message.subject,
        body_format=NotifyFormat.TEXT if html is None else NotifyFormat.HTML,
        notify_type=NotifyType.INFO,
        attach=_attached(message.files) if message.files else None,
    )
    if result:
        return None
    return " ".join(entry.message for entry in result.logs()) or "no reason given"


def _attached(files: Sequence[Enclosure]) -> apprise.AppriseAttachment:
    from apprise import AppriseAttachment
    from apprise.attachment.file import AttachFile

    attached = AppriseAttachment()
    for file in files:
        attached.add(AttachFile(str(file.path), name=file.shown))  # type: ignore[no-untyped-call]
    return attached


def _free_name(folder: Path, subject: str) -> str:
    """A name that no file in the folder begins with: the moment and the subject, as Windows allows it."""
    words = re.sub(r'[\x00-\x1f<>:"/\\|?*\s]+', " ", subject).strip(" .")[:40].strip(" .")
    name = f"{datetime.now().astimezone():%Y%m%d-%H%M%S} {words}".rstrip()
    number, free = 1, name
    while (folder / f"{free}.txt").exists():
        number += 1
        free = f"{name} ({number})"
    return free


def _put(path: Path, data: bytes) -> None:
    """Put a file in place in one go, so that nobody ever reads half of it."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_bytes(data)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
