"""A simulated LRS: answers from a file of what it knows, and fails when it is told to.

The file is YAML, and read again when it changes::

    others: not-found     # or match: what is said of a ULN that is not below
    latency: 0            # seconds that an answer takes
    state: open           # or unreachable, or out-of-hours
    missing: []           # ULNs that it does not know, whatever is said of others
    learners:
      - {uln: "1000102504", given_name: Chloë, family_name: D'Arcy,
         date_of_birth: 2006-03-27, gender: F,
         previous_family_name: Moreau, master_uln: "1026893096"}

All but the first three of a learner may be left out, and are then not compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from pathlib import Path
from threading import Lock
from time import sleep

import yaml
from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, ValidationError

from aggregates.learners.details import Details
from aggregates.learners.verification import Code, VerificationAnswer
from aggregates.text import fold
from catalogue.reading.document import NO_VALUE, TooDeep, require_shallow
from lrs.faults import OutOfHours, Unreachable
from lrs.messages import gender_code

SHIPPED = Path(__file__).parent / "simulated.yaml"
"""The demo's simulated LRS."""

LIKE = 0.75
"""The least similarity of two spellings of a name that count as similar (d)."""


class FixtureUnusable(Exception):
    """The simulated LRS's file cannot be used."""


class SimulatedState(StrEnum):
    """Whether the simulated LRS answers."""

    OPEN = "open"
    UNREACHABLE = "unreachable"
    OUT_OF_HOURS = "out-of-hours"


class Others(StrEnum):
    """The answer about an unknown ULN."""

    MATCH = "match"
    NOT_FOUND = "not-found"


class Known(BaseModel):
    """A learner known to the simulated LRS."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    uln: str = Field(pattern=r"^[0-9]{10}$")
    given_name: str
    family_name: str
    date_of_birth: date | None = None
    gender: str | None = None
    previous_family_name: str | None = None
    master_uln: str | None = Field(default=None, pattern=r"^[0-9]{10}$")


class Fixture(BaseModel):
    """The content of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    others: Others = Others.NOT_FOUND
    latency: NonNegativeFloat = 0.0
    state: SimulatedState = SimulatedState.OPEN
    missing: frozenset[str] = frozenset()
    learners: tuple[Known, ...] = ()

    @property
    def by_uln(self) -> Mapping[str, Known]:
        return {known.uln: known for known in self.learners}


def read_fixture(path: Path) -> Fixture:
    """Read the file. Raises FixtureUnusable with every fault."""
    try:
        require_shallow(written := path.read_bytes())
        return Fixture.model_validate(yaml.safe_load(written) or {})
    except TooDeep as error:
        raise FixtureUnusable(f"{path} {error}") from None
    except OSError as error:
        raise FixtureUnusable(
            f"{path} cannot be read: {error.strerror}. Name another file."
        ) from None
    except ValidationError as error:
        faults = (
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
            for fault in error.errors()
        )
        raise FixtureUnusable(
            f"{path} cannot be used: {'; '.join(faults)}. Correct it."
        ) from None
    except (yaml.YAMLError, *NO_VALUE) as error:
        line = str(error).replace("\n", " ")
        raise FixtureUnusable(f"{path} is not YAML: {line}. Correct it.") from None


@dataclass(kw_only=True)
class Simulator:
    """A ``Verifier`` that answers as LRS would, from a fixture or its file."""

    fixture: Fixture
    path: Path | None = None
    _by_uln: Mapping[str, Known] = field(init=False)
    _read_at: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._by_uln = self.fixture.by_uln

    @classmethod
    def of(cls, path: Path = SHIPPED) -> "Simulator":
        """Make a simulator from a file. Raises FixtureUnusable."""
        simulator = cls(fixture=read_fixture(path), path=path)
        simulator._read_at = path.stat().st_mtime_ns
        return simulator

    def change(self, **changed: object) -> None:
        """Change its behaviour, for example ``change(state=SimulatedState.OPEN)``."""
        self._take(self.fixture.model_copy(update=changed))

    def verify(self, details: Details) -> VerificationAnswer:
        """Answer as LRS would; raises Unreachable or OutOfHours if the fixture says so."""
        self._refresh()
        fixture = self.fixture
        sleep(fixture.latency)
        if fixture.state is SimulatedState.UNREACHABLE:
            raise Unreachable("The simulated LRS is told to be unreachable.")
        if fixture.state is SimulatedState.OUT_OF_HOURS:
            raise OutOfHours("The simulated LRS is told to be closed.")
        known = self._by_uln.get(details.uln or "")
        if known is None:
            is_match = (
                fixture.others is Others.MATCH and details.uln not in fixture.missing
            )
            return VerificationAnswer(code=Code.MATCH if is_match else Code.NOT_FOUND)
        return compare_details(details, known)

    def _take(self, fixture: Fixture) -> None:
        self.fixture, self._by_uln = fixture, fixture.by_uln

    def _refresh(self) -> None:
        """Read the file again if it changed; an unusable one counts as unreachable."""
        if self.path is None:
            return
        with self._lock:
            try:
                changed_at = self.path.stat().st_mtime_ns
                if changed_at != self._read_at:
                    self._take(read_fixture(self.path))
                    self._read_at = changed_at
            except (OSError, FixtureUnusable) as error:
                raise Unreachable(str(error)) from None


def compare_details(details: Details, known: Known) -> VerificationAnswer:
    """Compare the given details with the known ones, as LRS does (U7)."""
    flags = [*_name_flags(details, known)]
    is_similar = _is_similar(details, known)
    if known.date_of_birth not in {None, details.date_of_birth}:
        flags.append("VRF7")
        is_similar = False
    told, kept = gender_code(details.gender), gender_code(known.gender)
    if told and kept and told != kept:
        flags.append("VRF8")
        is_similar = False
    answer = VerificationAnswer(
        code=Code.MATCH, flags=tuple(flags), master_uln=known.master_uln
    )
    if flags and not is_similar:
        return replace(answer, code=Code.NO_MATCH, master_uln=None)
    if known.master_uln:
        return replace(answer, code=Code.SIMILAR_LINKED if flags else Code.LINKED_MATCH)
    return replace(answer, code=Code.SIMILAR) if flags else answer


def _name_flags(details: Details, known: Known) -> list[str]:
    """Return the flag of each failed comparison of a name, if the direct one fails."""
    given, family = fold(details.given_name), fold(details.family_name)
    theirs, their_family = fold(known.given_name), fold(known.family_name)
    previous = fold(known.previous_family_name or "")
    flags = []
    if given != theirs:
        flags += ["VRF1"]
        flags += ["VRF2"] if given != their_family else []
        flags += ["VRF3"] if previous and given != previous else []
    if family != their_family:
        flags += ["VRF4"] if family != theirs else []
        flags += ["VRF5"]
        flags += ["VRF6"] if previous and family != previous else []
    return flags


def _is_similar(details: Details, known: Known) -> bool:
    """Whether names are another spelling, swapped, or from before a marriage."""
    others = [known.given_name, known.family_name, known.previous_family_name or ""]
    return all(
        any(_are_like(name, other) for other in others)
        for name in (details.given_name, details.family_name)
    )


def _are_like(one: str, other: str) -> bool:
    return SequenceMatcher(None, fold(one), fold(other)).ratio() >= LIKE
