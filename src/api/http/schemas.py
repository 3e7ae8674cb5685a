"""The base classes of the bodies of requests and responses."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class RequestBody(BaseModel, extra="forbid"):
    """A JSON body that is sent; its ``title`` names its schema in the document.

    It has no member besides those declared. No ``default`` is said there: generated
    clients would have it sent.
    """

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        made = handler(schema)
        for member in handler.resolve_ref_schema(made)["properties"].values():
            if (default := member.pop("default", None)) is not None:
                member.setdefault("examples", [default])
                if default:
                    member.setdefault("description", f"{default} if left out.")
        return made


class ResponseBody(BaseModel):
    """A JSON body that is answered; its ``title`` names its schema in the document."""


def with_example(example: Mapping[str, Any]) -> ConfigDict:
    """Give a ``model_config`` that shows this example of a body in the OpenAPI document.

    A request that is sent as in the example must be answered with a status of 2xx.
    """
    return ConfigDict(json_schema_extra={"examples": [dict(example)]})
