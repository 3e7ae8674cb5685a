"""The OpenAPI document, for whoever reads it without a service."""

import json

import typer


def openapi() -> None:
    """Print the OpenAPI document of the API."""
    from api.app import openapi_document

    typer.echo(json.dumps(openapi_document(), indent=2, ensure_ascii=False))
