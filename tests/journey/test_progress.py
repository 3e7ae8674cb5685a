"""Progress by Server-Sent Events, from a service of its own."""

import json
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2

from tests.journey.running import Person, serving
from tests.learner_examples import csv_file

ROWS = 1_500
LEARNERS = [
    {"given_name": "Zoë", "family_name": f"Müller {n}", "date_of_birth": "2006-03-27"}
    for n in range(ROWS)
]


def upload(person: Person, name: str, count: int) -> str:
    """Upload so many learners, and say where the group is."""
    files = {"file": ("learners.csv", csv_file(*LEARNERS[:count]), "text/csv")}
    accepted = person.ask(
        "POST", "/learner-groups", 202, data={"name": name}, files=files
    )
    return f"/learner-groups/{accepted.json()['group']}"


def events(answer: httpx2.Response) -> Generator[dict[str, Any]]:
    """Read events as they come."""
    told: dict[str, str] = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        told[name] = value
        if not line:
            if "id" in told:
                yield {"id": int(told["id"]), **json.loads(told["data"])}
            told = {}


def test_an_upload_is_followed_to_its_end_over_a_broken_line(tmp_path: Path) -> None:
    """U5: nothing is told twice, the end is told, and streams hold up nobody."""
    with (
        ExitStack() as left_open,
        serving(f"sqlite:///{tmp_path / 'data'}", tmp_path) as running,
    ):
        person = running.signed_in("assessor.riverside")
        group = upload(person, "Autumn", ROWS)
        progress = f"{group}/progress"
        found: list[dict[str, Any]] = []
        with person.streaming(progress) as answer:
            for event in events(answer):
                found.append(event)
                if event["progress"] == 50:
                    break
        seen = {"Last-Event-ID": str(found[-1]["id"])}
        with person.streaming(progress, **seen) as answer:
            person.post(f"{group}/submit", None, 202)
            found += events(answer)
        ids = [event["id"] for event in found]
        assert ids == sorted(set(ids))
        steps = [event["progress"] for event in found]
        assert steps == sorted(steps)
        assert (steps[-1], found[-1]["counts"]["learners"]) == (100, ROWS)
        seen = {"Last-Event-ID": str(ids[-1])}
        with person.streaming(progress, **seen) as answer:
            assert answer.status_code == 204
        progress = f"{upload(person, 'Spring', 1)}/progress"
        answer = left_open.enter_context(person.streaming(progress))
        assert any(event["progress"] == 50 for event in events(answer))
    said = (tmp_path / "log").read_text()
    assert "Traceback" not in said
    assert "graceful shutdown exceeded" not in said
