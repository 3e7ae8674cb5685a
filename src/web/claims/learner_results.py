"""All results of one learner: awards, certificates and tests, whole history (R2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from catalogue import Catalogue
from projections.bookings.bookings import BookingRow, bookings_of_learner
from projections.claims.result_certificates import CertificateRow, certificates_of
from projections.claims.result_search import Result, results_of_learner
from queries.claims.certificates import holder_name, titles_as_issued
from queries.titles import title_of, unit_titles
from repositories.aggregate_types import LEARNER
from web.http.context import PageContext
from web.http.page_router import PageRouter
from web.learners.learners import LEARNERS

pages = PageRouter("results")


@dataclass(frozen=True, kw_only=True)
class ShownAward:
    """An award, its certificates before the latest, and its units: reference, title, grade."""

    result: Result
    issued_to: str
    earlier: Sequence[CertificateRow]
    units: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, kw_only=True)
class ShownResults:
    """All that a learner was awarded and sat on one qualification."""

    reference: str
    title: str
    awards: Sequence[ShownAward]
    tests: Sequence[tuple[BookingRow, str]]


@pages.get(LEARNERS + "/{learner}/results")
def show_learner_results(context: PageContext, learner: str) -> Response:
    """Show all results of a learner, by qualification."""
    _, person = context.load(LEARNER, learner)
    with context.rows() as connection:
        awards = results_of_learner(connection, learner)
        certificates = certificates_of(connection, learner)
        tests = [
            each
            for each in bookings_of_learner(connection, learner)
            if each.sat_on or each.corrections
        ]
    references = {each.qualification for each in awards}
    references |= {each.qualification for each in tests}
    catalogue = context.service.catalogue
    return context.page(
        "claims/learner_results.html",
        title=f"Results of {person.full_name}",
        crumbs=[("Learners", LEARNERS), (person.full_name, f"{LEARNERS}/{learner}")],
        learner=person,
        qualifications=[
            describe_results(
                catalogue,
                reference,
                [each for each in awards if each.qualification == reference],
                [each for each in tests if each.qualification == reference],
                certificates,
            )
            for reference in sorted(references)
        ],
    )


def describe_results(
    catalogue: Catalogue,
    reference: str,
    awards: Sequence[Result],
    tests: Sequence[BookingRow],
    certificates: Sequence[CertificateRow],
) -> ShownResults:
    known = unit_titles(catalogue, reference)
    return ShownResults(
        reference=reference,
        title=title_of(catalogue, reference) or reference,
        awards=[_award(catalogue, each, certificates, known) for each in awards],
        tests=[(each, known.get(each.unit, each.unit)) for each in tests],
    )


def _award(
    catalogue: Catalogue,
    result: Result,
    certificates: Sequence[CertificateRow],
    known: Mapping[str, str],
) -> ShownAward:
    own = [each for each in certificates if each.claim == result.claim]
    latest = [each for each in own if each.certificate == result.certificate]
    titles = {**known}
    for each in latest:
        titles |= titles_as_issued(catalogue, each).units
    return ShownAward(
        result=result,
        issued_to=holder_name(result.holder_given_name, result.holder_family_name)
        if latest
        else "",
        earlier=[each for each in own if each not in latest],
        units=[
            (unit, titles.get(unit, ""), grade) for unit, grade in result.grades.items()
        ],
    )
