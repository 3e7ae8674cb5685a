"""Calling the API of a running service, for scripts and for trying things out."""

import json
import os
import sys
import time
import uuid
from http import HTTPStatus
from typing import Annotated, Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import typer

from cli.talk import CONFLICT, FAILED, PROBLEMS, UNAVAILABLE, USAGE, refuse

EXIT_CODES = {
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


def send(
    method: str, path: str, body: bytes | None, **headers: str
) -> tuple[Any, str | None]:
    """Send one request; give the answer's JSON (None if it has none) and its ETag.

    Says the problem on stderr and exits, by kind, if the service refuses.
    """
    url = os.environ.get("LEARNER_MANAGEMENT_URL", "http://127.0.0.1:8000").rstrip("/")
    token = os.environ.get("LEARNER_MANAGEMENT_TOKEN", "")
    request = Request(  # noqa: S310 - the address is the person's own setting
        f"{url}{path}",
        data=body,
        method=method,
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
    )
    try:
        with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - as above
            content = answer.read()
            return json.loads(content) if content else None, answer.headers.get("ETag")
    except HTTPError as error:
        refuse(EXIT_CODES.get(HTTPStatus(error.code), FAILED), told(error.read()))
    except URLError as error:
        refuse(
            UNAVAILABLE,
            f"No service answers at {url} ({error.reason}). "
            "Start one with: learner-management serve",
        )


def told(problem: bytes) -> str:
    """Put a problem document into lines: what is wrong, then each value at fault."""
    try:
        document = json.loads(problem)
    except ValueError:
        return problem.decode(errors="replace")
    lines = [str(document.get("detail") or document.get("title"))]
    lines += [f"  {e['pointer']}: {e['message']}" for e in document.get("errors", ())]
    return "\n".join(lines)


def picked(answer: Any, path: str) -> Any:
    """Follow a dotted path (``items.0.id``, ``items.*.id``) into an answer."""
    if not path:
        return answer
    step, _, rest = path.partition(".")
    if step == "*" and isinstance(answer, list):
        return [picked(each, rest) for each in answer]
    try:
        value = answer[int(step)] if isinstance(answer, list) else answer[step]
    except (IndexError, KeyError, TypeError, ValueError):
        refuse(FAILED, f"The answer has no {step!r}.")
    return picked(value, rest)


def shown(value: Any) -> str:
    """Show text bare, so that a shell variable can take it, and the rest as JSON."""
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
) -> None:
    """Call the API at LEARNER_MANAGEMENT_URL with the token LEARNER_MANAGEMENT_TOKEN.

    A change is made to the thing as it is now: its ETag is fetched first. A POST is
    sent under an idempotency key of its own. What is read has everything in it that
    was recorded before.
    """
    verb = method.upper()
    headers = headers_for(verb, path)
    given = sys.stdin.read() if body == "-" else body
    content = given.encode() if given is not None else None
    answer, _ = send(verb, f"{API}{path}", content, **headers)
    field, _, wanted = until.partition("=")
    patience = time.monotonic() + TIMEOUT
    while until and shown(picked(answer, field)) != wanted:
        if time.monotonic() > patience:
            refuse(UNAVAILABLE, f"Still not {until} after {TIMEOUT:.0f} seconds.")
        time.sleep(EVERY)
        headers = headers_for(verb, path)
        answer, _ = send(verb, f"{API}{path}", content, **headers)
    if answer is not None:
        typer.echo(shown(picked(answer, pick)))


def headers_for(verb: str, path: str) -> dict[str, str]:
    """Say how careful to be: about versions, about repeats, about what is read."""
    if verb in CHANGES:
        version = send("GET", f"{API}{changed(path)}", None)[1]
        return {"If_Match": version} if version else {}
    if verb == "POST":
        return {"Idempotency_Key": str(uuid.uuid4())}
    state, _ = send("GET", "/readyz", None)
    return {"Min_Position": str(state["position"]), "Prefer": "wait=10"}


def changed(path: str) -> str:
    """Say what a change to a part changes: ``/orders/O-…/products`` the order."""
    parts = path.strip("/").split("/")
    return "/" + "/".join(parts if "records" in parts else parts[:2])
