"""The pages hold together: links lead somewhere, commands exist, nothing is missing, nothing is stale."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from pydantic import BaseModel

from tests.docs.fences import FRAGMENTS, PAGES, REFERENCE, ROOT, fences
from yakin.actions import Registry
from yakin.cli.docs import generated
from yakin.cli.reference.commands import verbs
from yakin.cli.reference.errors import all_errors
from yakin.settings import Settings
from yakin.workflow import model
from yakin.workflow.filters import FILTERS

REGISTRY = Registry.load(["bots"])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"runner\.py((?: +[^ `\n(]+)*)")
LARGEST_PICTURE = 300_000


def prose_of(page: Path) -> str:
    """A page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors_of(page: Path) -> set[str]:
    """What links can name behind `#`, as renderers of Markdown make it from headings."""
    headings = re.findall(r"^#+ (.+)$", prose_of(page), flags=re.MULTILINE)
    plain = (re.sub(r"[`\[\]]|\([^)]*\)", "", heading).strip().lower() for heading in headings)
    return {
        "".join(
            "-" if character == " " else character
            for character in heading
            if character in " -_" or unicodedata.category(character)[0] in "LN"
        )
        for heading in plain
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    broken = []
    for link in LINK.findall(prose_of(page)):
        if "://" in link:
            broken.append(link)
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    known = verbs()
    wrong = []
    for found in COMMAND.findall(page.read_text(encoding="utf-8")):
        words = found.split()
        if not words or words[0].startswith("-"):
            continue
        verb = next((name for name in (" ".join(words[:2]), words[0]) if name in known), None)
        if verb is None:
            wrong.append(found.strip())
            continue
        options = {option for param in known[verb].params for option in (*param.opts, *param.secondary_opts)}
        wrong += [
            word for word in words if word.startswith("--") and word.strip(".,;:。、") not in {*options, "--help"}
        ]
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_fence_says_what_it_is(page: Path) -> None:
    assert {fence.language for fence in fences(page)} <= {"", "yaml", "python", "toml", "console", "cron"}
    assert all(fence.marks <= {"fragment", "mistaken", "complete", "calendar", "map"} for fence in fences(page))


def test_every_page_can_be_found_from_the_index() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "docs" / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        waiting += [(page.parent / link.partition("#")[0]).resolve() for link in LINK.findall(prose_of(page))]
    assert [page.relative_to(ROOT).as_posix() for page in PAGES if page not in reached] == []


def test_the_generated_pages_are_up_to_date() -> None:
    made = generated(ROOT, REGISTRY)
    stale = [path.relative_to(ROOT).as_posix() for path, text in made.items() if _content(path) != text]
    assert stale == [], "run: python3 runner.py docs"


def test_no_page_of_the_reference_is_left_from_something_that_is_gone() -> None:
    made = {path for path in generated(ROOT, REGISTRY) if path.suffix == ".md"}
    assert set(REFERENCE.rglob("*.md")) - made == set()


def test_every_action_is_in_the_reference() -> None:
    for name in REGISTRY.actions:
        assert f"### `{name}`" in _page(f"bots/{name.partition('.')[0]}.md")


def test_every_class_of_error_is_in_the_reference_with_its_code_and_status() -> None:
    page = _page("errors.md")
    for kind in all_errors(REGISTRY):
        assert f"`{kind.__name__}` | `{kind.code}` | {kind.exit_status} |" in page


def test_every_verb_and_option_is_in_the_reference() -> None:
    page = _page("commands.md")
    for name, command in verbs().items():
        section = re.search(rf"^## {name}\n(.*?)(?=^#|\Z)", page, flags=re.MULTILINE | re.DOTALL)
        assert section is not None, name
        assert all(option in section[1] for param in command.params for option in param.opts if option.startswith("-"))


def test_every_setting_is_in_the_reference() -> None:
    page = _page("settings.md")
    assert [name for name in Settings.model_fields if f"`{name}`" not in page and f"[{name}" not in page] == []


def test_every_key_of_a_workflow_is_in_the_reference_with_a_description() -> None:
    page = _page("workflow.md")
    kinds: list[type[BaseModel]] = [model.Workflow, model.SystemDeclaration, model.Trigger, *model.STEP_KINDS.values()]
    for kind in kinds:
        for name, field in kind.model_fields.items():
            row = re.search(rf"^\| `{field.alias or name}` \|.*\| (.*) \|$", page, flags=re.MULTILINE)
            assert row is not None, f"{kind.__name__}.{name}"
            assert row[1].strip(), f"{kind.__name__}.{name}"


def test_every_filter_is_in_the_reference() -> None:
    page = _page("expressions.md")
    assert [name for name in FILTERS if f"| `{name}` |" not in page] == []


def test_the_layers_in_the_architecture_page_are_those_that_are_kept() -> None:
    kept = re.search(r"^layers =\n((?: .*\n)+)", (ROOT / ".importlinter").read_text(encoding="utf-8"), re.MULTILINE)
    assert kept is not None
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    modules = [name.strip(" ()") for line in kept[1].splitlines() for name in line.split("|")]
    there = [name for name in modules if any((ROOT / "yakin").glob(f"{name}*"))]
    assert [name for name in there if f"yakin.{name}" not in page] == []


def test_the_changelog_has_every_fragment() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert FRAGMENTS
    for fragment in FRAGMENTS:
        assert re.fullmatch(r"[\w-]+\.(added|changed|fixed|removed|security)", fragment.stem), fragment.name
        assert fragment.read_text(encoding="utf-8").strip() in changelog, fragment.name


def test_every_decision_has_a_context_a_decision_and_consequences() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    numbers = [path.name[:4] for path in decisions]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    for path in decisions:
        headings = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert headings == ["Context", "Options", "Decision", "Consequences"], path.name


def test_pictures_are_small_enough_to_be_fetched_with_the_page() -> None:
    pictures = list((ROOT / "docs" / "pictures").iterdir())
    assert pictures
    assert [picture.name for picture in pictures if picture.stat().st_size > LARGEST_PICTURE] == []


def _page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
