"""JSON Pointer (RFC 6901)."""

from collections.abc import Sequence


def json_pointer(path: Sequence[str | int]) -> str:
    """Write names and indexes as a JSON Pointer: ``("grades", "F/1")`` gives ``/grades/F~11``."""
    names = [*map(str, path)]
    together = "".join(names)
    if "~" in together or "/" in together:
        names = [name.replace("~", "~0").replace("/", "~1") for name in names]
    return "/".join(["", *names])
