"""JSON Pointer (RFC 6901)."""

from collections.abc import Sequence


def json_pointer(path: Sequence[str | int]) -> str:
    """Write a path of names and indexes: ``("grades", "F/1")`` is ``/grades/F~11``."""
    return "".join(f"/{str(p).replace('~', '~0').replace('/', '~1')}" for p in path)
