"""What the bodies of requests and responses have in common."""

from pydantic import BaseModel


class RequestBody(BaseModel):
    """A JSON body that is sent; its ``title`` names its schema in the document."""


class ResponseBody(BaseModel):
    """A JSON body that is answered; its ``title`` names its schema in the document."""
