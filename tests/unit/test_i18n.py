"""The reader's language."""

from __future__ import annotations

import sys

import pytest

from tests import catalogues
from yakin.errors import BusinessError, ErrorInfo
from yakin.i18n import LANGUAGES, preferred_language, translator


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_code_is_translated(language: str) -> None:
    missing = {str(message): places[0] for message, places in catalogues.untranslated(language).items()}
    assert not missing, "translate them in yakin/locale after: python -m tests.catalogues"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_left_of_a_sentence_that_is_gone(language: str) -> None:
    known = {message if isinstance(message, str) else message[0] for message in catalogues.sentences()}
    left = [entry.id for entry in catalogues.read(language) if entry.id]
    assert {one if isinstance(one, str) else one[0] for one in left} <= known


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_read_at_run_time_is_what_was_written_by_people(language: str) -> None:
    compiled = catalogues.compiled(catalogues.read(language))
    assert catalogues.compiled_file(language).read_bytes() == compiled


def test_the_extraction_sees_errors_hints_marks_plurals_and_templates() -> None:
    found = catalogues.sentences()
    assert "{count} problems in the workflow files" in found  # super().__init__ of an error
    assert "Ask whoever wrote it, and correct it at its source" in found  # hint=
    assert "Already there" in found  # mark
    assert ("{n} row", "{n} rows") in found  # t.plural
    assert ("{n} item was registered.", "{n} items were registered.") in found  # mark_plural
    assert "Row by row" in found  # a template
    assert "There is no step {step}" in found  # the second argument of a private class
    assert "Close it with the same quote" in found  # a field called hint
    assert "a whole number" in found  # a phrase


def test_an_error_is_told_in_the_language_of_the_reader_with_its_data() -> None:
    error = BusinessError("{value} is not an amount", value="１２円", hint="Write 0 when it is nothing").info()
    assert translator("ja").error(error) == ("１２円 は金額ではありません", "ない場合は 0 と書いてください")
    assert translator("en").error(error) == ("１２円 is not an amount", "Write 0 when it is nothing")


def test_an_error_without_translation_is_told_as_it_was_raised() -> None:
    error = BusinessError("Never heard of {thing}", thing="it").info()
    assert translator("ja").error(error) == ("Never heard of it", None)


@pytest.mark.parametrize("template", ["{missing} is here", "{", "{0}", "{value.nothing}"])
def test_a_sentence_that_does_not_fit_its_data_is_shown_unfilled(template: str) -> None:
    assert translator("ja").text(template, value="x") == template


def test_data_are_never_read_as_a_template() -> None:
    error = ErrorInfo("business", "BusinessError", "{value} is not an amount", None, {"value": "{value.__class__}"})
    assert translator("en").error(error)[0] == "{value.__class__} is not an amount"


def test_one_and_many_are_told_apart_in_english() -> None:
    t = translator("en")
    assert [t.plural("{n} row", "{n} rows", n) for n in (0, 1, 1200)] == ["0 rows", "1 row", "1,200 rows"]
    assert translator("ja").plural("{n} row", "{n} rows", 1200) == "1,200 行"


def test_a_language_without_catalogue_falls_back_to_english() -> None:
    assert translator("fr").language == "en"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no locale environment")
@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ja_JP"}, "ja"),
        ({}, "en"),
    ],
)
def test_the_language_is_the_one_of_the_persons_system(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], language: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert preferred_language("auto") == language
    assert preferred_language("ja") == "ja"
