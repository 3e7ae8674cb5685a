"""What no catalogue may ask: rules that cannot be met, grades that cannot be reached."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalogue.qualification import Pathway


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong, at a key of the file; the message is a sentence without subject."""

    path: str
    message: str


def check_pathway(pathway: Pathway, *, seconds: float = 2.0) -> list[Fault]:
    """Find what no pathway may ask."""
    return []


def check_grading(pathways: Sequence[Pathway], *, seconds: float = 2.0) -> list[Fault]:
    """Find thresholds and grids that the best grades do not reach."""
    return []
