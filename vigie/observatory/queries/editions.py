"""Make the public set of a year, and read what was published."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet

from vigie.accounts.models import User
from vigie.accounts.rules import Permission
from vigie.establishments.rules import Place
from vigie.incidents.models import Declaration
from vigie.observatory.models import Publication
from vigie.observatory.queries.groups import groups
from vigie.observatory.queries.reports import report_of_everything
from vigie.observatory.rules.disclosure import HiddenNumber, protect
from vigie.observatory.rules.edition import VIEWS, Edition
from vigie.observatory.rules.publication import Change, changes


@dataclass(frozen=True, slots=True)
class Prepared:
    """A year ready to be published, and what the officer should know before."""

    edition: Edition
    hidden: tuple[HiddenNumber, ...]
    numbers: int  # by territory, type or month, hidden or not
    last: Publication | None  # of the same year
    changes: list[Change]  # against the last

    @property
    def is_same(self) -> bool:
        """Return whether it says what the last publication says."""
        return self.last is not None and not self.changes


def prepared(year: int, *, as_of: datetime, until: Publication | None = None) -> Prepared:
    """Return a year as it would be published, as known at a moment.

    until: look only at what was published before this one. Raises BadQuestion.
    """
    last = _published(until).filter(year=year).first()
    before = _published(until).filter(year=year - 1).first()
    earlier = Edition.parse(last.content) if last else None
    made = protect(
        unprotected(year, as_of),
        groups(year, as_of=as_of),
        earlier=earlier,
        before=Edition.parse(before.content) if before else None,
    )
    found = changes(earlier, made.edition) if earlier else []
    return Prepared(made.edition, made.hidden, made.numbers, last, found)


def unprotected(year: int, as_of: datetime) -> Edition:
    """Return every view of a year with nothing hidden yet."""
    reports = {}
    for view in VIEWS:
        question = view.question(year)
        report = report_of_everything(replace(question, is_public=False), as_of=as_of)
        reports[view] = replace(report, question=question)
    return Edition(year, as_of, reports)


def edition(year: int, *, as_of: datetime, until: Publication | None = None) -> Edition:
    """Return the public set of a year as known at a moment: every view, small cells hidden.

    until: look only at what was published before this one. Raises BadQuestion.
    """
    return prepared(year, as_of=as_of, until=until).edition


def published(year: int) -> Publication | None:
    """Return the publication of a year that counts: its last revision."""
    return _published().filter(year=year).first()


def publication(year: int, revision: int) -> Publication | None:
    """Return one publication of a year."""
    return _published().filter(year=year, revision=revision).first()


def publications() -> QuerySet[Publication]:
    """Return every publication with its author, the newest first, without its content."""
    return Publication.objects.select_related("by").defer("content", "changes").order_by("-pk")


def recomputed(one: Publication) -> Edition:
    """Return what a publication would hold if it were made again from the register."""
    return edition(one.year, as_of=one.as_of, until=one)


def may_publish(reader: User) -> bool:
    """Return whether the reader answers for every nation that the register counts."""
    return all(reader.may(Permission.PUBLISH, at=place) for place in places_counted())


def places_counted() -> list[Place]:
    """Return the nations of which the register holds declarations that count."""
    countries = Declaration.objects.filter(counts=True).order_by("country")
    return [Place(code) for code in countries.values_list("country", flat=True).distinct()]


def _published(until: Publication | None = None) -> QuerySet[Publication]:
    """Return what was published, before one of them if need be, the newest first."""
    found = Publication.objects.select_related("by").order_by("-pk")
    return found.filter(pk__lt=until.pk) if until else found
