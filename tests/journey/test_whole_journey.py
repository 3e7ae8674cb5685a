"""A damaged file, LRS and its outage, an apprenticeship, grades, every reason."""

import shutil
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import yaml

from aggregates.learners.details import Details
from aggregates.learners.verification import VerificationAnswer
from lrs import BatchVerifier, Simulator
from lrs.circuit import Circuit
from lrs.faults import Unreachable
from service import Service
from tests.api.running import CATALOGUE, clients, running
from tests.clock import PATIENCE, Clock
from tests.journey import damaged
from tests.journey.damaged import DAMAGE, EXPECTED_TWICE, ROWS, WARNED

API = "/api/v1"
ANSWERS = 20
"""How many LRS gives before it goes down."""
REASONS = {
    *("rules-conflict", "units-missing", "units-short", "credits-short"),
    *("level-credits-short", "glh-short", "barred-combination", "not-achieved"),
    *("points-short", "wrong-pathway", "no-unit-achieved"),
}
APPRENTICESHIP = "Q-0009000001"
IN_CONFLICT = "Q-0005007777"
CONFLICT = f"""
reference: {IN_CONFLICT}
version: 1
from: 2014-09-01
number: 601/7777/6
title: Level 2 Award in Choosing
suite: Knowledge qualifications
subject_area: Business and management
level: 2
price: "20.00"
registration: {{opens: 2014-09-01, closes: 2035-08-31}}
certification_ends: 2035-08-31
grading: {{kind: pass}}
units:
  - number: 1
    reference: A/100/0001
    title: The deep one
    group: A
    level: 3
    credits: 5
    glh: 10
    assessment: internal
  - number: 2
    reference: D/100/0002
    title: The long one
    group: A
    level: 2
    credits: 5
    glh: 50
    assessment: internal
  - number: 3
    reference: F/100/0003
    title: Both
    group: A
    level: 3
    credits: 5
    glh: 60
    assessment: internal
pathways:
  - code: MAIN
    title: Award
    rules:
      - {{group: A, minimum_credits: 5, at_or_above_level: 3}}
      - {{group: A, minimum_glh: 50}}
      - {{units: [A/100/0001, D/100/0002], at_most_one: true}}
"""


class Faltering:
    """LRS as it is simulated, that goes out of reach after so many answers."""

    def __init__(self, answers: int) -> None:
        self._simulator = Simulator.of()
        self._left = iter(range(answers))
        self.is_back = False

    def verify(self, details: Details) -> VerificationAnswer:
        if not self.is_back and next(self._left, None) is None:
            raise Unreachable("It went down half-way.")
        return self._simulator.verify(details)


class Centre:
    """A centre administrator at work, who looks no earlier than what was done."""

    def __init__(
        self, service: Service, lrs: Faltering, clock: Clock, client: Any
    ) -> None:
        self.service, self.lrs, self.clock = service, lrs, clock
        self._client = client
        self._keys = iter(range(10_000))

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        headers = {
            "Idempotency-Key": str(next(self._keys)),
            "If-Match": "*",
            "Min-Position": str(self.service.store.head()),
            "Prefer": "wait=10",
        }
        client = self._client("admin.riverside")
        patience = time.monotonic() + PATIENCE
        while True:
            answer = client.request(
                method, f"{API}{path}", json=body, headers=headers, **more
            )
            is_late = answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
            if not is_late or time.monotonic() > patience:
                break
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def until(self, group: str, progress: int) -> Any:
        patience = time.monotonic() + PATIENCE
        while (shown := self.ask("GET", group))["progress"] < progress:
            assert time.monotonic() < patience, shown
            time.sleep(0.02)
        return shown

    def upload(self, name: str, content: bytes) -> str:
        file = {"file": ("learners.csv", content, "text/csv")}
        client = self._client("admin.riverside")
        answer = client.post(f"{API}/learner-groups", data={"name": name}, files=file)
        assert answer.is_success, answer.text
        return f"/learner-groups/{answer.json()['group']}"

    def records(self, group: str, **asked: str) -> dict[int, Any]:
        found: dict[int, Any] = {}
        cursor: dict[str, str] = {}
        while True:
            params = {"limit": "200", **asked, **cursor}
            part = self.ask("GET", f"{group}/records", params=params)
            found |= {record["row"]: record for record in part["items"]}
            if part["next"] is None:
                return found
            cursor = {"cursor": part["next"]}


@pytest.fixture
def centre(
    database_url: str, keys: Path, clock: Clock, tmp_path: Path
) -> Generator[Centre]:
    catalogue = tmp_path / "catalogue"
    shutil.copytree(CATALOGUE, catalogue)
    (catalogue / "qualifications" / "choosing.yaml").write_text(CONFLICT)
    riverside = catalogue / "centres" / "riverside.yaml"
    listed = yaml.safe_load(riverside.read_text())
    listed["approvals"].append(IN_CONFLICT)
    riverside.write_text(yaml.safe_dump(listed))
    lrs = Faltering(ANSWERS)
    circuit = Circuit(clock=lambda: clock().timestamp())
    with ExitStack() as stack:
        service = stack.enter_context(
            running(database_url, keys, clock, BatchVerifier(lrs, circuit), catalogue)
        )
        client_as = stack.enter_context(clients(service))
        yield Centre(service, lrs, clock, client_as)


def test_from_a_damaged_file_to_every_reason_and_every_grade(centre: Centre) -> None:
    """U3, U4, U6, U7, U8, U9, O7, M7-M12, I1-I4, R2."""
    group = checked_while_lrs_goes_down(centre)
    put_right(centre, group)
    learners = submitted(centre, group)
    other_encodings(centre)
    apprenticeship_completed(centre, learners[:1])
    met = every_case_claimed(centre, learners[1:])
    met |= nothing_achieved(centre, learners[-1])
    assert met == REASONS


def checked_while_lrs_goes_down(centre: Centre) -> str:
    """Read Windows-1252, and have LRS answer some and then nobody."""
    group = centre.upload("Autumn 2026", damaged.as_text().encode("cp1252"))
    shown = centre.until(group, 50)
    assert (shown["records"], shown["encoding"]) == (ROWS, "Windows-1252 (Excel)")
    assert shown["names_as_read"] == ["Zoë Müller Aac", "Seán O'Brien Aad"]
    asked = sum(1 for row in damaged.rows() if row["uln"])
    assert ROWS // 3 < shown["counts"]["not_verified"] <= asked - ANSWERS
    centre.lrs.is_back = True
    patience = time.monotonic() + PATIENCE
    while centre.ask("GET", group)["counts"]["not_verified"]:
        assert time.monotonic() < patience
        centre.clock.advance(minutes=2)  # one asked before it was back is asked again
        time.sleep(0.05)
    return group


def put_right(centre: Centre, group: str) -> None:
    """Find each row that is wrong by its reason, and put it right in place."""
    invalid = centre.records(group, valid="false")
    found = {row: {p["code"] for p in r["problems"]} for row, r in invalid.items()}
    expected = {row: {damage.code} for row, damage in DAMAGE.items()}
    expected[EXPECTED_TWICE + 1] = {"uln-twice"}
    assert found == expected
    every = centre.records(group)
    for row, (_, code) in WARNED.items():
        assert code in {w["code"] for w in every[row]["warnings"]}, row
    for row, damage in DAMAGE.items():
        centre.ask("PATCH", f"{group}/records/{row}", dict(damage.right))
    assert centre.records(group, valid="false") == {}


def submitted(centre: Centre, group: str) -> list[str]:
    centre.ask("POST", f"{group}/submit")
    assert centre.until(group, 100)["learners"] == ROWS
    first = centre.ask("GET", "/learners", params={"limit": "200"})
    return [each["learner"] for each in first["items"]]


def other_encodings(centre: Centre) -> None:
    """Read a byte-order mark, and Mac Roman once it is said to be that (U4)."""
    text = damaged.as_text().splitlines(keepends=True)
    few = "".join([text[0], *text[2:4]])
    marked = centre.upload("With a mark", few.encode("utf-8-sig"))
    assert centre.until(marked, 50)["encoding"] == "UTF-8"
    mac = centre.upload("From a Mac", few.encode("mac-roman"))
    wrong = centre.until(mac, 50)["names_as_read"]
    centre.ask("PUT", f"{mac}/encoding", {"encoding": "mac-roman"})
    right = centre.until(mac, 50)["names_as_read"]
    assert wrong != right == centre.ask("GET", marked)["names_as_read"]


def registered(
    centre: Centre,
    product: str,
    learners: Sequence[str],
    pathways: Sequence[str | None] = (),
) -> Any:
    chosen = [*pathways, *[None] * (len(learners) - len(pathways))]
    order = {
        "products": [product],
        "learners": [
            {
                "product": product,
                "learners": [
                    {"learner": who, "pathway": pathway}
                    for who, pathway in zip(learners, chosen, strict=True)
                ],
            }
        ],
        "dates": [{"starts": "2026-09-01", "ends": "2027-07-16"}],
    }
    begun = centre.ask("POST", "/orders", order)
    total = {"total": begun["total"]}
    return centre.ask("POST", f"/orders/{begun['order']}/confirm", total)


def claimed(centre: Centre, qualification: str, awards: list[dict[str, Any]]) -> Any:
    """Claim with all units that anybody has; those that are tested are left out."""
    offered = {
        unit["reference"]
        for unit in centre.ask("GET", f"/products/{qualification}")["units"]
        if unit["assessment"] == "internal"
    }
    used = {unit for award in awards for unit in award["grades"]}
    body = {
        "qualification": qualification,
        "units": sorted(used & offered),
        "learners": [award["learner"] for award in awards],
        "awards": awards,
    }
    claim = centre.ask("POST", "/claims", body)["claim"]
    return centre.ask("POST", f"/claims/{claim}/submit")


def apprenticeship_completed(centre: Centre, learners: list[str]) -> None:
    """Complete both qualifications of an apprenticeship, and so the whole (O7)."""
    registered(centre, APPRENTICESHIP, learners)
    (learner,) = learners
    for file in ("team-leading-2", "business-administration-2"):
        reference, cases = cases_in(file)
        case = next(c for c in cases if c.get("eligible") and c.get("grades"))
        award = award_of(learner, "Full", case["grades"])
        (place,) = claimed(centre, reference, [award])["learners"]
        assert place["status"] == "Submitted", place
    shown = centre.ask("GET", f"/learners/{learner}/registrations")
    (whole,) = shown["apprenticeships"]
    assert whole["status"] == "Completed"


def every_case_claimed(centre: Centre, learners: list[str]) -> set[str]:
    """Claim the worked cases of the catalogue: each is kept back for its reasons."""
    free = iter(learners)
    met: set[str] = set()
    grades: set[str] = set()
    for file in FILES:
        reference, cases = cases_in(file)
        who = [next(free) for _ in cases]
        pathways = [case.get("pathway") for case in cases]
        registered(centre, reference, who, pathways)
        awards = [
            award_of(each, case.get("award_type", "Full"), case["grades"])
            for each, case in zip(who, cases, strict=True)
        ]
        places = claimed(centre, reference, awards)["learners"]
        for place, case in zip(places, cases, strict=True):
            expected = set(case.get("reasons", ()))
            if "no-unit-achieved" in expected:  # which is why enough
                expected = {"no-unit-achieved"}
            found = {reason["code"] for reason in place["kept_back"]}
            assert found == expected, case
            met |= found
            if case["eligible"]:
                assert place["status"] == "Submitted", case
                shown = centre.ask("GET", f"/learners/{place['learner']}/results")
                grade = shown[0]["awards"][0]["overall_grade"]
                assert grade == case.get("overall_grade"), case
                grades.add(grade)
    for award_type in ("Interim", "Fallback"):
        learner = next(free)
        registered(centre, IN_CONFLICT, [learner])
        award = award_of(learner, award_type, {"A/100/0001": "P"})
        (place,) = claimed(centre, IN_CONFLICT, [award])["learners"]
        assert place["status"] == "Submitted"
    assert grades >= {"Pass", "P", "M", "D*"}
    deep, long = "A/100/0001", "D/100/0002"
    who = [next(free), next(free)]
    registered(centre, IN_CONFLICT, who)
    awards = [
        award_of(each, "Full", dict.fromkeys(units, "P"))
        for each, units in zip(who, [(deep, long), (deep,)], strict=True)
    ]
    for place in claimed(centre, IN_CONFLICT, awards)["learners"]:
        met |= {reason["code"] for reason in place["kept_back"]}
    return met


def nothing_achieved(centre: Centre, learner: str) -> set[str]:
    reference, _ = cases_in("business-certificate-3")
    registered(centre, reference, [learner])
    award = award_of(learner, "Interim", {"F/701/0101": "U"})
    (place,) = claimed(centre, reference, [award])["learners"]
    return {reason["code"] for reason in place["kept_back"]}


FILES = (
    "business-administration-2",
    "business-certificate-3",
    "business-extended-certificate-3",
    "hospitality-supervision-3",
    "team-leading-2",
)


def cases_in(file: str) -> tuple[str, list[dict[str, Any]]]:
    """Read the worked cases beside a qualification, of units assessed internally."""
    folder = CATALOGUE / "qualifications"
    rules = yaml.safe_load((folder / f"{file}.yaml").read_text())
    tested = {u["reference"] for u in rules["units"] if u.get("assessment") == "test"}
    cases = yaml.safe_load((folder / f"{file}.cases.yaml").read_text())["cases"]
    return rules["reference"], [c for c in cases if not tested & c["grades"].keys()]


def award_of(learner: str, award_type: str, grades: dict[str, str]) -> dict[str, Any]:
    return {
        "learner": learner,
        "award_type": award_type,
        "award_date": "2026-11-20",
        "grades": grades,
    }
