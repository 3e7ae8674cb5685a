"""The command that calls the API of a running service, for scripts and experiments."""

import json
import os
import sys
import time
import uuid
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Annotated, Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import typer

from cli.address import URL, find_address
from cli.messages import (
    CONFLICT,
    FAILED,
    PROBLEMS,
    UNAVAILABLE,
    USAGE,
    print_message,
    refuse,
)
from cli.request_body import Body, body_with, taken_by

EXIT_CODES: dict[int, int] = {
    HTTPStatus.BAD_REQUEST: USAGE,
    HTTPStatus.CONFLICT: CONFLICT,
    HTTPStatus.PRECONDITION_FAILED: CONFLICT,
    HTTPStatus.UNPROCESSABLE_ENTITY: PROBLEMS,
    HTTPStatus.SERVICE_UNAVAILABLE: UNAVAILABLE,
}
TIMEOUT = 60.0
EVERY = 0.1
CHANGES = {"PUT", "PATCH", "DELETE"}
API = "/api/v1"
JSON = "application/json"
WHO_IS_IT = (
    "Say who you are:"
    " export LEARNER_MANAGEMENT_TOKEN=$(learner-management user token NAME)"
)
PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
"""Characters that stay as they are in an address; others are percent-encoded."""


@dataclass(frozen=True)
class CallAnswer:
    """The service's response: JSON or other content, and its ETag."""

    content: Any
    etag: str | None


def send(
    method: str, path: str, body: Body | None = None, **headers: str
) -> CallAnswer:
    """Send one request; if it is refused, print the problem and exit with its kind's code."""
    url = find_address()
    token = os.environ.get("LEARNER_MANAGEMENT_TOKEN", "")
    try:
        request = Request(  # noqa: S310 - the address is the person's own setting
            f"{url}{quote(path, safe=PRINTABLE)}",
            data=body.content if body else None,
            method=method,
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": body.kind if body else JSON,
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
        with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - as above
            content, kind = answer.read(), answer.headers.get_content_subtype()
            return CallAnswer(
                json.loads(content) if content and kind.endswith("json") else content,
                answer.headers.get("ETag"),
            )
    except HTTPError as error:
        code, problem = EXIT_CODES.get(error.code, FAILED), error.read()
        refuse(
            code,
            problem_sentences(problem) if token or not asks_who(problem) else WHO_IS_IT,
        )
    except (OSError, HTTPException) as error:
        why = getattr(error, "reason", error)
        refuse(
            UNAVAILABLE,
            f"No service answers at {url} ({getattr(why, 'strerror', None) or why}). "
            "Start one with: learner-management serve",
        )
    except ValueError as error:
        refuse(USAGE, f"{URL} cannot be used: {error}.")


def asks_who(problem: bytes) -> bool:
    """Whether the service asks for a token."""
    return b"urn:learner-management:token-missing" in problem


def problem_sentences(problem: bytes) -> str:
    """Write a problem document in lines: what is wrong, then each value at fault."""
    try:
        document = json.loads(problem)
        said = document.get("detail") or document.get("title")
    except (AttributeError, ValueError):
        return problem.decode(errors="replace")
    if said is None:
        return json.dumps(document, ensure_ascii=False)
    lines = [said]
    lines += [f"  {e['pointer']}: {e['message']}" for e in document.get("errors", ())]
    return "\n".join(lines)


def follow_path(answer: Any, path: str) -> Any:
    """Follow a dotted path (``items.0.id``, ``items.*.id``) into an answer."""
    if not path:
        return answer
    step, _, rest = path.partition(".")
    if step == "*" and isinstance(answer, list):
        return [follow_path(each, rest) for each in answer]
    try:
        value = answer[int(step)] if isinstance(answer, list) else answer[step]
    except (IndexError, KeyError, TypeError, ValueError):
        refuse(FAILED, f"The answer has no {step!r}.")
    return follow_path(value, rest)


def format_value(value: Any) -> str:
    """Write text bare, so that a shell variable can take it, and the rest as JSON."""
    if isinstance(value, str):
        return value
    is_flat = not isinstance(value, dict | list) or not sys.stdout.isatty()
    return json.dumps(value, ensure_ascii=False, indent=None if is_flat else 2)


def call(
    method: Annotated[str, typer.Argument(help="GET, POST, PUT, PATCH or DELETE.")],
    path: Annotated[str, typer.Argument(help="Below /api/v1, as /orders.")],
    body: Annotated[str | None, typer.Argument(help="JSON, or - to read it.")] = None,
    *,
    pick: Annotated[str, typer.Option(help="Print only this, as items.0.id.")] = "",
    until: Annotated[str, typer.Option(help="Ask again until FIELD=VALUE.")] = "",
    file: Annotated[
        Path | None,
        typer.Option(help="Send this file; a form's other fields are the body."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Save the answer in this file.")
    ] = None,
) -> None:
    """Call the API of a running service with the token LEARNER_MANAGEMENT_TOKEN.

    It asks LEARNER_MANAGEMENT_URL if that is set, else the service that was started on
    this machine with the same folder of keys, else the port that is set.
    A change is made to the thing as it is now: its ETag is fetched first. A POST is
    sent under an idempotency key of its own. What is read has everything in it that
    was recorded before.
    """
    verb, path = method.upper(), "/" + path.lstrip("/")
    given = sys.stdin.read() if body == "-" else body
    sent = Body(given.encode(), JSON) if given is not None else None
    if file is not None:
        document = send("GET", f"{API}/openapi.json").content
        sent = body_with(file, given, taken_by(document, verb, f"{API}{path}"))
    field, _, wanted = until.partition("=")
    patience = time.monotonic() + TIMEOUT
    while True:
        answer = send(verb, f"{API}{path}", sent, **headers_for(verb, path)).content
        if not until or format_value(follow_path(answer, field)) == wanted:
            break
        if time.monotonic() > patience:
            refuse(UNAVAILABLE, f"Still not {until} after {TIMEOUT:.0f} seconds.")
        time.sleep(EVERY)
    text = "" if isinstance(answer, bytes) else format_value(follow_path(answer, pick))
    if output is not None:
        save(answer if isinstance(answer, bytes) else f"{text}\n".encode(), output)
    elif isinstance(answer, bytes):
        typer.get_binary_stream("stdout").write(answer)
    else:
        typer.echo(text)


def save(content: bytes, file: Path) -> None:
    """Write a response into a file, or say why that is not possible."""
    try:
        file.write_bytes(content)
    except OSError as error:
        refuse(FAILED, f"{file} cannot be written: {error.strerror}.")
    print_message(f"The answer is in {file}.")


def headers_for(verb: str, path: str) -> dict[str, str]:
    """Return the headers on versions, repeats and freshness of data."""
    if verb in CHANGES:
        version = send("GET", f"{API}{changed_resource(path)}").etag
        return {"If_Match": version} if version else {}
    if verb == "POST":
        return {"Idempotency_Key": str(uuid.uuid4())}
    state = send("GET", "/readyz").content
    return {"Min_Position": str(state["position"]), "Prefer": "wait=10"}


def changed_resource(path: str) -> str:
    """Return the path of the thing that a change is about.

    ``/orders/O-…/products`` changes the order.
    """
    parts = path.strip("/").split("/")
    return "/" + "/".join(parts if "records" in parts else parts[:2])
