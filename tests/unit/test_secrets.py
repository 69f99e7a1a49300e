from __future__ import annotations

import os
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import NoKeyringError

from yakin.errors import ConfigError
from yakin.secrets import (
    CredentialSource,
    EnvironmentSource,
    FileSource,
    KeyringSource,
    Masker,
    MemorySource,
    Secrets,
    Source,
)
from yakin.values import Secret

posix = pytest.mark.skipif(os.name != "posix", reason="Windows keeps rights in another way")


class FakeKeyring(KeyringBackend):
    """A keyring in memory; without secrets there is no keyring at all."""

    priority = 1

    def __init__(self, secrets: dict[tuple[str, str], str] | None) -> None:
        self.secrets = secrets

    def get_password(self, service: str, username: str) -> str | None:
        if self.secrets is None:
            raise NoKeyringError
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.secrets is None:
            raise NoKeyringError
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


@pytest.fixture
def use_keyring(request: pytest.FixtureRequest) -> Any:
    before = keyring.get_keyring()
    request.addfinalizer(lambda: keyring.set_keyring(before))
    return lambda secrets: keyring.set_keyring(FakeKeyring(secrets))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "secrets.toml"
    path.write_text('portal_password = "from the file"\n"パスワード" = "ひらけごま"\n', encoding="utf-8")
    path.chmod(0o600)
    return path


def test_the_first_source_that_has_a_secret_wins(file: Path) -> None:
    environment = EnvironmentSource({"YAKIN_SECRET_PORTAL_PASSWORD": "from the environment"})
    assert Secrets([environment, FileSource(file)]).get("portal_password") == Secret("from the environment")
    assert Secrets([FileSource(file), environment]).get("portal_password") == Secret("from the file")
    assert Secrets([environment, FileSource(file)]).get("パスワード") == Secret("ひらけごま")


def test_an_empty_environment_variable_is_not_a_secret() -> None:
    assert not Secrets([EnvironmentSource({"YAKIN_SECRET_X": ""})]).has("x")


def test_a_missing_secret_says_where_it_was_looked_for_and_how_to_give_it(tmp_path: Path, use_keyring: Any) -> None:
    use_keyring({})
    path = tmp_path / "none.toml"
    secrets = Secrets([EnvironmentSource({}), FileSource(path), KeyringSource()])
    with pytest.raises(ConfigError) as caught:
        secrets.get("portal_password")
    assert caught.value.message == (
        f"There is no secret portal_password; looked in: the environment, {path}, the keyring of this computer"
    )
    assert caught.value.hint == (
        "Give it in one of these ways: environment variable YAKIN_SECRET_PORTAL_PASSWORD; "
        f'portal_password = "…" in {path}; runner.py secrets set portal_password'
    )
    assert not secrets.has("portal_password")


def test_without_any_source_the_error_is_a_sentence_still() -> None:
    with pytest.raises(ConfigError, match="looked in: -"):
        Secrets([]).get("x")


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620])
def test_a_file_that_others_can_reach_is_refused_with_the_command_that_mends_it(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(ConfigError, match=f"its mode is {mode:o}") as caught:
        Secrets([FileSource(file)]).has("portal_password")
    assert caught.value.hint == f"Close it with: chmod 600 {file}"
    assert stat.S_IMODE(file.stat().st_mode) == mode


@posix
def test_a_file_of_another_user_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    me = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: me + 1)
    with pytest.raises(ConfigError, match="belongs to another user") as caught:
        FileSource(file).find("portal_password")
    assert caught.value.hint == f"Give it to yourself with: chown {me + 1} {file}"


@pytest.mark.parametrize("content", ["password = hunter22", 'x = "hunter22', b"x = '\xff hunter22'"])
def test_a_file_that_is_not_toml_is_told_without_showing_what_is_in_it(file: Path, content: str | bytes) -> None:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigError, match="is not a TOML file") as caught:
        FileSource(file).find("x")
    assert "hunter" not in str(caught.value)


def test_a_secret_in_the_file_that_is_not_a_text_is_told(file: Path) -> None:
    file.write_text("pin = 123456", encoding="utf-8")
    with pytest.raises(ConfigError, match="pin must be a text"):
        FileSource(file).find("pin")


def test_the_keyring_is_asked_under_our_name(use_keyring: Any) -> None:
    use_keyring({("yakin", "portal_password"): "from the keyring"})
    secrets = Secrets([KeyringSource()])
    assert secrets.get("portal_password") == Secret("from the keyring")
    secrets.keep_in_keyring("other", "kept there")
    assert secrets.get("other") == Secret("kept there")


def test_a_computer_without_keyring_simply_has_no_secrets_there(use_keyring: Any) -> None:
    use_keyring(None)
    secrets = Secrets([KeyringSource(), MemorySource({"x": "from memory"})])
    assert secrets.get("x") == Secret("from memory")
    with pytest.raises(ConfigError, match="no keyring") as caught:
        secrets.keep_in_keyring("x", "text")
    assert caught.value.hint == "Use the environment variable YAKIN_SECRET_X instead"


def test_a_secret_too_short_to_be_hidden_is_refused() -> None:
    with pytest.raises(ConfigError, match="shorter than 4 characters") as caught:
        Secrets([MemorySource({"pin": "987"})]).get("pin")
    assert "987" not in str(caught.value)


def test_the_masker_knows_a_secret_before_it_is_handed_out() -> None:
    masker = Masker()
    secrets = Secrets([MemorySource({"a": "hunter22", "b": "other22"})], masker=masker)
    assert secrets.has("a")
    assert masker.mask("hunter22") == "hunter22"
    secrets.get("a")
    assert masker.mask("hunter22 other22") == "*** other22"


def test_another_source_can_be_looked_in_last() -> None:
    masker = Masker()
    secrets = Secrets([MemorySource({"a": "first"})], masker=masker)
    followed = secrets.followed_by(MemorySource({"a": "after", "b": "second"}))
    assert (followed.get("a"), followed.get("b")) == (Secret("first"), Secret("second"))
    assert followed.masker is masker


def test_expressions_see_secrets_by_name() -> None:
    environment = EnvironmentSource({"YAKIN_SECRET_USER": "zeimu01", "PATH": "x"})
    names = Secrets([MemorySource({"user": "memory", "b": "hunter22"}), environment]).names
    assert names["b"] == Secret("hunter22")
    assert "b" in names
    assert "c" not in names
    assert list(names) == ["user", "b"]
    assert len(names) == 2
    with pytest.raises(ConfigError):
        names["c"]
    assert "hunter22" not in repr(names)
    assert "hunter22" not in str(dict(names))


@posix
def test_the_settings_say_where_to_look_and_in_which_order(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YAKIN_SECRET_PORTAL_PASSWORD", "from the environment")
    places = SimpleNamespace(sources=["file", "environment"], file="secrets.toml")
    found = Secrets.of(SimpleNamespace(secrets=places), file.parent)
    assert found.get("portal_password") == Secret("from the file")


def test_every_source_is_one() -> None:
    sources: list[Source] = [MemorySource({}), EnvironmentSource({}), FileSource(Path("none")), KeyringSource()]
    assert [list(source.names()) for source in sources] == [[], [], [], []]


@pytest.fixture
def credentials(tmp_path: Path) -> CredentialSource:
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "portal_password").write_text("夜間の合言葉\n", encoding="utf-8")
    (folder / "scrambled").write_bytes(b"\xff\xfe\x80")
    (tmp_path / "outside").write_text("of somebody else", encoding="utf-8")
    return CredentialSource({"CREDENTIALS_DIRECTORY": str(folder)})


def test_a_service_finds_the_credentials_that_systemd_hands_to_it(credentials: CredentialSource) -> None:
    assert credentials.find("portal_password") == "夜間の合言葉"
    assert credentials.find("mail_password") is None
    assert credentials.names() == ["portal_password", "scrambled"]
    assert "systemd-creds encrypt --name=mail_password" in str(credentials.advice("mail_password"))


@pytest.mark.parametrize("name", ["../outside", "..", "", "."])
def test_no_name_leads_out_of_the_folder_of_credentials(credentials: CredentialSource, name: str) -> None:
    assert credentials.find(name) is None


def test_a_credential_that_is_no_text_is_told_without_showing_it(credentials: CredentialSource) -> None:
    with pytest.raises(ConfigError, match="scrambled of the service is not UTF-8"):
        credentials.find("scrambled")


def test_outside_of_a_service_there_are_no_credentials() -> None:
    nowhere = CredentialSource({})
    assert (nowhere.find("portal_password"), list(nowhere.names()), nowhere.advice("portal_password")) == (
        None,
        [],
        None,
    )
