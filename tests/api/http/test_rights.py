"""What each role may look at and change, on every operation there is (section 2)."""

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import pytest
from fastapi.testclient import TestClient

from access.refusals import SUBJECTS
from cli.demo.users import USERS
from events.centres.user import Role
from events.refusal import CommandRefused
from service import Service
from tests.api.operations import Operation, every_operation, names_of
from tests.api.seeded_centre import API, furnished_in

OPERATIONS = tuple(every_operation())
LOOKING = tuple(each for each in OPERATIONS if each.method == "get")
CHANGING = tuple(each for each in OPERATIONS if each.method != "get")
ONESELF = (f"{API}/me", f"{API}/tokens", f"{API}/launch")
"""What asks by itself who it is; a launch link is all that a test player has."""
ITS_OWN = {
    Role.INVOICING: (f"{API}/invoice-lines", f"{API}/invoice-lines/feed.csv"),
    Role.ASSESSMENT: (f"{API}/bookings", f"{API}/bookings/{{booking}}"),
}
REFUSED = re.compile(r"Your role, (.+), may not .+\. Ask (.+)\.")
SYSTEM = re.compile(r"Only the (invoicing|assessment) system may .+\.")
ASKED = re.compile(r"an? ([A-Z][A-Za-z ]*?)(?: or |$)")


@dataclass(frozen=True, kw_only=True)
class CentreOfEveryRole:
    """A centre with one of everything, and somebody in each role."""

    service: Service
    names: Mapping[str, str]
    as_: Mapping[Role, TestClient]


@pytest.fixture(scope="module")
def centre_of_every_role(
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[CentreOfEveryRole]:
    folder = tmp_path_factory.mktemp("place")
    with furnished_in(folder) as (service, client_as, things):
        as_ = {user.role: client_as(user.name) for user in reversed(USERS)}
        yield CentreOfEveryRole(service=service, names=names_of(things), as_=as_)


def is_about_oneself(operation: Operation) -> bool:
    return operation.path.startswith(ONESELF)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ACCOUNT_SPECIALIST])
def test_the_awarding_organisation_reads_everything(
    centre_of_every_role: CentreOfEveryRole, role: Role
) -> None:
    """The log of all that was recorded is for the Auditor alone (H5)."""
    for operation in LOOKING:
        whose = (
            {"centre": centre_of_every_role.names["centre"]}
            if operation.is_of_centres
            else {}
        )
        answer = operation.ask(
            centre_of_every_role.as_[role], centre_of_every_role.names, query=whose
        )
        log = (f"{API}/audit", f"{API}/events")
        if role is not Role.AUDITOR and operation.path.startswith(log):
            assert answer.status_code == HTTPStatus.FORBIDDEN, operation
        else:
            assert answer.status_code == HTTPStatus.OK, f"{operation}: {answer.text}"


@pytest.mark.parametrize("role", [Role.INVOICING, Role.ASSESSMENT])
def test_a_machine_sees_nothing_but_what_it_is_there_for(
    centre_of_every_role: CentreOfEveryRole, role: Role
) -> None:
    for operation in LOOKING:
        answer = operation.ask(
            centre_of_every_role.as_[role], centre_of_every_role.names
        )
        if operation.path in ITS_OWN[role] or is_about_oneself(operation):
            assert answer.status_code == HTTPStatus.OK, f"{operation}: {answer.text}"
        else:
            assert answer.status_code == HTTPStatus.FORBIDDEN, operation


def test_an_auditor_changes_nothing(centre_of_every_role: CentreOfEveryRole) -> None:
    """H4: but that it was tried is recorded, of every command where it matters."""
    head = centre_of_every_role.service.store.head()
    for operation in CHANGING:
        if is_about_oneself(operation):
            continue
        answer = operation.ask(
            centre_of_every_role.as_[Role.AUDITOR], centre_of_every_role.names
        )
        if not operation.path.endswith("/eligibility"):  # which changes nothing
            assert answer.status_code == HTTPStatus.FORBIDDEN, f"{operation}: {answer}"
    recorded = [r.event for r in centre_of_every_role.service.store.log(after=head)]
    assert {type(event) for event in recorded} == {CommandRefused}
    assert {vars(event)["command"] for event in recorded} == {
        kind.title for kind in SUBJECTS
    }


def test_every_refusal_for_lack_of_a_right_names_the_roles_that_have_it(
    centre_of_every_role: CentreOfEveryRole,
) -> None:
    for operation in OPERATIONS:
        refused: dict[Role, str] = {}
        for role, client in centre_of_every_role.as_.items():
            answer = operation.ask(client, centre_of_every_role.names)
            if answer.status_code == HTTPStatus.FORBIDDEN:
                detail = answer.json()["detail"]
                if only := SYSTEM.fullmatch(detail):
                    refused[role] = f"an {only[1].capitalize()}"
                    continue
                said = REFUSED.fullmatch(detail)
                assert said, f"{operation}: {answer.text}"
                assert said[1] == role
                refused[role] = said[2]
        for role, named in refused.items():
            may = {Role(each) for each in ASKED.findall(named)}
            assert may, f"{operation} as {role}: ask {named}"
            assert not may <= {*refused}, f"{operation} as {role}: ask {named}"
