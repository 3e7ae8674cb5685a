"""The OpenAPI document, for whoever reads it without a service."""

import json

import typer

from api.app import openapi_document


def openapi() -> None:
    """Print the OpenAPI document of the API."""
    typer.echo(json.dumps(openapi_document(), indent=2, ensure_ascii=False))
