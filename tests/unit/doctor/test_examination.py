"""All checks at once: what crashes or hangs is told, and the others are done."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.unit.doctor.conftest import SMALLEST, MakePatient
from yakin.actions import Diagnosis, warn, well, wrong
from yakin.doctor import CHECKS, Check, NotLookedAt, Patient, chosen, examine
from yakin.errors import ConfigError, RunError


def fine(_patient: Patient) -> Iterator[Diagnosis]:
    yield well("as it should be")


def crashing(_patient: Patient) -> Iterator[Diagnosis]:
    yield well("seen before the crash")
    raise ZeroDivisionError("division by zero")


def refusing(_patient: Patient) -> Iterator[Diagnosis]:
    raise RunError("{thing} is broken", thing="the disk", hint="Mend {thing}")


def kept_from_looking(_patient: Patient) -> Iterator[Diagnosis]:
    raise NotLookedAt("Not looked at")


def test_a_crash_is_told_with_its_place_and_ends_nothing_else(make_patient: MakePatient) -> None:
    first, second = examine(make_patient(), [Check("crashing", crashing), Check("fine", fine)])
    seen, crash = first.found
    assert (first.severity, seen.severity, crash.severity) == ("wrong", "well", "wrong")
    assert crash.data["kind"] == "ZeroDivisionError"
    assert str(crash.data["file"]).endswith("doctor/test_examination.py")
    assert second.severity == "well"


def test_an_error_with_a_sentence_of_its_own_keeps_it(make_patient: MakePatient) -> None:
    (examined,) = examine(make_patient(), [Check("refusing", refusing)])
    assert examined.found == (wrong("{thing} is broken", hint="Mend {thing}", thing="the disk"),)


def test_what_cannot_be_looked_at_is_no_second_mistake(make_patient: MakePatient) -> None:
    (examined,) = examine(make_patient(), [Check("kept", kept_from_looking)])
    assert examined.found == (warn("Not looked at"),)


def test_a_check_that_hangs_is_told_with_what_it_found_and_holds_up_nobody(make_patient: MakePatient) -> None:
    over = threading.Event()

    def hanging(_patient: Patient) -> Iterator[Diagnosis]:
        yield well("seen before it hung")
        over.wait()

    late = warn("still at it")
    checks = [
        Check("hanging", hanging, seconds=0.2),
        Check("late", hanging, seconds=0.2, late=late),
        Check("fine", fine),
    ]
    hung, told, other = examine(make_patient(), checks)
    over.set()
    assert [one.severity for one in hung.found] == ["well", "wrong"]
    assert hung.found[1].data == {"seconds": "0.2"}
    assert told.found[1] == late
    assert other.severity == "well"


def test_all_checks_are_at_work_at_the_same_time(make_patient: MakePatient) -> None:
    together = threading.Barrier(3)

    def meeting(_patient: Patient) -> Iterator[Diagnosis]:
        together.wait(timeout=10)
        yield well("met the others")

    examined = examine(make_patient(), [Check(name, meeting) for name in "abc"])
    assert [one.severity for one in examined] == ["well"] * 3


def test_checks_are_chosen_by_name_and_a_slip_is_told(make_patient: MakePatient) -> None:
    patient = make_patient()
    assert [check.name for check in chosen(patient, ["disk", "clock"])] == ["clock", "disk"]
    with pytest.raises(ConfigError, match="There is no check dsik") as told:
        chosen(patient, ["dsik"])
    assert told.value.hint == "Did you mean disk?"


def test_bots_add_checks_of_their_own(make_patient: MakePatient) -> None:
    assert list(chosen(make_patient())) == list(CHECKS)
    own = {check.name for check in chosen(make_patient(bots="bots"))} - {check.name for check in CHECKS}
    assert own == {"browser", "policies", "systems"}


def test_names_are_given_once() -> None:
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)


def test_with_wrong_settings_all_that_can_be_looked_at_is(make_patient: MakePatient) -> None:
    patient = make_patient("langage = 'ja'", tsuchi=SMALLEST)
    found = {one.name: one for one in examine(patient, chosen(patient))}
    assert found["settings"].severity == "wrong"
    assert "langage" in str(found["settings"].found[0].data)
    assert found["workflows"].found == (warn("Not looked at, because the settings are wrong"),)
    assert found["python"].severity == "well"


def test_a_new_project_has_nothing_wrong(make_patient: MakePatient) -> None:
    patient = make_patient(tsuchi=SMALLEST)
    own = [check for check in chosen(patient) if check.name != "packages"]
    assert [one for one in examine(patient, own) if one.severity == "wrong"] == []
    assert not (patient.root / "var").exists()
