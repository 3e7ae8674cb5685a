"""The refusals of orders."""

from collections.abc import Sequence
from typing import Self

from aggregates.errors import FieldPath, Malformed, Refusal, RuleBroken, join_sentences
from catalogue import amount

MOST_REGISTRATIONS = 5_000
"""The most registrations that one order may make (d)."""

LONGEST_NUMBER = 50


class OrderIsConfirmed(RuleBroken):
    code = "order-is-confirmed"
    message = (
        "Order {order} has been confirmed and stays as it is. Begin another order for"
        " what is missing."
    )


DIVIDE_GROUP = (
    "To divide a group, name its learners under learners in place of the group:"
    " GET /learners?group= and the group's number lists them."
)


class OrderTooLarge(RuleBroken):
    code = "order-too-large"
    message = (
        f"An order makes at most {MOST_REGISTRATIONS:,} registrations; this would be"
        " {number:,}. Make {orders} of it. "
    ) + DIVIDE_GROUP

    @classmethod
    def of(cls, number: int, *, path: FieldPath | None = None) -> Self:
        """Refuse so many registrations, and say into how many orders to divide them."""
        orders = amount(-(-number // MOST_REGISTRATIONS), "order")
        return cls(path=path, number=number, orders=orders)


class ProductNotOffered(RuleBroken):
    code = "product-not-offered"
    message = "{why}"


class ProductsRefused(RuleBroken):
    code = "products-refused"
    message = "{sentences}"


class ProductNotOnOrder(Malformed):
    code = "product-not-on-order"
    message = "{product} is not on {order}. Choose it among the products first."


class LearnerUnknown(Malformed):
    code = "learner-unknown"
    message = (
        "There is no learner {learner} at this centre. Check the number and try again."
    )


class PathwayNeedsProduct(Malformed):
    code = "pathway-needs-product"
    message = (
        "There is no product on the order yet that could have the pathway {pathway}."
        " Choose the product first."
    )


class PathwayOfApprenticeship(Malformed):
    code = "pathway-of-apprenticeship"
    message = (
        "{title} is an apprenticeship: only its qualifications have pathways. Name one"
        ' for each, as "pathways": {{"Q-…": "…"}}.'
    )


class PathwaySaidTwice(Malformed):
    code = "pathway-said-twice"
    message = (
        "Two pathways are said for {learner} in this request. Name the learner once, on"
        " the pathway that is meant."
    )


class QualificationNotOrdered(Malformed):
    code = "qualification-not-ordered"
    message = (
        "None of the chosen products is or includes {qualification}. Leave its pathway"
        " out, or choose the product first."
    )


class LearnersRefused(Malformed):
    code = "learners-refused"
    message = "{sentences}"


class GroupHasNoLearners(RuleBroken):
    code = "group-has-no-learners"
    message = (
        "Group {group} has no learners yet. Submit its upload, and wait until it is"
        " done."
    )


class LearnerNotLinked(Malformed):
    code = "learner-not-linked"
    message = (
        "Learner {learner} is not linked to {what}. Check the number and try again."
    )


class EndsBeforeStart(Malformed):
    code = "ends-before-start"
    message = "The course ends on {ends}, before it starts on {starts}. Correct one of the two."


class DatesUnlikely(RuleBroken):
    code = "dates-unlikely"
    message = (
        "The course would {what}. If that is a slip, correct the date; if it is right,"
        " send the dates again with confirm_unlikely: true."
    )


class NumberTooLong(Malformed):
    code = "number-too-long"
    message = (
        f"A purchase order number has at most {LONGEST_NUMBER} characters. Shorten it."
    )


class OrderIncomplete(RuleBroken):
    """Everything that stands in the way of confirming (O5)."""

    code = "order-incomplete"

    message = "{sentences}"


class StepIncomplete(RuleBroken):
    """One thing that a step of the order lacks; the path names the step."""

    code = "step-incomplete"

    message = "{sentence}"


class AlreadyRegistered(RuleBroken):
    code = "already-registered"
    message = (
        "Learner {learner} has an Active registration on {title} already:"
        " {registration}. Unlink the learner."
    )


class OrderedTwice(RuleBroken):
    code = "ordered-twice"
    message = (
        "Learner {learner} would be registered on {title} twice by this order: with"
        " {first} and with {second}. Unlink the learner from one of the two."
    )


class PriceHasChanged(RuleBroken):
    code = "price-has-changed"
    message = (
        "A registration on {title} costs £{price:,.2f} now, not £{seen:,.2f}. Look at"
        " the order again, then confirm it."
    )


class TotalHasChanged(RuleBroken):
    code = "total-has-changed"
    message = (
        "The order comes to £{total:,.2f} now, not £{seen:,.2f}: {breakdown}. Look at"
        " it again, then confirm it."
    )


def require_none(faults: Sequence[Refusal], together: type[Refusal]) -> None:
    """Raise the only fault; raise several together as ``together``; do nothing without any."""
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise together(others=faults, sentences=join_sentences(faults))
