"""Read the reports of a reader's territory, and what became of them."""

from dataclasses import dataclass, field
from typing import Any, cast

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from vigie.accounts.models import User
from vigie.accounts.queries import within
from vigie.accounts.rules import Permission
from vigie.incidents.models import Declaration, Incident
from vigie.incidents.queries import visible_incidents
from vigie.reports.models import Report, Turned, Word
from vigie.reports.rules import State

OFFERED = 30  # files that a report may be attached to, the newest


def visible_reports(reader: User) -> QuerySet[Report]:
    """Return the reports that the reader may see, with what became of each, unordered.

    Those who read a file without reading reports see what is attached to it in the file itself.
    """
    rows = Report.objects.filter(within(reader, Permission.READ_REPORTS))
    return with_outcome(rows).select_related(
        "establishment", "site", "ward", "incident", "seen_by", "settled_by"
    )


def with_outcome(rows: QuerySet[Report]) -> QuerySet[Any]:
    """Return the reports with .declared_file (id or None) and .is_drafted."""
    keys = Turned.objects.filter(report=OuterRef(OuterRef("pk"))).values("key")
    declared = Declaration.objects.filter(key__in=keys).order_by("id").values("incident")[:1]
    return rows.annotate(
        declared_file=Subquery(declared),
        is_drafted=Exists(Turned.objects.filter(report=OuterRef("pk"))),
    )


def waiting_reports(reader: User) -> QuerySet[Report]:
    """Return the visible reports that nobody dealt with: danger first, then the oldest."""
    rows: QuerySet[Any] = visible_reports(reader)
    rows = rows.filter(state=State.WAITING, declared_file=None)
    return rows.order_by("-danger_rank", "received_at", "id")


def settled_reports(reader: User) -> QuerySet[Report]:
    """Return the visible reports that somebody dealt with, the newest first."""
    rows: QuerySet[Any] = visible_reports(reader)
    return rows.exclude(state=State.WAITING, declared_file=None).order_by("-received_at", "-id")


def state_of(report: Report) -> State:
    """Return where a report read by with_outcome stands."""
    if report.state != State.WAITING:
        return State(report.state)
    if getattr(report, "declared_file", None):
        return State.DECLARED
    return State.DRAFTED if getattr(report, "is_drafted", False) else State.WAITING


@dataclass(frozen=True, slots=True)
class OneReport:
    """A report with all that its page shows."""

    report: Report
    state: State
    words: list[Word]
    drafts: list[Turned]
    file: Incident | None = None  # that it led to, where the reader may open it
    can: frozenset[Permission] = field(default_factory=frozenset)

    @property
    def may_handle(self) -> bool:
        """Return whether the reader may act, and so sees whom to call back."""
        return Permission.HANDLE_REPORTS in self.can

    @property
    def is_open(self) -> bool:
        """Return whether nobody dealt with it."""
        return self.state in {State.WAITING, State.DRAFTED}


def one_report(reader: User, pk: int) -> OneReport | None:
    """Return a report, None when the reader may not see it."""
    report = visible_reports(reader).filter(pk=pk).first()
    if report is None:
        return None
    wanted = report.incident_id or cast("int | None", getattr(report, "declared_file", None))
    file = visible_incidents(reader).filter(pk=wanted).first() if wanted else None
    held = (Permission.HANDLE_REPORTS, Permission.DECLARE, Permission.READ_INCIDENTS)
    return OneReport(
        report,
        state_of(report),
        list(report.words.select_related("by").order_by("at", "id")),
        list(report.turned.select_related("by").order_by("at", "id")),
        file,
        frozenset(p for p in held if reader.may(p, at=report.place)),
    )


def files_to_attach(reader: User, report: Report) -> list[Incident]:
    """Return the files of the establishment to which the reader may attach the report.

    Open ones first, then the newest.
    """
    rows = visible_incidents(reader).filter(establishment=report.establishment_id, merged_into=None)
    return list(rows.order_by(F("is_open").desc(), "-declared_at", "-id")[:OFFERED])
