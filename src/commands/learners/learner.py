"""The commands that create a learner and amend a learner's details."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import ClassVar
from uuid import UUID

from aggregates.errors import FieldPath
from aggregates.learners.details import COLUMNS, Checked, Details, check_details
from aggregates.learners.learner import (
    DetailIsWrong,
    DetailsAreWrong,
    Learner,
    UlnIsHeld,
)
from aggregates.learners.verification import Outcome
from aggregates.uploads.problem import sentence
from commands.command import (
    Command,
    CommandContext,
    CommandResult,
    conflict_if_reserved,
    handles,
)
from commands.learners.same_person import (
    FindSimilarLearners,
    known_alike,
    likeness_holders,
    person_reservations,
    require_nobody_alike,
    reserved_person,
)
from events.centres.user import Role
from events.identifier import Kind, stream_of
from repositories.aggregate_types import LEARNER
from store import (
    Change,
    EventStore,
    Reservation,
)


@dataclass(frozen=True, kw_only=True)
class CreateLearner(Command):
    """Create a learner at the centre of the user (L1).

    ``cells`` are the details as text, by the names of ``COLUMNS``.
    """

    title: ClassVar = "create a learner"

    cells: Mapping[str, str]
    alike: FindSimilarLearners
    is_different_person: bool = False


@dataclass(frozen=True, kw_only=True)
class AmendLearner(Command):
    """Amend a learner's details (L2); ``cells`` are the details that change, as text."""

    title: ClassVar = "amend a learner"

    learner: str
    cells: Mapping[str, str]
    alike: FindSimilarLearners
    is_different_person: bool = False
    reason: str | None = None


def reserved_uln(store: EventStore, centre: str, uln: str | None) -> list[Reservation]:
    """Make the reservation that gives a ULN to one learner of a centre (U6); none without a ULN."""
    return [Reservation(scope=f"uln:{centre}", key=store.make_key(uln))] if uln else []


def holders(store: EventStore, centre: str, ulns: Sequence[str]) -> dict[str, str]:
    """Return the learners of the centre who hold these ULNs, by ULN (U6)."""
    keys = {store.make_key(uln): uln for uln in ulns}
    held = store.find_reservations(f"uln:{centre}", keys)
    streams = store.open_many({holding.stream for holding in held.values()})
    return {
        keys[key]: LEARNER.replay(streams[holding.stream]).learner
        for key, holding in held.items()
    }


def begin_learner(
    store: EventStore,
    *,
    learner: str,
    centre: str,
    group: str | None,
    person_id: UUID,
    details: Details,
    to_verify: bool,
    outcome: Outcome,
    is_first: bool,
) -> Change:
    """Make the change that creates a learner and reserves the ULN (U9, L1).

    With ``is_first``, nobody at the centre has the name and date of birth yet, so they are
    reserved too (U6). ``outcome`` is the answer of LRS about a ULN that is ``to_verify``
    (U7).
    """
    made = Learner.create(
        learner=learner,
        centre=centre,
        group=group,
        person_id=person_id,
        details=details,
        to_verify=to_verify,
    )
    heard = Learner.replay(made).hear(outcome) if outcome else []
    return LEARNER.new(learner).change(
        [*made, *heard],
        owner=centre,
        reserve=[
            *reserved_uln(store, centre, details.uln),
            *([reserved_person(store, centre, details.likeness)] if is_first else ()),
        ],
    )


def new_learner(
    context: CommandContext,
    cells: Mapping[str, str],
    *,
    centre: str,
    today: date,
    alike: FindSimilarLearners,
    is_different_person: bool,
    path: FieldPath = (),
) -> tuple[str, Change]:
    """Check a new learner (L1); return their identifier and the change that creates them.

    ``path`` is the place of the details in the request. Raises DetailsAreWrong with every
    fault, UlnIsHeld, LooksLikeAnother.
    """
    details = _require_right(check_details(cells, today=today), cells, path)
    if details.uln:
        _require_free(context.store, centre, details.uln, path)
    likeness = details.likeness
    held = likeness_holders(context.store, centre, [likeness])
    if not is_different_person:
        known = known_alike(context.store, centre, [likeness], alike, held)
        require_nobody_alike(known.get(likeness, ()), path)
    learner = context.new_identifier(Kind.LEARNER)
    to_verify = context.verify is not None and details.uln is not None
    return learner, begin_learner(
        context.store,
        learner=learner,
        centre=centre,
        group=None,
        person_id=stream_of(learner),
        details=details,
        to_verify=to_verify,
        outcome=ask(context, [details])[0] if to_verify else None,
        is_first=likeness not in held,
    )


@handles(CreateLearner)
def create_learner(command: CreateLearner, context: CommandContext) -> CommandResult:
    centre = command.by.centre or ""
    learner, change = new_learner(
        context,
        command.cells,
        centre=centre,
        today=command.today,
        alike=command.alike,
        is_different_person=command.is_different_person,
    )
    with conflict_if_reserved():
        return context.record(command, change, created_id=learner)


@handles(AmendLearner)
def amend_learner(command: AmendLearner, context: CommandContext) -> CommandResult:
    stream, learner = context.load(LEARNER, command.learner, command)
    known = learner.details.cells
    cells = {column: command.cells.get(column, known[column]) for column in COLUMNS}
    is_other_birth = cells["date_of_birth"] != known["date_of_birth"]
    today = command.today if is_other_birth else None
    details = _require_right(check_details(cells, today=today), cells)
    old, new = learner.details.uln, details.uln
    if new and new != old:
        _require_free(context.store, learner.centre, new)
    amended = learner.amend(
        details,
        is_further=not Role(command.by.role).is_of_a_centre,
        reason=command.reason,
        is_lrs_on=context.verify is not None,
    )
    after = reduce(Learner.apply, amended, learner)
    if amended and after.verification.is_waiting:
        amended += after.hear(ask(context, [details])[0])
    release = reserved_uln(context.store, learner.centre, old if old != new else None)
    reserve = reserved_uln(context.store, learner.centre, new if old != new else None)
    if details.likeness != learner.details.likeness:
        gone, taken = _change_person(command, context, learner, details.likeness)
        release += gone
        reserve += taken
    change = stream.change(amended, release=release, reserve=reserve)
    with conflict_if_reserved():
        return context.record(command, change)


def _change_person(
    command: AmendLearner, context: CommandContext, learner: Learner, likeness: str
) -> tuple[list[Reservation], list[Reservation]]:
    """Return the reservations to release and to make for a new name or date of birth (U6).

    Raises LooksLikeAnother.
    """
    store, centre = context.store, learner.centre
    held = likeness_holders(store, centre, [likeness])
    if not command.is_different_person:
        known = known_alike(store, centre, [likeness], command.alike, held)
        others = [who for who in known.get(likeness, []) if who != learner.learner]
        require_nobody_alike(others)
    taken = [] if likeness in held else [reserved_person(store, centre, likeness)]
    return person_reservations(store, [learner])[learner.learner], taken


def ask(context: CommandContext, learners: Sequence[Details]) -> Sequence[Outcome]:
    """Ask LRS about learners who have a ULN (U7); every outcome is None while LRS is off."""
    return context.verify(learners) if context.verify else [None] * len(learners)


def _require_right(
    checked: Checked, cells: Mapping[str, str], path: FieldPath = ()
) -> Details:
    """Return the checked details. Raises DetailsAreWrong with all faults (L1)."""
    if checked.details is not None:
        return checked.details
    faults = [
        DetailIsWrong(path=(*path, problem.column), sentence=sentence(problem, cells))
        for problem in checked.problems
    ]
    said = " ".join(str(fault) for fault in faults)
    raise DetailsAreWrong(sentences=said, others=faults)


def _require_free(
    store: EventStore, centre: str, uln: str, path: FieldPath = ()
) -> None:
    """Raise UlnIsHeld if a learner of the centre has the ULN (U6)."""
    for holder in holders(store, centre, [uln]).values():
        raise UlnIsHeld(uln=uln, learner=holder, path=(*path, "uln"))
