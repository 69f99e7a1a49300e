"""Words of ours inside a sentence."""

from __future__ import annotations

import json

from yakin.errors import BusinessError, ErrorInfo
from yakin.i18n import translator
from yakin.phrases import Phrase, either

JAPANESE = translator("ja")


def test_a_phrase_is_the_english_text_wherever_a_text_is_wanted() -> None:
    limit = Phrase("at least {ge}", ge=3)
    assert limit == "at least 3"
    assert {limit} & {"at least 3"}
    assert f"{limit}, please" == "at least 3, please"
    assert json.dumps(limit) == '"at least 3"'


def test_a_phrase_is_said_in_the_language_of_the_sentence_around_it_and_data_stay() -> None:
    wanted = Phrase("{one}, or {other}", one=Phrase("at least {ge}", ge=0), other=Phrase("one expression"))
    said = JAPANESE.text("{name} has to be {expected}, not {found}", name="a list", expected=wanted, found="x")
    assert said == "a list は 0 以上か、一つの式 にしてください(今は x)"


def test_a_choice_names_all_its_words() -> None:
    assert either(["stop", "skip", "ask"]) == "stop or skip or ask"
    assert JAPANESE.text("be {expected}", expected=either(["stop", "skip"])) == "stop または skip にしてください"
    assert either(["stop"]) == "stop"


def test_an_error_is_still_told_in_japanese_after_the_journal_has_kept_it() -> None:
    reason = Phrase("it divides by zero")
    info = BusinessError("{expression} cannot be computed: {reason}", expression="1 / 0", reason=reason).info()
    kept = ErrorInfo.from_json(json.loads(json.dumps(info.to_json())))
    assert kept == info
    assert kept.message == "1 / 0 cannot be computed: it divides by zero"
    assert JAPANESE.error(kept)[0].endswith("0 で割っています")
