"""People are named beside identifiers, and titles stand beside references, everywhere."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.operations import DOCUMENT, Operation, every_operation, names_of
from tests.api.seeded_centre import furnished_in
from tests.clock import PATIENCE

SCHEMAS: Mapping[str, Any] = DOCUMENT["components"]["schemas"]
BESIDE: Mapping[str, tuple[set[str], ...]] = {
    "learner": ({"given_name", "family_name"}, {"people"}),
    "other": ({"people"},),
    "qualification": ({"title"},),
    "product": ({"title"},),
    "apprenticeship": ({"apprenticeship_title"},),
    "unit": ({"unit_title"},),
    "pathway": ({"pathway_title"},),
    "group": ({"group_name"}, {"name"}),
    "centre": ({"centre_name"},),
}
"""What stands beside a text of a response, by what it is called: one of these."""

ELSEWHERE = {
    ("LearnerRecord", "learner"): "the values of the row are the person's",
    ("ClaimableUnit", "group"): "a group of units is called by its letter",
    ("Unit", "group"): "a group of units is called by its letter",
    ("RecordedEvent", "centre"): "the envelope as it was recorded",
    ("TimelineEvent", "centre"): "the envelope as it was recorded",
}
LISTS_OF_LEARNERS = {
    ("Learner", "same_person_as"): "same_people",
    ("Order", "linked_to_every_product"): "linked_people",
    ("CellFinding", "learners"): "people",
}
UNITS_BY_REFERENCE = ("Claim", "IneligibleLearner", "EligibilityAnswer")
"""What names units by reference alone somewhere within: it has ``unit_titles``."""


def referred(value: Any, found: set[str]) -> set[str]:
    """Find every schema that a part of the document refers to, however deep."""
    if isinstance(value, dict):
        _, at, name = str(value.get("$ref", "")).partition("/schemas/")
        if at and name not in found:
            found.add(name)
            referred(SCHEMAS[name], found)
        value = [*value.values()]
    if isinstance(value, list):
        for each in value:
            referred(each, found)
    return found


ANSWERED = referred([each.told["responses"] for each in every_operation()], set())


def is_text(schema: Mapping[str, Any]) -> bool:
    kinds = [schema, *schema.get("anyOf", ())]
    return any(each.get("type") == "string" for each in kinds)


def test_a_response_that_has_an_identifier_has_a_name_beside_it() -> None:
    bare = [
        (name, called)
        for name in sorted(ANSWERED)
        for called, beside in BESIDE.items()
        if is_text(SCHEMAS[name].get("properties", {}).get(called, {}))
        and not any(each <= {*SCHEMAS[name]["properties"]} for each in beside)
    ]
    assert set(bare) == set(ELSEWHERE), set(bare) ^ set(ELSEWHERE)


def test_lists_of_identifiers_and_grades_by_unit_have_names_beside_them() -> None:
    for (name, called), beside in LISTS_OF_LEARNERS.items():
        assert {called, beside} <= {*SCHEMAS[name]["properties"]}
    for name in UNITS_BY_REFERENCE:
        assert "unit_titles" in SCHEMAS[name]["properties"]


@dataclass(frozen=True, kw_only=True)
class Furnished:
    """A centre with one of everything."""

    client: TestClient
    names: Mapping[str, str]


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Generator[Furnished]:
    with furnished_in(tmp_path_factory.mktemp("names")) as (service, client_as, things):
        assert service.read_models.wait_for(service.store.head(), PATIENCE)
        client = client_as("admin.riverside")
        yield Furnished(client=client, names=names_of(things))


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Walk the objects of an answer."""
    if isinstance(value, dict):
        yield value
        value = [*value.values()]
    if isinstance(value, list):
        for each in value:
            yield from objects(each)


def answers(furnished: Furnished) -> Iterator[tuple[Operation, Any]]:
    for operation in every_operation():
        if operation.method == "get" and not operation.path.endswith("events"):
            answer = operation.ask(furnished.client, furnished.names)
            if answer.headers.get("content-type") == "application/json":
                yield operation, answer.json()


def test_what_is_answered_names_everybody_and_everything(furnished: Furnished) -> None:
    """Whoever and whatever is known has its name, not only a place for one."""
    named = 0
    for operation, answer in answers(furnished):
        for each in objects(answer):
            if each.get("learner") and "family_name" in each:
                assert each["family_name"] == "Quillfeather", operation
                named += 1
            for called in (
                "title",
                "unit_title",
                "pathway_title",
                "group_name",
                "centre_name",
            ):
                of = called.removesuffix("_title").removesuffix("_name")
                if each.get(of) and called in each:
                    assert each[called], (operation, each)
                    named += 1
    assert named > 50
