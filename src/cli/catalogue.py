"""The catalogue from the command line: checking it, and asking it."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from aggregates.registration import Registration
from catalogue import (
    AwardType,
    Catalogue,
    InvalidCatalogue,
    RequestProblem,
    amount,
    answer,
    assess,
    check_cases,
    load,
    shape,
)
from cli.configuration import settings_of
from cli.opening import opened, told
from cli.output import Format, show
from cli.talk import FAILED, PROBLEMS, USAGE, refuse, talk
from events.identifier import stream_of
from projections import registrations
from service import Service

COLUMNS = ("severity", "file", "key", "message")


def check_catalogue(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder.")],
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """Say everything that is wrong in a folder of qualifications, by file and key.

    The worked cases beside the qualifications are tried too.
    """
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
    talk(
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
        AwardType, typer.Option(help="What would be claimed.")
    ] = AwardType.FULL,
) -> None:
    """Say whether a learner, or each of a file of requests, is eligible; why not."""
    with told():
        settings = settings_of(context, catalogue=folder)
        if requests is not None:
            answer_all(load(settings.catalogue), requests)
            return
        if not (learner and qualification):
            refuse(
                USAGE, "Name a learner and a qualification, or give --requests FILE."
            )
        with opened(settings) as service:
            found = answer_for(service, learner, qualification, award_type)
        typer.echo(json.dumps(found, ensure_ascii=False))


def answer_for(
    service: Service, learner: str, qualification: str, award_type: AwardType
) -> dict[str, object]:
    """Assess the grades recorded so far, by the rules that the learner is under."""
    service.read_models.catch_up()
    with service.read_models.connection() as connection:
        found = registrations.search(
            connection, centre=None, learner=learner, product=qualification, limit=1
        )
    if not found.rows:
        refuse(FAILED, f"The learner {learner} is not registered on {qualification}.")
    stream = service.store.open(stream_of(found.rows[0].registration))
    registration = Registration.replay(stream.events)
    registration.require_single("be assessed")
    grades: dict[str, str] = {}
    for said in registration.outcomes.values():
        grades |= said
    rules = service.catalogue.qualification(
        qualification, version=registration.rules_version
    )
    assessment = assess(
        rules,
        registration.grades_to_date(claim="", typed=grades),
        award_type=award_type,
        pathway=registration.pathway,
    )
    return shape(assessment)


def answer_all(catalogue: Catalogue, file: Path) -> None:
    """Answer each request of the file as the API would, in order, as one JSON array."""
    try:
        text = typer.get_text_stream("stdin").read() if str(file) == "-" else None
        asked = json.loads(file.read_text() if text is None else text)
    except (OSError, ValueError) as error:
        refuse(USAGE, f"{file} cannot be read as JSON: {error}.")
    if not isinstance(asked, list):
        refuse(USAGE, f"{file} is to hold a JSON array of requests.")
    answers, wrong = [], 0
    for request in asked:
        try:
            answers.append(answer(catalogue, request))
        except RequestProblem as error:
            wrong += 1
            fault = {"pointer": error.pointer, "message": str(error)}
            answers.append({"errors": [fault]})
    typer.echo(json.dumps(answers, ensure_ascii=False))
    if wrong:
        refuse(
            PROBLEMS,
            f"Requests that make no sense: {wrong} of {len(asked)}. See errors.",
        )
