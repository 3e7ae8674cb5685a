"""Pages as they were, and one thing replayed."""

import pytest

from tests.web.learners.test_editing import add, number_of
from tests.web.pages import FullSite, WebSite


def test_who_changed_it_and_what_it_was_is_answered_in_three_clicks(
    pages: WebSite,
) -> None:
    """H3: any record as it was at a chosen moment."""
    person, clock = pages.person("admin.riverside"), pages.service.clock
    learner = number_of(add(person, family_name="Early", email="old@example.org"))
    before = clock().isoformat()
    path = f"/learners/{learner}/edit"
    person.send(person.open(path), path, email="new@example.org")

    told = person.open(f"/learners/{learner}")
    told = person.open(next(each for each in told.links if each.endswith("/timeline")))
    assert "admin.riverside (Centre Administrator)" in told.text
    assert "old@example.org" in told.text
    assert f"/learners/{learner}" in [form.action for form in told.forms]

    replay = person.open(f"/history/{learner}/replay?version=1")
    assert "read only" in replay.text
    assert "old@example.org" in replay.text
    assert "new@example.org" not in replay.text
    after = person.open(f"/history/{learner}/replay")
    assert "This is the latest event" in after.text
    assert "new@example.org" in after.text

    page = person.client.get(f"/learners/{learner}", params={"as_at": before})
    assert "read only" in page.text
    assert f"/learners/{learner}/edit" not in page.text


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("as_at=2026-11-24", "read only"),
        ("as_at=24/11/2026&at_time=9.05", "As at 24 November 2026 at 09:05, read only"),
        ("as_at=24/11/2026&at_time=late", "Give the time as 10:14"),
        ("as_at=soon", "This"),
        ("as_at=2027-01-01", "in the future"),
    ],
)
def test_a_moment_is_read_as_people_write_it(
    pages: WebSite, asked: str, sentence: str
) -> None:
    page = pages.person("admin.riverside").open(f"/learners?{asked}")
    assert sentence in page.text


def test_a_moment_before_it_was_is_said(full: FullSite) -> None:
    learner = full.things.called["learner"]
    page = full.person("auditor").open(f"/learners/{learner}?as_at=2026-01-01")
    assert page.status == 404
    assert "As at 1 January 2026" in page.text


def test_nothing_is_done_in_the_past(full: FullSite) -> None:
    person = full.person("admin.riverside")
    token = person.open("/").form("/sign-out").values
    page = person.post("/certificates/printing?as_at=2026-11-24", token)
    assert page.status == 422
    assert "can only be looked at" in page.text


OPEN = ("/accessibility", "/help", "/invitation", "/sign-in", "/verify")
"""What is open to everybody is as it is now: a certificate is checked today."""


def test_every_page_can_be_looked_at_as_it_was(full: FullSite) -> None:
    """H3: any record, and any list."""
    auditor, day = full.person("auditor"), full.service.clock().date()
    paths = [each for each in (*full.lists(), *full.paths("GET")) if "." not in each]
    for path in paths:
        page = auditor.open(f"{path}?as_at={day}")
        assert page.status == 200, path
        is_led_on = "as_at" not in page.address
        is_for_all = path.startswith(OPEN)
        assert is_led_on or is_for_all or "read only" in page.text, path
