"""HEAD, ETag, If-None-Match and If-Match, as RFC 9110 says."""

import time
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import aclosing

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from api.http.transport.conditional import Conditional, EntityTag, entity_tags
from tests.api.operations import Operation, every_operation, names_of
from tests.api.running import ClientAs
from tests.api.seeded_centre import furnished_in

READS = [each for each in every_operation() if each.method == "get"]
USER, USERS = "/api/v1/users/assessor.riverside", "/api/v1/users"


class ConditionalClient:
    """Somebody who looks at everything of one centre."""

    def __init__(self, client: TestClient, names: Mapping[str, str]) -> None:
        self.client, self.names = client, names

    def ask(
        self, operation: Operation, method: str = "GET", **headers: str
    ) -> Response:
        whose = {"centre": self.names["centre"]} if operation.is_of_centres else {}
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        return operation.ask(
            self.client, self.names, query=whose, headers=sent, method=method
        )


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Generator[ConditionalClient]:
    with furnished_in(tmp_path_factory.mktemp("centre")) as (_, client_as, things):
        yield ConditionalClient(client_as("auditor"), names_of(things))


def test_head_answers_as_get_does_without_the_body(reader: ConditionalClient) -> None:
    for operation in READS:
        got, answer = reader.ask(operation), reader.ask(operation, "HEAD")
        assert answer.status_code == got.status_code == 200, operation
        assert answer.content == b""
        for name in ("content-type", "link", "content-disposition"):
            assert answer.headers.get(name) == got.headers.get(name), operation


def test_head_says_how_long_the_body_would_be(reader: ConditionalClient) -> None:
    (me,) = [each for each in READS if each.path.endswith("/me")]
    got, answer = reader.ask(me), reader.ask(me, "HEAD")
    assert answer.headers["content-length"] == str(len(got.content))
    assert answer.headers["etag"] == got.headers["etag"]


def test_what_was_seen_already_is_not_sent_again(reader: ConditionalClient) -> None:
    tried = 0
    for operation in READS:
        got, again = reader.ask(operation), reader.ask(operation)
        if got.content == again.content and (tag := got.headers.get("etag")):
            answer = reader.ask(operation, If_None_Match=tag)
            assert answer.status_code == 304, operation
            assert answer.content == b""
            assert answer.headers["etag"] == tag
            assert "content-type" not in answer.headers
            assert reader.ask(operation, If_None_Match='"other"').status_code == 200
            tried += 1
    assert tried > 40


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("{tag}", 304),
        ("W/{tag}", 304),
        ('"other", W/"x,y" ,{tag}', 304),
        ("*", 304),
        ('"other"', 200),
        ('"1"', 200),
        ("nonsense", 200),
        ("", 200),
    ],
)
def test_if_none_match_takes_lists_and_weak_tags(
    client_as: ClientAs, given: str, status: int
) -> None:
    """RFC 9110, 13.1.2: by weak comparison."""
    client = client_as("auditor")
    tag = client.get(USER).headers["etag"]
    seen = {"If-None-Match": given.format(tag=tag)}
    for method in ("GET", "HEAD"):
        assert client.request(method, USER, headers=seen).status_code == status


def test_a_tag_changes_with_what_is_shown_though_the_thing_itself_did_not() -> None:
    """Else 304 would be said of what has changed: eligibility as things stand, names."""
    shown = iter(["eligible", "not eligible", "not eligible"])

    async def claim(scope: Scope, receive: Receive, send: Send) -> None:
        answer = PlainTextResponse(next(shown), headers={"ETag": '"3"'})
        await answer(scope, receive, send)

    client = TestClient(Conditional(claim))
    first = client.get("/").headers["etag"]
    changed = client.get("/", headers={"If-None-Match": first})
    assert changed.status_code == 200
    tags = [entity_tags(tag) for tag in (first, changed.headers["etag"])]
    assert [tag[0].version for tag in tags if tag] == [3, 3]
    seen = {"If-None-Match": changed.headers["etag"]}
    assert client.get("/", headers=seen).status_code == 304


def test_head_ends_what_streams_and_lets_go_of_it() -> None:
    ended = []

    async def told() -> AsyncGenerator[bytes]:
        try:
            while True:
                yield b"more"
        finally:
            ended.append(True)

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(told()) as parts:
            await StreamingResponse(parts)(scope, receive, send)

    assert TestClient(Conditional(stream)).head("/").content == b""
    assert ended == [True]


def test_a_list_has_a_tag_that_changes_nothing(client_as: ClientAs) -> None:
    client = client_as("admin.riverside")
    tag = client.get(USERS).headers["etag"]
    assert tag.startswith('W/"')
    assert client.get(USERS, headers={"If-None-Match": tag}).status_code == 304
    changed = client.patch(USER, json={"reason": "x"}, headers={"If-Match": tag})
    assert changed.status_code == 412


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("{tag}", 200),
        ('"1"', 200),
        ('"7", "1"', 200),
        ('"other" , {tag}', 200),
        ('W/"1", "1"', 200),
        ("*", 200),
        ('W/"1"', 412),
        ("W/{tag}", 412),
        ('"other"', 412),
        ('"2"', 412),
        ('"2", "3"', 412),
        ("1", 400),
        ('"1', 400),
        ("", 400),
    ],
)
def test_if_match_takes_lists_and_no_weak_tag(
    client_as: ClientAs, given: str, status: int
) -> None:
    """RFC 9110, 13.1.1: by strong comparison."""
    client = client_as("admin.riverside")
    tag = client.get(USER).headers["etag"]
    version = {"If-Match": given.format(tag=tag)}
    change = {"is_disabled": True, "reason": "Left."}
    assert client.patch(USER, json=change, headers=version).status_code == status


def test_tags_in_several_lines_are_one_list(client_as: ClientAs) -> None:
    """RFC 9110, 5.3."""
    client = client_as("auditor")
    tag = client.get(USER).headers["ETag"]
    lines = [("If-None-Match", '"999"'), ("If-None-Match", tag)]
    assert client.get(USER, headers=lines).status_code == 304
    specialist = client_as("specialist")
    body = {"role": "Assessor", "centre": "48213", "reason": "Nothing new."}
    told = specialist.patch(USER, json=body, headers=[("If-Match", '"999"')])
    both = [("If-Match", '"999"'), ("If-Match", tag)]
    again = specialist.patch(USER, json=body, headers=both)
    assert (told.status_code, again.status_code) == (412, 200)


def test_a_weak_tag_is_told_why_it_never_matches(client_as: ClientAs) -> None:
    version = {"If-Match": 'W/"1"'}
    refused = client_as("admin.riverside").patch(USER, json={}, headers=version)
    assert 'a weak one, as W/"3", never matches' in refused.json()["detail"]


@given(
    st.lists(
        st.tuples(st.booleans(), st.text(st.sampled_from("a1,-/!#~é"))), min_size=1
    ),
    st.sampled_from([",", ", ", " ,\t", ",,"]),
)
def test_a_list_of_tags_is_read_as_it_was_written(
    tags: list[tuple[bool, str]], between: str
) -> None:
    written = between.join(f'W/"{tag}"' if weak else f'"{tag}"' for weak, tag in tags)
    assert entity_tags(written) == [EntityTag(*tag) for tag in tags]


def test_the_largest_header_is_read_at_once() -> None:
    for part in ('"', '"a" ', ", ", 'W/"', " "):
        began = time.thread_time()
        entity_tags(part * 20_000)
        assert time.thread_time() - began < 1
