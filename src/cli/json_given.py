"""JSON arguments of commands."""

import json
from typing import Any

from api.http.validation.repeated_members import repeated_members
from cli.messages import USAGE, refuse


def read_json(text: str, where: str) -> Any:
    """Read JSON; if it is invalid, say what is wrong and exit."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        refuse(USAGE, f"{where} cannot be read as JSON: {error}.")
    if repeated := repeated_members(text):
        names = ", ".join("/".join(map(str, at)) for at in repeated)
        refuse(USAGE, f"{where} gives more than once: {names}. Give each once.")
    return found
