from __future__ import annotations

from pathlib import Path

import pytest
from tzlocal import get_localzone

from yakin.errors import ConfigError
from yakin.settings import Settings, find_root, load_settings


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    return tmp_path


def write(root: Path, text: str) -> Path:
    file = root / "config" / "yakin.toml"
    file.write_text(text, encoding="utf-8")
    return file


def refused(root: Path, text: str) -> ConfigError:
    write(root, text)
    with pytest.raises(ConfigError) as caught:
        load_settings(root)
    return caught.value


def test_an_empty_file_means_everything_usual(root: Path) -> None:
    write(root, "")
    settings = load_settings(root)
    assert settings == Settings()
    assert (settings.language, settings.bots, settings.workflows, settings.data) == (
        "auto",
        ["bots"],
        "workflows",
        "var",
    )
    assert settings.secrets.sources == ["environment", "credentials", "file", "keyring"]
    assert settings.logs.keep_days == 90
    assert settings.operator is None
    assert settings.roles == {}
    assert (settings.worker.systems, settings.worker.sessions) == (None, 1)


def test_what_is_written_is_read_and_seen_by_expressions(root: Path) -> None:
    write(
        root,
        """
        language = "ja"
        operator = "税務課"
        [systems.portal]
        url = "https://portal.lgwan.example.jp/"
        zone = "lgwan"
        office = "131016"
        [browser]
        headless = false
        """,
    )
    settings = load_settings(root)
    assert settings.operator == "税務課"
    assert settings.config["systems"]["portal"] == {
        "url": "https://portal.lgwan.example.jp/",
        "zone": "lgwan",
        "office": "131016",
    }
    assert settings.config["browser"] == {"headless": False}


def test_expressions_see_neither_the_database_nor_where_secrets_are(root: Path) -> None:
    write(root, 'database = "postgresql://yakin@db/yakin"')
    assert not {"database", "secrets"} & set(load_settings(root).config)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().data = "elsewhere"  # type: ignore[misc]
    with pytest.raises(TypeError):
        Settings().config["data"] = "elsewhere"  # type: ignore[index]


def test_the_journal_is_a_file_in_the_data_folder_unless_something_else_is_said() -> None:
    root = Path("/town")
    assert Settings().database_url(root) == "sqlite:////town/var/yakin.sqlite"
    assert Settings(data="d").database_url(root) == "sqlite:////town/d/yakin.sqlite"
    assert Settings(database="sqlite:///j.sqlite").database_url(root) == "sqlite:////town/j.sqlite"
    assert Settings(database="sqlite:////x/j.sqlite").database_url(root) == "sqlite:////x/j.sqlite"
    assert Settings(database="postgresql://db/y").database_url(root) == "postgresql://db/y"


def test_outputs_and_evidence_are_kept_in_the_data_folder_unless_something_else_is_said() -> None:
    root = Path("/town")
    assert Path(Settings().storage_place(root)) == root / "var" / "runs"
    assert Path(Settings(data="d").storage_place(root)) == root / "d" / "runs"
    assert Path(Settings(artifacts="証跡").storage_place(root)) == root / "証跡"
    assert Path(Settings(artifacts="/srv/yakin").storage_place(root)) == Path("/srv/yakin")
    for url in ("s3://bucket/yakin", "file:///srv/yakin", "memory://town"):
        assert Settings(artifacts=url).storage_place(root) == url


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("langage = 'ja'", "1: there is no setting langage", "Did you mean language?"),
        ("\n[secrets]\nfiles = 'x'", "3: there is no setting secrets.files", "Did you mean file?"),
        ("[logs]\nzzz = 1", "2: there is no setting logs.zzz", "There are: keep_days"),
        ("[brwser]\nheadless = true", "1: there is no setting brwser", "Did you mean browser?"),
        ("language = 'de'", "1: language should be auto or ja or en", None),
        ("bots = 'bots'", "1: bots should be a list", None),
        (
            "artifacts = ' '",
            "1: artifacts should be a folder or a URL; leave it out for `runs` in the data folder",
            None,
        ),
        (
            "artifacts = 's3://key:geheim@store/x'",
            "1: artifacts should be a URL without a password; keep that where the library of the store looks for it",
            None,
        ),
        (
            "artifacts = 'https://store.example.jp/x'",
            "1: artifacts should be a folder, or the URL of a store that can be written to, such as s3://bucket/yakin",
            None,
        ),
        (
            "artifacts = 'file://srv/yakin'",
            "1: artifacts should be written with three slashes, such as file:///srv/yakin",
            None,
        ),
        ("artifacts = 's3:bucket/yakin'", "1: artifacts should have two slashes after s3:", None),
        ("[logs]\n# often\nkeep_days = '90'", "3: logs.keep_days should be a whole number", None),
        ("[logs]\nkeep_days = 0", "2: logs.keep_days should be at least 1", None),
        ('[roles]\n"課長" = ["sato"]\n"係長" = []', "3: roles.係長 should name the users who have the role", None),
        ("[worker]\nsessions = 0", "2: worker.sessions should be at least 1", None),
        ("logs.keep_days = true", "1: logs.keep_days should be a whole number", None),
        ("[systems.portal]\nzone = 'lgwan'", "1: systems.portal.url is missing", None),
        (
            "[systems]\nportal = {url = 'http://x', zone = 'moon'}",
            "2: systems.portal.zone should be internet or lgwan or my-number",
            None,
        ),
        (
            "[systems.\"住 民\"]\nurl = 'ftp://x'",
            "2: systems.住 民.url should be an address that begins with http:// or https://",
            None,
        ),
        ("database = 'mysql://x'", "1: database should be a URL that begins with sqlite:/// or postgresql://", None),
        (
            "database = 'postgresql://y:hunter22@db/y'",
            "1: database should be a URL without a password; keep that in PGPASSWORD or ~/.pgpass",
            None,
        ),
        ("language = ", "1: this is not TOML", "Texts stand in quotes, and so do names with Japanese characters"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(root: Path, text: str, message: str, hint: str | None) -> None:
    error = refused(root, text)
    assert error.message.startswith(f"{root / 'config' / 'yakin.toml'}:{message}")
    assert error.hint == hint
    assert "hunter22" not in str(error)
    assert error.exit_status == 2


def test_everything_that_is_wrong_is_told_at_once(root: Path) -> None:
    error = refused(root, "langage = 'ja'\ndata = 1\n")
    file = root / "config" / "yakin.toml"
    assert error.message.splitlines() == [
        "The settings have 2 problems:",
        f"{file}:2: data should be a text",
        f"{file}:1: there is no setting langage (Did you mean language?)",
    ]


def test_a_file_that_is_not_utf_8_is_told(root: Path) -> None:
    write(root, "").write_bytes("operator = '税務課'".encode("cp932"))
    with pytest.raises(ConfigError, match="cannot be read as UTF-8 text"):
        load_settings(root)


@pytest.mark.parametrize("name", ["Asia/Tokio", "JST", "", "../passwd", "Asia"])
def test_a_time_zone_that_is_not_there_is_refused(root: Path, name: str) -> None:
    error = refused(root, f'time_zone = "{name}"')
    assert "time_zone should be the name of a time zone, such as Asia/Tokyo" in error.message


def test_times_are_meant_in_the_zone_of_the_settings_or_of_the_machine(root: Path) -> None:
    write(root, 'time_zone = "Asia/Tokyo"')
    assert str(load_settings(root).zone) == "Asia/Tokyo"
    assert str(Settings().zone) == str(get_localzone())


def test_a_byte_order_mark_of_notepad_is_no_problem(root: Path) -> None:
    write(root, "").write_bytes(b"\xef\xbb\xbf" + "operator = '税務課'".encode())
    assert load_settings(root).operator == "税務課"


def test_a_folder_without_settings_is_told(root: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(root)


def test_the_root_is_the_nearest_folder_upward_that_has_settings(root: Path) -> None:
    write(root, "")
    inner = root / "workflows" / "deep"
    inner.mkdir(parents=True)
    assert find_root(inner) == root.resolve()
    assert find_root(root) == root.resolve()


def test_outside_a_project_there_is_no_root(root: Path) -> None:
    with pytest.raises(ConfigError, match=r"is in no project: neither it nor a folder above it has config/yakin\.toml"):
        find_root(root)


def test_the_settings_of_this_project_are_right() -> None:
    settings = load_settings(find_root(Path(__file__).parent))
    assert settings.config["systems"]["portal"]["url"] == "http://127.0.0.1:8765/"
