"""The ledger over HTTP: signed tree heads, proofs, and the verification of all events."""

from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import AwareDatetime, Field

from access.accounts import SignedInUser
from aggregates.errors import Malformed, NotAllowed, NotFound, RuleBroken
from api.http.dependencies import POSITION_LIMIT, CurrentUser, ServiceOf
from api.http.routing.router import Router
from api.http.schemas import ResponseBody
from audit.finding import FindingKind
from audit.head import Head
from audit.leaf import leaf_of
from audit.ledger import LedgerAltered, PositionNotSealed
from audit.tree import is_included
from audit.verification import verify
from events.centres.user import Role
from service import Service

Hex = Annotated[str, Field(pattern="^[0-9a-f]*$", examples=["9f86d081"])]
Size = Annotated[int, Query(ge=1, lt=POSITION_LIMIT, description="How many events.")]


class NothingSealedYet(NotFound):
    code = "nothing-sealed-yet"
    message = "Nothing has been recorded yet, so there is no tree head."


class NotSealed(NotFound):
    code = "not-sealed"
    message = "No event at position {position} is in the ledger. Check the position."


class Unproved(RuleBroken):
    code = "unproved"
    message = "{why} Compare all events: GET /api/v1/audit/verification."


class NoSuchTree(Malformed):
    code = "no-such-tree"
    message = "{why} Give sizes of trees that have been, the smaller first."


def auditor(user: CurrentUser) -> SignedInUser:
    """Require an Auditor. Raises NotAllowed."""
    if user.role is not Role.AUDITOR:
        raise NotAllowed(role=user.role, what="read the audit log", who="an Auditor")
    return user


router = Router(prefix="/audit", tags=["audit"], dependencies=[Depends(auditor)])


class HeadResponse(ResponseBody, title="TreeHead"):
    """A signed tree head (RFC 9162): keep it elsewhere, and compare with it later."""

    size: int
    position: int
    root: Hex
    signed_at: str = Field(examples=["2026-11-25T09:30:00.000000Z"])
    signature: Hex
    public_key: Hex


class FindingResponse(ResponseBody, title="AuditFinding"):
    """The first fault."""

    kind: FindingKind
    position: int
    message: str


class AuditVerificationResponse(ResponseBody, title="AuditVerification"):
    """The number of events compared, and the first fault if there is one (H5)."""

    events: int
    unsealed: int = Field(description="Events the ledger has not come to yet.")
    whole: bool
    head: HeadResponse | None
    finding: FindingResponse | None


class InclusionResponse(ResponseBody, title="InclusionProof"):
    """Proof that an event is in the tree of a head (RFC 9162, 2.1.3)."""

    position: int
    number: int = Field(description="Of the leaf, from 0.")
    leaf: Hex
    recorded_at: AwareDatetime
    path: list[Hex]
    head: HeadResponse


class ConsistencyResponse(ResponseBody, title="ConsistencyProof"):
    """Proof that one tree is the beginning of another (RFC 9162, 2.1.4)."""

    first: int
    second: int
    path: list[Hex]


@router.get("/head", operation_id="getTreeHead")
def head(service: ServiceOf) -> HeadResponse:
    """Show the newest signed tree head."""
    return head_response(service, newest(service))


@router.get("/verification", operation_id="verifyLedger")
def verification(service: ServiceOf) -> AuditVerificationResponse:
    """Compare every event with the ledger, now."""
    found = verify(service.ledger)
    return AuditVerificationResponse(
        events=found.events,
        unsealed=found.unsealed,
        whole=found.finding is None,
        head=head_response(service, found.head) if found.head else None,
        finding=FindingResponse(**vars(found.finding)) if found.finding else None,
    )


@router.get("/inclusion", operation_id="getInclusionProof")
def inclusion(
    service: ServiceOf,
    position: Annotated[int, Query(ge=1, lt=POSITION_LIMIT)],
) -> InclusionResponse:
    """Prove that the event at a position is in the tree."""
    try:
        number, signed, path = service.ledger.inclusion(position)
    except PositionNotSealed:
        raise NotSealed(position=position) from None
    except LedgerAltered as error:
        raise Unproved(why=f"The ledger was altered: {error.why}.") from None
    found = service.store.read_stored(after=position - 1, limit=1)
    if not found or not is_included(
        leaf_of(row := found[0]), number, signed.size, path, signed.root
    ):
        raise Unproved(why=f"The event at position {position} is not as it was.")
    return InclusionResponse(
        position=position,
        number=number,
        leaf=leaf_of(row).hex(),
        recorded_at=row.recorded_at,
        path=[each.hex() for each in path],
        head=head_response(service, signed),
    )


@router.get("/consistency", operation_id="getConsistencyProof")
def consistency(service: ServiceOf, first: Size, second: Size) -> ConsistencyResponse:
    """Prove that the tree of the first size is the beginning of the second."""
    try:
        path = service.ledger.consistency(first, second)
    except ValueError as error:
        raise NoSuchTree(path=("first",), why=str(error)) from None
    except LedgerAltered as error:
        raise Unproved(why=f"The ledger was altered: {error.why}.") from None
    return ConsistencyResponse(
        first=first, second=second, path=[each.hex() for each in path]
    )


def newest(service: Service) -> Head:
    signed = service.ledger.head()
    if signed is None:
        raise NothingSealedYet
    return signed


def head_response(service: Service, signed: Head) -> HeadResponse:
    document: dict[str, Any] = signed.document(service.store.public_key)
    return HeadResponse(**document)
