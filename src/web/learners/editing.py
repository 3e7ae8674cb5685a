"""A learner made known, and put right (L1, L2)."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from aggregates.errors import Refusal
from aggregates.learners.details import COLUMNS
from aggregates.learners.learner import Learner
from commands.learners.learner import AmendLearner, CreateLearner
from projections.learners.learner_search import finder
from repositories.aggregate_types import LEARNER
from store import Conflict
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.inputs import read_version
from web.http.page_router import PageRouter
from web.learners.learners import LEARNERS

pages = PageRouter("learners")

DIFFERENT = "confirm_different_person"
"""The tick that says: not the learner of the same name and date of birth."""
TEMPLATE = "learners/edit.html"


@pages.get(f"{LEARNERS}/new")
def ask_for_learner(context: PageContext) -> Response:
    """Ask who the new learner is."""
    return new_page(context)


@pages.post(f"{LEARNERS}/new")
def create_learner(context: PageContext) -> Response:
    """Make a learner known."""
    try:
        done = context.send(
            CreateLearner(
                **context.command_metadata(),
                cells=typed_cells(context),
                alike=finder(context.service.read_models.connection),
                is_different_person=bool(context.form.text(DIFFERENT)),
            )
        )
    except REFUSED as refused:
        return new_page(context, refused)
    typed = typed_cells(context)
    name = f"{typed['given_name']} {typed['family_name']}"
    if context.form.text("another"):
        return context.redirect(
            f"{LEARNERS}/new", said=f"{name} was added.", after=done
        )
    return context.redirect(
        f"{LEARNERS}/{done.created_id}", said=f"{name} was added.", after=done
    )


def new_page(context: PageContext, refused: Exception | None = None) -> Response:
    return context.page(
        TEMPLATE,
        title="Add a learner",
        crumbs=[("Learners", LEARNERS)],
        refused=refused,
        action=f"{LEARNERS}/new",
        cells=typed_cells(context),
        **asked_besides(context, refused),
    )


@pages.get(LEARNERS + "/{learner}/edit")
def ask_what_is_right(context: PageContext, learner: str) -> Response:
    """Show what is known, to be put right."""
    stream, person = context.load(LEARNER, learner)
    return edit_page(context, person, stream.version, written_cells(person))


@pages.post(LEARNERS + "/{learner}/edit")
def amend_learner(context: PageContext, learner: str) -> Response:
    """Put a learner right, unless somebody else did meanwhile: then say who, and what."""
    _, person = context.load(LEARNER, learner)
    cells = typed_cells(context)
    try:
        expect = read_version(context.form.text("version"))
        done = context.send(
            AmendLearner(
                **context.command_metadata(expect=expect),
                learner=learner,
                cells=cells,
                alike=finder(context.service.read_models.connection),
                is_different_person=bool(context.form.text(DIFFERENT)),
                reason=context.form.text("reason") or None,
            )
        )
    except REFUSED as refused:
        stream, person = context.load(LEARNER, learner)
        return edit_page(context, person, stream.version, cells, refused)
    return context.redirect(f"{LEARNERS}/{learner}", said="Saved.", after=done)


def edit_page(
    context: PageContext,
    person: Learner,
    version: int,
    cells: Mapping[str, str],
    refused: Exception | None = None,
) -> Response:
    address = f"{LEARNERS}/{person.learner}"
    return context.page(
        TEMPLATE,
        title=f"Put right {person.full_name}",
        crumbs=[("Learners", LEARNERS), (person.full_name, address)],
        refused=refused,
        action=f"{address}/edit",
        cells=cells,
        version=version,
        now=written_cells(person),
        left=person.amendments_left,
        is_conflict=isinstance(refused, Conflict),
        needs_reason=not context.user.role.is_of_a_centre,
        reason=context.form.text("reason"),
        **asked_besides(context, refused),
    )


def asked_besides(context: PageContext, refused: Exception | None) -> dict[str, Any]:
    """Tell whether to ask if this is another person than one who is alike."""
    is_alike = isinstance(refused, Refusal) and (refused.path or ())[-1:] == (
        DIFFERENT,
    )
    return {
        "asks_if_different": is_alike or bool(context.form.text(DIFFERENT)),
        "is_different": bool(context.form.text(DIFFERENT)),
    }


def typed_cells(context: PageContext) -> dict[str, str]:
    """Give what was typed, by column."""
    return {name: context.form.text(name) for name in COLUMNS}


def written_cells(person: Learner) -> dict[str, str]:
    """Give what is known, by column, with the date of birth as people write it."""
    cells, born = dict(person.details.cells), person.details.date_of_birth
    return cells | {"date_of_birth": f"{born.day}/{born.month}/{born.year}"}
