"""Every example of the documentation is what it says: workflows are checked, Python runs, settings are settings."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bots.excel.forms.mapfile import read_map
from tests.docs.fences import PAGES, ROOT, Fence, all_fences, completed, fences
from yakin.actions import Registry
from yakin.i18n import translator
from yakin.reports.problems import render_text
from yakin.schedule.calendars import load_calendars
from yakin.settings import CALENDARS, load_settings
from yakin.workflow.check import check_text

REGISTRY = Registry.load(["bots"])
CONFIG = load_settings(ROOT).config
WORKFLOWS = {path.stem: path for path in (ROOT / "workflows").glob("*.yaml")}


WORKFLOW_FENCES = [fence for fence in all_fences("yaml") if not fence.marks & {"mistaken", "calendar", "map"}]


def problems_of(text: str, name: str = "example.yaml", language: str = "en") -> str:
    """What `check` says of a workflow; empty when nothing is wrong."""
    _, problems = check_text(
        name, text, registry=REGISTRY, config=CONFIG, has_secret=lambda name: True, workflows=WORKFLOWS
    )
    return render_text(problems, translator(language), colour=False, width=80) if problems else ""


@pytest.mark.parametrize("fence", WORKFLOW_FENCES, ids=str)
def test_every_workflow_in_the_documentation_passes_the_check(fence: Fence) -> None:
    whole = completed(fence.text)
    assert problems_of(whole) == "", whole


@pytest.mark.parametrize("fence", [fence for fence in all_fences("yaml") if "calendar" in fence.marks], ids=str)
def test_every_calendar_in_the_documentation_is_one(fence: Fence, tmp_path: Path) -> None:
    (tmp_path / CALENDARS).mkdir(parents=True)
    (tmp_path / CALENDARS / "example.yaml").write_text(fence.text, encoding="utf-8")
    assert load_calendars(tmp_path, date(2026, 3, 1))["example"].closed


@pytest.mark.parametrize("fence", [fence for fence in all_fences("yaml") if "map" in fence.marks], ids=str)
def test_every_map_of_a_form_in_the_documentation_is_one(fence: Fence, tmp_path: Path) -> None:
    (tmp_path / "form.yaml").write_text(fence.text, encoding="utf-8")
    assert read_map(tmp_path / "form.yaml").fields


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_the_parts_of_the_workflow_in_the_readme_make_one_workflow(name: str) -> None:
    parts = [fence.text for fence in fences(ROOT / name) if "fragment" in fence.marks]
    assert problems_of("".join(parts)) == ""


@pytest.mark.parametrize("name", ["README.md", "docs/tutorial.md"])
def test_both_languages_show_the_same_workflows(name: str) -> None:
    english, japanese = ROOT / name, ROOT / name.replace(".md", ".ja.md")
    assert [fence.text for fence in fences(japanese) if fence.language == "yaml"] == [
        fence.text for fence in fences(english) if fence.language == "yaml"
    ]


def test_a_workflow_with_a_mistake_does_not_pass() -> None:
    assert "Did you mean excel.read_rows?" in problems_of(completed("- {id: read, uses: excel.read_row}\n"))


@pytest.mark.parametrize("page", [page for page in PAGES if "```python" in page.read_text(encoding="utf-8")], ids=str)
def test_the_python_of_a_page_runs_from_top_to_bottom(page: Path) -> None:
    names: dict[str, object] = {"__name__": "example"}
    for fence in fences(page):
        if fence.language == "python":
            padded = "\n" * (fence.line - 1) + fence.text
            exec(compile(padded, str(page), "exec"), names)


@pytest.mark.parametrize("fence", all_fences("toml"), ids=str)
def test_settings_in_the_documentation_are_settings(fence: Fence, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "yakin.toml").write_text(fence.text, encoding="utf-8")
    assert load_settings(tmp_path).config


@pytest.fixture
def stages() -> dict[str, str]:
    """The file of the tutorial as it grows."""
    first, *rest = (fence for fence in fences(ROOT / "docs" / "tutorial.md") if fence.language == "yaml")
    systems, entry, probe, back, complete = (fence.text for fence in rest)
    begun = first.text.replace("steps:\n", f"{systems}\nsteps:\n")
    mistaken = f"{begun}\n{entry}"
    mended = (
        mistaken.replace(".reed.", ".read.").replace("browser.fil\n", "browser.fill\n").replace("warek ", "wareki ")
    )
    probed = mended.replace("    in: portal\n", f"    in: portal\n{probe}")
    return {
        "first": first.text,
        "begun": begun,
        "mistaken": mistaken,
        "mended": mended,
        "grown": f"{probed}\n{back}",
        "complete": complete,
    }


def test_the_tutorial_grows_into_the_file_at_its_end(stages: dict[str, str]) -> None:
    assert stages["grown"] == stages["complete"]


@pytest.mark.parametrize("stage", ["first", "begun", "mended", "complete"])
def test_every_stage_of_the_tutorial_can_be_run(stages: dict[str, str], stage: str) -> None:
    assert problems_of(stages[stage]) == ""


@pytest.mark.parametrize(("page", "language"), [("tutorial.md", "en"), ("tutorial.ja.md", "ja")])
def test_the_mistakes_of_the_tutorial_are_told_as_it_shows(stages: dict[str, str], page: str, language: str) -> None:
    shown = next(fence.text for fence in fences(ROOT / "docs" / page) if "runner.py check" in fence.text)
    told = problems_of(stages["mistaken"], "workflows/renshu.yaml", language)
    assert shown.partition("\n")[2].strip() == told.strip()
