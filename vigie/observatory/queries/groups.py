"""Read the declarations of a year as disclosure control looks at them."""

from datetime import datetime

from django.db.models import Count

from vigie.observatory.queries.reports import everything
from vigie.observatory.rules.disclosure import Group, columns_needed
from vigie.observatory.rules.question import Axis, Question
from vigie.observatory.rules.tables import UNKNOWN


def groups(year: int, *, as_of: datetime) -> dict[Axis, list[Group]]:
    """Return the declarations of a year on each axis, alike ones of a structure together.

    Costs one SQL query an axis.
    """
    return {axis: _groups(Question(year, axis=axis), as_of) for axis in Axis}


def _groups(question: Question, as_of: datetime) -> list[Group]:
    looked = everything(question, as_of=as_of)
    columns = columns_needed()
    of_year = looked.rows.filter(**{looked.column: question.year}).order_by()
    keys = ("establishment", "event", "provider_involved", "region", *columns)
    return [
        Group(
            structure=one["establishment"],
            event=one["event"],
            provider=one["provider_involved"] is True,
            region=one["region"] or UNKNOWN,
            told={name: one[name] for name in columns},
            number=one["n"],
        )
        for one in of_year.values(*keys).annotate(n=Count("pk"))
    ]
