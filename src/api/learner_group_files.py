"""Files of learners over HTTP: the template."""

from fastapi import APIRouter, Response

from aggregates.learner_file import TEMPLATE
from api.dependencies import CurrentUser

router = APIRouter(prefix="/learner-groups", tags=["learner groups"])


class Csv(Response):
    media_type = "text/csv"


@router.get("/template.csv", response_class=Csv)
def template(_: CurrentUser) -> Csv:
    """Give the template: fill it in below its first row and change no column (U2)."""
    return Csv(
        TEMPLATE, headers={"Content-Disposition": 'attachment; filename="learners.csv"'}
    )
