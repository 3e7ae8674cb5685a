"""What is another centre's cannot be named in a body either, or be told of by it."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

import pytest

from tests.api.http.documents.test_openapi import texts
from tests.api.isolation.neighbours import IDENTIFIER, Neighbours, told
from tests.api.operations import NOWHERE, every_operation, names_of
from tests.api.seeded_centre import API, DATES, MANDATORY, PRODUCT, TEST, award

Body = Callable[[Mapping[str, str]], object]


def awards(names: Mapping[str, str]) -> list[object]:
    return [award(names["learner"], MANDATORY)]


def linked(names: Mapping[str, str]) -> dict[str, object]:
    return {"product": PRODUCT, "learners": [{"learner": names["learner"]}]}


def grouped(names: Mapping[str, str]) -> dict[str, object]:
    return {"product": PRODUCT, "groups": [names["group"]]}


def entries(names: Mapping[str, str]) -> dict[str, object]:
    entry = {"learner": names["learner"], "qualification": PRODUCT, "unit": TEST}
    return {"entries": [{**entry, "delivery": "Onscreen"}]}


def lines(**who: list[str]) -> dict[str, object]:
    test = {"qualification": PRODUCT, "unit": TEST, "delivery": "Onscreen"}
    return {"lines": [{**test, **who}]}


REFERRING: tuple[tuple[str, str, Body], ...] = (
    ("post", "/orders", lambda n: {"products": [PRODUCT], "learners": [linked(n)]}),
    ("post", "/orders", lambda n: {"products": [PRODUCT], "learners": [grouped(n)]}),
    (
        "post",
        "/orders",
        lambda n: {
            "products": [PRODUCT],
            "dates": [{**DATES, "learners": [n["learner"]]}],
        },
    ),
    (
        "patch",
        "/learner-groups/{group}/records/{row}",
        lambda n: {"given_name": "Una", "link_to": n["learner"]},
    ),
    (
        "post",
        "/invoice-lines/statuses",
        lambda n: {"reports": [{"line": n["registration"], "status": "Invoiced"}]},
    ),
    ("put", "/orders/{order}/learners", linked),
    ("put", "/orders/{order}/learners", grouped),
    ("post", "/orders/{order}/learners", linked),
    ("post", "/orders/{order}/learners", grouped),
    (
        "put",
        "/orders/{order}/course-dates",
        lambda n: {"dates": [{**DATES, "learners": [n["learner"]]}]},
    ),
    (
        "post",
        "/claims",
        lambda n: {"qualification": PRODUCT, "learners": [n["learner"]]},
    ),
    ("post", "/claims", lambda n: {"qualification": PRODUCT, "awards": awards(n)}),
    (
        "post",
        "/eligibility",
        lambda n: {"qualification": PRODUCT, "grades": {}, "learner": n["learner"]},
    ),
    ("put", "/claims/{claim}/learners", lambda n: {"learners": [n["learner"]]}),
    ("put", "/claims/{claim}/grades", lambda n: {"awards": awards(n)}),
    (
        "post",
        "/claims/{claim}/withdraw",
        lambda n: {"reason": "By mistake.", "learner": n["learner"]},
    ),
    (
        "post",
        "/bookings/{booking}/package",
        lambda n: {"pin": "4821", "client": n["client"]},
    ),
    (
        "post",
        "/certificates/printing",
        lambda n: {"certificates": [n["certificate"]]},
    ),
    ("post", "/entry-orders", entries),
    ("post", "/entry-orders", lambda n: lines(learners=[n["learner"]])),
    ("post", "/entry-orders", lambda n: lines(groups=[n["group"]])),
    ("put", "/entry-orders/{entry_order}/entries", entries),
    ("post", "/entry-orders/{entry_order}/entries", entries),
    (
        "post",
        "/users",
        lambda n: {
            "name": "somebody.new",
            "full_name": "Somebody New",
            "role": "Assessor",
            "centre": n["centre"],
        },
    ),
    (
        "patch",
        "/users/{name}",
        lambda n: {"role": "Assessor", "centre": n["centre"]},
    ),
)
"""Where a request names another thing in its body: what to send with such a name."""


def test_every_body_that_names_a_learner_or_a_group_is_tried_here() -> None:
    tried = {(method, API + path) for method, path, _ in REFERRING}
    for operation in every_operation():
        named = {
            text[:2] for text in texts(operation.body) if IDENTIFIER.fullmatch(text)
        }
        is_tried = (operation.method, operation.path) in tried
        assert not named or is_tried, f"say in REFERRING how {operation} names {named}"


@pytest.mark.parametrize(("method", "path", "body"), REFERRING)
def test_another_centres_thing_in_a_body_is_as_if_it_were_not(
    neighbours: Neighbours, method: str, path: str, body: Body
) -> None:
    """O3, M4: nor can it be put on an order, into a claim or among users."""
    ours = {**names_of(neighbours.ours), **neighbours.ours.drafts}
    theirs = names_of(neighbours.theirs)
    client = neighbours.us["administrator"]
    headers = {"If-Match": "*", "Idempotency-Key": "1"}
    url = API + path.format_map(ours)
    answer = client.request(method, url, json=body(theirs), headers=headers)
    of_none = client.request(method, url, json=body(NOWHERE), headers=headers)
    assert answer.is_client_error, answer.text
    assert told(answer, theirs["centre"]) == told(of_none, NOWHERE["centre"])


def test_the_same_person_at_another_centre_is_another_learner(
    neighbours: Neighbours,
) -> None:
    """L1, U6: neither the ULN nor the likeness tells of the learner there."""
    ann = {"given_name": "Ann", "family_name": "Reid", "date_of_birth": "2006-03-27"}
    for centre in (neighbours.us["administrator"], neighbours.them):
        made = centre.post(f"{API}/learners", json={**ann, "uln": "1000102504"})
        assert made.status_code == HTTPStatus.CREATED, made.text
