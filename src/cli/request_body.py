"""Request bodies made from files, in the media type of the operation."""

import json
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.json_given import read_json
from cli.messages import USAGE, refuse

FORM = "multipart/form-data"
BYTES = "application/octet-stream"


@dataclass(frozen=True)
class Body:
    """The content of a request body, with its media type."""

    content: bytes
    kind: str


def body_with(file: Path, said: str | None, taken: Mapping[str, Any]) -> Body:
    """Make the body that sends a file; if that is impossible, say why and exit.

    ``taken`` are the operation's media types, with their properties; ``said`` is the JSON
    of a form's other fields.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        refuse(USAGE, f"{file} cannot be read: {error.strerror}.")
    if not taken:
        refuse(USAGE, "Nothing is sent there. Leave --file out.")
    guessed = mimetypes.guess_type(file.name)[0]
    if FORM in taken:
        return form(file.name, content, guessed or BYTES, said, taken[FORM])
    if said is not None:
        refuse(USAGE, "Send a body or a file: not both are taken there.")
    kind = guessed if guessed is not None and guessed in taken else next(iter(taken))
    return Body(content, kind)


def form(
    name: str,
    content: bytes,
    kind: str,
    said: str | None,
    properties: Mapping[str, Any],
) -> Body:
    """Write a form (RFC 7578) with a file and other fields."""
    from httpx2 import Request

    fields = read_json(said or "{}", "What is said beside the file, a JSON object,")
    if not isinstance(fields, dict):
        refuse(USAGE, "Say the fields beside the file as a JSON object.")
    is_file = next(each for each, told in properties.items() if is_binary(told))
    written = {
        each: value if isinstance(value, str) else json.dumps(value)
        for each, value in fields.items()
    }
    files = {is_file: (name, content, kind)}
    made = Request("POST", "http://form/", data=written, files=files)
    return Body(made.read(), made.headers["Content-Type"])


def is_binary(told: Mapping[str, Any]) -> bool:
    return told.get("format") == "binary" or "contentMediaType" in told


def taken_by(document: Mapping[str, Any], verb: str, path: str) -> dict[str, Any]:
    """Return an operation's media types with their properties, from the OpenAPI document."""
    for template, item in sorted(
        document["paths"].items(), key=lambda each: each[0].count("{")
    ):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if verb.lower() in item and re.fullmatch(pattern, path.partition("?")[0]):
            kinds = item[verb.lower()].get("requestBody", {}).get("content", {})
            return {
                kind: properties_of(document, content["schema"])
                for kind, content in kinds.items()
            }
    return {}


def properties_of(
    document: Mapping[str, Any], schema: Mapping[str, Any]
) -> Mapping[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Mapping[str, Any] = document["components"]["schemas"].get(name, schema)
    return found.get("properties", {})  # type: ignore[no-any-return] # as JSON has it
