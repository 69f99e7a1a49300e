"""The mail server of the settings: it answers, is not there, or speaks otherwise than the settings say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from tests.unit.doctor.conftest import MakePatient
from tests.unit.test_reach import free_port
from yakin.doctor.mail import mail, mail_server
from yakin.post import MailSettings


@pytest.fixture
def port() -> Iterator[int]:
    """Port of a mail server without TLS."""
    controller = Controller(Sink(), hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller.port
    controller.stop()


def settings(port: int, security: str) -> MailSettings:
    return MailSettings.model_validate(
        {"server": "127.0.0.1", "sender": "yakin@town.example.jp", "port": port, "security": security}
    )


def test_a_server_that_answers_is_well(port: int) -> None:
    assert mail_server(settings(port, "none")).severity == "well"


def test_a_server_without_the_encryption_that_the_settings_want_is_wrong(port: int) -> None:
    found = mail_server(settings(port, "starttls"))
    assert found.severity == "wrong"
    assert "STARTTLS" in str(found.data["error"])


def test_nobody_at_the_address_is_wrong() -> None:
    assert mail_server(settings(free_port(), "none"), seconds=1).severity == "wrong"


def test_without_a_mail_server_nothing_is_wrong(make_patient: MakePatient) -> None:
    assert [one.severity for one in mail(make_patient())] == ["well"]
