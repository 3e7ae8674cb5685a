"""The OpenAPI document, and the page of it for people."""
