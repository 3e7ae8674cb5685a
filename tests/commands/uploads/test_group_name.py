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
def upload_centre(store: EventStore, clock: Clock) -> UploadCentre:
    return UploadCentre(store=store, now=clock)


def rename(
    upload_centre: UploadCentre, group: str, name: str, *, by: Actor = ADMINISTRATOR
) -> CommandResult:
    command = RenameLearnerGroup(by=by, at=upload_centre.now(), group=group, name=name)
    return upload_centre.send(command)


def test_a_group_is_renamed_and_its_former_name_is_free(
    upload_centre: UploadCentre,
) -> None:
    """U1: by anybody at the centre; outer spaces apart."""
    group = upload_centre.checked(cells(), name="Autumn")
    rename(upload_centre, group, " Spring ", by=COLLEAGUE)
    assert upload_centre.shown(group).name == "Spring"
    assert rename(upload_centre, group, "Spring").position is None
    with pytest.raises(GroupNameTaken) as refusal:
        upload_centre.checked(cells(), name="spring")
    assert group in str(refusal.value)
    upload_centre.checked(cells(), name="Autumn")


def test_a_name_that_the_user_has_given_before_is_refused(
    upload_centre: UploadCentre,
) -> None:
    """U1: to the user who uploaded the group, whoever renames it."""
    other = upload_centre.checked(cells(), name="Autumn")
    group = upload_centre.checked(cells(), name="Spring")
    for by in (ADMINISTRATOR, COLLEAGUE):
        with pytest.raises(GroupNameTaken) as refusal:
            rename(upload_centre, group, "AUTUMN", by=by)
        assert other in str(refusal.value)
    assert upload_centre.shown(group).name == "Spring"


def test_only_the_case_of_a_name_may_change(upload_centre: UploadCentre) -> None:
    """U1: the group has it already."""
    group = upload_centre.checked(cells(), name="autumn")
    rename(upload_centre, group, "Autumn")
    assert upload_centre.shown(group).name == "Autumn"
    with pytest.raises(GroupNameTaken):
        upload_centre.checked(cells(), name="AUTUMN")


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("  ", GroupNameMissing),
        ("x" * (LONGEST_NAME + 1), GroupNameTooLong),
    ],
)
def test_a_name_is_neither_blank_nor_too_long(
    upload_centre: UploadCentre, name: str, refusal: type[Exception]
) -> None:
    """U1."""
    group = upload_centre.checked(cells())
    rename(upload_centre, group, "x" * LONGEST_NAME)
    with pytest.raises(refusal):
        rename(upload_centre, group, name)


def test_a_renamed_group_is_undone_and_its_new_name_is_free(
    upload_centre: UploadCentre,
) -> None:
    """U11: an undone group is not renamed."""
    group = upload_centre.checked(cells(), name="Autumn")
    rename(upload_centre, group, "Spring")
    upload_centre.undo(group)
    upload_centre.withdraw(group)
    with pytest.raises(GroupIsUndone):
        rename(upload_centre, group, "Summer")
    upload_centre.checked(cells(), name="Spring")


def test_another_centres_group_is_not_renamed(upload_centre: UploadCentre) -> None:
    """Domain, 1."""
    group = upload_centre.checked(cells())
    with pytest.raises(NotFound):
        rename(upload_centre, group, "Mine", by=STRANGER)
