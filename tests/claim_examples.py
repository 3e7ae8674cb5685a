"""A qualification, registrations and claims, as they look when nothing else is said."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from aggregates.claims.certificate import Holder
from catalogue import (
    Basis,
    Catalogue,
    Grading,
    Pathway,
    Qualification,
    Rule,
    Threshold,
    Unit,
    Window,
)
from catalogue.grading import PASS_ONLY
from events.claims.certificate import CertificateIssued
from events.claims.claim import (
    Award,
    ClaimBegun,
    ClaimGradesSaved,
    ClaimLearnersChosen,
    ClaimQualificationChosen,
    ClaimUnitsChosen,
    Granted,
    Withheld,
    WithheldReason,
)
from events.identifier import stream_of
from events.learners.learner import LearnerCreated
from events.registrations.registration import AwardClaimed, RegistrationMade

CENTRE = "48213"
CLAIM = "AC-0000000001"
OTHER_CLAIM = "AC-0000000002"
ANN, BEN, CAT = "L-0000000001D", "L-0000000002F", "L-0000000003H"
ANNS, BENS, CATS = "R-0000000001", "R-0000000002", "R-0000000003"
REFERENCE = "Q-0005001227"
OTHER_REFERENCE = "Q-0005009999"
TODAY = date(2026, 11, 24)
BORN = date(2008, 2, 29)

A1, A2, B1, B2, TESTED = (
    "A/100/0001",
    "A/100/0002",
    "A/100/0003",
    "A/100/0004",
    "A/100/0005",
)
UNITS = (
    Unit(number=1, reference=A1, title="Lead", group="A", level=2, credits=10, glh=40),
    Unit(number=2, reference=A2, title="Plan", group="A", level=2, credits=12, glh=50),
    Unit(number=3, reference=B1, title="Train", group="B", level=2, credits=12, glh=40),
    Unit(
        number=4,
        reference=B2,
        title="Coach",
        group="B",
        level=3,
        credits=4,
        glh=20,
        grades=("U", "P"),
    ),
    Unit(
        number=5,
        reference=TESTED,
        title="Law",
        group="B",
        level=2,
        credits=2,
        glh=10,
        assessment="test",
        delivery=("Onscreen",),
        minutes=60,
        price=Decimal("14.50"),
    ),
)
GROUP_A, GROUP_B = UNITS[:2], UNITS[2:]
ENOUGH = {A1: "P", A2: "P", B1: "P"}
"""Grades that meet the rules of the pathway MAIN, and no more."""


BY_POINTS = Grading(
    kind="points",
    basis=Basis.PER_CREDIT,
    points={"P": 7, "M": 8, "D": 9},
    thresholds=(
        Threshold(grade="Pass", points=238),
        Threshold(grade="Merit", points=260),
        Threshold(grade="Distinction", points=290),
    ),
)
"""Passes in all that ``ENOUGH`` has come to the lowest threshold: 34 credits at 7."""
GRADED_UNITS = tuple(
    replace(unit, grades=("U", "P", "M", "D"), achieving=("P", "M", "D"))
    for unit in UNITS
)


def qualification(
    *,
    reference: str = REFERENCE,
    version: int = 1,
    units: tuple[Unit, ...] = UNITS,
    grading: Grading = PASS_ONLY,
    certification_ends: date = date(2030, 8, 31),
) -> Qualification:
    """All of group A and 12 credits of B; on the pathway SHORT, 16 credits of B."""
    of_a = tuple(unit for unit in units if unit.group == "A")
    of_b = tuple(unit for unit in units if unit.group == "B")
    main = (
        Rule(covers=of_a, group="A", all_units=True),
        Rule(covers=of_b, group="B", minimum_credits=12),
    )
    short = (Rule(covers=of_b, group="B", minimum_credits=16),)
    return Qualification(
        reference=reference,
        version=version,
        from_=date(2014, 9, 1),
        number="601/3450/1",
        title="Level 2 Diploma in Team Leading",
        suite="Work-based learning",
        subject_area="Business and management",
        level=2,
        price=Decimal("98.00"),
        registration=Window(opens=date(2014, 9, 1), closes=date(2030, 8, 31)),
        certification_ends=certification_ends,
        grading=grading,
        units=units,
        pathways=tuple(
            Pathway(code=code, title=title, rules=rules, units=units, grading=grading)
            for code, title, rules in (
                ("MAIN", "Diploma", main),
                ("SHORT", "Short", short),
            )
        ),
    )


RULES = qualification()
OTHER_RULES = qualification(reference=OTHER_REFERENCE)
CATALOGUE = Catalogue(
    all_versions={REFERENCE: (RULES,), OTHER_REFERENCE: (OTHER_RULES,)}
)


def registration_made(
    *,
    registration: str = ANNS,
    learner: str = ANN,
    pathway: str | None = "MAIN",
    product: str = REFERENCE,
    centre: str = CENTRE,
) -> RegistrationMade:
    return RegistrationMade(
        registration=registration,
        learner=learner,
        centre=centre,
        product=product,
        pathway=pathway,
        rules_version=1,
        order="O-0000000001",
        price=Decimal("98.00"),
        purchase_order=None,
        course_starts=date(2026, 9, 1),
        course_ends=date(2027, 7, 1),
    )


def learner_created(
    learner: str = ANN,
    *,
    given_name: str = "Ann-Marie",
    family_name: str = "Ní Bhriain",
    centre: str = CENTRE,
) -> LearnerCreated:
    return LearnerCreated(
        learner=learner,
        centre=centre,
        group=None,
        person_id=stream_of(learner),
        given_name=given_name,
        family_name=family_name,
        date_of_birth=BORN,
    )


def award(
    award_type: str | None = "Full",
    award_date: date | None = TODAY,
    grades: dict[str, str] | None = None,
) -> Award:
    return Award(
        award_type=award_type,
        award_date=award_date,
        grades=dict(ENOUGH) if grades is None else grades,
    )


def award_claimed(
    *,
    claim: str = CLAIM,
    award_type: str = "Full",
    grades: dict[str, str] | None = None,
) -> AwardClaimed:
    return AwardClaimed(
        claim=claim,
        award_type=award_type,
        award_date=TODAY,
        grades=dict(ENOUGH) if grades is None else grades,
        overall_grade="Pass" if award_type == "Full" else None,
        rules_version=1,
    )


def granted(award_type: str = "Full", grades: dict[str, str] | None = None) -> Granted:
    return Granted(
        registration=ANNS,
        award_type=award_type,
        award_date=TODAY,
        grades=dict(ENOUGH) if grades is None else grades,
        overall_grade="Pass" if award_type == "Full" else None,
        rules_version=1,
    )


def withheld(code: str = "credits-short") -> Withheld:
    return Withheld(
        registration=BENS,
        award_type="Full",
        award_date=TODAY,
        grades={A1: "P"},
        rules_version=1,
        reasons=(
            WithheldReason(code=code, message="Group B needs at least 12 credits."),
        ),
    )


HOLDER = Holder(
    learner=ANN,
    person_id=stream_of(ANN),
    given_name="Ann-Marie",
    family_name="Ní Bhriain",
    date_of_birth=BORN,
)


def certificate_issued(
    certificate: str = "C-0000000001D", *, claim: str = CLAIM
) -> CertificateIssued:
    """Issue a certificate as it was before names and titles were kept in it."""
    return CertificateIssued(
        certificate=certificate,
        kind="Full certificate",
        claim=claim,
        registration=ANNS,
        learner=ANN,
        centre=CENTRE,
        qualification=REFERENCE,
        award_date=TODAY,
        overall_grade="Pass",
        units=dict(ENOUGH),
    )


BEGUN = ClaimBegun(claim=CLAIM, centre=CENTRE)
FOR_QUALIFICATION = ClaimQualificationChosen(qualification=REFERENCE)
FOR_UNITS = ClaimUnitsChosen(units=(A1, A2, B1, B2))
FOR_LEARNERS = ClaimLearnersChosen(learners={ANN: ANNS, BEN: BENS})
GRADED = ClaimGradesSaved(awards={ANN: award(), BEN: award(grades={A1: "P"})})
READY = (BEGUN, FOR_QUALIFICATION, FOR_UNITS, FOR_LEARNERS, GRADED)
"""A claim for two learners, one eligible and one not, not submitted yet."""
