"""The response on how a qualification's overall grade is found."""

from pydantic import Field

from api.http.schemas import ResponseBody
from catalogue import Basis, Grading


class ThresholdOfProduct(ResponseBody, title="GradeThreshold"):
    """The fewest points that earn an overall grade."""

    grade: str = Field(examples=["M"])
    points: int = Field(examples=[52])


class BestCredits(ResponseBody, title="BestCredits"):
    """Only the best ``credits`` give points, from units at or above a level."""

    credits: int = Field(examples=[75])
    at_or_above_level: int = Field(examples=[4])


class GradeComponent(ResponseBody, title="GradeComponent"):
    """A part of a grid: the best of these units, by reference, gives its grade."""

    title: str = Field(examples=["Core component"])
    units: list[str] = Field(examples=[["J/705/0101"]])


class GradeCell(ResponseBody, title="GradeCell"):
    """The overall grade by the grades of the components, in their order."""

    grades: list[str] = Field(examples=[["A", "M"]])
    overall_grade: str = Field(examples=["Distinction"])


class GradingOfProduct(ResponseBody, title="Grading"):
    """How the overall grade is found: a pass, by points, or by a grid of components.

    ``points`` are per grade of a unit, and ``basis`` says for what size they are given.
    ``thresholds`` and ``overall_grades`` begin with the lowest.
    """

    kind: str = Field(examples=["points"])
    basis: Basis | None
    points: dict[str, int] = Field(examples=[{"P": 6, "M": 10, "D": 16}])
    thresholds: list[ThresholdOfProduct]
    best: BestCredits | None
    components: list[GradeComponent] = Field(examples=[[]])
    cells: list[GradeCell] = Field(examples=[[]])
    overall_grades: list[str] = Field(examples=[["P", "M", "D", "D*"]])


def grading_response(grading: Grading) -> GradingOfProduct:
    """Describe how an overall grade is found."""
    best = grading.best
    return GradingOfProduct(
        kind=grading.kind,
        basis=grading.basis,
        points=dict(grading.points),
        thresholds=[
            ThresholdOfProduct(grade=each.grade, points=each.points)
            for each in grading.thresholds
        ],
        best=None
        if best is None
        else BestCredits(
            credits=best.credits, at_or_above_level=best.at_or_above_level
        ),
        components=[
            GradeComponent(
                title=each.title, units=[unit.reference for unit in each.units]
            )
            for each in grading.components
        ],
        cells=[
            GradeCell(grades=list(grades), overall_grade=overall)
            for grades, overall in grading.table.items()
        ],
        overall_grades=list(grading.ascending),
    )
