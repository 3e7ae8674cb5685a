"""The journey of centre staff, over HTTP: a damaged file, an order, claims, results."""

from collections.abc import Generator, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.journey.running import HERE, Person, Running, serving

FILE = HERE / "examples" / "learners.csv"
RIVERSIDE = "48213"
TEAM_LEADING, HOSPITALITY = "Q-0005001227", "Q-0005001568"

MANDATORY = ["L/506/1788", "T/506/1798", "H/506/1800", "R/506/2294", "R/506/2957"]
LEADING = ["K/506/1927", "M/506/1928", "Y/506/2958"]  # 13 credits of group B
SHORT = ["R/506/1789", "Y/506/2958", "T/506/1820"]  # 9 credits of group B
SERVICE = ["A/506/2130"]  # 5 credits of group C
SIX_OF_C = ["R/506/1811", "T/505/4673"]
FRONT_OF_HOUSE = [
    *("J/504/0101", "L/504/0102", "R/504/0103"),
    *("R/504/0120", "Y/504/0121", "D/504/0122", "A/504/0130", "R/504/0134"),
]
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()


@pytest.fixture
def running(database_url: str, tmp_path: Path) -> Generator[Running]:
    delay = {"LEARNER_MANAGEMENT_PROCESSING_DELAY": "PT0S"}
    with serving(database_url, tmp_path, **delay) as running:
        yield running


def test_from_a_file_of_learners_to_certificates_claimed(running: Running) -> None:
    """U1-U6, U8-U10, L3, O1-O5, M1-M16, I1-I4, R1, R2, H1."""
    admin = running.signed_in("admin.riverside")
    group = uploaded(admin)
    fixed_row_by_row(admin, group)
    learners = submitted(admin, group)
    ordered(admin, group, learners)
    claim = claimed(admin, learners)
    fixed_by_a_way_to_fix(admin, claim, learners)
    on_the_wrong_pathway(admin, learners)
    found_in_results(admin, learners)
    withdrawn_no_more(admin, claim)
    an_assessor_may_not_claim(running.signed_in("assessor.riverside"), claim)
    nothing_shows_at(running.signed_in("admin.hillside"), claim, learners, group)


def uploaded(admin: Person) -> str:
    files = {"file": (FILE.name, FILE.read_bytes(), "text/csv")}
    answer = admin.ask(
        "POST", "/learner-groups", 202, data={"name": "Autumn 2026"}, files=files
    ).json()
    group = str(answer["group"])
    shown = admin.until(f"/learner-groups/{group}", lambda g: g["progress"] >= 50)
    assert shown["encoding"] == "UTF-8"
    assert shown["names_as_read"] == ["Chloë D'Arcy", "Siân Rhys"]
    assert shown["counts"] == {
        "valid": 54,
        "invalid": 6,
        "to_confirm": 0,
        "not_verified": 0,
        "removed": 0,
        "learners": 0,
    }
    again = admin.ask(
        "POST", "/learner-groups", 409, data={"name": " autumn 2026"}, files=files
    ).json()
    assert f"before, for group {group}" in again["detail"]
    return group


def fixed_row_by_row(admin: Person, group: str) -> None:
    records = admin.get(f"/learner-groups/{group}/records", valid="false")["items"]
    found = {
        r["row"]: [(p["cell"], p["message"]) for p in r["problems"]] for r in records
    }
    assert found == {
        6: [("E6", twice("5154163442", 43))],
        12: [("E12", check_digit("3481828120"))],
        18: [("C18", "31 February is not a real date. Enter a date like 27/3/2006.")],
        27: [("E27", check_digit("8582508401"))],
        35: [("B35", "Family name is missing. Every learner needs one.")],
        43: [("E43", twice("5154163442", 6))],
    }
    for row, cells in (
        (12, {"uln": "3481828127"}),
        (18, {"date_of_birth": "28/02/2006"}),
        (27, {"uln": ""}),
        (35, {"family_name": "Andersen"}),
        (43, {"uln": ""}),
    ):
        path = f"/learner-groups/{group}/records/{row}"
        assert admin.change("PATCH", path, cells)["problems"] == []
    assert admin.get(f"/learner-groups/{group}/records", valid="false")["items"] == []


def twice(uln: str, other: int) -> str:
    return (
        f"ULN {uln} is in row {other} as well. A ULN belongs to one person: "
        "correct it, leave it blank, or remove the record."
    )


def check_digit(uln: str) -> str:
    return (
        f"ULN must pass the check digit. {uln} does not: "
        "check for a swapped digit, or leave it blank."
    )


def submitted(admin: Person, group: str) -> dict[str, str]:
    """Submit, and give the learners by family name."""
    admin.post(f"/learner-groups/{group}/submit", expect=202)
    shown = admin.until(f"/learner-groups/{group}", lambda g: g["progress"] == 100)
    assert shown["learners"] == 60
    found = admin.get("/learners", group="Autumn 2026", limit="100")["items"]
    assert len(found) == 60
    (zoe,) = admin.get("/learners", given_name="zoe", family_name="muller")["items"]
    assert zoe["learner"] in {each["learner"] for each in found}
    return {each["family_name"]: each["learner"] for each in found}


def ordered(admin: Person, group: str, learners: dict[str, str]) -> None:
    """Order two products for a group, with pathways and a purchase order number."""
    order = admin.post("/orders", {"products": [TEAM_LEADING, HOSPITALITY]}, expect=201)
    path = f"/orders/{order['order']}"
    admin.post(f"{path}/learners", {"product": TEAM_LEADING, "groups": [group]})
    two = [
        {"learner": learners["Nowak"], "pathway": "FOOD"},
        {"learner": learners["Reid"]},
    ]
    linked = admin.post(f"{path}/learners", {"product": HOSPITALITY, "learners": two})
    assert (linked["learners"], linked["registrations"]) == (60, 62)
    assert linked["total"] == "6132.00"
    dates = {"starts": "2026-09-01", "ends": "2027-07-16"}
    admin.change("PUT", f"{path}/course-dates", {"dates": [dates]})
    admin.change("PUT", f"{path}/purchase-order-number", {"number": "PO-2026-117"})
    refused = admin.post(f"{path}/confirm", {"total": "6132.00"}, expect=409)
    assert learners["Reid"] in refused["detail"]
    front = {"learner": learners["Reid"], "pathway": "FRONT"}
    admin.post(f"{path}/learners", {"product": HOSPITALITY, "learners": [front]})
    dearer = admin.post(f"{path}/confirm", {"total": "6000.00"}, expect=409)
    assert "£6,132.00 now" in dearer["detail"]
    for _ in range(2):
        done = admin.post(f"{path}/confirm", {"total": "6132.00"}, key="the-order")
        assert done["state"] == "Confirmed"
    registered = admin.get("/registrations", order=order["order"], limit="200")["items"]
    assert len(registered) == 62
    assert {each["status"] for each in registered} == {"Active"}
    assert {each["purchase_order_number"] for each in registered} == {"PO-2026-117"}


def claimed(admin: Person, learners: dict[str, str]) -> str:
    """Claim Full, Interim and Fallback for learners with different units."""
    offered = admin.get("/claimable-qualifications", search="team leading")["items"]
    assert [each["reference"] for each in offered] == [TEAM_LEADING]
    units = [*MANDATORY, *LEADING, *SHORT, *SERVICE, *SIX_OF_C]
    people = [learners[name] for name in ("Okafor", "D'Arcy", "Rhys", "Müller")]
    claim = admin.post(
        "/claims",
        {"qualification": TEAM_LEADING, "units": units, "learners": people},
        expect=201,
    )["claim"]
    shown = admin.change(
        "PUT",
        f"/claims/{claim}/grades",
        {
            "awards": [
                award(people[0], "Full", [*MANDATORY, *LEADING, *SERVICE]),
                award(people[1], "Interim", MANDATORY[:2]),
                award(people[2], "Fallback", [*MANDATORY[:1], *SERVICE]),
                award(people[3], "Full", [*MANDATORY, *SHORT, *SIX_OF_C]),
            ]
        },
    )
    eligible = [each["eligibility"]["eligible"] for each in shown["learners"]]
    assert eligible == [True, True, True, False]
    assert len(shown["warnings"]) == 2
    key = "the-first-claim"
    first = admin.post(f"/claims/{claim}/submit", key=key)
    assert standings(first) == ["Submitted", "Submitted", "Submitted", "Unsubmitted"]
    admin.post(f"/claims/{claim}/submit", key=key)
    return str(claim)


def award(learner: str, award_type: str, units: Iterable[str]) -> dict[str, object]:
    return {
        "learner": learner,
        "award_type": award_type,
        "award_date": YESTERDAY,
        "grades": dict.fromkeys(units, "P"),
    }


def standings(claim: Any) -> list[str]:
    return [each["status"] for each in claim["learners"]]


def fixed_by_a_way_to_fix(admin: Person, claim: str, learners: dict[str, str]) -> None:
    who = learners["Müller"]
    (waiting,) = admin.get("/ineligible-learners")["items"]
    assert (waiting["learner"], waiting["claim"]) == (who, claim)
    assert [reason["code"] for reason in waiting["reasons"]] == [
        "credits-short",
        "level-credits-short",
    ]
    why = admin.get(f"/ineligible-learners/{claim}/{who}")
    assert why["interim_now"]
    way = why["pathways"][0]["ways_to_fix"][0]
    assert len(way) == 1
    # The others are processed at any moment, which would be a change since one looked.
    shown = admin.until(f"/claims/{claim}", lambda it: "Submitted" not in standings(it))
    summary = shown["units"]
    units = [
        *summary["chosen"],
        *(unit for unit in way if unit not in summary["chosen"]),
    ]
    admin.change("PUT", f"/claims/{claim}/units", {"units": units})
    grades = [*MANDATORY, *SHORT, *SIX_OF_C, *way]
    awards = {"awards": [award(who, "Full", grades)]}
    admin.change("PUT", f"/claims/{claim}/grades", awards)
    assert "Unsubmitted" not in standings(admin.post(f"/claims/{claim}/submit"))
    assert admin.get("/ineligible-learners")["items"] == []


def on_the_wrong_pathway(admin: Person, learners: dict[str, str]) -> None:
    who = learners["Nowak"]
    whole = {
        "qualification": HOSPITALITY,
        "units": FRONT_OF_HOUSE,
        "learners": [who],
        "awards": [award(who, "Full", FRONT_OF_HOUSE)],
    }
    claim = admin.post("/claims", whole, expect=201)["claim"]
    submitted = admin.post(f"/claims/{claim}/submit")
    assert standings(submitted) == ["Unsubmitted"]
    reasons = submitted["learners"][0]["kept_back"]
    assert "wrong-pathway" in {reason["code"] for reason in reasons}
    assert any("Account Specialist" in reason["message"] for reason in reasons)
    (waiting,) = admin.get("/ineligible-learners", cause="wrong-pathway")["items"]
    assert waiting["learner"] == who


def found_in_results(admin: Person, learners: dict[str, str]) -> None:
    def done(found: Any) -> bool:
        return [r["status"] for r in found["items"]].count("Processed") == 4

    found = admin.until("/results", done, product_title="team leading")["items"]
    kinds = {each["learner"]: each["award_type"] for each in found}
    names = {
        "Okafor": "Full",
        "D'Arcy": "Interim",
        "Rhys": "Fallback",
        "Müller": "Full",
    }
    assert kinds == {learners[name]: kind for name, kind in names.items()}
    (full,) = admin.get("/results", first_name="amara", grade="Pass")["items"]
    assert full["certificate"].startswith("C-")
    (kept,) = admin.get("/results", last_name="nowak", product_title="hosp")["items"]
    assert (kept["status"], kept["certificate"]) == ("Unsubmitted", None)
    digits = learners["Rhys"].removeprefix("L-")[-6:-1]
    (fallback,) = admin.get("/results", learner_reference=digits)["items"]
    assert fallback["award_type"] == "Fallback"
    (whole,) = admin.get(f"/learners/{learners['Okafor']}/results")
    assert whole["qualification"]["reference"] == TEAM_LEADING
    assert len(whole["awards"][0]["units"]) == 9
    registered = admin.get(f"/learners/{learners['Okafor']}/registrations")
    statuses = {r["product"]: r["status"] for r in registered["qualifications"]}
    assert statuses[TEAM_LEADING] == "Completed"


def withdrawn_no_more(admin: Person, claim: str) -> None:
    refused = admin.post(
        f"/claims/{claim}/withdraw", {"reason": "Too early."}, expect=409
    )
    assert "processed" in refused["detail"]


def an_assessor_may_not_claim(assessor: Person, claim: str) -> None:
    assert assessor.get(f"/claims/{claim}")["claim"] == claim
    refused = assessor.post("/claims", {"qualification": TEAM_LEADING}, expect=403)
    assert "a Centre Administrator" in refused["detail"]
    assessor.post(f"/claims/{claim}/submit", expect=403)
    assessor.change("PUT", f"/claims/{claim}/units", {"units": []}, expect=403)


def nothing_shows_at(
    hillside: Person, claim: str, learners: dict[str, str], group: str
) -> None:
    hillside.get(f"/claims/{claim}", expect=404)
    hillside.get(f"/learners/{learners['Okafor']}", expect=404)
    hillside.get(f"/learner-groups/{group}", expect=404)
    for path in ("/learners", "/claims", "/orders", "/results", "/ineligible-learners"):
        assert hillside.get(path)["items"] == []
