"""The one question that reads a file with what stands one to one beside it."""

from typing import Any

from django.db.models import (
    Aggregate,
    CharField,
    Count,
    Exists,
    IntegerField,
    JSONField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Concat, JSONObject

from vigie.accounts.queries import Held, within_held
from vigie.audit.models import Event as Entry
from vigie.establishments.models import Designation, GroupMember, NationSetting
from vigie.incidents.models import (
    Contact,
    Incident,
    Qualification,
    ReadMark,
    RegimeStart,
    Revision,
    Sighting,
)
from vigie.incidents.queries.kept import beside
from vigie.incidents.queries.linked import flags
from vigie.kernel.prepared import prepared
from vigie.reference import duties


class Rows(Aggregate):
    """Every row of a group in one JSON list, in no order."""

    output_field = JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Return the expression for SQLite."""
        return self.as_sql(compiler, connection, function="json_group_array", **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Return the expression for PostgreSQL."""
        return self.as_sql(compiler, connection, function="jsonb_agg", **more)


@prepared
def whole_rows(
    codes: Any, with_contacts: bool, /, *, pk: int, **ids: tuple[int, ...]
) -> QuerySet[Incident]:
    """Return the file of a number, if it lies on some territories, with all that is told of it.

    codes, ids: the territories, as Held has them.
    """
    seen = within_held(Held(codes, **ids))
    rows = (
        Incident.objects.filter(seen, pk=pk)
        .select_related(
            "establishment",
            "site",
            "assignee",
            "supplier",
            "event__supplier",
            "merged_into",
            "declaration__declared_by",
            "declaration__delegation__by",
        )
        .annotate(
            facts_in_force=Subquery(_in_force(), output_field=JSONField()),
            said_before=Subquery(_said_before(), output_field=JSONField()),
            last_ruling=Subquery(_last_ruling(), output_field=JSONField()),
            desk_read=_last_mark(from_desk=True),
            structure_read=_last_mark(from_desk=False),
            last_opened=Subquery(_last_opened(), output_field=JSONField()),
            group_name=Subquery(_group()),
            **flags(),
            brought_beside=Subquery(beside(), output_field=JSONField()),
            has_duplicates=Exists(Incident.objects.filter(merged_into=OuterRef("pk"))),
            observables=Subquery(_sightings(), output_field=IntegerField()),
            is_ose=_designated("ose"),
            is_oiv=_designated("oiv"),
            is_ee=_designated("ee"),
            is_ei=_designated("ei"),
            **_starts(),
            event_regions=Subquery(_event_regions()),
            nation=Subquery(_nation(), output_field=JSONField()),
        )
    )
    if not with_contacts:
        return rows
    return rows.annotate(**{f"contact_{part}": _contact(part) for part in Contact.Part})


def _sightings() -> QuerySet[Sighting, Any]:
    """Return how many observables the file holds, nothing where it holds none."""
    held = Sighting.objects.filter(incident=OuterRef("pk"), retired_at=None).order_by()
    return held.values("incident").annotate(n=Count("pk")).values("n")


def _contact(part: str) -> Subquery:
    rows = Contact.objects.filter(declaration=OuterRef("declaration"), part=part)
    columns = ("name", "job", "phone", "email", "always_reachable")
    told = JSONObject(**{name: name for name in columns})
    return Subquery(rows.order_by("id").values(told=told)[:1], output_field=JSONField())


def _last_opened() -> QuerySet[Entry, Any]:
    target = Concat(Value("incident:"), Cast(OuterRef("pk"), CharField()))
    opened = Entry.objects.filter(target=target, verb="incident.opened")
    told = JSONObject(who="actor", at="happened_at")
    return opened.order_by("-happened_at", "-id").values(told=told)[:1]


def _in_force() -> QuerySet[Revision, Any]:
    return Revision.objects.filter(
        declaration=OuterRef("declaration"), number=OuterRef("declaration__revision_number")
    ).values("facts")[:1]


def _said_before() -> QuerySet[Revision, Any]:
    """Return what the declaration said, where it was amended: every revision that was in force."""
    rows = Revision.objects.filter(
        declaration=OuterRef("declaration"),
        declaration__revision_number__gt=1,
        standing=Revision.Standing.ACCEPTED,
    )
    told = Rows(JSONObject(number="number", at="at", facts="facts"))
    return rows.order_by().values("declaration").annotate(said=told).values("said")


def _last_ruling() -> QuerySet[Qualification, Any]:
    ordered = Qualification.objects.filter(incident=OuterRef("pk")).order_by("-at", "-id")
    columns = ("origin", "category", "rsit_class", "rsit_type", "severity", "reason", "by_id", "at")
    return ordered.values(told=JSONObject(**{name: name for name in columns}))[:1]


def _last_mark(*, from_desk: bool) -> Subquery:
    marks = ReadMark.objects.filter(incident=OuterRef("pk"), from_desk=from_desk)
    told = marks.order_by("-read_at", "-id").values(told=JSONObject(who="user_id", at="read_at"))
    return Subquery(told[:1], output_field=JSONField())


def _group() -> QuerySet[GroupMember, Any]:
    inside = GroupMember.objects.in_force().filter(establishment=OuterRef("establishment"))
    return inside.order_by("id").values("group__name")[:1]


def _designated(kind: str) -> Exists:
    held = Designation.objects.in_force().filter(establishment=OuterRef("establishment"), kind=kind)
    return Exists(held)


def _starts() -> dict[str, Subquery]:
    """Return from when regimes bind whose law has no day yet."""
    rows = RegimeStart.objects.filter(country=OuterRef("country"))
    return {
        f"starts_{code}": Subquery(rows.filter(regime=code).values("starts_on")[:1])
        for code in settable_codes()
    }


def settable_codes() -> list[str]:
    """Return the regimes, of whatever country, that wait for a day."""
    return sorted({regime.code for regime in duties.settable(duties.laws())})


def _event_regions() -> QuerySet[Incident, Any]:
    """Return in how many regions a file's event has members."""
    members = Incident.objects.filter(event=OuterRef("event")).order_by().values("event")
    return members.annotate(regions=Count("region", distinct=True)).values("regions")


def _nation() -> QuerySet[NationSetting, Any]:
    columns = ("portal", "portal_name", "portal_url")
    told = JSONObject(**{name: name for name in columns})
    return NationSetting.objects.filter(country=OuterRef("country")).values(told=told)[:1]
