"""What can happen to a centre: a college or training provider."""

from uuid import UUID

from events.event import Event, Personal


class CentreOpened(Event, topic="centre.opened"):
    """A centre joined the awarding organisation."""

    number: str
    name: str


class ApprovalGranted(Event, topic="centre.approval-granted"):
    """The centre may order a product; the centre's stream names the key of the reason."""

    product: str
    person_id: UUID
    reason: Personal[str | None] = None


class ApprovalWithdrawn(Event, topic="centre.approval-withdrawn"):
    """The centre may no longer order a product."""

    product: str
    person_id: UUID
    reason: Personal[str | None] = None
