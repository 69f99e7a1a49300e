from __future__ import annotations

import pytest

from yakin import events as ev
from yakin.actions.context import Evidence
from yakin.errors import ErrorInfo
from yakin.journal.masking import mask_texts, masked
from yakin.values import canonical_json


def mask(text: str) -> str:
    return text.replace("hunter22", "***")


ERROR = ErrorInfo("application", "ApplicationError", "{url} gave hunter22", "try hunter22", {"url": "/?p=hunter22"})
EVIDENCE = (Evidence("hunter22", "evidence/1.jpg", "ab", "image/jpeg"),)


@pytest.mark.parametrize(
    "event",
    [
        ev.RunCreated(
            run="r",
            workflow="w",
            title="hunter22",
            workflow_hash="h",
            inputs={"a": "hunter22"},
            selection={"only": ["hunter22"]},
        ),
        ev.RunStarted(run="r", executor="host:1", facts={"browser": "hunter22"}),
        ev.RunFinished(run="r", status="failed", error=ERROR),
        ev.StepFinished(run="r", step="s", status="failed", output={"deep": [{"x": "hunter22"}]}, error=ERROR),
        ev.ItemSettled(
            run="r", step="s", item="k", state="failed", result={"x": "hunter22"}, error=ERROR, evidence=EVIDENCE
        ),
        ev.SessionOpened(run="r", system="portal", url="http://u:hunter22@portal/"),
        ev.Noted(run="r", step="s", kind="request-blocked", data={"path": "/?p=hunter22", "kind": "hunter22"}),
    ],
)
def test_no_text_of_an_event_shows_a_secret(event: ev.Event) -> None:
    hidden = masked(event, mask)
    assert "hunter22" in canonical_json(event.body())
    assert "hunter22" not in canonical_json(hidden.body())
    assert (type(hidden), hidden.run, hidden.target, hidden.outcome) == (
        type(event),
        event.run,
        event.target,
        event.outcome,
    )


def test_what_identifies_a_thing_stays_even_when_a_secret_looks_like_it() -> None:
    event = ev.ItemSettled(
        run="r", step="done", item="done", state="done", evidence=(Evidence("e", "done/1", "done", "x"),)
    )
    assert masked(event, lambda text: text.replace("done", "***")) == event


def test_an_event_without_secrets_is_handed_on_as_it_is() -> None:
    event = ev.ItemStarted(run="r", step="s", item="k")
    assert masked(event, mask) is event


def test_plain_data_keep_their_shape() -> None:
    assert mask_texts({"a": ["hunter22", 1, None, True]}, mask) == {"a": ["***", 1, None, True]}
