"""Where a form was sent from: only our own pages may send one."""

from collections.abc import Mapping

FROM_ITSELF = frozenset({"same-origin", "none"})
"""What browsers say of a request that no other site made (Fetch Metadata)."""


def is_from_here(headers: Mapping[str, str], *, public: str) -> bool:
    """Tell whether the browser says that our own page sent this.

    ``public`` is the address that people open us at, as ``https://learners.example.org``,
    or empty for the host they asked.
    """
    site = headers.get("sec-fetch-site")
    if site is not None and site not in FROM_ITSELF:
        return False
    origin = headers.get("origin")
    if origin is None:
        return site is not None or "referer" not in headers or _refers(headers, public)
    return origin == _own_origin(headers, public)


def _refers(headers: Mapping[str, str], public: str) -> bool:
    return headers["referer"].startswith(_own_origin(headers, public) + "/")


def _own_origin(headers: Mapping[str, str], public: str) -> str:
    return public or f"http://{headers.get('host', '')}"


def is_encrypted_before(headers: Mapping[str, str], *, public: str) -> bool:
    """Tell whether something before us takes https for this host, and we do not know it."""
    return not public and headers.get("origin") == f"https://{headers.get('host', '')}"
