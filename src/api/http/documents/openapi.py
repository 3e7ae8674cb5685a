"""The OpenAPI document, with the possible refusals of every operation."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.http.documents.schema_names import SCHEMA, name_schemas
from api.http.problems import MEDIA_TYPE, ProblemDocument
from api.http.routing.router import work_out

METHODS = ("get", "put", "post", "patch", "delete")
ALWAYS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
OF_CHANGES = (HTTPStatus.CONFLICT,)
OF_BODIES = (HTTPStatus.UNSUPPORTED_MEDIA_TYPE,)
OF_VERSIONS = (HTTPStatus.PRECONDITION_FAILED, HTTPStatus.PRECONDITION_REQUIRED)
HEADERS = {
    "X-Request-Id": "What to ask about this request by.",
    "RateLimit": "How many requests are left, and for how many seconds.",
    "RateLimit-Policy": "How many requests are allowed, and in how many seconds.",
    "ETag": "What is shown, for If-None-Match; of a single thing its version too, to be "
    "sent as If-Match.",
    "Event-Position": "How far to wait to see the change: send it as Min-Position.",
    "Location": "Where to find what was made.",
    "Link": "The next part of the list, if there is one (RFC 8288).",
    "Content-Disposition": "What to call the file.",
    "Repr-Digest": "The SHA-256 of the package (RFC 9530).",
    "Retry-After": "In how many seconds to try again.",
    "WWW-Authenticate": "How to say who one is.",
}
ALWAYS_SENT = ("X-Request-Id", "RateLimit", "RateLimit-Policy")
SENT_WITH = {
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate",),
    HTTPStatus.TOO_MANY_REQUESTS: ("Retry-After",),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Retry-After",),
    HTTPStatus.CREATED: ("Location",),
    HTTPStatus.ACCEPTED: ("Location",),
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of what you have: answered with 304 if it is still so.",
    "schema": {"type": "string", "title": "If-None-Match"},
}
NOT_MODIFIED = {"description": "What you have is what would be answered."}
TAGS = {
    "me": "Signing in; one's own tokens, password and PIN.",
    "users": "Who may sign in, in what role and for which centre.",
    "centres": "Centres, and what they are approved to order.",
    "learner groups": "Files of learners: template, upload, mapping, progress, records "
    "put right, submit, undo.",
    "learners": "One learner: make known, find, amend, photograph, signature, erase; "
    "pairs who may be one person.",
    "products": "What can be ordered, and why not; units, pathways and rules.",
    "orders": "Orders of registrations, confirmed at the total seen.",
    "registrations": "Who is on what; cancel, reopen, another pathway.",
    "claims": "What can be claimed; claims in four stages, submitted, withdrawn.",
    "eligibility": "The rules of combination, asked.",
    "ineligible learners": "Who was kept back, why, and the ways to fix it.",
    "results": "Everything that was awarded.",
    "certificates": "Certificates, printing, reissue.",
    "bookings": "Tests ordered, found, amended, cancelled and sat; registers, packages "
    "and outcomes.",
    "offline clients": "The programs that sit tests offline.",
    "invoices": "What is charged, and what invoicing reports back.",
    "history": "What happened to a thing, and the whole log for an auditor.",
    "audit": "Signed tree heads, proofs and verification.",
}
INTRODUCTION = """
Learners, orders, claims and certificates of an awarding organisation's centres.

Sign in with `POST /api/v1/tokens` and send the token as `Authorization: Bearer …`.
What a request cannot have is said as a problem document (RFC 9457) in plain sentences.
A change answers with `Event-Position`; send it as `Min-Position` with a search to see
the change. `ETag` is the version of what you look at: to change it, send it as
`If-Match`.
"""


def document(app: FastAPI) -> dict[str, Any]:
    """Make the document, once; every operation declares its problems."""
    if app.openapi_schema:
        return app.openapi_schema
    made = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=work_out(app.routes),
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        servers=[{"url": "/", "description": "Where this document is from."}],
    )
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    name_schemas(made)
    schemas = components["schemas"]
    problem = ProblemDocument.model_json_schema(ref_template=SCHEMA + "{model}")
    schemas.update(problem.pop("$defs"), Problem=problem)
    components["responses"] = {}
    components["headers"] = {
        name: {"description": text, "schema": {"type": "string"}}
        for name, text in HEADERS.items()
    }
    for _, method, operation in operations(made):
        summarize(operation)
        operation.setdefault("security", [])
        for parameter in operation.get("parameters", ()):
            parameter["required"] |= parameter["schema"].pop("x-required", False)
            parameter["schema"] = without_null(parameter["schema"])
            describe_choices(parameter, schemas)
        if method == "get":
            operation.setdefault("parameters", []).append(IF_NONE_MATCH)
            operation["responses"]["304"] = {**NOT_MODIFIED}
        else:
            operation["parameters"] = without_past(operation)
        for code, response in operation["responses"].items():
            sent = sent_with(method, operation, HTTPStatus(int(code)))
            response["headers"] = header_references(*sent)
        for status in statuses(method, operation):
            components["responses"].setdefault(status.name, refusal(status))
            ref = {"$ref": f"#/components/responses/{status.name}"}
            operation["responses"][str(status.value)] = ref
    mark_code(made)
    app.openapi_schema = made
    return made


def describe_choices(parameter: dict[str, Any], schemas: dict[str, Any]) -> None:
    """List in words the few values that a parameter accepts."""
    name = parameter["schema"].get("$ref", "").removeprefix(SCHEMA)
    choices = schemas.get(name, parameter["schema"]).get("enum")
    if choices:
        said = parameter.get("description", "")
        one_of = f"One of: {', '.join(f'`{each}`' for each in choices)}."
        parameter["description"] = f"{said} {one_of}".strip()


def mark_code(part: Any) -> None:
    """Write code in descriptions between single backticks, as Markdown does."""
    inner = part.items() if isinstance(part, dict) else ()
    for name, each in inner:
        if name in {"description", "summary"} and isinstance(each, str):
            part[name] = each.replace("``", "`")
    for each in part.values() if isinstance(part, dict) else part:
        if isinstance(each, dict | list):
            mark_code(each)


def summarize(operation: dict[str, Any]) -> None:
    """Make the first paragraph the summary, if none is written, and the rest details."""
    if operation["summary"].endswith("."):
        return
    summary, _, rest = operation.pop("description", "").partition("\n\n")
    if summary:
        operation["summary"] = summary.replace("\n", " ")
    if rest:
        operation["description"] = rest


def without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Describe a parameter as it is sent: it may be left out, but is never null.

    From a choice with null, generated clients would not write a number as text.
    """
    match schema:
        case {"anyOf": [dict() as given, {"type": "null"}], **rest}:
            return {**given, **rest}
        case _:
            return schema


def without_past(operation: dict[str, Any]) -> list[Any]:
    """Leave out ``as_at`` where only queries may use it."""
    return [p for p in operation.get("parameters", ()) if p["name"] != "as_at"]


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each operation: path, method and description."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def statuses(method: str, operation: dict[str, Any]) -> Iterator[HTTPStatus]:
    """List the statuses with which the operation may be refused."""
    yield from ALWAYS
    if method != "get":
        yield from OF_CHANGES
    if "requestBody" in operation:
        yield from OF_BODIES
    if any(p["name"] == "If-Match" for p in operation.get("parameters", ())):
        yield from OF_VERSIONS


def sent_with(
    method: str, operation: dict[str, Any], status: HTTPStatus
) -> Iterator[str]:
    """List the headers of a successful response."""
    yield from SENT_WITH.get(status, ())
    if method != "get":
        yield "Event-Position"
    content = operation["responses"][str(status.value)].get("content", {})
    asked = {each["name"]: each["in"] for each in operation.get("parameters", ())}
    if "cursor" in asked:
        yield "Link"
    if content or status == HTTPStatus.NOT_MODIFIED:
        yield "ETag"
    if content and "application/json" not in content:
        yield "Content-Disposition"
    if "application/zip" in content:
        yield "Repr-Digest"


def header_references(*names: str) -> dict[str, Any]:
    """Describe headers, except those of every response."""
    return {
        name: {"$ref": f"#/components/headers/{name}"}
        for name in (*ALWAYS_SENT, *names)
    }


def refusal(status: HTTPStatus) -> dict[str, Any]:
    """Describe a response that is a problem document."""
    return {
        "description": status.phrase,
        "headers": header_references(*SENT_WITH.get(status, ())),
        "content": {MEDIA_TYPE: {"schema": {"$ref": f"{SCHEMA}Problem"}}},
    }
