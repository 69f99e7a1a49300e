from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from yakin.masker import Masker

FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "json": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "ascii json": lambda secret: json.dumps(secret)[1:-1],
    "json in json": lambda secret: json.dumps(json.dumps(secret))[3:-3],
    "slashes escaped": lambda secret: json.dumps(secret)[1:-1].replace("/", "\\/"),
    "url": lambda secret: quote(secret, safe=""),
    "url path": quote,
    "url small hex": lambda secret: "".join(part.lower() if part[0] == "%" else part for part in _octets(secret)),
    "form": quote_plus,
    "form in shift_jis": lambda secret: quote_plus(secret, encoding="cp932", errors="ignore"),
    "javascript": lambda secret: quote(secret, safe="!'()*-._~"),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 unpadded": lambda secret: base64.b64encode(secret.encode()).decode().rstrip("="),
    "urlsafe base64": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
    "basic sign-in": lambda secret: base64.b64encode(f"zeimu01:{secret}".encode()).decode(),
    "base64 after one": lambda secret: base64.b64encode(f"a{secret}b".encode()).decode(),
    "base64 after two": lambda secret: base64.b64encode(f"aa{secret}bb".encode()).decode(),
    "hex": lambda secret: secret.encode().hex(),
    "big hex": lambda secret: secret.encode().hex().upper(),
    "html": html.escape,
    "html numbers": lambda secret: "".join(f"&#{ord(character)};" for character in secret),
    "repr": lambda secret: repr(secret)[1:-1],
}
SECRETS = ["hunter22", "pa ss+w/o=rd", "q\"uo'te\\s", "パスワード😀", "a&b<c>d%20", "改行\nあり\t", "????>>>>~~~~"]


def _octets(secret: str) -> list[str]:
    return [f"%{octet:02X}" for octet in secret.encode()]


def masker_of(*secrets: str) -> Masker:
    masker = Masker()
    for secret in secrets:
        masker.learn(secret)
    return masker


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("form", [name for name in FORMS if "sign-in" not in name and "after" not in name])
def test_a_secret_is_hidden_in_every_form(secret: str, form: str) -> None:
    if form == "form in shift_jis" and "😀" in secret:
        secret = secret.replace("😀", "")
    masked = masker_of(secret).mask(f"before {FORMS[form](secret)} after")
    assert masked.startswith("before ***")
    assert masked.endswith((" after", "w== after", "w= after")) or len(masked) <= len("before *** after") + 2


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("form", ["basic sign-in", "base64 after one", "base64 after two"])
def test_a_secret_in_the_middle_of_base64_is_hidden(secret: str, form: str) -> None:
    shown = FORMS[form](secret)
    masked = masker_of(secret).mask(shown)
    before, stars, after = masked.partition("***")
    assert stars
    assert len(before) <= len(base64.b64encode(b"zeimu01:"))
    assert len(after) <= 8


@given(st.text(min_size=4, max_size=20).filter(lambda text: max(text) < "\ud800" or max(text) > "\udfff"), st.text())
@example("0000", "")
def test_no_text_shows_a_secret_that_was_learned(secret: str, around: str) -> None:
    masked = masker_of(secret).mask(f"{around}{secret}{around}")
    assert secret not in masked.replace("***", "") or secret.strip("*") == ""


@given(st.text(alphabet="あいうえおかきくけこ、。", max_size=40))
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert masker_of("hunter22", "パスワード").mask(text) == text


def test_a_masker_that_knows_nothing_hands_the_text_on() -> None:
    text = "x" * 10
    assert Masker().mask(text) is text


def test_of_two_secrets_one_within_the_other_the_longer_is_hidden_whole() -> None:
    assert masker_of("hunter", "hunter22").mask("hunter22 hunter") == "*** ***"


def test_an_empty_text_and_the_same_again_are_not_learned() -> None:
    assert masker_of("", "hunter22", "hunter22").mask("a hunter22") == "a ***"


def test_base64_inside_a_url_is_hidden() -> None:
    secret = "????>>>>~~~~"
    assert masker_of(secret).mask("/?t=" + quote_plus(base64.b64encode(secret.encode()))) == "/?t=***"
