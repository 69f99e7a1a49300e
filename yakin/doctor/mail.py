"""Whether the mail server of `[notify.mail]` answers; nobody signs in and nothing is sent."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator

from yakin.actions import Diagnosis, well, wrong
from yakin.doctor.patient import Patient
from yakin.post import MailSettings

_PORTS = {"none": 25, "starttls": 587, "tls": 465}
_SECONDS = 10.0


def mail(patient: Patient) -> Iterator[Diagnosis]:
    """The mail server that the settings name."""
    settings = patient.project.settings.notify.mail
    if settings is None:
        yield well("No mail server is set: [notify.mail] of config/yakin.toml")
        return
    yield mail_server(settings)


def mail_server(settings: MailSettings, *, seconds: float = _SECONDS) -> Diagnosis:
    """What there is to say of a mail server.

    Args:
        settings: The server, and how it is spoken to.
        seconds: Longest time for the connection and for each answer.
    """
    host, port = settings.server, settings.port or _PORTS[settings.security]
    context = ssl.create_default_context()
    try:
        with _connected(host, port, settings.security, seconds, context) as server:
            server.ehlo_or_helo_if_needed()
            if settings.security == "starttls":
                server.starttls(context=context)
    except (OSError, smtplib.SMTPException) as error:
        return wrong(
            "The mail server {host}:{port} does not answer as it should: {error}",
            hint="Correct [notify.mail] server, port and security in config/yakin.toml, or have the way there opened",
            host=host,
            port=port,
            error=getattr(error, "verify_message", None) or getattr(error, "strerror", None) or error,
        )
    return well("The mail server {host}:{port} answers", host=host, port=port)


def _connected(host: str, port: int, security: str, seconds: float, context: ssl.SSLContext) -> smtplib.SMTP:
    if security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=seconds, context=context)
    return smtplib.SMTP(host, port, timeout=seconds)
