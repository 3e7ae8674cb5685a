"""The request bodies of orders: of a whole draft, of each step and of confirming."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AliasChoices, Field

from aggregates.errors import FieldPath
from aggregates.orders.order_linking import PathwayChoice, require_one_pathway
from aggregates.orders.order_refusals import MOST_REGISTRATIONS
from api.http.references import ConfirmLoss, LearnerName, Name, ProductName
from api.http.request_context import RequestContext
from api.http.schemas import RequestBody, with_example
from api.learners.learners import NewLearner
from api.uploads.group_names import GroupName, group_numbers
from commands.orders.order import Dating
from commands.orders.order_linking import Linking
from events.orders.order import CourseDates

Price = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
Pathway = Annotated[Name, Field(examples=["MAIN"])]
Products = Annotated[list[ProductName], Field(max_length=100)]
PurchaseNumber = Annotated[str | None, Field(max_length=200, examples=["PO-2026-117"])]


class PathwayChoiceRequest(RequestBody, title="PathwayChoice"):
    """The pathway of a qualification, or of each of an apprenticeship's."""

    pathway: Pathway | None = None
    pathways: dict[ProductName, Pathway] = Field(
        default={}, max_length=20, examples=[{"Q-0005001568": "FRONT"}]
    )

    @property
    def choice(self) -> PathwayChoice:
        return PathwayChoice(pathway=self.pathway, pathways=self.pathways)


class LearnerLinked(PathwayChoiceRequest, title="OrderLearnerChoice"):
    model_config = with_example({"learner": "L-0000000017T", "pathway": "MAIN"})

    learner: LearnerName


class LearnersLinked(PathwayChoiceRequest, title="OrderLearnersChoice"):
    """Learners and whole groups, for one product or, if none is named, for all.

    ``pathway`` and ``pathways`` are for learners who have none of their own.
    """

    model_config = with_example(
        {
            "product": "Q-0005001227",
            "learners": [{"learner": "L-0000000017T", "pathway": "MAIN"}],
        }
    )

    product: ProductName | None = None
    confirm_loss: ConfirmLoss = False
    learners: list[LearnerLinked] = Field(default=[], max_length=MOST_REGISTRATIONS)
    groups: list[GroupName] = Field(default=[], max_length=20)

    def pathway_choices(
        self, *, at: FieldPath = ()
    ) -> Iterator[tuple[FieldPath, str | None, str, PathwayChoice]]:
        """Yield path, product, learner and pathways of each learner named.

        ``at`` is the path to this body. A learner without pathways has those for all.
        """
        for place, each in enumerate(self.learners):
            own = each.choice
            choice = PathwayChoice(
                pathway=own.pathway or self.pathway,
                pathways={**self.pathways, **own.pathways},
            )
            yield (*at, "learners", place), self.product, each.learner, choice

    def linking(self, context: RequestContext, *, at: FieldPath = ()) -> Linking:
        """Return the learners and groups to link; ``at`` is the path to this body.

        Raises PathwaySaidTwice, or LearnersRefused for several learners.
        """
        require_one_pathway(self.pathway_choices(at=at))
        return Linking(
            product=self.product,
            learners={each.learner: each.choice for each in self.learners},
            groups=group_numbers(context, self.groups, path=(*at, "groups")),
            choice=self.choice,
        )


class LearnersToAdd(LearnersLinked, title="OrderLearnersAddition"):
    """Learners to link in addition to those linked; one of them may be new."""

    new_learner: NewLearner | None = None


class DatesSet(RequestBody, title="CourseDatesChoice"):
    """Course dates of these learners; if none is named, of all, now and later."""

    starts: date = Field(examples=["2026-09-01"])
    ends: date = Field(examples=["2027-07-16"])
    product: ProductName | None = None
    learners: list[LearnerName] = Field(default=[], max_length=MOST_REGISTRATIONS)
    confirm_unlikely: bool = Field(
        default=False,
        description="That dates far from today, or of a very long course, are right.",
    )


Dates = Annotated[list[DatesSet], Field(max_length=MOST_REGISTRATIONS)]


class NewOrder(RequestBody, title="NewOrder"):
    """An order, with any steps that are already known."""

    model_config = with_example(
        {
            "products": ["Q-0005001227"],
            "learners": [
                {"product": "Q-0005001227", "learners": [{"learner": "L-0000000017T"}]}
            ],
            "dates": [{"starts": "2026-09-01", "ends": "2027-07-16"}],
            "purchase_order_number": "PO-2026-117",
        }
    )

    products: Products = Field(default=[])
    learners: list[LearnersLinked] = Field(default=[], max_length=100)
    dates: Dates = Field(default=[])
    purchase_order_number: PurchaseNumber = None

    @property
    def pathway_choices(
        self,
    ) -> Iterator[tuple[FieldPath, str | None, str, PathwayChoice]]:
        """Yield path, product, learner and pathways of each learner named."""
        for place, each in enumerate(self.learners):
            yield from each.pathway_choices(at=("learners", place))


class ProductsRequest(RequestBody, title="OrderProductsChoice"):
    products: Products
    confirm_loss: ConfirmLoss = False


class CourseDatesSet(RequestBody, title="OrderCourseDates"):
    """Course dates, set one after the other: for all first, then for some."""

    dates: Dates
    confirm_loss: ConfirmLoss = False


class GivenPurchaseOrderNumber(RequestBody, title="GivenPurchaseOrderNumber"):
    """The centre's own number for the purchase. ``number``, its former name, still works."""

    purchase_order_number: PurchaseNumber = Field(
        validation_alias=AliasChoices("purchase_order_number", "number")
    )


class PurchaseOrderNumber(GivenPurchaseOrderNumber, title="OrderPurchaseOrderNumber"):
    """The number printed on the invoice of a product, or of all without one of their own."""

    product: ProductName | None = None


class Confirmation(RequestBody, title="OrderConfirmation"):
    """The costs that the user saw: the total and, if wanted, the prices of products."""

    total: Price = Field(examples=["98.00"])
    prices: dict[ProductName, Price] = Field(
        default={}, max_length=100, examples=[{"Q-0005001227": "98.00"}]
    )


def datings(given: Iterable[DatesSet]) -> tuple[Dating, ...]:
    return tuple(
        Dating(
            dates=CourseDates(starts=each.starts, ends=each.ends),
            product=each.product,
            learners=tuple(each.learners),
            is_confirmed=each.confirm_unlikely,
        )
        for each in given
    )
