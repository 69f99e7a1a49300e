"""What the practice system keeps: one SQLite file, readable while the system runs in another process."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from yakin.practice.form import FIELDS

JST = timezone(timedelta(hours=9), "JST")

_COLUMNS = tuple(field.name for field in FIELDS)
_LABELS = {
    "toroku_no": "登録番号",
    **{field.name: field.label for field in FIELDS},
    "toroku_nichiji": "登録日時",
}

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS declarations (
    id INTEGER PRIMARY KEY,
    toroku_no TEXT NOT NULL UNIQUE,
    {", ".join(f"{name} NOT NULL" for name in _COLUMNS)},
    toroku_nichiji TEXT NOT NULL,
    torikeshi_nichiji TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS one_declaration_each ON declarations (uketsuke_no) WHERE torikeshi_nichiji IS NULL;
CREATE TABLE IF NOT EXISTS registration_attempts (
    id INTEGER PRIMARY KEY, uketsuke_no TEXT NOT NULL, outcome TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS attempts_are_kept BEFORE DELETE ON registration_attempts
BEGIN SELECT RAISE(ABORT, 'registration_attempts only grows'); END;
CREATE TRIGGER IF NOT EXISTS attempts_are_not_edited BEFORE UPDATE ON registration_attempts
BEGIN SELECT RAISE(ABORT, 'registration_attempts only grows'); END;
CREATE TABLE IF NOT EXISTS attachments (
    id INTEGER PRIMARY KEY, uketsuke_no TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,
    sha256 TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS sessions (token TEXT PRIMARY KEY, user TEXT NOT NULL, last_seen REAL NOT NULL);
"""

_DROP = "".join(
    f"DROP TABLE IF EXISTS {table};" for table in ("declarations", "registration_attempts", "attachments", "sessions")
)


@dataclass(frozen=True, slots=True)
class Registration:
    """What came of a try to register.

    Attributes:
        toroku_no: The registration number, of the declaration that was there before if there was one.
        is_new: False when the 受付番号 was registered already, so that nothing was added.
    """

    toroku_no: str
    is_new: bool


class Store:
    """The declarations, the attempts to register them, the attachments and the sessions.

    Any number of stores, in any number of threads and processes, may be open on one file. What was written survives
    the death of the process.

    Args:
        path: The SQLite file; made, with its folder, when it is not there.
        now: The time of day; registrations are stamped with it.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] | None = None) -> None:
        self.path = path
        self._now = now or (lambda: datetime.now(JST))
        self._lock = threading.RLock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def reset(self) -> None:
        """Forget everything, the attempts and the sessions too."""
        with self._lock:
            self._connection.executescript(f"BEGIN IMMEDIATE; {_DROP} {_SCHEMA} COMMIT;")

    def seed(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Register declarations beforehand; one whose 受付番号 is registered already is passed over.

        Args:
            rows: Declarations by label (受付番号, 氏名, …); fields left out are empty.
        """
        for row in rows:
            values = {field.name: row.get(field.label, "") for field in FIELDS}
            with self._writing():
                self._add(values)

    @property
    def labels(self) -> tuple[str, ...]:
        """The columns of `registered`, in order."""
        return tuple(_LABELS.values())

    def registered(self) -> list[dict[str, Any]]:
        """The declarations that count, in the order they were registered.

        Returns:
            By label: 登録番号, the fields of the form, 登録日時. Dates are ISO text, amounts in yen and numbers integers,
            障害者控除 is 1 or 0, an empty field is "".
        """
        rows = self.rows("SELECT * FROM declarations WHERE torikeshi_nichiji IS NULL ORDER BY id")
        return [{label: row[name] for name, label in _LABELS.items()} for row in rows]

    def attempts(self) -> list[dict[str, str]]:
        """Every request to register, in order of arrival.

        Returns:
            受付番号, outcome, at (ISO time). The outcome is `registered`, `duplicate`, `refused` (a rule of the form),
            `signed-out`, `error` or `down`.
        """
        rows = self.rows("SELECT * FROM registration_attempts ORDER BY id")
        return [{"受付番号": row["uketsuke_no"], "outcome": row["outcome"], "at": row["at"]} for row in rows]

    def register(self, values: Mapping[str, Any]) -> Registration:
        """Register a declaration unless its 受付番号 is there, and count the attempt, both or neither.

        Args:
            values: A checked declaration, by name of the field.
        """
        with self._writing():
            registration = self._add(values)
            self.count_attempt(str(values["uketsuke_no"]), "registered" if registration.is_new else "duplicate")
        return registration

    def count_attempt(self, uketsuke_no: str, outcome: str) -> None:
        """Note that somebody asked to register this 受付番号."""
        self.write(
            "INSERT INTO registration_attempts (uketsuke_no, outcome, at) VALUES (?, ?, ?)",
            (uketsuke_no, outcome, self._timestamp()),
        )

    def number_of(self, uketsuke_no: str) -> str | None:
        """The 登録番号 under which a 受付番号 is registered; None when it is not."""
        rows = self.rows(
            "SELECT toroku_no FROM declarations WHERE uketsuke_no = ? AND torikeshi_nichiji IS NULL", (uketsuke_no,)
        )
        return rows[0]["toroku_no"] if rows else None

    def declaration(self, toroku_no: str) -> sqlite3.Row | None:
        """One declaration, cancelled or not, by name of the field; None when there is none of that number."""
        rows = self.rows("SELECT * FROM declarations WHERE toroku_no = ?", (toroku_no,))
        return rows[0] if rows else None

    def search(self, query: str) -> list[sqlite3.Row]:
        """Declarations of exactly this 受付番号 or 登録番号, or whose name or フリガナ contains the text."""
        part = "%" + "".join(query.split()).replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
        return self.rows(
            r"""SELECT * FROM declarations WHERE torikeshi_nichiji IS NULL AND (uketsuke_no = ?1 OR toroku_no = ?1
                OR replace(replace(shimei, '　', ''), ' ', '') LIKE ?2 ESCAPE '\'
                OR replace(replace(furigana, '　', ''), ' ', '') LIKE ?2 ESCAPE '\') ORDER BY id LIMIT 200""",
            (query, part),
        )

    def page(self, number: int, size: int) -> list[sqlite3.Row]:
        """One page of all declarations, cancelled ones too; pages count from 1."""
        return self.rows("SELECT * FROM declarations ORDER BY id LIMIT ? OFFSET ?", (size, (number - 1) * size))

    def count(self) -> int:
        """How many declarations there are, cancelled ones too."""
        return int(self.rows("SELECT count(*) AS n FROM declarations")[0]["n"])

    def cancel(self, toroku_no: str) -> None:
        """Cancel a declaration; its 受付番号 may be registered again."""
        self.write(
            "UPDATE declarations SET torikeshi_nichiji = ? WHERE toroku_no = ? AND torikeshi_nichiji IS NULL",
            (self._timestamp(), toroku_no),
        )

    def attach(self, uketsuke_no: str, name: str, size: int, sha256: str) -> None:
        """Note an uploaded file: its name, its size in bytes and the SHA-256 of its content in hex."""
        self.write(
            "INSERT INTO attachments (uketsuke_no, name, size, sha256, at) VALUES (?, ?, ?, ?, ?)",
            (uketsuke_no, name, size, sha256, self._timestamp()),
        )

    def attachments(self) -> list[sqlite3.Row]:
        """The uploaded files, the latest first: uketsuke_no, name, size, sha256, at."""
        return self.rows("SELECT * FROM attachments ORDER BY id DESC")

    def rows(self, query: str, parameters: tuple[object, ...] = ()) -> list[sqlite3.Row]:
        """Ask the database."""
        with self._lock:
            return self._connection.execute(query, parameters).fetchall()

    def write(self, statement: str, parameters: tuple[object, ...] = ()) -> None:
        """Change the database by one statement, within the transaction that is open, if one is."""
        with self._lock:
            self._connection.execute(statement, parameters)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _add(self, values: Mapping[str, Any]) -> Registration:
        existing = self.number_of(str(values["uketsuke_no"]))
        if existing is not None:
            return Registration(existing, is_new=False)
        toroku_no = self._next_number()
        names = ("toroku_no", *_COLUMNS, "toroku_nichiji")
        row = (toroku_no, *(values[name] for name in _COLUMNS), self._timestamp())
        marks = ", ".join("?" * len(names))
        self._connection.execute(f"INSERT INTO declarations ({', '.join(names)}) VALUES ({marks})", row)  # noqa: S608 - our names
        return Registration(toroku_no, is_new=True)

    def _next_number(self) -> str:
        """The next 登録番号: the fiscal year (from April) by era, then a number that begins at 1 in each."""
        today = self._now()
        prefix = f"R{today.year - (today.month < 4) - 2018:02d}-"
        last = self.rows("SELECT max(toroku_no) AS last FROM declarations WHERE toroku_no LIKE ?", (prefix + "%",))
        number = int(last[0]["last"].removeprefix(prefix)) if last[0]["last"] else 0
        return f"{prefix}{number + 1:06d}"

    def _timestamp(self) -> str:
        return self._now().isoformat(timespec="seconds")
