"""The pages of followers and of dead letters."""

import pytest

from downstream.reporting import DeadLetter
from tests.web.pages import FullSite


def test_followers_are_shown_to_operators_alone(full: FullSite) -> None:
    page = full.person("specialist").open("/operations")
    assert page.status == 200
    for name in full.service.behind():
        assert name.replace("_", " ") in page.text
    assert "No broker is named" in page.text
    assert full.person("admin.riverside").open("/operations").status == 403


class InboxOfLetters:
    """An inbox with letters that are taken once ``is_mended``."""

    error = None

    def __init__(self) -> None:
        self.is_mended = False

    def describe_dead_letters(self) -> list[DeadLetter]:
        if self.is_mended:
            return []
        why = "There is no booking B-1."
        named = {"id": "1", "source": "/exams", "subject": "<b>B-1</b>"}
        return [DeadLetter(number=0, topic="outcomes", reason=why, **named)]

    def replay(self) -> tuple[int, int]:
        return (1, 0) if self.is_mended else (0, 1)


def test_dead_letters_are_listed_with_the_reason_and_taken_again(
    full: FullSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "/operations/dead-letters"
    specialist = full.person("specialist")
    assert "No broker is named" in specialist.open(address).text
    inbox = InboxOfLetters()
    monkeypatch.setattr(full.service, "inbox", inbox)
    page = specialist.open(address)
    assert "There is no booking B-1." in page.text
    assert "<b>B-1</b>" in page.text
    auditor = full.person("auditor").open(address)
    assert "An Account Specialist takes them again." in auditor.text
    assert full.person("auditor").send(page, f"{address}/replay").status == 403
    assert full.person("admin.riverside").open(address).status == 403
    refused = specialist.send(page, f"{address}/replay")
    assert "1 report could not be taken again: see why below." in refused.text
    assert "govuk-notification-banner--success" not in refused.html
    inbox.is_mended = True
    taken = specialist.send(refused, f"{address}/replay")
    assert "1 report taken." in taken.text
    assert "There are none" in taken.text
