"""The AsyncAPI 3 document of all topics, ``docs/asyncapi.json``; ``make asyncapi`` writes it."""

import json
import sys
from collections.abc import Iterable
from inspect import cleandoc
from typing import Any

import msgspec

from downstream.cloud_event import JSON, SPECIFICATION
from downstream.messages.every import every_kind
from downstream.messages.message import EVENTS, LINES, MessageKind
from downstream.reports import OUTCOMES, REPORTS, STATUSES, ReportKind

VERSION = "1.0.0"
ABOUT = {
    EVENTS: "Every public fact, as it was recorded.",
    LINES: "Charges, credits and corrections of numbers, for invoicing.",
}
TAKEN = {
    STATUSES: "How far invoicing has come with each line.",
    OUTCOMES: "How tests went.",
}
INTRODUCTION = """\
What Learner Management tells other systems by Apache Kafka, and takes. Messages are
CloudEvents 1.0 in binary mode: attributes are headers, the value is JSON. The key of what
we tell is the number of the centre that the thing belongs to;
messages of a centre are in the order of what happened.

Each is delivered at least once, so ignore what you had: `ce_source` and `ce_id` together
are a message's own, and `ce_id` is the position in the log of that source, so that within
a partition one that is not greater than the last was there before. Messages carry
identifiers and no personal value; ask the API for what they are of.

What is reported to us is taken once for each `ce_source` and `ce_id`, in order of its key:
give all that is of one line, or of one booking, the same key.
"""
KEY = {"type": "string", "description": "The number of the centre."}
KEY_TAKEN = {"type": "string", "description": "One for each line, or each booking."}
BINDING = "0.5.0"


def document() -> dict[str, Any]:
    """Make the document from the types of the messages."""
    kinds = {kind.type: kind for kind in every_kind()}
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Learner Management",
            "version": VERSION,
            "description": INTRODUCTION,
        },
        "defaultContentType": JSON,
        "channels": {
            name_of(topic): channel(topic, about, [*kinds.values(), *REPORTS])
            for topic, about in {**ABOUT, **TAKEN}.items()
        },
        "operations": {
            f"publish.{name_of(topic)}": {
                "action": "send",
                "summary": about,
                "channel": {"$ref": f"#/channels/{name_of(topic)}"},
            }
            for topic, about in ABOUT.items()
        }
        | {
            f"take.{name_of(topic)}": {
                "action": "receive",
                "summary": about,
                "channel": {"$ref": f"#/channels/{name_of(topic)}"},
            }
            for topic, about in TAKEN.items()
        },
        "components": {
            "messages": {
                **{name: message(kind, headers(kind)) for name, kind in kinds.items()},
                **{kind.type: message(kind, least_headers(kind)) for kind in REPORTS},
            },
            "schemas": schemas([*kinds.values(), *REPORTS]),
        },
    }


def name_of(topic: str) -> str:
    """Return a channel's name: its topic, in the characters that a name may have."""
    return topic.replace("-", "_").replace(".", "_")


def channel(
    topic: str, about: str, kinds: Iterable[MessageKind | ReportKind]
) -> dict[str, Any]:
    """Describe a topic and its messages."""
    return {
        "address": topic,
        "description": about,
        "messages": {
            kind.type: {"$ref": f"#/components/messages/{kind.type}"}
            for kind in kinds
            if kind.topic == topic
        },
        "bindings": {"kafka": {"topic": topic, "bindingVersion": BINDING}},
    }


def message(
    kind: MessageKind | ReportKind, attributes: dict[str, Any]
) -> dict[str, Any]:
    """Describe a kind of message."""
    key = KEY if isinstance(kind, MessageKind) else KEY_TAKEN
    summary = cleandoc(kind.data.__doc__ or "")
    return {
        "name": kind.type,
        "title": kind.data.__name__,
        "summary": " ".join(summary.split()),
        "contentType": JSON,
        "headers": attributes,
        "payload": {"$ref": f"#/components/schemas/{kind.data.__name__}"},
        "bindings": {"kafka": {"key": key, "bindingVersion": BINDING}},
    }


def headers(kind: MessageKind) -> dict[str, Any]:
    """Describe the attributes; all are always present."""
    text = {"type": "string"}
    attributes = {
        "ce_specversion": {"const": SPECIFICATION},
        "ce_id": {**text, "description": "The position in the log, a whole number."},
        "ce_source": {**text, "description": "The store, for ever the same."},
        "ce_type": {"const": kind.type},
        "ce_time": {**text, "format": "date-time"},
        "ce_subject": {**text, "description": f"The `{kind.subject}`."},
        "ce_partitionkey": KEY,
        "content-type": {"const": JSON},
    }
    return {"type": "object", "properties": attributes, "required": [*attributes]}


def least_headers(kind: ReportKind) -> dict[str, Any]:
    """Describe the attributes required in messages sent to us."""
    text = {"type": "string", "minLength": 1, "maxLength": 200}
    attributes = {"ce_id": text, "ce_source": text, "ce_type": {"const": kind.type}}
    return {"type": "object", "properties": attributes, "required": [*attributes]}


def schemas(kinds: Iterable[MessageKind | ReportKind]) -> dict[str, Any]:
    """Make the JSON Schemas of the data of these messages."""
    of = {kind.data: None for kind in kinds}
    _, made = msgspec.json.schema_components(
        [*of], ref_template="#/components/schemas/{name}"
    )
    return dict(sorted(made.items()))


def text() -> str:
    """Write the document as it is stored."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
