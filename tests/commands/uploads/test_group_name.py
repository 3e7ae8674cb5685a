"""Renaming a group: its name stays one of the user's own."""

import pytest

from aggregates.errors import NotFound
from aggregates.uploads.upload_refusals import (
    LONGEST_NAME,
    GroupIsUndone,
    GroupNameMissing,
    GroupNameTaken,
    GroupNameTooLong,
)
from commands.command import CommandResult
from commands.uploads.group_name import RenameLearnerGroup
from store import Actor, EventStore
from tests.clock import Clock
from tests.commands.upload_centre import (
    ADMINISTRATOR,
    COLLEAGUE,
    STRANGER,
    UploadCentre,
)
from tests.learner_examples import cells


@pytest.fixture
def intake(store: EventStore, clock: Clock) -> UploadCentre:
    return UploadCentre(store=store, now=clock)


def rename(
    intake: UploadCentre, group: str, name: str, *, by: Actor = ADMINISTRATOR
) -> CommandResult:
    command = RenameLearnerGroup(by=by, at=intake.now(), group=group, name=name)
    return intake.send(command)


def test_a_group_is_renamed_and_its_former_name_is_free(intake: UploadCentre) -> None:
    """U1: by anybody at the centre; outer spaces apart."""
    group = intake.checked(cells(), name="Autumn")
    rename(intake, group, " Spring ", by=COLLEAGUE)
    assert intake.shown(group).name == "Spring"
    assert rename(intake, group, "Spring").position is None
    with pytest.raises(GroupNameTaken) as refusal:
        intake.checked(cells(), name="spring")
    assert group in str(refusal.value)
    intake.checked(cells(), name="Autumn")


def test_a_name_that_the_user_has_given_before_is_refused(intake: UploadCentre) -> None:
    """U1: to the user who uploaded the group, whoever renames it."""
    other = intake.checked(cells(), name="Autumn")
    group = intake.checked(cells(), name="Spring")
    for by in (ADMINISTRATOR, COLLEAGUE):
        with pytest.raises(GroupNameTaken) as refusal:
            rename(intake, group, "AUTUMN", by=by)
        assert other in str(refusal.value)
    assert intake.shown(group).name == "Spring"


def test_only_the_case_of_a_name_may_change(intake: UploadCentre) -> None:
    """U1: the group has it already."""
    group = intake.checked(cells(), name="autumn")
    rename(intake, group, "Autumn")
    assert intake.shown(group).name == "Autumn"
    with pytest.raises(GroupNameTaken):
        intake.checked(cells(), name="AUTUMN")


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("  ", GroupNameMissing),
        ("x" * (LONGEST_NAME + 1), GroupNameTooLong),
    ],
)
def test_a_name_is_neither_blank_nor_too_long(
    intake: UploadCentre, name: str, refusal: type[Exception]
) -> None:
    """U1."""
    group = intake.checked(cells())
    rename(intake, group, "x" * LONGEST_NAME)
    with pytest.raises(refusal):
        rename(intake, group, name)


def test_a_renamed_group_is_undone_and_its_new_name_is_free(
    intake: UploadCentre,
) -> None:
    """U11: an undone group is not renamed."""
    group = intake.checked(cells(), name="Autumn")
    rename(intake, group, "Spring")
    intake.undo(group)
    intake.withdraw(group)
    with pytest.raises(GroupIsUndone):
        rename(intake, group, "Summer")
    intake.checked(cells(), name="Spring")


def test_another_centres_group_is_not_renamed(intake: UploadCentre) -> None:
    """Domain, 1."""
    group = intake.checked(cells())
    with pytest.raises(NotFound):
        rename(intake, group, "Mine", by=STRANGER)
