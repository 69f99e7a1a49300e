"""`[notify]` of the settings: what is wrong is told with its line."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from yakin.errors import ConfigError
from yakin.settings import Settings, load_settings

RECEIVERS = """[notify.receivers]
"情報係" = ["joho@t.jp", "file:便り"]
"""
MORNING = """[[notify.rules]]
to = ["情報係"]
digest = "7:30"
"""


def load(root: Path, text: str) -> Settings:
    (root / "config").mkdir(exist_ok=True)
    (root / "config" / "yakin.toml").write_text(text, encoding="utf-8")
    return load_settings(root)


def test_rules_are_read_and_have_names(tmp_path: Path) -> None:
    alert = '[[notify.rules]]\nname = "至急"\nto = ["a@t.jp", "json://h/x", "file:x"]\nalert = ["late"]\nquiet = "22:00〜06:30"\n'
    rules = load(tmp_path, RECEIVERS + MORNING + alert).notify.named_rules
    assert list(rules) == ["1", "至急"]
    assert (rules["1"].digest_at, rules["1"].quiet_hours, rules["1"].attach_report) == (time(7, 30), None, False)
    assert rules["至急"].quiet_hours == (time(22, 0), time(6, 30))


def test_without_rules_nobody_is_told(tmp_path: Path) -> None:
    assert load(tmp_path, "").notify.named_rules == {}


def test_bots_see_the_settings_as_plain_data(tmp_path: Path) -> None:
    assert load(tmp_path, RECEIVERS).config["notify"]["receivers"] == {"情報係": ["joho@t.jp", "file:便り"]}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            '[[notify.rules]]\nto = ["税務"]\nalert = ["failed"]',
            "7: notify.rules.1.to should name receivers that there are; 税務 is neither among 情報係 nor an address",
            None,
        ),
        ('[[notify.rules]]\nto = ["情報係"]', "6: notify.rules.1 should say when: digest, alert or both", None),
        (
            '[[notify.rules]]\nto = ["情報係"]\nalert = ["fialed"]',
            "8: notify.rules.1.alert.0 should be failed or in_doubt or late or missed or rejected or approval",
            None,
        ),
        (
            '[[notify.rules]]\nto = ["情報係"]\ndigset = "7:30"',
            "8: there is no setting notify.rules.1.digset",
            "Did you mean digest?",
        ),
        (
            '[[notify.rules]]\nto = ["情報係"]\ndigest = "25:00"',
            "8: notify.rules.1.digest should be a time such as 07:30",
            None,
        ),
        (
            '[[notify.rules]]\nto = ["情報係"]\nalert = ["late"]\nquiet = "22-6"',
            "9: notify.rules.1.quiet should be two times such as 22:00-06:30",
            None,
        ),
        (
            '[[notify.rules]]\nto = ["情報係"]\ndigest = "7:30"\nquiet = "22:00-06:30"',
            "6: notify.rules.1 should have alert where it has quiet: a digest comes at its own time",
            None,
        ),
        ('[[notify.rules]]\nto = []\ndigest = "7:30"', "7: notify.rules.1.to should ", None),
        (
            '[[notify.rules]]\nname = "1"\nto = ["情報係"]\ndigest = "7:30"',
            "7: notify.rules.1.name should not be the name of an earlier rule: 1",
            None,
        ),
        (
            '[notify.mail]\nserver = "m"\nsender = "a@t.jp"\nprot = 25',
            "9: there is no setting notify.mail.prot",
            "Did you mean port?",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, message: str, hint: str | None) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, RECEIVERS + MORNING + text)
    assert message in caught.value.message.replace("yakin.toml:", "")
    assert caught.value.message.startswith(f"{tmp_path / 'config' / 'yakin.toml'}:{message}"[:-1])
    if hint is not None:
        assert caught.value.hint == hint
