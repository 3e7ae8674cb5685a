"""Names stand beside identifiers, and titles beside references, wherever they are answered."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from api.registrations.invoice_lines import COLUMNS
from tests.api.operations import DOCUMENT

SCHEMAS: Mapping[str, Any] = DOCUMENT["components"]["schemas"]

BESIDE: Mapping[str, tuple[str, ...]] = {
    "learner": ("family_name", "people", "person"),
    "linked_to": ("linked_person",),
    "learners": ("people",),
    "linked_to_every_product": ("linked_people",),
    "group": ("group_name", "name"),
    "product": ("title",),
    "products": ("titles",),
    "qualification": ("title", "unit_titles"),
    "apprenticeship": ("apprenticeship_title",),
    "unit": ("unit_title",),
    "units": ("unit_titles",),
    "chosen": ("unit_titles",),
    "grades": ("unit_titles",),
    "grades_to_date": ("unit_titles",),
    "earlier_grades": ("unit_titles",),
    "reference": ("title", "unit_titles"),
    "code": ("title", "message", "sentence"),
    "pathway": ("pathway_title",),
    "other_pathway": ("other_pathway_title",),
}
"""What says in words what each of these is, one of which is beside it."""

WITHIN = {
    "Award": "Claim",
    "ClaimEligibility": "Claim",
    "ClaimUnits": "Claim",
    "EligibilityReason": "Claim",
    "RuleReason": "EligibilityAnswer",
    "UnitVerdict": "EligibilityAnswer",
}
"""Parts of what has the titles of the units."""

NOT_NAMES = {
    ("ClaimSummary", "units"): "how many",
    ("ClaimSummary", "learners"): "how many",
    ("LearnerGroup", "learners"): "how many",
    ("LearnerGroupSummary", "learners"): "how many",
    ("Order", "learners"): "how many",
    ("OrderSummary", "learners"): "how many",
    ("Sitting", "learners"): "how many",
    ("ClaimableUnit", "chosen"): "whether",
    ("ClaimableUnit", "group"): "a letter of the rules",
    ("Unit", "group"): "a letter of the rules",
    ("ClaimableLearner", "chosen"): "whether",
    ("ClaimableUnit", "grades"): "which there are",
    ("Unit", "grades"): "which there are",
    ("GradeCell", "grades"): "one for each component",
    ("GradeComponent", "units"): "those of the product, which has their titles",
    ("UlnVerification", "code"): "what LRS answered, with a message",
}


def refers(told: Mapping[str, Any]) -> bool:
    """Tell whether a member is a text, texts, or texts by text: not things themselves."""
    kinds = [told, *told.get("anyOf", ())]
    return any(
        each.get("type") == "string"
        or (each.get("type") == "array" and each["items"].get("type") == "string")
        or (
            each.get("type") == "object"
            and each.get("additionalProperties", {}).get("type") == "string"
        )
        for each in kinds
    )


def answered() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Walk the schemas of what is answered: those of what is sent forbid all else."""
    for name, schema in SCHEMAS.items():
        if "properties" in schema and schema.get("additionalProperties") is not False:
            yield name, schema["properties"]


def test_what_is_called_by_an_identifier_is_called_by_its_name_beside_it() -> None:
    """G7: in every schema of the document."""
    bare = [
        (name, member)
        for name, members in answered()
        for member, told in members.items()
        if member in BESIDE
        and refers(told)
        and (name, member) not in NOT_NAMES
        and not {*BESIDE[member]} & {*members}
        and not (
            name in WITHIN
            and {*BESIDE[member]} & {*SCHEMAS[WITHIN[name]]["properties"]}
        )
    ]
    assert bare == []


@pytest.mark.parametrize(("name", "member"), NOT_NAMES)
def test_what_is_said_to_be_no_name_is_there(name: str, member: str) -> None:
    assert member in SCHEMAS[name]["properties"]


def test_the_invoice_lines_as_csv_have_what_they_have_as_json() -> None:
    """B9: names, titles, currency and times, in the same order."""
    assert tuple(SCHEMAS["InvoiceLine"]["properties"]) == COLUMNS
    wanted = {"given_name", "title", "unit_title", "currency", "charged_at"}
    assert wanted <= {*COLUMNS}


def test_what_is_of_a_centre_names_it_right_beside() -> None:
    """G7: all but the events, whose envelope is as it was recorded."""
    beside = {}
    for name, members in answered():
        called = [*members]
        if "centre" in members:
            after = called[called.index("centre") + 1]
            beside[name] = after == "centre_name"
    bare = {name for name, is_named in beside.items() if not is_named}
    assert bare == {"RecordedEvent", "TimelineEvent"}
    assert len(beside) > 20
