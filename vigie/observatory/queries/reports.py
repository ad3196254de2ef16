"""Make reports: over the whole instance, or over what a reader may count."""

from dataclasses import replace
from datetime import datetime

from django.db.models import Count, Max, Min, Q, QuerySet

from vigie.accounts.models import User
from vigie.accounts.queries import within
from vigie.accounts.rules import Permission
from vigie.incidents.models import Declaration
from vigie.observatory.queries import tallies
from vigie.observatory.queries.where import UnknownTerritory, covers, lies_in, own_territories
from vigie.observatory.rules import figures as rules
from vigie.observatory.rules.figures import LeftOut, Report
from vigie.observatory.rules.question import Axis, Question

EVERYTHING = Q()


def report_of_everything(question: Question, *, as_of: datetime) -> Report:
    """Return the figures over the whole instance: for the one who administers it.

    Raises BadQuestion, UnknownTerritory. Costs three SQL queries, four in events.
    """
    return _report(question, EVERYTHING, as_of)


def report_for(reader: User, question: Question, *, as_of: datetime) -> Report:
    """Return the figures over what the reader may count, and nothing beyond.

    Raises BadQuestion, UnknownTerritory, also when the territory is not wholly the reader's:
    part of it under its name would be a wrong figure.
    """
    territory = question.territory
    if territory is not None and not covers(reader, territory):
        raise UnknownTerritory(territory)
    allowed = within(reader, Permission.READ_FIGURES)
    report = _report(question, allowed, as_of)
    return report if territory else replace(report, within=tuple(own_territories(reader)))


def known_years(reader: User, axis: Axis) -> list[int]:
    """Return the years from the first to the last with a declaration that the reader may count."""
    rows = Declaration.objects.filter(within(reader, Permission.READ_FIGURES), counts=True)
    ends = rows.aggregate(first=Min(axis.column), last=Max(axis.column))
    return [] if ends["first"] is None else list(range(ends["first"], ends["last"] + 1))


def _report(question: Question, allowed: Q, as_of: datetime) -> Report:
    question.check()
    inside = _inside(question, allowed)
    of_year = inside.filter(**{question.axis.column: question.year}, counts=True)
    counts = tallies.tally(of_year, rules.counts_needed(question.unit))
    figures = rules.figures(counts, question.unit)
    if not question.hides_small_cells:
        return Report(question, as_of, figures, _left_out(inside, question))
    behind = tallies.tally(of_year, rules.structures_needed())
    return Report(question, as_of, rules.suppress(figures, behind), LeftOut(None, None))


def _inside(question: Question, allowed: Q) -> QuerySet[Declaration]:
    """Return the declarations of every year that the question looks at."""
    rows = Declaration.objects.filter(allowed)
    if question.territory is not None:
        rows = rows.filter(lies_in(question.territory, question.year))
    if question.structure_type:
        rows = rows.filter(establishment__structure_type=question.structure_type)
    return rows


def _left_out(inside: QuerySet[Declaration], question: Question) -> LeftOut:
    column = question.axis.column
    without = Q(**{column: None}, counts=True)
    rejected = Q(**{column: question.year}, counts=False)
    found = inside.filter(without | rejected).aggregate(
        without_year=Count("pk", filter=without), rejected=Count("pk", filter=rejected)
    )
    return LeftOut(found["without_year"], found["rejected"])
