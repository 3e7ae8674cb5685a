"""What lists have in common for those who copy them, and how some are sorted."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service import Service
from tests.api.operations import Operation, every_operation, names_of
from tests.api.running import clients
from tests.api.seeded_centre import furnished as furnished_centre
from tests.api.seeded_centre import furnished_in
from tests.clock import PATIENCE

LISTS = tuple(each for each in every_operation() if "cursor" in each.queries)
OF_THE_CATALOGUE = ("/products", "/claimable-qualifications", "/claims/{claim}/units")
OF_BOOKINGS = ("/sittings",)
TO_CHOOSE_FROM = ("/claims/{claim}/learners",)
OF_WHAT_HAPPENED = ("/events", "/timeline")
"""Lists that nobody copies: what is in them is not changed, or is copied elsewhere."""

SORTED = ("/learners", "/registrations", "/results")


@dataclass(frozen=True, kw_only=True)
class Furnished:
    """A centre with one of everything, and what its lists are asked by."""

    client: TestClient
    auditor: TestClient
    names: Mapping[str, str]
    before: str
    after: str

    def rows(self, operation: Operation, **query: str) -> list[dict[str, Any]]:
        answer = operation.ask(self.client, self.names, query=query)
        assert answer.status_code == 200, f"{operation}: {answer.text}"
        rows: list[dict[str, Any]] = answer.json()["items"]
        return rows


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Generator[Furnished]:
    with furnished_in(tmp_path_factory.mktemp("lists")) as (service, client_as, things):
        assert service.read_models.wait_for(service.store.head(), PATIENCE)
        now = service.clock()
        yield Furnished(
            client=client_as("admin.riverside"),
            auditor=client_as("auditor"),
            names=names_of(things),
            before=(now - timedelta(days=400)).isoformat(),
            after=(now + timedelta(days=1)).isoformat(),
        )


def test_every_list_is_sorted_counted_and_copied_on_both_databases(
    any_service: Service,
) -> None:
    with clients(any_service) as client_as:
        client = client_as("admin.riverside")
        things = furnished_centre(client, any_service, "Quillfeather")
        names = names_of(things)
        for each in LISTS:
            if each.path == "/api/v1/events":
                continue
            queries = [{"sort": sort, "total": "true"} for sort in sorts(each)]
            if "updated_since" in each.queries:
                queries.append({"updated_since": "2026-01-01T00:00:00Z"})
            if "name" in each.queries:
                queries.append({"name": "full quill"})
            for query in [{}, *queries]:
                answer = each.ask(client, names, query=query)
                assert answer.status_code == 200, f"{each} {query}: {answer.text}"


def is_copied(operation: Operation) -> bool:
    others = (*OF_THE_CATALOGUE, *OF_BOOKINGS, *TO_CHOOSE_FROM, *OF_WHAT_HAPPENED)
    return not operation.path.endswith(others)


def test_every_list_is_copied_by_what_was_changed_since(furnished: Furnished) -> None:
    """All of it from the beginning, in order of change; nothing from tomorrow on."""
    copied = [each for each in LISTS if is_copied(each)]
    assert len(copied) > 12
    for operation in copied:
        assert "updated_since" in operation.queries, operation
        asked = {"past": "true"} if "past" in operation.queries else {}
        whole = furnished.rows(operation, limit="200", **asked)
        since = furnished.rows(operation, limit="200", updated_since=furnished.before)
        assert sorted(map(str, whole)) == sorted(map(str, since)), operation
        moments = [row["updated_at"] for row in since if "updated_at" in row]
        assert moments == sorted(moments), operation
        assert furnished.rows(operation, updated_since=furnished.after) == [], operation


def sorts(operation: Operation) -> list[str]:
    """Give what a list can be sorted by, as the document says."""
    said = (p["schema"] for p in operation.told["parameters"] if p["name"] == "sort")
    kinds = [kind for each in said for kind in [each, *each.get("anyOf", ())]]
    return [str(sort) for kind in kinds for sort in kind.get("enum", ())]


@pytest.mark.parametrize("path", SORTED)
def test_a_list_is_sorted_both_ways_counted_and_walked(
    furnished: Furnished, path: str
) -> None:
    """L3, L4, R1: by each of the fields that the document names."""
    operation = next(each for each in LISTS if each.path == f"/api/v1{path}")
    known = furnished.rows(operation)
    assert len(known) > 1
    for sort in sorts(operation):
        rows: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            query = {"sort": sort, "total": "true", "limit": "1"}
            if cursor:
                query["cursor"] = cursor
            page = operation.ask(furnished.client, furnished.names, query=query).json()
            assert page["total"] == len(known)
            rows += page["items"]
            cursor = page["next"]
        assert sorted(map(str, rows)) == sorted(map(str, known)), sort
        name = sort.removeprefix("-")
        values = [str(row[name]).casefold() for row in rows if name in row]
        assert values == sorted(values, reverse=name != sort), sort
        backwards = sort[1:] if name != sort else f"-{sort}"
        assert furnished.rows(operation, sort=backwards) == [*reversed(rows)]
    assert furnished.rows(operation, sort=sorts(operation)[0], limit="1")
    wrong = operation.ask(furnished.client, furnished.names, query={"sort": "nothing"})
    assert wrong.status_code == 422
    uncounted = operation.ask(furnished.client, furnished.names).json()
    assert uncounted["total"] is None


def test_one_box_takes_any_name_in_any_order(furnished: Furnished) -> None:
    """L3, R1, B8, I1: given, family or both, of learners wherever they are listed."""
    tried = 0
    for operation in LISTS:
        if operation.path.removeprefix("/api/v1") not in {
            *SORTED,
            "/bookings",
            "/ineligible-learners",
        }:
            continue
        rows = furnished.rows(operation, name="quill")
        assert rows, operation
        for row in rows:
            given, family = row["given_name"], row["family_name"]
            for name in (f"{given} {family}", f"{family[:4].upper()} {given}", given):
                assert row in furnished.rows(operation, name=name), operation
        assert furnished.rows(operation, name="quill nobody") == []
        tried += 1
    assert tried == 5


def test_learners_are_found_by_the_centres_own_reference(furnished: Furnished) -> None:
    """L3: whole or by its start, case apart."""
    learners = next(each for each in LISTS if each.path == "/api/v1/learners")
    for reference in ("Quillfeather-1", "quillf"):
        (found,) = furnished.rows(learners, centre_reference=reference)
        assert found["centre_reference"] == "Quillfeather-1"
    assert furnished.rows(learners, centre_reference="feather") == []


def test_a_clause_has_one_name_and_the_old_one_is_still_read(
    furnished: Furnished,
) -> None:
    """R1."""
    results = next(each for each in LISTS if each.path == "/api/v1/results")
    assert {"given_name", "family_name"} <= {*results.queries}
    assert not {"first_name", "last_name"} & {*results.queries}
    for new, old in (("given_name", "first_name"), ("family_name", "last_name")):
        for text in ("full", "quill", "nobody"):
            found = furnished.rows(results, **{new: text})
            assert furnished.rows(results, **{old: text}) == found


NAMED = ("name", "given_name", "family_name", "search", "product_title")
PERIODS = (
    ("created_from", "created_to"),
    ("date_from", "date_to"),
    ("starts_from", "starts_before"),
    ("since", "until"),
)


def asking(*queries: str) -> list[Any]:
    """Give each list with each of these that it can be narrowed by."""
    return [
        pytest.param(each, query, id=f"{each.path} {query}")
        for each in LISTS
        for query in queries
        if query in each.queries
    ]


@pytest.mark.parametrize(("operation", "query"), asking(*NAMED))
def test_a_name_without_a_letter_is_found_as_it_is_and_finds_nobody_else(
    furnished: Furnished, operation: Operation, query: str
) -> None:
    """Domain 3: nothing there is called by any of these."""
    for text in ("-", "%", "*", "++", "_", "?!"):
        assert furnished.rows(operation, **{query: text}) == []


@pytest.mark.parametrize(
    ("operation", "first", "last"),
    [
        pytest.param(each, *period, id=f"{each.path} {period[0]}")
        for each in LISTS
        for period in PERIODS
        if set(period) <= set(each.queries)
    ],
)
def test_a_period_that_ends_before_it_begins_is_refused(
    furnished: Furnished, operation: Operation, first: str, last: str
) -> None:
    later, earlier = "2026-12-02", "2026-12-01"
    if not first.endswith("_from") or first == "starts_from":
        later, earlier = f"{later}T10:00:00Z", f"{earlier}T10:00:00Z"
    query = {first: later, last: earlier}
    asks = furnished.auditor if operation.path == "/api/v1/events" else furnished.client
    refused = operation.ask(asks, furnished.names, query=query)
    assert refused.status_code == 422, refused.text
    assert [each["pointer"] for each in refused.json()["errors"]] == [f"?{first}"]


@pytest.mark.parametrize(
    ("operation", "query"), asking("learner", "order", "registration", "claim")
)
def test_an_identifier_finds_rows_whole_in_short_and_without_its_prefix(
    furnished: Furnished, operation: Operation, query: str
) -> None:
    """Domain 3: with its check letter, where it has one, and without."""
    listed = furnished.rows(operation)
    whole = next(filter(None, (row.get(query) for row in listed)), None)
    whole = whole or furnished.names[query]
    rows = furnished.rows(operation, **{query: whole})
    assert rows
    prefix, _, called = whole.partition("-")
    forms = [called, called.lower(), called[-4:], f"{prefix.lower()}-{called}"]
    if called[-1].isalpha():
        forms += [called[:-1], called[-4:-1]]
    for form in forms:
        assert furnished.rows(operation, **{query: form}) == rows, form


@pytest.mark.parametrize(("operation", "query"), asking("product", "qualification"))
def test_a_product_finds_rows_by_reference_in_short_and_by_number(
    furnished: Furnished, operation: Operation, query: str
) -> None:
    """Domain 3."""
    whole, number = furnished.names[query], "601/3450/1"
    rows = furnished.rows(operation, **{query: whole})
    assert rows
    digits = whole.removeprefix("Q-")
    forms = [digits, digits[-4:], whole.lower(), number, number.replace("/", "")]
    for form in forms:
        assert furnished.rows(operation, **{query: form}) == rows, form
    assert furnished.rows(operation, **{query: digits[:-1]}) == []
