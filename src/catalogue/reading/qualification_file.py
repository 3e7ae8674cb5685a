"""Read and check a qualification's file."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal, cast

from catalogue.qualification import Qualification, Window
from catalogue.reading.document import DocumentPart
from catalogue.reading.grading_file import grading
from catalogue.reading.pathway_file import pathways
from catalogue.references import (
    is_product_reference,
    is_unit_reference,
    normalise_qn,
    qn_check_character,
    unit_check_letter,
)
from catalogue.solver.faults import check_grading
from catalogue.unit import FAIL, PASS, TRANSFERRED, Unit

HIGHEST_LEVEL = 8
DELIVERIES = ("Onscreen", "Paper")


def product_reference(part: DocumentPart) -> str:
    """Read ``reference``: ``Q-`` and ten digits."""
    reference = part.text("reference")
    if reference and not is_product_reference(reference):
        part.fault("reference", f"is {reference!r}; give Q- and ten digits.")
    return reference


def window(part: DocumentPart) -> Window:
    """Read ``opens`` and ``closes``."""
    read = Window(opens=part.day("opens"), closes=part.day("closes"))
    if date.min != read.closes < read.opens:
        part.fault("closes", f"is {read.closes}, before it opens on {read.opens}.")
    part.close()
    return read


def qualification(
    part: DocumentPart, *, decision_seconds: float = 2.0
) -> Qualification:
    """Read a qualification; faults are noted in the part's problems."""
    reference = product_reference(part)
    errors = part.problems.errors
    units = _units(part)
    sound = part.problems.errors == errors
    graded = grading(part.part("grading"), units, sound=sound)
    built = Qualification(
        reference=reference,
        version=part.whole_number("version", least=1),
        from_=part.day("from"),
        number=_number(part),
        title=part.text("title"),
        suite=part.text("suite"),
        subject_area=part.text("subject_area"),
        level=_level(part, "level"),
        price=part.money("price"),
        registration=window(part.part("registration")),
        certification_ends=part.day("certification_ends"),
        grading=graded,
        units=units,
        pathways=pathways(
            part, units, graded, sound=sound, decision_seconds=decision_seconds
        ),
        decision_seconds=decision_seconds,
    )
    if part.problems.errors == errors:
        for fault in check_grading(built.pathways, seconds=decision_seconds):
            part.fault(fault.path, fault.message)
    if date.min != built.certification_ends < built.registration.closes:
        part.fault(
            "certification_ends",
            f"is {built.certification_ends}, before registration closes on "
            f"{built.registration.closes}.",
        )
    return built


def _number(part: DocumentPart) -> str:
    given = part.text("number")
    number = normalise_qn(given)
    if number is None:
        if given:
            part.fault(
                "number",
                f"is {given!r}; give a qualification number such as 601/3450/1.",
            )
        return given
    should = qn_check_character(number)
    if number[-1] != should:
        part.problems.add(
            part.at("number"),
            f"{number} should end in {should}: has it been mistyped?",
            "warning",
        )
    return number


def _level(part: DocumentPart, key: str) -> int:
    level = part.whole_number(key)
    if level > HIGHEST_LEVEL:
        part.fault(key, f"is {level}; give 0 (entry level) to {HIGHEST_LEVEL}.")
    return level


def _units(part: DocumentPart) -> tuple[Unit, ...]:
    units: list[Unit] = []
    for each in part.parts("units"):
        unit = _unit(each)
        for other in units:
            if unit.reference and other.reference == unit.reference:
                each.fault(
                    "reference", f"{unit.reference} is unit {other.number}'s too."
                )
            if other.number == unit.number and each.has("number"):
                each.fault(
                    "number", f"{unit.number} is the number of {other.reference} too."
                )
        units.append(unit)
    references = {unit.reference for unit in units}
    for place, unit in enumerate(units):
        twin = unit.equivalent_to
        if twin is not None and (twin not in references or twin == unit.reference):
            part.fault(
                f"units[{place}].equivalent_to",
                f"there is no other unit {twin} here.",
            )
    return tuple(units)


def _unit(part: DocumentPart) -> Unit:
    reference = part.text("reference")
    if reference and not is_unit_reference(reference):
        part.fault(
            "reference", f"is {reference!r}; give a unit reference such as L/506/1788."
        )
    elif reference and reference[0] != unit_check_letter(reference):
        part.problems.add(
            part.at("reference"),
            f"{reference} should begin with {unit_check_letter(reference)}: "
            "has it been mistyped?",
            "warning",
        )
    grades = part.texts("grades") or (PASS,)
    achieving = part.texts("achieving") or tuple(
        grade for grade in grades if grade != FAIL
    )
    for grade in achieving:
        if grade not in grades:
            part.fault("achieving", f"has {grade}, which is not one of the grades.")
    if not achieving:
        part.fault("grades", "has no grade that achieves the unit.")
    for grade, better in pairwise(each for each in grades if each != TRANSFERRED):
        if grade in achieving and better not in achieving:
            part.fault(
                "achieving" if "achieving" in part.values else "grades",
                f"has {grade} achieve the unit but not {better}, which is better: "
                "grades stand worst first.",
            )
    assessment = cast(
        "Literal['internal', 'test']", part.one_of("assessment", "internal", "test")
    )
    unit = Unit(
        number=part.whole_number("number", least=1),
        reference=reference,
        title=part.text("title"),
        group=part.text("group"),
        level=_level(part, "level"),
        credits=part.whole_number("credits"),
        glh=part.whole_number("glh"),
        assessment=assessment,
        grades=grades,
        achieving=achieving,
        equivalent_to=part.optional_text("equivalent_to"),
        **_test(part, assessment),
    )
    part.close()
    return unit


def _test(part: DocumentPart, assessment: str) -> dict[str, Any]:
    """Read the further keys of a tested unit."""
    if assessment == "internal":
        for key in ("delivery", "minutes", "price", "maximum_mark"):
            if key in part.values:
                part.asked.append(key)
                part.fault(key, "belongs to a unit assessed by test.")
        return {}
    delivery = part.texts("delivery", optional=False)
    for each in delivery:
        if each not in DELIVERIES:
            part.fault("delivery", f"has {each}; give {' or '.join(DELIVERIES)}.")
    minutes: int = part.whole_number("minutes", least=1)
    price: Decimal = part.money("price")
    return {
        "delivery": delivery,
        "minutes": minutes,
        "price": price,
        "maximum_mark": part.optional_whole("maximum_mark", least=1),
    }
