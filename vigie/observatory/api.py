"""REST door to the figures; their types are the OpenAPI contract."""

from datetime import datetime
from typing import Annotated

from django.core.exceptions import PermissionDenied
from django.http import Http404
from ninja import Field, Query, Router, Schema
from pydantic import AfterValidator, StringConstraints

from vigie.accounts.guards import SignedRequest
from vigie.accounts.rules import Permission
from vigie.establishments.rules import Territory
from vigie.kernel import clock
from vigie.kernel.partial import FIRST_YEAR, LAST_YEAR
from vigie.observatory import queries
from vigie.observatory.exports import data
from vigie.observatory.rules.question import Axis, Question, Unit
from vigie.reference import catalogue

router = Router(tags=["observatory"])


def _territory(text: str) -> str:
    """Check that a text names a kind of territory. Raises ValueError."""
    if text:
        Territory.parse(text)
    return text


def _type(code: str) -> str:
    """Check a code of the structure types. Raises ValueError."""
    if code and code not in catalogue.structure_types():
        raise ValueError("is not a structure type")
    return code


class QuestionIn(Schema):
    """Which figures."""

    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
    territory: Annotated[
        str,
        StringConstraints(max_length=60),
        AfterValidator(_territory),
        Field(description="KIND:CODE, such as region:84; empty: all that the reader may count"),
    ] = ""
    type: Annotated[str, StringConstraints(max_length=32), AfterValidator(_type)] = ""
    unit: Unit = Unit.DECLARATIONS
    axis: Axis = Axis.DECLARED
    without_provider: bool = False


class FigureOut(Schema):
    """One figure. value: in percent where the unit says so; null where no declaration answers."""

    id: str
    label: str
    value: float | int | None
    unit: str
    numerator: int | None
    denominator: int | None
    definition: str


class LeftOutOut(Schema):
    """How many declarations no figure holds."""

    without_year: int | None
    rejected_or_duplicate: int | None


class TableOut(Schema):
    """A table. Each row holds a number for each column, after its code and its label."""

    title: str
    unit: str
    columns: list[str]
    rows: list[list[str | int | float | None]]
    definition: str


class ReportOut(Schema):
    """The figures of a year, as known at a moment."""

    year: int
    axis: Axis
    unit: Unit
    as_of: datetime
    territory: str | None
    type: str | None
    figures: list[FigureOut]
    left_out: LeftOutOut
    tables: dict[str, TableOut]
    within: list[str] = []


@router.get("/figures", response=ReportOut)
def read_figures(request: SignedRequest, asked: Query[QuestionIn]) -> dict[str, object]:
    """Return the figures of a year over what the caller may count."""
    if not request.user.may(Permission.READ_FIGURES):
        raise PermissionDenied
    question = Question(
        year=asked.year,
        territory=Territory.parse(asked.territory) if asked.territory else None,
        structure_type=asked.type,
        unit=asked.unit,
        axis=asked.axis,
        without_provider=asked.without_provider,
    )
    try:
        return data.content(queries.whole_report_for(request.user, question, as_of=clock.now()))
    except queries.UnknownTerritory as reason:
        raise Http404 from reason
