"""The simulated LRS answers as the real one does, and fails when it is told to."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import monotonic

import pytest

from aggregates.learners.details import COLUMNS, Details, check_details
from aggregates.learners.verification import Code, VerificationAnswer
from files.learner_file import read_learner_file
from lrs import FixtureUnusable, OutOfHours, Simulator, Unreachable
from lrs.simulator import Fixture, Known, Others, SimulatedState, read_fixture
from tests.learner_examples import DETAILS, OTHER_ULN, THIRD_ULN, ULN

EXAMPLE = Path(__file__).parents[2] / "examples" / "learners.csv"
CHLOE = Known(
    uln=ULN,
    given_name="Chloe",
    family_name="d'arcy",
    date_of_birth=date(2006, 3, 27),
    gender="Female",
    previous_family_name="Moreau",
)
LINKED = CHLOE.model_copy(update={"uln": OTHER_ULN, "master_uln": ULN})
LRS = Simulator(fixture=Fixture(learners=(CHLOE, LINKED)))


def told(**changed: object) -> Details:
    return replace(DETAILS, **changed)  # type: ignore[arg-type] # whatever a test says


@pytest.mark.parametrize(
    ("details", "code", "flags"),
    [
        (told(), Code.MATCH, ()),
        (told(gender=None), Code.MATCH, ()),
        (told(gender="Other"), Code.MATCH, ()),
        (told(given_name="Khloé"), Code.SIMILAR, ("VRF1", "VRF2", "VRF3")),
        (told(family_name="Moreau"), Code.SIMILAR, ("VRF4", "VRF5")),
        (
            told(given_name="D'Arcy", family_name="Chloë"),
            Code.SIMILAR,
            ("VRF1", "VRF3", "VRF5", "VRF6"),
        ),
        (told(given_name="Zoë"), Code.NO_MATCH, ("VRF1", "VRF2", "VRF3")),
        (told(family_name="Smith"), Code.NO_MATCH, ("VRF4", "VRF5", "VRF6")),
        (told(date_of_birth=date(2006, 3, 28)), Code.NO_MATCH, ("VRF7",)),
        (told(gender="M"), Code.NO_MATCH, ("VRF8",)),
        (told(uln=THIRD_ULN), Code.NOT_FOUND, ()),
    ],
)
def test_it_says_what_matches_and_flags_what_does_not(
    details: Details, code: Code, flags: tuple[str, ...]
) -> None:
    """U7: each code, each flag."""
    assert LRS.verify(details) == VerificationAnswer(code=code, flags=flags)


@pytest.mark.parametrize(
    ("details", "code", "master"),
    [
        (told(uln=OTHER_ULN), Code.LINKED_MATCH, ULN),
        (told(uln=OTHER_ULN, family_name="Moreau"), Code.SIMILAR_LINKED, ULN),
        (told(uln=OTHER_ULN, given_name="Zoë"), Code.NO_MATCH, None),
    ],
)
def test_a_linked_learner_is_answered_with_the_master(
    details: Details, code: Code, master: str | None
) -> None:
    """U7."""
    answer = LRS.verify(details)
    assert (answer.code, answer.master_uln) == (code, master)


def test_it_is_slow_or_silent_or_closed_when_told_to() -> None:
    """U7."""
    lrs = Simulator(fixture=Fixture(others=Others.MATCH))
    assert lrs.verify(DETAILS).code is Code.MATCH
    lrs.change(latency=0.01)
    begun = monotonic()
    lrs.verify(DETAILS)
    assert monotonic() - begun >= 0.01
    lrs.change(state=SimulatedState.UNREACHABLE)
    with pytest.raises(Unreachable):
        lrs.verify(DETAILS)
    lrs.change(state=SimulatedState.OUT_OF_HOURS)
    with pytest.raises(OutOfHours):
        lrs.verify(DETAILS)


def test_its_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    """U7: so that it can be made to fail while the service runs."""
    file = tmp_path / "lrs.yaml"
    file.write_text("others: match\n")
    lrs = Simulator.of(file)
    assert lrs.verify(DETAILS).code is Code.MATCH
    file.write_text("others: not-found\n")
    os.utime(file, (1, 1))
    assert lrs.verify(DETAILS).code is Code.NOT_FOUND
    file.write_text("others: perhaps\n")
    os.utime(file, (2, 2))
    with pytest.raises(Unreachable, match="others"):
        lrs.verify(DETAILS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("learners: [{uln: 1}]", "learners.0.uln"),
        ("state: asleep", "state"),
        ("colour: red", "colour"),
        ("others: [", "not YAML"),
        (f"others: {'[' * 200_000}", "nested more than 100 deep at line 1"),
        ("learners: [{date_of_birth: 2004-02-30}]", "not YAML"),
        ("latency: !!float soon", "not YAML"),
        ("- 1", "cannot be used"),
    ],
    ids=lambda text: text[:40],
)
def test_a_file_that_cannot_be_used_is_named_with_its_faults(
    tmp_path: Path, text: str, said: str
) -> None:
    """U7."""
    file = tmp_path / "lrs.yaml"
    file.write_text(text)
    with pytest.raises(FixtureUnusable, match=said):
        read_fixture(file)
    with pytest.raises(FixtureUnusable, match="cannot be read"):
        read_fixture(tmp_path / "none.yaml")


def test_the_demo_knows_the_learners_of_the_example_file() -> None:
    """U7: each of them that is right as it stands is a match, by name."""
    lrs = Simulator.of()
    lrs.change(others=Others.NOT_FOUND)
    rows = read_learner_file(EXAMPLE.read_bytes()).rows
    found = [check_details(row.cells, today=None).details for row in rows]
    asked = [details for details in found if details and details.uln]
    twice = "5154163442"
    codes = {lrs.verify(details).code for details in asked if details.uln != twice}
    assert len(asked) > 40
    assert codes == {Code.MATCH}


@pytest.mark.parametrize(
    ("uln", "given_name", "family_name", "birth", "code"),
    [
        ("7000000014", "Rosa", "Marsh", "14/05/2006", Code.LINKED_MATCH),
        ("7000000014", "Roza", "Marsh", "14/05/2006", Code.SIMILAR_LINKED),
        ("7000000030", "Edith", "Moss", "15/05/2006", Code.SIMILAR),
        ("7000000049", "Anna", "Petrov", "16/05/2006", Code.NO_MATCH),
        ("7000000049", "Ivan", "Petrov", "17/05/2006", Code.NO_MATCH),
        ("7000000057", "Any", "Body", "17/05/2006", Code.NOT_FOUND),
        ("1000000000", "Any", "Body", "17/05/2006", Code.MATCH),
    ],
)
def test_the_demo_has_somebody_for_every_answer(
    uln: str, given_name: str, family_name: str, birth: str, code: Code
) -> None:
    """U7: as its file says."""
    told = (given_name, family_name, birth, "", uln)
    details = check_details(dict(zip(COLUMNS, told, strict=False)), today=None).details
    assert details is not None
    assert Simulator.of().verify(details).code is code
