"""Files of learners over HTTP: the template."""

from typing import Self

from fastapi import APIRouter, Response

from aggregates.template import TEMPLATE, xlsx_template
from api.dependencies import CurrentUser

router = APIRouter(prefix="/learner-groups", tags=["learner groups"])


class Csv(Response):
    media_type = "text/csv"


class Xlsx(Response):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    @classmethod
    def called(cls, name: str, content: bytes) -> Self:
        """Make a download of that name."""
        disposition = f'attachment; filename="{name}"'
        return cls(content, headers={"Content-Disposition": disposition})


@router.get("/template.csv", response_class=Csv)
def template(_: CurrentUser) -> Csv:
    """Give the template: fill it in below its first row and change no column (U2)."""
    return Csv(
        TEMPLATE, headers={"Content-Disposition": 'attachment; filename="learners.csv"'}
    )


@router.get("/template.xlsx", response_class=Xlsx)
def workbook(_: CurrentUser) -> Xlsx:
    """Give the template as an Excel workbook, in which dates and ULNs stay text (U2)."""
    return Xlsx.called("learners.xlsx", xlsx_template())
