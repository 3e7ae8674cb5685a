"""Answers on eligibility, by the rules alone or for a learner."""

import json
from pathlib import Path

import typer

from aggregates.registrations.registration import Registration
from catalogue import AwardType, Catalogue, RequestProblem, answer, assess, shape
from catalogue.json_pointer import json_pointer
from cli.json_given import read_json
from cli.messages import FAILED, PROBLEMS, USAGE, refuse
from events.identifier import stream_of
from projections.registrations import registrations
from service import Service


def answer_for(
    service: Service, learner: str, qualification: str, award_type: AwardType
) -> dict[str, object]:
    """Assess the grades recorded so far, by the rules that the learner is under."""
    service.read_models.catch_up()
    with service.read_models.connection() as connection:
        found = registrations.search_registrations(
            connection, centre=None, learner=learner, product=(qualification,), limit=1
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
        is_typed = str(file) == "-"
        text = typer.get_text_stream("stdin").read() if is_typed else file.read_text()
    except (OSError, ValueError) as error:
        refuse(USAGE, f"{file} cannot be read as JSON: {error}.")
    asked = read_json(text, str(file))
    if not (isinstance(asked, list) and all(isinstance(each, dict) for each in asked)):
        refuse(USAGE, f"{file} must hold a JSON array of requests, each an object.")
    answers, wrong = [], 0
    for request in asked:
        try:
            answers.append(answer(catalogue, request))
        except RequestProblem as error:
            wrong += 1
            fault = {"pointer": json_pointer(error.path), "message": str(error)}
            answers.append({"errors": [fault]})
    typer.echo(json.dumps(answers, ensure_ascii=False))
    if wrong:
        refuse(
            PROBLEMS,
            f"Requests that make no sense: {wrong} of {len(asked)}. See errors.",
        )
