"""The project's settings: `config/yakin.toml`, checked. Never a secret."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from functools import reduce
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeAlias, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from yakin.errors import ConfigError
from yakin.expected import expected
from yakin.notify import NotifySection
from yakin.phrases import Phrase
from yakin.zones import is_time_zone, zone_named

FILE = Path("config") / "yakin.toml"
"""Where a project's settings are; the folder that has it is the project's root."""

CALENDARS = Path("config") / "calendars"
"""Where a project's calendars are, a file each."""

NATIONAL = "national"
"""Name of the file in there with the announced national holidays, which is no calendar."""

_NOT_FOR_EXPRESSIONS = {"database", "secrets"}


class _Section(BaseModel):
    """A part of the settings: unknown names are refused, nothing is converted, nothing can be changed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


class SystemSettings(_Section):
    """One web system; besides these, anything a workflow wants to read as `config.systems.NAME.…`."""

    model_config = ConfigDict(extra="allow")

    url: str
    """Address of its first page."""
    zone: Literal["internet", "lgwan", "my-number"] | None = None
    """Network it is in; a workflow of another `network_zone` is refused."""

    @field_validator("url")
    @classmethod
    def _is_on_the_web(cls, url: str) -> str:
        if not re.match(r"https?://[^\s/]", url):
            raise ValueError(Phrase("be an address that begins with http:// or https://"))
        return url


class SecretsSettings(_Section):
    """Where secrets are looked for."""

    sources: list[Literal["environment", "credentials", "file", "keyring"]] = [
        "environment",
        "credentials",
        "file",
        "keyring",
    ]
    """In this order; `credentials` are what systemd hands to a service."""
    file: str = "config/secrets.toml"
    """Relative to the project; only its owner may be able to read it."""


class PracticeSettings(_Section):
    """The practice town hall."""

    systems: list[str] = []
    """Systems that are the practice town hall: it is started with every run that finds nobody at their address."""


class LogSettings(_Section):
    """Run logs."""

    keep_days: Annotated[int, Field(ge=1)] = 90
    """Days after which the log of a run may be deleted."""


def _not_nobody(users: list[str]) -> list[str]:
    if not users or not all(user.strip() for user in users):
        raise ValueError(Phrase("name the users who have the role, at least one"))
    return users


Users: TypeAlias = Annotated[list[str], AfterValidator(_not_nobody)]
"""Names of users, as the journal records them; at least one."""


class WorkerSettings(_Section):
    """A worker on this machine, started by `runner.py work`."""

    systems: list[str] | None = None
    """Systems it works in; all when left out."""
    sessions: Annotated[int, Field(ge=1)] = 1
    """Sessions it holds at once, of all systems together."""


class ServeSettings(_Section):
    """The service, started by `runner.py serve`."""

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    """Address at which it says whether it is well; this machine's alone."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8686
    """Port for that; 0 for any that is free."""


class ExcelSettings(_Section):
    """Workbooks."""

    libreoffice: str | None = None
    """LibreOffice's program `soffice`, which prints workbooks into PDF; looked for when left out."""


class Settings(_Section):
    """Everything `config/yakin.toml` can say."""

    language: Literal["auto", "ja", "en"] = "auto"
    """Language of messages and reports; `auto` follows the system."""
    time_zone: str | None = None
    """Time zone in which days begin and times of day are meant, such as `Asia/Tokyo`; the machine's when left out."""
    operator: Annotated[str, Field(min_length=1)] | None = None
    """Name the journal records as who started a run; the name of the system's user when left out."""
    bots: list[str] = ["bots"]
    """Modules that hold bots."""
    workflows: str = "workflows"
    """Folder of workflow files, relative to the project."""
    data: str = "var"
    """Folder for everything that runs write, relative to the project."""
    database: str | None = None
    """SQLAlchemy URL of the journal, `sqlite:///…` or `postgresql://…`; a file in the data folder when left out."""
    artifacts: str | None = None
    """Where outputs and evidence of runs are kept: a folder, relative to the project, or a URL that all workers reach,
    such as `file:///srv/yakin` or `s3://bucket/yakin`; `runs` in the data folder when left out."""
    systems: Mapping[str, SystemSettings] = {}
    """Web systems by the name workflows use."""
    browser: Mapping[str, Any] = {}
    """Settings of the browser bot, which checks them."""
    excel: ExcelSettings = ExcelSettings()
    """Workbooks."""
    notify: NotifySection = NotifySection()
    """How people are told, who they are, and which news they get when."""
    secrets: SecretsSettings = SecretsSettings()
    """Where secrets are looked for."""
    practice: PracticeSettings = PracticeSettings()
    """The practice town hall."""
    roles: Mapping[str, Users] = {}
    """Role → the users who have it and decide where a workflow says `approve: {by: ROLE}`; without roles, anybody may."""
    worker: WorkerSettings = WorkerSettings()
    """A worker on this machine."""
    serve: ServeSettings = ServeSettings()
    """The service on this machine."""
    logs: LogSettings = LogSettings()
    """Run logs."""

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, name: str | None) -> str | None:
        if name is not None and not is_time_zone(name):
            raise ValueError(Phrase("be the name of a time zone, such as Asia/Tokyo"))
        return name

    @field_validator("database")
    @classmethod
    def _has_no_password(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError(Phrase("be a URL that begins with sqlite:/// or postgresql://"))
        if url is not None and urlsplit(url).password:
            raise ValueError(Phrase("be a URL without a password; keep that in PGPASSWORD or ~/.pgpass"))
        return url

    @field_validator("artifacts")
    @classmethod
    def _is_a_place(cls, place: str | None) -> str | None:
        if place is None:
            return None
        if not place.strip():
            raise ValueError(Phrase("be a folder or a URL; leave it out for `runs` in the data folder"))
        if re.search(r"://[^/?#]*:[^/?#]*@", place):
            raise ValueError(
                Phrase("be a URL without a password; keep that where the library of the store looks for it")
            )
        if re.match(r"(https?|ftp):", place):
            raise ValueError(
                Phrase("be a folder, or the URL of a store that can be written to, such as s3://bucket/yakin")
            )
        if place.startswith("file:") and not re.match(r"file:///[^/]", place):
            raise ValueError(Phrase("be written with three slashes, such as file:///srv/yakin"))
        if form := re.match(r"[a-z][a-z0-9+]+:(?!//)", place):
            raise ValueError(Phrase("have two slashes after {form}", form=form[0]))
        return place

    @property
    def config(self) -> Mapping[str, Any]:
        """The settings as expressions and bots see them, as plain data; without where secrets and the journal are."""
        return MappingProxyType(self.model_dump(exclude=_NOT_FOR_EXPRESSIONS))

    @property
    def zone(self) -> tzinfo:
        """The time zone in which days begin and times of day are meant."""
        return zone_named(self.time_zone)

    def database_url(self, root: Path) -> str:
        """SQLAlchemy URL of the journal's database.

        Args:
            root: The project's folder; a relative SQLite file is relative to it.
        """
        if self.database is None:
            return f"sqlite:///{(root / self.data / 'yakin.sqlite').as_posix()}"
        if self.database.startswith("sqlite:///"):
            return f"sqlite:///{(root / self.database.removeprefix('sqlite:///')).as_posix()}"
        return self.database

    def storage_place(self, root: Path) -> str:
        """Where outputs and evidence of runs are kept: an absolute folder, or a URL.

        Args:
            root: The project's folder; a relative folder is relative to it.
        """
        if self.artifacts is None:
            return str(root / self.data / "runs")
        return self.artifacts if "://" in self.artifacts else str(root / self.artifacts)


def find_root(start: Path) -> Path:
    """The project that a folder belongs to: the nearest one upward with `config/yakin.toml`.

    Raises:
        ConfigError: There is none.
    """
    folder = start.resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / FILE).is_file():
            return candidate
    raise ConfigError(
        "{folder} is in no project: neither it nor a folder above it has {file}",
        hint="Change into the project's folder",
        folder=folder,
        file=FILE.as_posix(),
    )


def load_settings(root: Path) -> Settings:
    """Read and check a project's settings.

    Args:
        root: The project's folder.

    Raises:
        ConfigError: The file cannot be read, or something in it is wrong; says all of it, with file and line.
    """
    path = root / FILE
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("{file} cannot be read as UTF-8 text: {reason}", file=path, reason=error) from error
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        where = f"{path}:{place[1] if place else max(1, len(text.splitlines()))}"
        raise ConfigError(
            "{where}: this is not TOML: {reason}",
            hint="Texts stand in quotes, and so do names with Japanese characters",
            where=where,
            reason=error,
        ) from error
    try:
        return Settings.model_validate(plain)
    except ValidationError as error:
        problems = [_problem(path, text, found) for found in error.errors(include_url=False)]
        # Each line number is known only here; pydantic's own text would say everything twice.
        raise _as_one(problems) from None


def _problem(path: Path, text: str, found: Mapping[str, Any]) -> ConfigError:
    keys = [str(part) for part in found["loc"]]
    line = _line_of(text, keys)
    where = f"{path}:{line}" if line else str(path)
    name = ".".join(keys)
    if found["type"] == "extra_forbidden":
        similar = difflib.get_close_matches(keys[-1], _known_names(keys[:-1]), n=1, cutoff=0.6)
        return ConfigError(
            "{where}: there is no setting {name}",
            hint="Did you mean {other}?" if similar else "There are: {other}",
            where=where,
            name=name,
            other=similar[0] if similar else ", ".join(_known_names(keys[:-1])),
        )
    if found["type"] == "missing":
        return ConfigError("{where}: {name} is missing", where=where, name=name)
    return ConfigError("{where}: {name} should {wanted}", where=where, name=name, wanted=_wanted(found))


def _wanted(found: Mapping[str, Any]) -> str:
    """What a value should do, by a validator of ours or by its type."""
    context = found.get("ctx", {})
    if found["type"] == "value_error":
        words = context["error"].args[0]
        return words if isinstance(words, str) else str(words)
    return Phrase("be {expected}", expected=expected(found["type"], context))


def _as_one(problems: Sequence[ConfigError]) -> ConfigError:
    if len(problems) == 1:
        return problems[0]
    lines = reduce(lambda above, line: Phrase("{above}\n{line}", above=above, line=line), map(_told, problems))
    return ConfigError("The settings have {count} problems:\n{problems}", count=len(problems), problems=lines)


def _told(problem: ConfigError) -> Phrase:
    said = Phrase(problem.template, **problem.data)
    if problem.hint_template is None:
        return said
    return Phrase("{said} ({hint})", said=said, hint=Phrase(problem.hint_template, **problem.data))


def _known_names(section: Sequence[str]) -> list[str]:
    model: type[BaseModel] = Settings
    for key in section:
        kind = model.model_fields[key].annotation if key in model.model_fields else None
        # A section may be left out, or be one of a list or of several with names of their own.
        for part in (kind, *get_args(kind)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                model = part
    return list(model.model_fields)


def _line_of(text: str, keys: Sequence[str]) -> int | None:
    """The line, counted from 1, where a setting, or the nearest section around it, is written."""
    best: tuple[int, int] | None = None
    for number, written in _written_keys(text):
        common = len(written) if list(keys[: len(written)]) == written else 0
        if common and (best is None or common > best[0]):
            best = (common, number)
    return None if best is None else best[1]


def _written_keys(text: str) -> Iterator[tuple[int, list[str]]]:
    section: list[str] = []
    entries: Counter[str] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*(\[+)([^\[\]]+)\]", line):
            section = _split(header[2])
            if header[1] == "[[":
                # One more entry of a list: pydantic counts them from 0.
                section = [*section, str(entries[header[2].strip()])]
                entries[header[2].strip()] += 1
            yield number, section
        elif assigned := re.match(
            r"""\s*((?:[\w\-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w\-]+|"[^"]*"|'[^']*'))*)\s*=""", line
        ):
            yield number, [*section, *_split(assigned[1])]


def _split(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]
