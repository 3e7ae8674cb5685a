"""Files of random small qualifications, with every key that rules and grading have.

All is drawn from a seed, so that a case that fails can be made again from its number.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from math import prod
from pathlib import Path
from random import Random

from tests.catalogue.solver.random_rules import (
    Document,
    Draft,
    draw_crossing_rules,
    draw_rule,
    leaves,
)

DAYS = ("2020-09-01", "2035-08-31", "2038-08-31")
MOST_CHOICES = 1_500
SIZES = (2, 3, 4, 4, 5, 5, 6, 6, 7, 8, 9)
LADDERS = (
    (["U", "P"], None),
    (["U", "P"], None),
    (["P"], None),
    (["U", "P", "M", "D"], None),
    (["U", "N", "P", "M"], None),
    (["U", "N", "P", "M"], ["P", "M"]),
    (["U", "P", "M", "T"], None),
)


def draw_file(seed: int, most_choices: int = MOST_CHOICES) -> Document:
    """Draw a qualification whose learners have no more choices than so many."""
    random = Random(seed)  # noqa: S311 - a test
    while True:
        document = draw(random)
        if choices(document) <= most_choices:
            return document


def draw(random: Random) -> Document:
    kind = random.choices(("pass", "points", "grid"), (40, 35, 25))[0]
    draft = Draft(random)
    draft.units = draw_units(random, kind)
    for unit in draft.units:
        draft.groups.setdefault(unit["group"], []).append(unit["reference"])
    document: Document = {
        "reference": "Q-0000000001",
        "version": 1,
        "from": DAYS[0],
        "number": "601/3450/1",
        "title": "Level 2 Award",
        "suite": "Random",
        "subject_area": "Random",
        "level": 2,
        "price": "98.00",
        "registration": {"opens": DAYS[0], "closes": DAYS[1]},
        "certification_ends": DAYS[2],
        "grading": GRADINGS[kind](draft),
        "units": draft.units,
    }
    document["pathways"] = [
        draw_pathway(draft, code) for code in "AB"[: random.choice((1, 1, 2))]
    ]
    return document


def draw_units(random: Random, kind: str) -> list[Document]:
    ladders = random.sample(LADDERS, 2)
    units: list[Document] = []
    for number in range(1, random.choice(SIZES) + 1):
        grades, achieving = random.choices(ladders, (3, 1))[0]
        unit: Document = {
            "number": number,
            "reference": f"A/000/{number:04}",
            "title": f"Unit {number}",
            "group": random.choice("ABC"),
            "level": random.randint(1, 3),
            "credits": random.choice((0, 1, 2, 3, 3, 4, 5)),
            "glh": random.choice((0, 1, 2, 3, 5, 10, 30, 45, 60)),
            "assessment": "internal",
            "grades": list(grades),
        }
        if achieving is not None:
            unit["achieving"] = list(achieving)
        units.append(unit)
    if len(units) > 1 and random.random() < 0.3:
        for _ in range(random.choice((1, 1, 2))):
            one, other = random.sample(units, 2)
            one["equivalent_to"] = other["reference"]
    if kind == "grid":
        for unit in units:
            unit.pop("achieving", None)
    return units


def draw_pass(_: Draft) -> Document:
    return {"kind": "pass"}


def draw_points(draft: Draft) -> Document:
    random = draft.random
    per_credit = random.random() < 0.5
    most = 4 if per_credit else 20
    ladder = ("N", "P", "M", "D")
    points = sorted(random.randint(0, most) for _ in ladder)
    if random.random() < 0.03:
        random.shuffle(points)
    if any("N" not in unit.get("achieving", "N") for unit in draft.units):
        points[0] = 0
    given = {"U": 0, **dict(zip(ladder, points, strict=True))}
    basis = "points_per_credit" if per_credit else "points_per_60_glh"
    grading: Document = {"kind": "points", basis: given}
    if random.random() < 0.35:
        total = draft.total([unit["reference"] for unit in draft.units], "credits")
        grading["best"] = {"credits": random.randint(1, max(1, total))}
        if random.random() < 0.5:
            grading["best"]["at_or_above_level"] = random.randint(1, 3)
    full = sum(
        max(given.get(grade, 0) for grade in unit["grades"])
        * (unit["credits"] if per_credit else unit["glh"] / 60)
        for unit in draft.units
    )
    shares = sorted(random.uniform(0, 0.8) for _ in range(random.randint(1, 3)))
    if random.random() < 0.3:
        shares[0] = 0
    steps = dict.fromkeys(int(full * share) for share in shares)
    grading["thresholds"] = [
        {"grade": grade, "points": least}
        for grade, least in zip(("Pass", "Merit", "Star"), steps, strict=False)
    ]
    return grading


def draw_grid(draft: Draft) -> Document:
    random = draft.random
    grades = {
        unit["reference"]: [g for g in unit["grades"] if g != "U"]
        for unit in draft.units
    }
    components, ladders = [], []
    for number in range(1, random.choice((2, 2, 3)) + 1):
        units = random.sample(list(grades), min(random.randint(1, 3), len(grades)))
        components.append({"title": f"Component {number}", "units": units})
        ladders.append(list(dict.fromkeys(g for unit in units for g in grades[unit])))
    ascending = ["Pass", "Merit", "Star"]

    def cells(ladders: list[list[str]], height: int) -> Document | str | None:
        if not ladders:
            gone = random.random() < 0.1
            return (
                None
                if gone
                else ascending[min(2, random.choice((height // 2, height)))]
            )
        first, *others = ladders
        rows = {
            grade: cells(others, height + at)
            for at, grade in enumerate(
                [*first, *(["T"] if random.random() < 0.2 else [])]
            )
        }
        return {grade: row for grade, row in rows.items() if row} or None

    table = cells(ladders, 0)
    given = [grade for grade in ascending if f'"{grade}"' in json.dumps(table)]
    if table is None:
        return {"kind": "pass"}
    return {"kind": "grid", "of": components, "grades": given, "table": table}


GRADINGS: Mapping[str, Callable[[Draft], Document]] = {
    "pass": draw_pass,
    "points": draw_points,
    "grid": draw_grid,
}


def draw_pathway(draft: Draft, code: str) -> Document:
    random = draft.random
    pathway: Document = {"code": code, "title": f"Way {code}"}
    groups = dict(draft.groups)
    if random.random() < 0.2:
        references = [unit["reference"] for unit in draft.units]
        pathway["groups"] = {"OWN": random.sample(references, min(3, len(references)))}
        groups |= pathway["groups"]
    own = Draft(random, draft.units, groups)
    if random.random() < 0.5:
        count = random.choice((1, 2, 2, 3, 3, 4, 4, 5))
        pathway["rules"] = [draw_rule(own, depth=0) for _ in range(count)]
    else:
        pathway["rules"] = draw_crossing_rules(own)
    return pathway


def choices(document: Document) -> int:
    """Say no fewer than the choices that a learner with every unit has on a pathway."""
    return max(
        picks(pathway["rules"]) * counted(document, pathway)
        for pathway in document["pathways"]
    )


def picks(rules: Sequence[Document]) -> int:
    total = 1
    for rule in rules:
        if "any_of" in rule:
            total *= sum(picks(each) for each in rule["any_of"])
    return total


def counted(document: Document, pathway: Document) -> int:
    """Multiply the ways in which each unit may count."""
    draft = Draft(Random(0), document["units"])  # noqa: S311 - nothing is drawn
    for unit in draft.units:
        draft.groups.setdefault(unit["group"], []).append(unit["reference"])
    groups = draft.groups | pathway.get("groups", {})
    capped: set[str] = set()
    for rule in leaves(pathway["rules"]):
        if "counts_at_most" in rule:
            names = rule.get("groups", [rule["group"]] if "group" in rule else [])
            named = [unit for name in names for unit in groups[name]]
            capped.update(*draft.classes([*named, *rule.get("units", ())]))
    return prod(
        unit["credits"] + 1 if unit["reference"] in capped and unit["credits"] else 2
        for unit in draft.units
    )


def draw_grades(seed: int, document: Document) -> dict[str, str]:
    """Draw what a learner has: most of the units or some of them, few of them failed."""
    random = Random(seed)  # noqa: S311 - a test
    share = random.choice((0.3, 0.6, 0.85, 1.0))
    grades: dict[str, str] = {}
    for unit in document["units"]:
        if random.random() < share:
            achieved = [grade for grade in unit["grades"] if grade != "U"]
            grades[unit["reference"]] = random.choices(
                (random.choice(achieved), random.choice(unit["grades"]), "T"),
                (12, 3, 1),
            )[0]
    return grades


def write_file(folder: Path, document: Document) -> Path:
    """Write a catalogue of this one qualification; JSON is YAML too."""
    path = folder / "qualifications" / "random.yaml"
    path.parent.mkdir(exist_ok=True, parents=True)
    text = json.dumps(document)
    for day in DAYS:
        text = text.replace(f'"{day}"', day)
    path.write_text(text)
    return folder
