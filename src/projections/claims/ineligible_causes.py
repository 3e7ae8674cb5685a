"""How many learners are kept back from claims for each cause (I1)."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from aggregates.claims.claim_hindrances import Cause
from projections.claims.ineligible_learners import asked_for, with_registration


def count_causes(
    connection: Connection,
    *,
    centre: str | None,
    claim: str | None = None,
    name: str | None = None,
    most: int,
) -> Mapping[Cause, int]:
    """Count the learners of such a list by the cause that holds today.

    No more than ``most`` rows are counted; causes that nobody is kept back for are left out.
    """
    found: Counter[Cause] = Counter()
    for way in asked_for(connection, centre, claim=claim, name=name).alternatives():
        its = with_registration().where(*way.found_first(), *way.all_checks())
        rows = its.limit(most).subquery()
        query = select(rows.c.cause, func.count()).group_by(rows.c.cause)
        for cause, counted in connection.execute(query):
            found[Cause(cause)] += counted
    return found
