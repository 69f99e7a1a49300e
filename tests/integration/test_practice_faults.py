"""The faults of the practice town hall: each one strikes when it should, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.integration.practice_visitor import Visitor, a_form
from yakin.errors import ConfigError
from yakin.practice import Faults, PracticeServer
from yakin.practice.command import faults_from_options
from yakin.practice.faults import Disturbance
from yakin.practice.form import FIELDS, laid_out, reordered


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with PracticeServer(tmp_path / "practice.db") as running:
        yield running


@pytest.fixture
def clerk(server: PracticeServer) -> Iterator[Visitor]:
    with Visitor(server) as visitor:
        visitor.sign_in()
        yield visitor


def outcomes(server: PracticeServer) -> list[str]:
    return [attempt["outcome"] for attempt in server.store.attempts()]


@pytest.mark.parametrize(
    "faults",
    [
        Faults(answer_lost="drop", answer_lost_at=1),
        Faults(answer_lost="drop", answer_lost_for=("07000101",)),
        Faults(answer_lost="drop", answer_lost_rate=1.0),
        Faults(answer_lost="resend", answer_lost_at=1),
        Faults(answer_lost="hang", answer_lost_at=1, hang_seconds=0.01),
    ],
)
def test_a_registration_is_done_though_its_answer_never_arrives(
    clerk: Visitor, server: PracticeServer, faults: Faults
) -> None:
    server.faults = faults
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        clerk.register(a_form())
    assert [row["受付番号"] for row in server.store.registered()] == ["07000101"]
    assert outcomes(server) == ["registered"]
    assert "既に登録されています" in clerk.register(a_form()).text


def test_only_the_chosen_registration_loses_its_answer(clerk: Visitor, server: PracticeServer) -> None:
    server.faults = Faults(answer_lost="drop", answer_lost_at=2)
    assert "登録が完了しました" in clerk.register(a_form()).text
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        clerk.register(a_form(uketsuke_no="07000102"))
    assert "登録が完了しました" in clerk.register(a_form(uketsuke_no="07000103")).text


def test_a_hanging_answer_does_not_keep_the_system_from_stopping(tmp_path: Path) -> None:
    faults = Faults(answer_lost="hang", answer_lost_at=1, hang_seconds=3600)
    with PracticeServer(tmp_path / "x.db", faults=faults) as server, Visitor(server) as clerk:
        clerk.sign_in()
        with pytest.raises(httpx.ReadTimeout):
            clerk.post("/declarations/register", data=a_form(), timeout=0.3)
        assert len(server.store.registered()) == 1


def test_a_session_is_lost_at_its_request_and_only_once(clerk: Visitor, server: PracticeServer) -> None:
    server.faults = Faults(session_lost_at=2)
    assert clerk.get("/menu").url.path == "/menu"
    page = clerk.register(a_form())
    assert page.url.path == "/login"
    assert "セッションの有効期限が切れました" in page.text
    assert outcomes(server) == ["signed-out"]
    clerk.sign_in()
    assert all(clerk.get("/menu").url.path == "/menu" for _ in range(5))


def test_a_system_that_is_down_answers_503_for_its_seconds() -> None:
    time = 0.0
    disturbance = Disturbance(Faults(down_at=2, down_seconds=30), clock=lambda: time)
    assert disturbance.strikes_request() is None
    assert disturbance.strikes_request() == "down"
    time = 29.0
    assert disturbance.strikes_request() == "down"
    time = 30.0
    assert disturbance.strikes_request() is None


def test_a_registration_that_met_a_closed_door_is_counted_and_not_done(clerk: Visitor, server: PracticeServer) -> None:
    server.faults = Faults(down_seconds=3600)
    assert clerk.register(a_form()).status_code == 503
    server.faults = Faults(error_rate=1.0)
    assert clerk.register(a_form()).status_code == 500
    assert clerk.get("/login").status_code == 500
    assert clerk.get("/static/practice.css").status_code == 200
    assert server.store.registered() == []
    assert outcomes(server) == ["down", "error"]


@given(seed=st.integers(0, 1000))
def test_the_same_seed_strikes_the_same_requests(seed: int) -> None:
    def struck() -> list[str | None]:
        disturbance = Disturbance(Faults(seed=seed, error_rate=0.3))
        return [disturbance.strikes_request() for _ in range(200)]

    first = struck()
    assert first == struck()
    assert 20 < first.count("error") < 100


def test_a_dialog_opens_on_the_page_it_should(clerk: Visitor, server: PracticeServer) -> None:
    server.faults = Faults(dialog_at=2)
    assert ["alert(" in clerk.get("/menu").text for _ in range(3)] == [False, True, False]


def test_a_label_and_a_button_bear_their_new_names(clerk: Visitor, server: PracticeServer) -> None:
    server.faults = Faults(renamed_labels=(("氏名", "お名前"), ("確認画面へ", "次へ進む")))
    page = clerk.get("/declarations/new").text
    assert '<label for="shimei">お名前</label>' in page
    assert ">次へ進む</button>" in page
    assert "確認画面へ" not in page


def test_reordered_fields_are_the_same_fields(clerk: Visitor, server: PracticeServer) -> None:
    usual = clerk.get("/declarations/new").text
    server.faults = Faults(reordered=True, seed=3)
    changed = clerk.get("/declarations/new").text

    def order(page: str) -> list[str]:
        return sorted((field.name for field in FIELDS), key=lambda name: page.index(f'name="{name}"'))

    assert order(usual) == [field.name for field in FIELDS]
    assert order(changed) != order(usual)


@given(seed=st.integers())
def test_every_order_of_the_fields_lays_each_out_once(seed: int) -> None:
    lines = laid_out(reordered(FIELDS, seed))
    assert sorted(field.name for line in lines for field in line) == sorted(field.name for field in FIELDS)
    assert all(len(line) == 1 or not any(field.wide for field in line) for line in lines)


def test_latency_is_added_to_every_answer(clerk: Visitor, server: PracticeServer) -> None:
    server.faults = Faults(latency_ms=60)
    assert clerk.get("/menu").elapsed.total_seconds() >= 0.06


SWITCHED = Faults(
    seed=5,
    latency_ms=20,
    error_rate=0.25,
    renamed_labels=(("氏名", "お名前"),),
    reordered=True,
    answer_lost="hang",
    answer_lost_for=("07000101", "07000102"),
    hang_seconds=2.5,
)


def test_faults_are_switched_by_json(server: PracticeServer) -> None:
    with Visitor(server) as trainer:
        answer = trainer.post("/faults", json=SWITCHED.to_json())
        assert server.faults == SWITCHED
        assert answer.json() == trainer.get("/faults", headers={"Accept": "application/json"}).json()
        wrongs: list[Any] = [{"latency": 1}, {"error_rate": 2}, {"seed": "x"}, [], "x"]
        for wrong in wrongs:
            assert trainer.post("/faults", json=wrong).status_code == 400
    assert server.faults == SWITCHED


def test_faults_are_switched_on_their_page(server: PracticeServer) -> None:
    form = {
        "seed": "5",
        "latency_ms": "20",
        "error_rate": "0.25",
        "renamed_labels": "氏名=お名前",
        "reordered": "1",
        "answer_lost": "hang",
        "answer_lost_for": "07000101、07000102",
        "hang_seconds": "2.5",
    }
    with Visitor(server) as trainer:
        assert 'value="氏名=お名前"' in trainer.post("/faults", data=form).text
        assert server.faults == SWITCHED
        assert "errors" in trainer.post("/faults", data=form | {"error_rate": "2"}).text
        assert "errors" in trainer.post("/faults", data=form | {"renamed_labels": "氏名"}).text
    assert server.faults == SWITCHED


def test_faults_are_read_from_options() -> None:
    options = [
        "seed=5",
        "latency_ms=20",
        "error_rate=0.25",
        "renamed_labels=氏名:お名前",
        "reordered=true",
        "answer_lost=hang",
        "answer_lost_for=07000101,07000102",
        "hang_seconds=2.5",
    ]
    assert faults_from_options(options) == SWITCHED


@pytest.mark.parametrize(
    "option", ["latency=1", "latency_ms=fast", "error_rate=2", "seed=-x", "answer_lost=maybe", "seed"]
)
def test_an_option_that_is_no_fault_is_refused(option: str) -> None:
    with pytest.raises(ConfigError):
        faults_from_options([option])


@pytest.mark.parametrize(
    "change", [{"error_rate": 1.1}, {"latency_ms": -1}, {"answer_lost": "x"}, {"down_seconds": -0.1}]
)
def test_faults_without_sense_cannot_be_made(change: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        replace(Faults(), **change)


def test_faults_survive_their_plain_form() -> None:
    assert Faults.from_json(SWITCHED.to_json()) == SWITCHED
