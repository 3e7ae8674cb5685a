"""What is another centre's cannot be read, changed or even detected, on any path."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi.testclient import TestClient

from tests.api.isolation.neighbours import Neighbours, told
from tests.api.operations import NOWHERE, OPEN, Operation, every_operation, names_of
from tests.api.seeded_centre import MANDATORY, Maker, Things
from tests.offline_client import Program

OPERATIONS = tuple(every_operation())


def asked(
    operation: Operation, client: TestClient, names: Mapping[str, str], **query: str
) -> tuple[int, object, str]:
    secret = [names[each] for each in operation.parameters if each not in OPEN]
    return told(operation.ask(client, names, query=query), *secret)


def test_whoever_has_a_thing_sees_it(neighbours: Neighbours) -> None:
    """So that what follows is about things that are there."""
    theirs = names_of(neighbours.theirs)
    for operation in OPERATIONS:
        if operation.method == "get" and operation.parameters:
            answer = operation.ask(neighbours.them, theirs)
            assert answer.status_code == HTTPStatus.OK, f"{operation}: {answer.text}"


def test_another_centres_thing_is_as_if_it_were_not(neighbours: Neighbours) -> None:
    theirs = names_of(neighbours.theirs)
    nothing = {**theirs, **NOWHERE}
    betrayed = []
    for operation in OPERATIONS:
        if not set(operation.parameters) - {*OPEN}:
            continue
        for role, client in neighbours.us.items():
            answer = asked(operation, client, theirs)
            of_none = asked(operation, client, nothing)
            if answer[0] not in {403, 404} or answer != of_none:
                betrayed.append(f"{operation} as {role}: {answer}\n not {of_none}")
    assert betrayed == [], "\n".join(betrayed)


def test_another_centres_thing_never_was(neighbours: Neighbours) -> None:
    """H3."""
    theirs = names_of(neighbours.theirs)
    moment = neighbours.service.clock().isoformat()
    client = neighbours.us["assessor"]
    for operation in OPERATIONS:
        if operation.method == "get" and set(operation.parameters) - {*OPEN}:
            answer = asked(operation, client, theirs, as_at=moment)
            assert answer[0] == HTTPStatus.NOT_FOUND, operation
            of_none = asked(operation, client, {**theirs, **NOWHERE}, as_at=moment)
            assert answer == of_none, operation


def test_another_centres_thing_beside_ones_own_is_as_if_it_were_not(
    neighbours: Neighbours,
) -> None:
    ours = {**names_of(neighbours.ours), **neighbours.ours.drafts}
    theirs = names_of(neighbours.theirs)
    client = neighbours.us["administrator"]
    for operation in OPERATIONS:
        secret = set(operation.parameters) - {*OPEN}
        for each in secret if len(secret) > 1 else ():
            answer = operation.ask(client, {**ours, each: theirs[each]})
            of_none = operation.ask(client, {**ours, each: NOWHERE[each]})
            assert told(answer) == told(of_none), (operation, each)


NEUTRAL = {
    *("limit", "cursor", "as_at", "sort", "descending", "after", "position"),
    *("first", "second", "since", "until", "event", "created_from", "created_to"),
    *("status", "state", "cause", "valid", "kind", "can_be_ordered", "pathway"),
    *("search", "suite", "subject_area", "level", "title", "product_title", "why"),
    *("product", "qualification", "number", "credits", "mandatory", "grade"),
    *("date_of_birth", "unit", "attendance", "past", "starts", "sha256"),
    *("starts_from", "starts_before", "apprenticeship", "updated_since", "total"),
    *("mode", "room", "date_from", "date_to", "in_force", "waiting_to_print"),
}
"""Parameters that name nothing of a centre's own."""


def filters(things: Things) -> dict[str, tuple[str, ...]]:
    """Give what to look for to find the things of a centre."""
    called = things.called
    surname, number, *_ = things.others
    return {
        "learner": (called["learner"], called["learner"][-6:-1]),
        "claim": (called["claim"],),
        "order": (called["order"],),
        "registration": (called["registration"],),
        "parent": (called["registration"],),
        "client": (called["client"],),
        "group": (called["group"], f"Group {surname}"),
        "reference": (called["order"][-5:], called["claim"][-5:]),
        "centre": (things.centre,),
        "user": (called["name"],),
        "package": (called["package"],),
        "name": (called["name"], f"Group {surname}", f"Full {surname}"),
        "uln": ("1000000043",),
        "given_name": ("Uma", "Full"),
        "family_name": (surname,),
        "centre_reference": (f"{surname}-1",),
        "learner_reference": (called["learner"], f"{surname}-1"),
        "purchase_order_number": (number,),
    }


NEVER = Things(
    centre=NOWHERE["centre"],
    called=NOWHERE,
    others=("Nobodysname", "PO Nobodysname"),
    drafts={},
)
"""What no centre has."""


def test_to_look_for_anothers_thing_is_to_look_for_nothing(
    neighbours: Neighbours,
) -> None:
    """L3, R1, U10: the same rows, headers and next part as for what is nowhere."""
    ours = {**names_of(neighbours.ours), **neighbours.ours.drafts}
    theirs, nothing = filters(neighbours.theirs), filters(NEVER)
    tried = 0
    for operation in OPERATIONS:
        for parameter in {*operation.queries} & {*theirs}:
            for one, none in zip(theirs[parameter], nothing[parameter], strict=True):
                for role, client in neighbours.us.items():
                    answer = operation.ask(client, ours, query={parameter: one})
                    of_none = operation.ask(client, ours, query={parameter: none})
                    what = f"{operation} {parameter} as {role}"
                    assert told(answer, one, none) == told(of_none, one, none), what
                    tried += 1
    assert tried > 100


def test_no_search_or_list_finds_or_betrays_anothers_things(
    neighbours: Neighbours,
) -> None:
    """L3, R1, U10: whatever is sought, and from whatever place in the list."""
    ours = {**names_of(neighbours.ours), **neighbours.ours.drafts}
    secrets = neighbours.theirs.everything()
    seeking = filters(neighbours.theirs)
    for operation in OPERATIONS:
        if operation.method != "get":
            continue
        queries: list[dict[str, str]] = [{}]
        for parameter in operation.queries:
            unknown = {parameter} - {*NEUTRAL, *seeking}
            assert not unknown, f"say in NEUTRAL or sought what {unknown} looks for"
            queries += [{parameter: each} for each in seeking.get(parameter, ())]
        if "cursor" in operation.queries:
            first = operation.ask(
                neighbours.them, names_of(neighbours.theirs), query={"limit": "1"}
            )
            if cursor := first.json().get("next"):
                queries.append({"cursor": cursor})
        for role, client in neighbours.us.items():
            for query in queries:
                answer = operation.ask(client, ours, query=query)
                text = answer.text.replace("".join(query.values()), "…")
                found = {each for each in secrets if each in text}
                assert not found, f"{operation} {query} as {role} betrays {found}"


def test_whatever_another_does_nothing_is_seen_of_it(
    neighbours: Neighbours,
) -> None:
    """No list is longer, no part of it ends elsewhere, no version is another."""
    ours = {**names_of(neighbours.ours), **neighbours.ours.drafts}

    client = neighbours.us["administrator"]

    def seen() -> dict[str, object]:
        return {
            f"{operation}, {limit}": told(
                operation.ask(client, ours, query={"limit": limit} if limit else {})
            )
            for operation in OPERATIONS
            if operation.method == "get"
            if not operation.path.endswith(".xlsx")  # says when it was made
            for limit in (("1", "") if "limit" in operation.queries else ("",))
        }

    before = seen()
    maker = Maker(client=neighbours.them, service=neighbours.service, name="Later")
    learner, other = (maker.learner(each, uln="") for each in ("Ida", "Ada"))
    maker.order(learner)
    maker.draft(other)
    maker.entered(learner)
    maker.claim(**{learner: MANDATORY})
    maker.ask(
        "POST",
        "/offline-clients",
        json={"name": "Later", "version": "2.1", "public_key": Program().public_key},
    )
    maker.settle()
    assert seen() == before
