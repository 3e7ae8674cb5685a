"""Claims that tests of pages begin, as a centre's people do."""

from commands.claims.claim import BeginClaim
from events.claims.claim import Award
from store import Actor
from tests.api.seeded_centre import MANDATORY, OPTIONAL, PRODUCT
from tests.web.pages import FullSite

WHOLE = (*MANDATORY, *OPTIONAL)


def spare_of(full: FullSite) -> str:
    """Give the learner who is registered and was never submitted."""
    return full.things.others[2]


def begin_claim(full: FullSite, *learners: str, **awards: Award) -> str:
    """Begin a claim of nine units for learners, or with awards by learner; its number."""
    by = Actor(
        user="admin.riverside",
        role="Centre Administrator",
        centre=full.things.centre,
        channel="test",
    )
    done = full.service.send(
        BeginClaim(
            by=by,
            at=full.service.clock(),
            qualification=PRODUCT,
            units=WHOLE,
            learners=(*learners, *awards),
            awards=awards,
        )
    )
    return str(done.created_id)
