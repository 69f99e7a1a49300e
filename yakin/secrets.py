"""Secrets: where they are found, and how they are kept out of everything that is written.

A secret is never in the project's files but one that only its owner can read. Whatever hands a secret out teaches it to
the masker first, so that no text written from then on shows it.
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from yakin.errors import ConfigError
from yakin.masker import SHORTEST, Masker
from yakin.values import Secret

KEYRING_SERVICE = "yakin"
"""Under this name secrets are kept in the keyring of the operating system."""


class Source(Protocol):
    """A place where secrets are kept.

    Attributes:
        label: What the place is called, within a sentence.
    """

    label: str

    def find(self, name: str) -> str | None:
        """The secret's text; None when it is not there.

        Raises:
            ConfigError: The place must not be used as it is.
        """
        ...

    def names(self) -> Iterable[str]:
        """Names of the secrets there, as far as the place can list them."""
        ...

    def advice(self, name: str) -> str | None:
        """How a person puts a secret there, in a few words; None when a person cannot."""
        ...


class MemorySource:
    """Secrets that only this process knows, such as the password of a practice system.

    Args:
        secrets: Name → text.
    """

    label = "this process"

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = dict(secrets)

    def find(self, name: str) -> str | None:
        """The secret's text; None when it is not there."""
        return self._secrets.get(name)

    def names(self) -> Iterable[str]:
        """All names."""
        return tuple(self._secrets)

    def advice(self, name: str) -> str | None:
        """None: a person cannot put anything here."""
        return None


class EnvironmentSource:
    """Environment variables: the secret `portal_password` is `YAKIN_SECRET_PORTAL_PASSWORD`.

    Args:
        environ: Instead of the environment of this process.
    """

    label = "the environment"
    prefix = "YAKIN_SECRET_"

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ

    def find(self, name: str) -> str | None:
        """The secret's text; None when it is not set or empty."""
        return self._environ.get(self.prefix + name.upper()) or None

    def names(self) -> Iterable[str]:
        """All names, in lower case."""
        return tuple(name.removeprefix(self.prefix).lower() for name in self._environ if name.startswith(self.prefix))

    def advice(self, name: str) -> str | None:
        """Which variable to set."""
        return f"environment variable {self.prefix}{name.upper()}"


class CredentialSource:
    """What systemd hands to a service: one file for each secret, which only the service can read.

    See systemd.exec(5), `LoadCredentialEncrypted=`. Outside of such a service there is nothing here.

    Args:
        environ: Instead of the environment of this process.
    """

    label = "the credentials of the service"
    variable = "CREDENTIALS_DIRECTORY"

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        folder = (os.environ if environ is None else environ).get(self.variable)
        self._folder = Path(folder) if folder else None

    def find(self, name: str) -> str | None:
        """The secret's text, without the end of its last line; None when the service was given none.

        Raises:
            ConfigError: The file is not UTF-8 text.
        """
        path = None if self._folder is None else self._folder / name
        # A name that leads out of the folder is no name of a credential.
        if path is None or path.parent != self._folder or not path.is_file():
            return None
        try:
            return path.read_text(encoding="utf-8").rstrip("\r\n") or None
        except UnicodeDecodeError:
            raise ConfigError("The credential {name} of the service is not UTF-8 text", name=name) from None

    def names(self) -> Iterable[str]:
        """All names."""
        return () if self._folder is None else sorted(path.name for path in self._folder.iterdir() if path.is_file())

    def advice(self, name: str) -> str | None:
        """The command that encrypts it for this machine; None outside of a service."""
        if self._folder is None:
            return None
        return f"systemd-creds encrypt --name={name} - /etc/credstore.encrypted/{name}, and name it in the unit"


class FileSource:
    """A TOML file of `name = "text"` that only its owner can read.

    Args:
        path: The file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.label = str(path)
        self._path = path
        self._secrets: Mapping[str, str] | None = None

    def find(self, name: str) -> str | None:
        """The secret's text; None when it is not there.

        Raises:
            ConfigError: Others can read the file, or it is not what it should be.
        """
        return self._read().get(name)

    def names(self) -> Iterable[str]:
        """All names.

        Raises:
            ConfigError: See `find`.
        """
        return tuple(self._read())

    def advice(self, name: str) -> str | None:
        """What to write into the file."""
        key = name if name.isascii() else f'"{name}"'
        return f'{key} = "…" in {self._path}'

    def _read(self) -> Mapping[str, str]:
        if self._secrets is None:
            self._secrets = self._load() if self._path.exists() else {}
        return self._secrets

    def _load(self) -> Mapping[str, str]:
        if os.name == "posix":
            _refuse_if_others_can_read(self._path)
        try:
            secrets = tomllib.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            # The parser's own words could quote the file.
            raise ConfigError(
                "{path} is not a TOML file that can be read",
                hint='Each line is name = "text"; a name with Japanese characters stands in quotes too',
                path=self._path,
            ) from None
        for name, text in secrets.items():
            if not isinstance(text, str):
                raise ConfigError("{path}: {name} must be a text in quotes", path=self._path, name=name)
        return secrets


class KeyringSource:
    """The keyring of the operating system: Windows Credential Manager, macOS Keychain, Secret Service."""

    label = "the keyring of this computer"

    def find(self, name: str) -> str | None:
        """The secret's text; None when it is not there or this computer has no keyring."""
        import keyring
        from keyring.errors import KeyringError

        try:
            return keyring.get_password(KEYRING_SERVICE, name)
        except KeyringError:
            return None

    def names(self) -> Iterable[str]:
        """Nothing: keyrings do not list what they hold."""
        return ()

    def advice(self, name: str) -> str | None:
        """The command that puts it there."""
        return f"runner.py secrets set {name}"

    def keep(self, name: str, text: str) -> None:
        """Put a secret into the keyring.

        Raises:
            ConfigError: This computer has no keyring that can be used.
        """
        import keyring
        from keyring.errors import KeyringError

        try:
            keyring.set_password(KEYRING_SERVICE, name, text)
        except KeyringError as error:
            raise ConfigError(
                "This computer has no keyring that can be used",
                hint="Use the {other} instead",
                other=EnvironmentSource().advice(name),
            ) from error


class Places(Protocol):
    """What the settings say about secrets: the sources to look in, in order, and the file among them."""

    @property
    def sources(self) -> Sequence[str]:
        """Of `environment`, `credentials`, `file`, `keyring`."""
        ...

    @property
    def file(self) -> str:
        """The file, relative to the project."""
        ...


class HasPlaces(Protocol):
    """The settings of a project, as far as they are about secrets."""

    @property
    def secrets(self) -> Places:
        """Where to look."""
        ...


class Secrets:
    """Hands out secrets by name; the first source that has one wins.

    Args:
        sources: Where to look, in order.
        masker: Learns each secret before it is handed out.
    """

    def __init__(self, sources: Iterable[Source], *, masker: Masker | None = None) -> None:
        self.sources = tuple(sources)
        self.masker = masker or Masker()

    @classmethod
    def of(cls, settings: HasPlaces, root: Path, *, masker: Masker | None = None) -> Secrets:
        """The secrets of a project.

        Args:
            settings: Its settings.
            root: Its folder.
            masker: Learns each secret before it is handed out.
        """
        known: Mapping[str, Source] = {
            "environment": EnvironmentSource(),
            "credentials": CredentialSource(),
            "file": FileSource(root / settings.secrets.file),
            "keyring": KeyringSource(),
        }
        return cls([known[name] for name in settings.secrets.sources], masker=masker)

    def followed_by(self, source: Source) -> Secrets:
        """The same, with another source to look in last."""
        return Secrets([*self.sources, source], masker=self.masker)

    def get(self, name: str) -> Secret:
        """A secret; the masker knows it from now on.

        Raises:
            ConfigError: No source has it, it is too short to be hidden, or a source must not be used as it is.
        """
        for source in self.sources:
            text = source.find(name)
            if text is not None:
                if len(text) < SHORTEST:
                    raise ConfigError(
                        "The secret {name} in {source} is shorter than {shortest} characters: it could not be hidden",
                        hint="Choose a longer one",
                        name=name,
                        source=source.label,
                        shortest=SHORTEST,
                    )
                self.masker.learn(text)
                return Secret(text)
        advice = [advised for source in self.sources if (advised := source.advice(name))]
        raise ConfigError(
            "There is no secret {name}; looked in: {sources}",
            hint="Give it in one of these ways: {advice}" if advice else None,
            name=name,
            sources=", ".join(source.label for source in self.sources) or "-",
            advice="; ".join(advice),
        )

    def has(self, name: str) -> bool:
        """Whether some source has the secret; nothing is handed out."""
        return any(source.find(name) is not None for source in self.sources)

    @property
    def names(self) -> Mapping[str, Secret]:
        """Name → secret, for expressions: each is looked for when it is asked for."""
        return _ByName(self)

    def keep_in_keyring(self, name: str, text: str) -> None:
        """Put a secret into the keyring of this computer.

        Raises:
            ConfigError: There is no keyring that can be used.
        """
        KeyringSource().keep(name, text)


class _ByName(Mapping[str, Secret]):
    """Secrets as expressions see them. Iterating gives the names that sources can list."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def __getitem__(self, name: str) -> Secret:
        return self._secrets.get(name)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._secrets.has(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for source in self._secrets.sources for name in source.names()))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        # A mapping's own text would hand out every secret.
        return f"<secrets {', '.join(self)}>"


def _refuse_if_others_can_read(path: Path) -> None:
    found = path.stat()
    if found.st_uid != os.getuid():
        raise ConfigError(
            "{path} belongs to another user: secrets in it cannot be trusted",
            hint="Give it to yourself with: chown {user} {path}",
            path=path,
            user=os.getuid(),
        )
    if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(
            "{path} can be read by others: its mode is {mode}, it must be 600",
            hint="Close it with: chmod 600 {path}",
            path=path,
            mode=f"{stat.S_IMODE(found.st_mode):o}",
        )


__all__ = [
    "CredentialSource",
    "EnvironmentSource",
    "FileSource",
    "KeyringSource",
    "Masker",
    "MemorySource",
    "Secrets",
    "Source",
]
