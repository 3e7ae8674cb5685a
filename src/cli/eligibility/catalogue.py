"""The catalogue from the command line: checking it, and asking it."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.messages import PROBLEMS, USAGE, print_message, refuse
from cli.output import Format, show

COLUMNS = ("severity", "file", "key", "message")


class AwardOption(StrEnum):
    """What can be claimed."""

    FULL = "Full"
    INTERIM = "Interim"
    FALLBACK = "Fallback"


def check_catalogue(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder.")],
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """Say everything that is wrong in a folder of qualifications, by file and key.

    The worked cases beside the qualifications are tried too.
    """
    from catalogue import InvalidCatalogue, amount, check_cases, load

    try:
        catalogue = load(folder)
    except InvalidCatalogue as error:
        show(map(vars_of, error.problems), COLUMNS, form)
        refuse(PROBLEMS, f"Problems found: {len(error.problems)}.")
    cases, failing = check_cases(folder, catalogue)
    show(map(vars_of, (*catalogue.warnings, *failing)), COLUMNS, form)
    if failing:
        refuse(
            PROBLEMS,
            f"Problems found in {amount(cases, 'worked case')}: {len(failing)}.",
        )
    print_message(
        f"{amount(len(catalogue.qualifications), 'qualification')}, "
        f"{amount(len(catalogue.apprenticeships), 'apprenticeship')} and "
        f"{amount(len(catalogue.centres), 'centre')} are in order; "
        f"{amount(len(catalogue.warnings), 'warning')}, "
        f"{amount(cases, 'worked case holds', 'worked cases hold')}.",
    )


def vars_of(problem: Any) -> dict[str, str]:
    return {name: str(getattr(problem, name)) for name in COLUMNS}


def eligibility(
    context: typer.Context,
    learner: Annotated[str, typer.Argument(help="L-…")] = "",
    qualification: Annotated[str, typer.Argument(help="Q-…")] = "",
    *,
    requests: Annotated[
        Path | None,
        typer.Option(
            help="A JSON array of the bodies of POST /eligibility; - is stdin."
        ),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--catalogue", help="The catalogue's folder.")
    ] = None,
    award_type: Annotated[
        AwardOption, typer.Option(help="What would be claimed.")
    ] = AwardOption.FULL,
) -> None:
    """Say whether a learner, or each of a file of requests, is eligible; why not."""
    from catalogue import AwardType, load
    from cli.configuration import settings_of
    from cli.eligibility.answers import answer_all, answer_for
    from cli.session import exit_on_refusal, open_session

    with exit_on_refusal():
        settings = settings_of(context, catalogue=folder)
        if requests is not None:
            answer_all(load(settings.catalogue), requests)
            return
        if not (learner and qualification):
            refuse(
                USAGE, "Name a learner and a qualification, or give --requests FILE."
            )
        with open_session(settings) as service:
            found = answer_for(service, learner, qualification, AwardType(award_type))
        typer.echo(json.dumps(found, ensure_ascii=False))
