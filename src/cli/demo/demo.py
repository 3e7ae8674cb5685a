"""The command that fills a centre with made-up learners, orders and claims."""

from typing import Annotated

import typer

from cli.messages import FAILED, print_message, refuse
from cli.output import Format, show

USER_COLUMNS = ("name", "password", "full_name", "role", "centre")


def demo(
    context: typer.Context,
    learners: Annotated[
        int, typer.Option(min=1, max=100_000, help="How many learners.")
    ] = 60,
    seed: Annotated[int, typer.Option(help="The same seed, the same people.")] = 1,
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """Fill the demo's first centre: learners, orders, claims; print the demo's users.

    Passwords are made, and printed, the first time only.
    """
    from aggregates.uploads.upload_refusals import GroupNameTaken
    from cli.configuration import settings_of
    from cli.demo.filling import Filling
    from cli.demo.users import USERS, add_users, has_users
    from cli.session import CHANNEL, exit_on_refusal, get_user, open_session

    with exit_on_refusal(), open_session(settings_of(context), begin=True) as service:
        given = {} if has_users(service) else add_users(service)
        by = get_user(service, USERS[0].name).actor(CHANNEL)
        service.start()
        try:
            Filling(service=service, by=by, seed=seed).fill(learners)
        except GroupNameTaken:
            refuse(
                FAILED,
                f"The learners of seed {seed} are there already.",
                f"Others: learner-management demo --seed {seed + 1}",
            )
        people = [{**vars(user), "password": given.get(user.name)} for user in USERS]
        show(people, USER_COLUMNS, form)
    print_message(
        f"Next: learner-management user token {USERS[0].name}",
        "  learner-management export results",
        "  learner-management serve",
    )
