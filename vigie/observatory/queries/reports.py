"""Make reports: over the whole instance, or over what a reader may count."""

from dataclasses import replace
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from vigie.accounts.models import User
from vigie.accounts.queries import within
from vigie.accounts.rules import Permission
from vigie.incidents.models import CountedState
from vigie.observatory.queries import tallies
from vigie.observatory.queries.tables import Looked, look, tabulate
from vigie.observatory.queries.where import UnknownTerritory, covers, lies_in, own_territories
from vigie.observatory.rules import figures as rules
from vigie.observatory.rules.figures import Figure, LeftOut, Report
from vigie.observatory.rules.question import Axis, Question

EVERYTHING = Q()


def report_of_everything(question: Question, *, as_of: datetime) -> Report:
    """Return figures and tables over the whole instance: for the one who administers it.

    Raises BadQuestion, UnknownTerritory. Costs eleven SQL queries, fourteen in events.
    """
    return _with_tables(_report(question, EVERYTHING, as_of), EVERYTHING)


def report_for(reader: User, question: Question, *, as_of: datetime) -> Report:
    """Return the figures over what the reader may count, and nothing beyond.

    Raises BadQuestion, UnknownTerritory, also when the territory is not wholly the reader's:
    part of it under its name would be a wrong figure.
    """
    report = _report(question, _allowed(reader, question), as_of)
    return report if question.territory else replace(report, within=tuple(own_territories(reader)))


def whole_report_for(reader: User, question: Question, *, as_of: datetime) -> Report:
    """Return figures and tables over what the reader may count. Raises as report_for."""
    report = report_for(reader, question, as_of=as_of)
    return _with_tables(report, _allowed(reader, question))


def tables_for(reader: User, question: Question, *, as_of: datetime) -> Report:
    """Return the tables alone over what the reader may count. Raises as report_for."""
    allowed = _allowed(reader, question)
    within = () if question.territory else tuple(own_territories(reader))
    report = Report(question, as_of, (), LeftOut(None, None), within=within)
    return _with_tables(report, allowed)


def report_beside(
    reader: User, question: Question, *, as_of: datetime
) -> tuple[Report, tuple[Figure, ...]]:
    """Return a report and the figures of the year before, in one pass. Raises as report_for."""
    allowed = _allowed(reader, question)
    inside = _inside(question, allowed, as_of)
    figures, before = _figures(question, inside, question.year, question.year - 1)
    within = () if question.territory else tuple(own_territories(reader))
    return Report(question, as_of, figures, _told(inside, question), within=within), before


def last_year(reader: User, axis: Axis) -> int | None:
    """Return the last year with a declaration that the reader may count, None without any."""
    rows = CountedState.objects.filter(
        within(reader, Permission.READ_FIGURES), known_until=None, counts=True
    )
    years = rows.exclude(**{axis.column: None}).order_by(f"-{axis.column}")
    return years.values_list(axis.column, flat=True).first()


def _allowed(reader: User, question: Question) -> Q:
    territory = question.territory
    if territory is not None and not covers(reader, territory):
        raise UnknownTerritory(territory)
    return within(reader, Permission.READ_FIGURES)


def _report(question: Question, allowed: Q, as_of: datetime) -> Report:
    inside = _inside(question, allowed, as_of)
    (figures,) = _figures(question, inside, question.year)
    return Report(question, as_of, figures, _told(inside, question))


def _with_tables(report: Report, allowed: Q) -> Report:
    inside = _inside(report.question, allowed, report.as_of)
    return replace(report, tables=tabulate(inside, report.question))


def _figures(
    question: Question, inside: QuerySet[CountedState], *years: int
) -> list[tuple[Figure, ...]]:
    """Return the figures of each of the years."""
    rows, column = inside.filter(counts=True), question.axis.column
    counts = tallies.tally_years(rows, column, years, rules.counts_needed(question.unit))
    figures = [rules.figures(one, question.unit) for one in counts]
    if not question.hides_small_cells:
        return figures
    behind = tallies.tally_years(rows, column, years, rules.structures_needed())
    return [rules.suppress(one, few) for one, few in zip(figures, behind, strict=True)]


def _told(inside: QuerySet[CountedState], question: Question) -> LeftOut:
    return LeftOut(None, None) if question.hides_small_cells else _left_out(inside, question)


def _inside(question: Question, allowed: Q, as_of: datetime) -> QuerySet[CountedState]:
    """Return what the question looks at, of every year, as known then. Raises BadQuestion."""
    question.check()
    rows = CountedState.objects.known_at(as_of).filter(allowed)
    if question.territory is not None:
        rows = rows.filter(lies_in(question.territory, question.year))
    if question.structure_type:
        rows = rows.filter(establishment__structure_type=question.structure_type)
    if question.without_provider:
        rows = rows.exclude(provider_involved=True)
    return rows


def _left_out(inside: QuerySet[CountedState], question: Question) -> LeftOut:
    column = question.axis.column
    without = Q(**{column: None}, counts=True)
    rejected = Q(**{column: question.year}, counts=False)
    found = inside.filter(without | rejected).aggregate(
        without_year=Count("pk", filter=without), rejected=Count("pk", filter=rejected)
    )
    return LeftOut(found["without_year"], found["rejected"])


def everything(question: Question, *, as_of: datetime) -> Looked:
    """Return the declarations of the whole instance that a question asks of. Raises BadQuestion."""
    return look(_inside(question, EVERYTHING, as_of), question)
