"""Files of large random qualifications, as large and as tangled as real ones may be.

Up to 120 units, 15 bars and 6 caps that cross, levels, grades, alternatives, equivalents;
pass, points, or a grid. Rules ask for nothing that a first choice, found greedily, does
not give: what is drawn can always be met.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.catalogue.solver.random_files import DAYS
from tests.catalogue.solver.random_rules import Document

GROUPS = "ABCDEFGH"
MOST_UNITS = 120
MOST_BARS = 15
MOST_CAPS = 6
TIGHT = (1.0, 1.0, 0.95, 0.8, 0.5)


@dataclass(frozen=True)
class Limit:
    """A limit of a pathway: these units, no more than so many of them or of their credits."""

    units: frozenset[str]
    most_units: int | None = None
    most_credits: int | None = None


def draw_large_file(seed: int, *, every_key: bool = True) -> Document:
    """Draw a file; without ``every_key`` only minima, bars and caps, pass or points."""
    random = Random(seed)  # noqa: S311 - a test
    kind = random.choices(
        ("pass", "points", "grid"), (45, 45, 10) if every_key else (1, 1, 0)
    )[0]
    units = draw_units(random, kind, every_key=every_key)
    pathways, choices = [], []
    for code in "AB"[: random.choice((1, 1, 1, 2))]:
        rules, counted = draw_rules(random, units, every_key=every_key)
        pathways.append({"code": code, "title": f"Way {code}", "rules": rules})
        choices.append(counted)
    return {
        "reference": "Q-0000000001",
        "version": 1,
        "from": DAYS[0],
        "number": "601/3450/1",
        "title": "Large",
        "suite": "Random",
        "subject_area": "Random",
        "level": 2,
        "price": "98.00",
        "registration": {"opens": DAYS[0], "closes": DAYS[1]},
        "certification_ends": DAYS[2],
        "grading": draw_grading(random, kind, units, choices, every_key=every_key),
        "units": units,
        "pathways": pathways,
    }


def draw_units(random: Random, kind: str, *, every_key: bool) -> list[Document]:
    groups = GROUPS[: random.randint(3, len(GROUPS))]
    grades = ["U", "P"] if kind == "pass" else ["U", "P", "M", "D"]
    units: list[Document] = [
        {
            "number": number,
            "reference": f"A/{number // 9999:03}/{number:04}",
            "title": f"Unit {number}",
            "group": random.choice(groups),
            "level": random.choice((2, 2, 3, 3, 4)),
            "credits": random.choice((0, 1, 2, 3, 4, 5, 6, 8, 10, 15)),
            "glh": random.randint(5, 90),
            "assessment": "internal",
            "grades": grades,
        }
        for number in range(1, random.randint(40, MOST_UNITS) + 1)
    ]
    some = random.sample(units, random.choice((0, 0, 2, 6)) if every_key else 0)
    for one, other in zip(some[::2], some[1::2], strict=True):
        one["equivalent_to"] = other["reference"]
    return units


def draw_rules(
    random: Random, units: list[Document], *, every_key: bool
) -> tuple[list[Document], dict[str, int]]:
    """Draw limits, find what can count under them, and ask for no more than that."""
    classes = set(classes_of(units).values())
    bars = [draw_bar(random, units) for _ in range(random.randint(3, MOST_BARS))]
    caps = [draw_cap(random, units) for _ in range(random.randint(0, MOST_CAPS))]
    limits = [limit for _, limit in (*bars, *caps)]
    counted = greedy_choice(
        random, units, [*limits, *(Limit(each, 1) for each in classes if len(each) > 1)]
    )
    every = sorted({unit["group"] for unit in units})
    wanted = [
        *([group] for group in random.sample(every, random.randint(1, len(every)))),
        *(
            random.sample(every, random.randint(2, len(every)))
            for _ in range(random.randint(1, 3))
        ),
        every,
    ]
    rules: list[Document] = [rule for rule, _ in (*bars, *caps)]
    rules += [draw_minimum(random, units, counted, groups) for groups in wanted]
    if every_key:
        rules += [
            draw_alternatives(random, units, counted, every)
            for _ in range(random.choice((0, 0, 1, 2)))
        ]
        rules += [
            draw_requirement(random, classes)
            for _ in range(random.choice((0, 0, 1, 3)))
        ]
        if random.random() < 0.2:
            least = len(units) // 2
            rules.append(
                {"groups": every, "minimum_units": least, "counts": "attempted"}
            )
    random.shuffle(rules)
    return [rule for rule in rules if rule], counted


def draw_requirement(random: Random, classes: set[frozenset[str]]) -> Document:
    one, other = random.sample(sorted(map(min, classes)), 2)
    return {"requires": {"unit": one, "needs": other}}


def classes_of(units: list[Document]) -> dict[str, frozenset[str]]:
    """The references of each unit and its equivalent, by its own."""
    classes = {unit["reference"]: frozenset({unit["reference"]}) for unit in units}
    for unit in units:
        if "equivalent_to" in unit:
            pair = frozenset({unit["reference"], unit["equivalent_to"]})
            classes |= dict.fromkeys(pair, pair)
    return classes


def draw_bar(random: Random, units: list[Document]) -> tuple[Document, Limit]:
    classes = classes_of(units)
    some = random.sample(
        list(dict.fromkeys(classes.values())), random.choice((2, 2, 3, 4))
    )
    most = max(1, len(some) - 2)
    names = [min(each) for each in some]
    limit: Document = {"at_most_one": True} if most == 1 else {"at_most_units": most}
    return {"units": names} | limit, Limit(frozenset().union(*some), most)


def draw_cap(random: Random, units: list[Document]) -> tuple[Document, Limit]:
    every = sorted({unit["group"] for unit in units})
    if random.random() < 0.6:
        groups = random.sample(every, random.randint(1, 2))
        some = [unit for unit in units if unit["group"] in groups]
        subject: Document = {"groups": groups}
    else:
        some = random.sample(units, random.randint(4, 20))
        subject = {"units": [unit["reference"] for unit in some]}
    most = int(sum(unit["credits"] for unit in some) * random.uniform(0.2, 0.8))
    classes = classes_of(units)
    names = frozenset[str]().union(*(classes[unit["reference"]] for unit in some))
    return subject | {"counts_at_most": most}, Limit(names, None, most)


def greedy_choice(
    random: Random, units: list[Document], limits: Sequence[Limit]
) -> dict[str, int]:
    """Let unit after unit count as far as the limits leave room."""
    counted: dict[str, int] = {}
    for unit in random.sample(units, len(units)):
        room = int(unit["credits"])
        allowed = True
        for limit in limits:
            if unit["reference"] in limit.units:
                there = [counted[each] for each in limit.units if each in counted]
                if limit.most_units is not None and len(there) >= limit.most_units:
                    allowed = False
                if limit.most_credits is not None:
                    room = min(room, limit.most_credits - sum(there))
        if allowed and (room or not unit["credits"]):
            counted[unit["reference"]] = room
    return counted


def draw_minimum(
    random: Random, units: list[Document], counted: dict[str, int], groups: list[str]
) -> Document:
    """Ask for most of what counts of these groups; for nothing where that is nothing."""
    level = random.choice((None, None, 3))
    some = [
        unit
        for unit in units
        if unit["reference"] in counted
        and unit["group"] in groups
        and (level is None or unit["level"] >= level)
    ]
    amounts = {
        "minimum_units": len(some),
        "minimum_credits": sum(counted[unit["reference"]] for unit in some),
        "minimum_glh": sum(unit["glh"] for unit in some),
    }
    key = random.choices(list(amounts), (2, 5, 2))[0]
    least = int(amounts[key] * random.choice(TIGHT))
    if not least:
        return {}
    rule: Document = {"groups": groups, key: least}
    if level is not None:
        rule["at_or_above_level"] = level
    return rule


def draw_alternatives(
    random: Random, units: list[Document], counted: dict[str, int], every: list[str]
) -> Document:
    lists = []
    for _ in range(random.choice((2, 3))):
        rules = [
            draw_minimum(random, units, counted, random.sample(every, 2))
            for _ in range(random.choice((1, 2)))
        ]
        lists.append([rule for rule in rules if rule])
    lists = [rules for rules in lists if rules]
    return {"any_of": lists} if len(lists) > 1 else {}


def draw_grading(
    random: Random,
    kind: str,
    units: list[Document],
    choices: list[dict[str, int]],
    *,
    every_key: bool,
) -> Document:
    if kind == "points":
        return draw_points(random, units, choices, every_key=every_key)
    if kind == "grid":
        components = [random.sample(units, random.randint(1, 8)) for _ in range(2)]
        if not all(
            any(unit["reference"] in counted for unit in each)
            for each in components
            for counted in choices
        ):
            return {"kind": "pass"}
        return {
            "kind": "grid",
            "of": [
                {"title": f"Component {n}", "units": [u["reference"] for u in each]}
                for n, each in enumerate(components)
            ],
            "grades": ["Pass", "Merit", "Star"],
            "table": {
                "P": {"P": "Pass", "M": "Pass", "D": "Merit"},
                "M": {"M": "Merit", "D": "Merit"},
                "D": {"P": "Merit", "M": "Merit", "D": "Star"},
            },
        }
    return {"kind": "pass"}


def draw_points(
    random: Random,
    units: list[Document],
    choices: list[dict[str, int]],
    *,
    every_key: bool,
) -> Document:
    per_credit = random.random() < 0.5
    given = (
        {"U": 0, "P": 4, "M": 6, "D": 9}
        if per_credit
        else {"U": 0, "P": 6, "M": 10, "D": 16}
    )
    grading: dict[str, Any] = {
        "kind": "points",
        "points_per_credit" if per_credit else "points_per_60_glh": given,
    }
    if every_key and random.random() < 0.3:
        total = min(sum(counted.values()) for counted in choices)
        grading["best"] = {"credits": max(1, int(total * random.uniform(0.3, 0.9)))}
    full = min(
        points_of(
            units,
            counted,
            per_credit=per_credit,
            most=given["D"],
            best=grading.get("best"),
        )
        for counted in choices
    )
    shares = sorted(random.uniform(0.2, 1.0) for _ in range(3))
    steps = dict.fromkeys(int(full * share) for share in shares)
    grading["thresholds"] = [
        {"grade": grade, "points": least}
        for grade, least in zip(("Pass", "Merit", "Star"), steps, strict=False)
    ]
    return grading


def points_of(
    units: list[Document],
    counted: dict[str, int],
    *,
    per_credit: bool,
    most: int,
    best: Document | None,
) -> float:
    """Add up the points of what counts, each unit at its best grade."""
    whole, by_credit = 0.0, list[float]()
    for unit in units:
        if unit["reference"] in counted:
            worth = most * (unit["credits"] if per_credit else unit["glh"] / 60)
            if unit["credits"]:
                by_credit += [worth / unit["credits"]] * counted[unit["reference"]]
            else:
                whole += worth
    if best is None:
        return whole + sum(by_credit)
    return sum(sorted(by_credit, reverse=True)[: best["credits"]])


def draw_large_grades(seed: int, document: Document, share: float) -> dict[str, str]:
    """Draw what a learner has who has been given a grade for this share of the units."""
    random = Random(seed)  # noqa: S311 - a test
    return {
        unit["reference"]: random.choices(
            unit["grades"], [1, *[8] * (len(unit["grades"]) - 1)]
        )[0]
        for unit in document["units"]
        if random.random() < share
    }
