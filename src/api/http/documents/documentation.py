"""The documentation page: the OpenAPI document as plain HTML, without JavaScript."""

import base64
import json
import re
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.http.documents.openapi import document, operations
from api.http.routing.router import Router

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;
padding:0 1rem;color:#1a1a1a;background:#fff}
code,pre{font:14px/1.4 ui-monospace,monospace}
pre{background:#f3f3f1;padding:.75rem;overflow:auto}
summary{cursor:pointer;padding:.4rem 0}
details{border-top:1px solid #ccc}h2{margin-top:2.5rem;text-transform:capitalize}
b{display:inline-block;min-width:4.5rem}td,th{padding:.2rem 1rem .2rem 0;
text-align:left;vertical-align:top}a{color:#0b4f8a}@media(prefers-color-scheme:dark){
body{background:#161616;color:#eee}pre{background:#242424}a{color:#8ec5ff}}
"""
POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{base64.b64encode(sha256(STYLE.encode()).digest()).decode()}'"
)

router = Router(include_in_schema=False)


@router.get("/")
def root() -> RedirectResponse:
    """Send people to the documentation."""
    return RedirectResponse("/api/v1/docs")


@router.get("/api/v1/openapi.json")
def openapi(request: Request) -> dict[str, Any]:
    """Show the OpenAPI document."""
    return document(request.app)


@router.get("/api/v1/docs")
def docs(request: Request) -> HTMLResponse:
    """Show the documentation page."""
    page = "".join(page_of(document(request.app)))
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})


def page_of(api: dict[str, Any]) -> Iterator[str]:
    """Write the page as pieces of HTML, the operations under their tags.

    ``api`` is the OpenAPI document.
    """
    info = api["info"]
    yield "<!doctype html><html lang=en><meta charset=utf-8>"
    yield "<meta name=viewport content='width=device-width,initial-scale=1'>"
    yield f"<title>{escape(info['title'])}: the API</title><style>{STYLE}</style>"
    yield f"<h1>{escape(info['title'])}: the API</h1>"
    for paragraph in info["description"].strip().split("\n\n"):
        yield f"<p>{prose(paragraph)}</p>"
    yield "<p><a href='/api/v1/openapi.json'>The OpenAPI document</a></p>"
    tags: dict[str, list[str]] = {}
    for path, method, operation in operations(api):
        tag = operation.get("tags", ["other"])[0]
        tags.setdefault(tag, []).append("".join(entry(api, path, method, operation)))
    for tag, entries in tags.items():
        yield f"<h2>{escape(tag)}</h2>{''.join(entries)}"


def entry(
    api: dict[str, Any], path: str, method: str, operation: dict[str, Any]
) -> Iterator[str]:
    """Write one operation: its parameters, body, answers and refusals, as HTML."""
    details = "</p><p>".join(map(prose, operation.get("description", "").split("\n\n")))
    yield f"<details><summary><b>{method.upper()}</b> <code>{escape(path)}</code> "
    yield f"{prose(operation['summary'])}</summary><p>{details}</p>"
    if parameters := operation.get("parameters"):
        yield "<table><tr><th>Parameter<th>In<th>What it is"
        for each in parameters:
            must = ", needed" if each.get("required") else ""
            told = each.get("description") or "; ".join(kinds(each["schema"]))
            yield f"<tr><td><code>{escape(each['name'])}</code>"
            yield f"<td>{escape(each['in'])}{must}<td>{prose(told)}"
        yield "</table>"
    for media, body in operation.get("requestBody", {}).get("content", {}).items():
        yield f"<p>Body, {escape(media)}:</p>{describe_schema(api, body['schema'])}"
    for status, response in operation["responses"].items():
        content = response.get("content", {}).get("application/json")
        if content:
            yield f"<p>Answer {status}:</p>{describe_schema(api, content.get('schema', {}))}"
    refusals = (status for status in operation["responses"] if status >= "400")
    yield f"<p>Refused with {', '.join(refusals)}: a problem document.</p></details>"


def prose(text: str) -> str:
    """Write a text as HTML; what is between backticks becomes ``<code>``."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))


def describe_schema(api: dict[str, Any], schema: dict[str, Any]) -> str:
    """Write an example of a schema as indented JSON in HTML."""
    example = json.dumps(example_of(api, schema), indent=2, ensure_ascii=False)
    return f"<pre>{escape(example)}</pre>"


def kinds(schema: dict[str, Any]) -> list[str]:
    """List the JSON types that a schema allows, such as ``string`` and ``null``."""
    return [str(s["type"]) for s in [schema, *schema.get("anyOf", ())] if "type" in s]


PLAIN = {"string": "text", "integer": 1, "number": 1.5, "boolean": True}
FORMATS = {"date": "2026-11-24", "date-time": "2026-11-24T09:00:00Z"}


def example_of(api: dict[str, Any], schema: dict[str, Any]) -> Any:
    """Make a JSON value that a schema describes.

    It is the schema's own example, first member of ``enum`` or default where there is
    one, and otherwise made of the examples of its parts.
    """
    match schema:
        case (
            {"examples": [example, *_]}
            | {"enum": [example, *_]}
            | {"default": example}
            | {"const": example}
        ):
            return example
        case {"$ref": str(ref)}:
            return example_of(api, api["components"]["schemas"][ref.rsplit("/", 1)[1]])
        case {"anyOf": [first, *_]} | {"oneOf": [first, *_]} | {"allOf": [first, *_]}:
            return example_of(api, first)
        case {"type": "object"}:
            properties = schema.get("properties", {})
            return {name: example_of(api, each) for name, each in properties.items()}
        case {"type": "array", "items": items}:
            return [example_of(api, items)]
        case _:
            plain = PLAIN.get(schema.get("type", ""))
            return FORMATS.get(schema.get("format", ""), plain)
