"""Random rules of combination, as the file of a qualification says them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

Document = dict[str, Any]

LIMITS = ("counts_at_most", "at_most_units", "at_most_one")


@dataclass
class Draft:
    """A qualification as it is drawn: its units, their classes, and its random numbers."""

    random: Random
    units: list[Document] = field(default_factory=list)
    groups: dict[str, list[str]] = field(default_factory=dict)

    def classes(self, references: Sequence[str]) -> list[set[str]]:
        """Put the units together that are joined by ``equivalent_to``, if any is named."""
        classes: list[set[str]] = [{unit["reference"]} for unit in self.units]
        for unit in self.units:
            pair = {unit["reference"], unit.get("equivalent_to", unit["reference"])}
            joined = set().union(*(each for each in classes if each & pair))
            classes = [each for each in classes if not each & pair] + [joined]
        return [each for each in classes if each & {*references}]

    def total(self, references: Sequence[str], key: str) -> int:
        """Add up credits or hours; of a class, the most."""
        amounts = {unit["reference"]: int(unit[key]) for unit in self.units}
        return sum(
            max(amounts[reference] for reference in each)
            for each in self.classes(references)
        )


def leaves(rules: Sequence[Document]) -> Iterator[Document]:
    """List rules and all that are nested in them."""
    for rule in rules:
        yield rule
        for each in rule.get("any_of", ()):
            yield from leaves(each)


def draw_crossing_rules(draft: Draft) -> list[Document]:
    """Draw rules that want much of a few units each, and limits that run across them."""
    random = draft.random
    references = [unit["reference"] for unit in draft.units]

    def some(most: int) -> list[str]:
        return random.sample(references, min(random.randint(2, most), len(references)))

    rules: list[Document] = []
    for _ in range(random.choice((2, 3, 3))):
        units = some(4)
        rules.append({"units": units} | draw_wants(draft, units, limited=False))
    for _ in range(random.choice((1, 2, 2, 3))):
        units = some(3)
        rules.append({"units": units} | draw_limit(draft, units))
    if random.random() < 0.3:
        rules.append(draw_rule(draft, depth=0))
    random.shuffle(rules)
    return rules


def draw_rule(draft: Draft, depth: int) -> Document:
    random = draft.random
    kind = random.choices(
        ("any_of", "requires", "limit", "wants", "both"),
        (0 if depth == 2 else 16, 8, 26, 44, 8),
    )[0]
    if kind == "any_of":
        return {
            "any_of": [
                [draw_rule(draft, depth + 1) for _ in range(random.choice((1, 1, 2)))]
                for _ in range(random.choice((2, 2, 3)))
            ]
        }
    if kind == "requires":
        rule = draw_requirement(draft)
        if rule is not None:
            return rule
    subject, references = draw_subject(draft)
    rule = {**subject}
    if kind in {"limit", "both"}:
        rule |= draw_limit(draft, references)
    if kind != "limit" or len(rule) == 1:
        rule |= draw_wants(draft, references, limited=len(rule) > 1)
    return rule


def draw_subject(draft: Draft) -> tuple[Document, list[str]]:
    """Draw what a rule covers: a group, groups, or units one by one."""
    random = draft.random
    key = random.choice(("group", "groups", "units", "units"))
    if key == "group":
        name = random.choice(list(draft.groups))
        return {"group": name}, draft.groups[name]
    if key == "groups":
        names = random.sample(list(draft.groups), random.randint(1, len(draft.groups)))
        return {"groups": names}, [
            unit for name in names for unit in draft.groups[name]
        ]
    references = [unit["reference"] for unit in draft.units]
    units = random.sample(references, random.randint(1, len(references)))
    return {"units": units}, units


def draw_requirement(draft: Draft) -> Document | None:
    random = draft.random
    classes = draft.classes([unit["reference"] for unit in draft.units])
    if len(classes) < 2:
        return None
    names = [random.choice(sorted(each)) for each in random.sample(classes, 2)]
    if len(classes) > 2 and random.random() < 0.3:
        others = [each for each in classes if not each & {*names}]
        names.append(random.choice(sorted(random.choice(others))))
    unit, *needs = names
    return {"requires": {"unit": unit, "needs": needs if len(needs) > 1 else needs[0]}}


def draw_limit(draft: Draft, references: list[str]) -> Document:
    random = draft.random
    there = len(draft.classes(references))
    key = random.choice(LIMITS) if there > 1 else "counts_at_most"
    limits: Document = {
        "counts_at_most": round(
            draft.total(references, "credits") * random.choice((0, 0.3, 0.5, 0.7, 0.9))
        ),
        "at_most_units": random.randint(1, max(1, there - 1)),
        "at_most_one": True,
    }
    rule = {key: limits[key]}
    if key == "counts_at_most" and there > 1 and random.random() < 0.15:
        rule["at_most_units"] = limits["at_most_units"]
    return rule


def draw_wants(draft: Draft, references: list[str], *, limited: bool) -> Document:
    """Draw minima that what is covered could mostly give, or all units, or both."""
    random = draft.random
    rule: Document = {}
    if random.random() < 0.2:
        rule["all_units"] = True
    if not rule or random.random() < 0.2:
        filters, wanted = draw_filters(draft, references)
        totals = {
            "minimum_units": len(draft.classes(wanted)),
            "minimum_credits": draft.total(wanted, "credits"),
            "minimum_glh": draft.total(wanted, "glh"),
        }
        for key in random.sample(list(totals), random.choice((1, 1, 1, 2))):
            share = random.choice((0.1, 0.3, 0.5, 0.6, 0.8))
            most = totals[key] if random.random() < 0.95 else totals[key] + 3
            rule[key] = max(1, round(most * share))
        rule |= filters
    if not limited and random.random() < 0.25:
        rule["counts"] = "attempted"
    return rule


def draw_filters(draft: Draft, references: list[str]) -> tuple[Document, list[str]]:
    """Draw filters by level and grade, and find what they let through at best."""
    random = draft.random
    filters: Document = {}
    wanted = [unit for unit in draft.units if unit["reference"] in references]
    if random.random() < 0.25:
        level = filters["at_or_above_level"] = random.choice(wanted)["level"]
        wanted = [unit for unit in wanted if unit["level"] >= level]
    if random.random() < 0.3:
        grades = [g for g in random.choice(wanted)["grades"] if g != "T"]
        grade = filters["at_least_grade"] = random.choice(grades)
        wanted = [unit for unit in wanted if grade in unit["grades"]]
    return filters, [unit["reference"] for unit in wanted]
