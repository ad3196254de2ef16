"""Make reports: over the whole instance, or over what a reader may count."""

from dataclasses import replace
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from vigie.accounts.models import User
from vigie.accounts.queries import within
from vigie.accounts.rules import Permission
from vigie.incidents.models import Declaration
from vigie.observatory.queries import tallies
from vigie.observatory.queries.where import UnknownTerritory, covers, lies_in, own_territories
from vigie.observatory.rules import figures as rules
from vigie.observatory.rules.figures import Figure, LeftOut, Report
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
    report = _report(question, _allowed(reader, question), as_of)
    return report if question.territory else replace(report, within=tuple(own_territories(reader)))


def figures_for(reader: User, question: Question) -> tuple[Figure, ...]:
    """Return the figures alone, to hold others against. Raises as report_for."""
    return _figures(question, _inside(question, _allowed(reader, question)))


def last_year(reader: User, axis: Axis) -> int | None:
    """Return the last year with a declaration that the reader may count, None without any."""
    rows = Declaration.objects.filter(within(reader, Permission.READ_FIGURES), counts=True)
    years = rows.exclude(**{axis.column: None}).order_by(f"-{axis.column}")
    return years.values_list(axis.column, flat=True).first()


def _allowed(reader: User, question: Question) -> Q:
    territory = question.territory
    if territory is not None and not covers(reader, territory):
        raise UnknownTerritory(territory)
    return within(reader, Permission.READ_FIGURES)


def _report(question: Question, allowed: Q, as_of: datetime) -> Report:
    inside = _inside(question, allowed)
    hides = question.hides_small_cells
    left_out = LeftOut(None, None) if hides else _left_out(inside, question)
    return Report(question, as_of, _figures(question, inside), left_out)


def _figures(question: Question, inside: QuerySet[Declaration]) -> tuple[Figure, ...]:
    of_year = inside.filter(**{question.axis.column: question.year}, counts=True)
    counts = tallies.tally(of_year, rules.counts_needed(question.unit))
    figures = rules.figures(counts, question.unit)
    if not question.hides_small_cells:
        return figures
    return rules.suppress(figures, tallies.tally(of_year, rules.structures_needed()))


def _inside(question: Question, allowed: Q) -> QuerySet[Declaration]:
    """Return the declarations of every year that the question looks at. Raises BadQuestion."""
    question.check()
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
