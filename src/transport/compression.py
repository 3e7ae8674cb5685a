"""Compression of responses to GET."""

import re

from starlette.datastructures import Headers
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

COMPRESSED_FROM = 1000
LEVEL = 7
PACKED = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNWANTED = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")


class Compression:
    """Compresses responses to GET, if the client accepts gzip.

    A response to POST is never compressed: it can hold a new secret (token, launch link,
    ticket) beside content that was sent, and the compressed length of both would reveal the
    secret. Streams and already packed content are not compressed either.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.compressing = GZipMiddleware(
            app,
            minimum_size=COMPRESSED_FROM,
            compresslevel=LEVEL,
            exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, PACKED),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_read = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
        accepted = Headers(scope=scope).get("accept-encoding", "") if is_read else ""
        is_wanted = is_read and not UNWANTED.search(accepted)
        await (self.compressing if is_wanted else self.app)(scope, receive, send)
