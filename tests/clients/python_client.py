"""One journey by a client made by openapi-python-client."""

import os
import sys
from datetime import date

from learner_management_client import AuthenticatedClient
from learner_management_client.api.learners import create_learner, get_learner
from learner_management_client.api.orders import (
    confirm_order,
    create_order,
    set_order_course_dates,
)
from learner_management_client.api.registrations import list_registrations
from learner_management_client.models import (
    CourseDatesChoice,
    Learner,
    NewLearner,
    NewOrder,
    Order,
    OrderConfirmation,
    OrderCourseDates,
    OrderLearnerChoice,
    OrderLearnersChoice,
    Problem,
    RegistrationList,
)

PRODUCT = "Q-0005001227"


def journey(client: AuthenticatedClient) -> None:
    born = "2006-03-27"
    details = NewLearner(given_name="Ada", family_name="Python", date_of_birth=born)
    made = create_learner.sync(client=client, body=details)
    assert isinstance(made, Learner), made
    seen = get_learner.sync(made.learner, client=client)
    assert isinstance(seen, Learner), seen
    assert seen.family_name == "Python"

    linked = OrderLearnersChoice(
        product=PRODUCT, learners=[OrderLearnerChoice(learner=made.learner)]
    )
    begun = create_order.sync_detailed(
        client=client, body=NewOrder(products=[PRODUCT], learners=[linked])
    )
    assert isinstance(begun.parsed, Order), begun
    order = begun.parsed.order
    dates = CourseDatesChoice(starts=date(2026, 9, 1), ends=date(2027, 7, 16))
    dated = set_order_course_dates.sync(
        order,
        client=client,
        body=OrderCourseDates(dates=[dates]),
        if_match=begun.headers["ETag"],
    )
    assert isinstance(dated, Order), dated
    confirmed = confirm_order.sync_detailed(
        order,
        client=client,
        body=OrderConfirmation(total=dated.total),
        idempotency_key="openapi-python-client",
    )
    assert isinstance(confirmed.parsed, Order), confirmed
    assert confirmed.parsed.state == "Confirmed"

    listed = list_registrations.sync(
        client=client,
        learner=made.learner,
        min_position=int(confirmed.headers["Event-Position"]),
    )
    assert isinstance(listed, RegistrationList), listed
    assert [each.status for each in listed.items] == ["Active"]

    refused = get_learner.sync("L-0000000000", client=client)
    assert isinstance(refused, Problem), refused
    assert refused.status == 404


if __name__ == "__main__":
    journey(
        AuthenticatedClient(base_url=os.environ["SERVICE"], token=os.environ["TOKEN"])
    )
    sys.stdout.write("done\n")
