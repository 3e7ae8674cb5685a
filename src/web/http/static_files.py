"""The style sheets, scripts and fonts, under an address that changes with what they hold."""

import gzip
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).parents[1] / "static"
TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
FOR_EVER = "public, max-age=31536000, immutable"
LEVEL = 9


@cache
def every_file() -> Mapping[str, bytes]:
    """Read every file, by name."""
    paths = (path for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES)
    return {path.name: path.read_bytes() for path in paths}


@cache
def address_of_files() -> str:
    """Give the path they are all below; style sheets name fonts beside themselves."""
    digest = sha256(b"".join(every_file().values())).hexdigest()[:12]
    return f"/static/{digest}"


@cache
def compress_file(name: str) -> bytes:
    return gzip.compress(every_file()[name], LEVEL, mtime=0)


async def static_file(request: Request) -> Response:
    """Give one file. Raises HTTPException (404); an old address gives what is there now."""
    name = request.path_params["name"]
    if name not in every_file():
        raise HTTPException(HTTPStatus.NOT_FOUND)
    suffix = Path(name).suffix
    is_current = request.url.path.startswith(address_of_files())
    headers = {
        "Cache-Control": FOR_EVER if is_current else "no-cache",
        "Vary": "Accept-Encoding",
    }
    content = every_file()[name]
    if suffix != ".woff2" and "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = compress_file(name), "gzip"
    return Response(content, headers=headers, media_type=TYPES[suffix])
