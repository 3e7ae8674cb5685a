"""Reference data: qualifications, units, pathways, and the rules of combination."""

from catalogue.catalogue import (
    Apprenticeship,
    Catalogue,
    CatalogueProblem,
    CentreEntry,
    InvalidCatalogue,
    QualificationNotInCatalogue,
)
from catalogue.eligibility.answer import RequestProblem, answer, shape
from catalogue.eligibility.assessment import (
    Assessment,
    AwardType,
    InvalidGrade,
    UnknownPathway,
    UnknownUnit,
    assess,
    ways_to_fix,
)
from catalogue.eligibility.pathway_assessment import UNDECIDED, PathwayAssessment
from catalogue.eligibility.reason import Reason, UnitStatus
from catalogue.grading import Basis, Grading, Threshold
from catalogue.qualification import Pathway, Qualification, Unit, Window
from catalogue.reading.cases import check_cases
from catalogue.reading.loading import load
from catalogue.rule import Rule, amount

__all__ = [
    "UNDECIDED",
    "Apprenticeship",
    "Assessment",
    "AwardType",
    "Basis",
    "Catalogue",
    "CatalogueProblem",
    "CentreEntry",
    "Grading",
    "InvalidCatalogue",
    "InvalidGrade",
    "Pathway",
    "PathwayAssessment",
    "Qualification",
    "QualificationNotInCatalogue",
    "Reason",
    "RequestProblem",
    "Rule",
    "Threshold",
    "Unit",
    "UnitStatus",
    "UnknownPathway",
    "UnknownUnit",
    "Window",
    "amount",
    "answer",
    "assess",
    "check_cases",
    "load",
    "shape",
    "ways_to_fix",
]
