"""The real doctor on a new project, as a user calls it."""

from __future__ import annotations

import json

import pytest
from rich.cells import cell_len

from tests.e2e.home import Home


@pytest.mark.browser
def test_a_new_project_is_well_and_told_in_lines_of_80_columns(home: Home) -> None:
    status, printed = home.yakin("doctor")
    wrong = [line for line in printed.splitlines() if line.startswith("✗")]
    # Whoever develops may have newer packages than the lock file.
    assert [line for line in wrong if "packages" not in line] == []
    assert status == bool(wrong)
    assert "✓ browser" in printed
    assert "opens a page" in printed
    assert "漢字" in printed
    assert "✓ settings" in printed
    assert max(map(cell_len, printed.splitlines())) <= 80
    assert not (home.folder / "var").exists()


def test_wrong_settings_fail_with_what_and_where_and_programs_read_it_as_json(home: Home) -> None:
    (home.folder / "config" / "yakin.toml").write_text('langage = "ja"\n', encoding="utf-8")
    status, printed = home.yakin("doctor", "--json", "--only", "settings", "--only", "time-zone")
    told = json.loads(printed)
    assert (status, told["well"]) == (1, False)
    settings, zone = told["checks"]
    assert settings["severity"] == "wrong"
    assert "yakin.toml:1: there is no setting langage" in settings["found"][0]["message"]
    assert zone["name"] == "time-zone"


def test_the_list_of_secrets_has_those_that_are_missing(home: Home) -> None:
    settings = home.folder / "config" / "yakin.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('systems = ["portal"]', "systems = []"), "utf-8")
    status, printed = home.yakin("secrets", "list")
    assert status == 0
    assert "portal_password  missing" in printed
