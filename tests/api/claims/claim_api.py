"""A running service with two learners who can be claimed for, asked over HTTP."""

from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from access.accounts import issue_token
from events.centres.user import Role, UserAdded
from events.identifier import stream_of
from events.learners.learner import LearnerCreated
from policies.claims import claim_processing
from repositories.aggregate_types import USER
from service import Service
from store import Actor, Change
from tests.claim_examples import (
    ANN,
    ANNS,
    BEN,
    BENS,
    CENTRE,
    ENOUGH,
    REFERENCE,
    learner_created,
)
from tests.clock import PATIENCE, Clock
from tests.commands.claim_centre import SERVICE, UNITS, ClaimCentre

API = "/api/v1"
PEOPLE = {ANN: ("Ann-Marie", "Ní Bhriain"), BEN: ("Ben", "Müller")}
USERS = {
    "admin": (Role.CENTRE_ADMINISTRATOR, CENTRE),
    "assessor": (Role.ASSESSOR, CENTRE),
    "stranger": (Role.CENTRE_ADMINISTRATOR, "50107"),
    "specialist": (Role.ACCOUNT_SPECIALIST, None),
    "auditor": (Role.AUDITOR, None),
}


@dataclass(frozen=True, kw_only=True)
class ClaimApi:
    """Where claims are handed in over HTTP."""

    app: FastAPI
    service: Service
    claim_centre: ClaimCentre
    clock: Clock
    clients: dict[str, TestClient] = field(default_factory=dict)

    def open(self) -> None:
        """Open two centres; add users, and learners of the first."""
        self.claim_centre.open()
        self.claim_centre.open("50107")
        for name, (role, centre) in USERS.items():
            added = UserAdded(
                name=name,
                role=role,
                centre=centre,
                person_id=USER.stream_id(name),
                full_name=name,
            )
            self._record(USER.stream_name(name), added, owner=centre)
        for who, (given_name, family_name) in PEOPLE.items():
            created = learner_created(
                who, given_name=given_name, family_name=family_name
            )
            self._record(who, created, owner=CENTRE)
        self.claim_centre.register_all({ANN: ANNS, BEN: BENS})

    def _record(
        self, name: str, event: UserAdded | LearnerCreated, *, owner: str | None
    ) -> None:
        change = Change(
            stream=stream_of(name), expected=0, events=(event,), owner=owner
        )
        self.service.store.append(change, by=SERVICE)

    def client(self, name: str = "admin") -> TestClient:
        """Sign in, once."""
        if name in self.clients:
            return self.clients[name]
        role, centre = USERS[name]
        by = Actor(user=name, role=role, centre=centre, channel="api")
        issued = issue_token(
            self.service.context, by, label="test", at=self.clock(), lasts=None
        )
        client = self.clients[name] = TestClient(self.app)
        client.headers["Authorization"] = f"Bearer {issued.text}"
        return client

    def get(self, path: str, *, by: str = "admin", **params: Any) -> Any:
        """Read something, up to date; it must be there."""
        client = self.client(by)
        headers = {"Min-Position": str(self.service.store.head())}
        answer = client.get(f"{API}{path}", params=params, headers=headers)
        assert answer.status_code == HTTPStatus.OK, answer.text
        return answer.json()

    def put(self, path: str, body: Any, *, match: str = "*") -> Response:
        return self.client().put(f"{API}{path}", json=body, headers={"If-Match": match})

    def post(
        self, path: str, body: Any = None, *, by: str = "admin", key: str = "1"
    ) -> Response:
        headers = {"Idempotency-Key": f"{path} {key}"}
        return self.client(by).post(f"{API}{path}", json=body, headers=headers)

    def begin(self, *awards: dict[str, Any]) -> str:
        """Begin a whole claim with these awards."""
        body = {
            "qualification": REFERENCE,
            "units": list(UNITS),
            "learners": [award["learner"] for award in awards],
            "awards": list(awards),
        }
        answer = self.post("/claims", body)
        assert answer.status_code == HTTPStatus.CREATED, answer.text
        return str(answer.json()["claim"])

    def submitted(self, *awards: dict[str, Any]) -> str:
        claim = self.begin(*awards)
        answer = self.post(f"/claims/{claim}/submit")
        assert answer.status_code == HTTPStatus.OK, answer.text
        return claim

    def process(self) -> None:
        """Let the time come at which submitted claims are processed."""
        read_models = self.service.read_models
        assert read_models.wait_for(self.service.store.head(), PATIENCE)
        tick = claim_processing(timedelta()).tick
        assert tick is not None
        tick(self.clock(), self.service.context, read_models)


def award(
    learner: str = ANN,
    award_type: str | None = "Full",
    award_date: str | None = "2026-11-20",
    grades: dict[str, str] | None = None,
) -> dict[str, Any]:
    return {
        "learner": learner,
        "award_type": award_type,
        "award_date": award_date,
        "grades": dict(ENOUGH) if grades is None else grades,
    }
