"""Read observables: of a file, of everything that the reader may see, and where one was seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from vigie.accounts.models import User
from vigie.accounts.queries import scoped, within
from vigie.accounts.rules import Permission
from vigie.incidents.models import Contact, Incident, Message, Observable, Sighting
from vigie.incidents.queries.files import facts_in_force
from vigie.incidents.rules.observables import Mark, Named, Sort, host_mark, readings, refanged
from vigie.incidents.rules.words import COUNTED_OUT

SHOWN_BESIDE_FILE = 6
MOST_LISTED = 200
MOST_FILES = 200
PLACES = {
    name: f"incident__{name}"
    for name in ("country", "region", "department", "establishment", "site")
}


def sightings(reader: User, permission: Permission = Permission.READ_INCIDENTS) -> Any:
    """Return the sightings in force in the files where the reader holds a permission."""
    return Sighting.objects.filter(within(reader, permission, **PLACES), retired_at=None)


def of_file(reader: User, incident: Incident) -> QuerySet[Sighting]:
    """Return what was seen in a file, each with .elsewhere: in how many other files it was seen.

    Files that the reader may not see do not count; nor do those set aside, nor those in which it
    is the structure's own.
    """
    rows = Sighting.objects.filter(incident=incident, retired_at=None)
    rows = rows.select_related("observable", "by").annotate(elsewhere=_elsewhere(reader))
    return rows.order_by("observable__sort", "observable__value", "id")


def by_kind(rows: Iterable[Sighting]) -> list[Sighting]:
    """Return sightings in the order of their kinds, as pages show them."""
    order = {str(sort): place for place, sort in enumerate(Sort)}
    return sorted(rows, key=lambda row: order[row.observable.sort])


def beside_file(reader: User, incident: Incident) -> list[Sighting]:
    """Return the few that say most: those seen elsewhere first."""
    rows = of_file(reader, incident).filter(observable__links=True, is_own=False)
    ordered = rows.order_by(F("elsewhere").desc(), "observable__sort", "id")
    return list(ordered[:SHOWN_BESIDE_FILE])


def retired_of(incident: Incident) -> QuerySet[Sighting]:
    """Return what was taken back from a file, the last first."""
    rows = Sighting.objects.filter(incident=incident, retired_at__isnull=False)
    return rows.select_related("observable", "by", "retired_by").order_by("-retired_at", "-id")


def _elsewhere(reader: User) -> Coalesce:
    others = (
        counted(sightings(reader))
        .filter(observable=OuterRef("observable"))
        .exclude(incident=OuterRef("incident"))
        .order_by()
        .values("observable")
        .annotate(files=Count("pk"))
    )
    return Coalesce(Subquery(others.values("files"), output_field=IntegerField()), 0)


def counted(rows: Any) -> Any:
    """Return the sightings that count: an attacker's, in files that were not set aside."""
    return rows.filter(is_own=False).exclude(incident__status__in=sorted(COUNTED_OUT))


def says_more(sighting: Sighting) -> bool:
    """Return whether it tells something that other files hold it: not noise, not an account."""
    row = sighting.observable
    return not sighting.is_own and row.sort != Sort.ACCOUNT and row.mark is Mark.NONE


@dataclass(frozen=True, slots=True)
class OneObservable:
    """An observable as one reader may see it. files: how many, of which the first are shown."""

    observable: Observable
    sightings: list[Sighting]
    files: int


def one_observable(reader: User, key: UUID) -> OneObservable | None:
    """Return an observable with the files in which the reader may see it, None where in none.

    Costs two SQL queries.
    """
    rows = sightings(reader).filter(observable__key=key)
    found = rows.select_related("observable", "by", "incident__establishment", "incident__site")
    shown = list(found.order_by("-incident__declared_at", "-id")[:MOST_FILES])
    if not shown:
        return None
    return OneObservable(shown[0].observable, shown, rows.count())


def listed(reader: User, *, sort: str = "", text: str = "", whole: bool = False) -> Any:
    """Return the observables that the reader may see, the last seen first.

    Each is a mapping: key, sort, value, links, files, first_at, last_at. text: an observable, or
    a part of one. whole: without the scope that the reader chose.
    """
    rows = sightings(reader)
    if not whole:
        rows = rows.filter(scoped(reader, **PLACES))
    if sort:
        rows = rows.filter(observable__sort=sort)
    if text.strip():
        rows = rows.filter(_asked(text))
    grouped = rows.order_by().values(
        key=F("observable__key"),
        sort=F("observable__sort"),
        value=F("observable__value"),
        links=F("observable__links"),
    )
    told = grouped.annotate(files=Count("pk"), first_at=Min("at"), last_at=Max("at"))
    return told.order_by("-last_at", "sort", "value")


def _asked(text: str) -> Q:
    digests = [one.digest for one in readings(text)]
    part = refanged(text).casefold()
    return Q(observable__digest__in=digests) | Q(observable__value__icontains=part)


def exportable(reader: User) -> Any:
    """Return the sightings that the reader may take along, with what names file and structure."""
    rows = sightings(reader, Permission.EXPORT)
    return rows.select_related("observable", "incident__establishment", "incident__site")


def digests_in(incident: Incident) -> set[str]:
    """Return the digests of what a file holds in force."""
    held = Sighting.objects.filter(incident=incident, retired_at=None)
    return set(held.values_list("observable__digest", flat=True))


def sighting_of(reader: User, incident_pk: int, pk: int) -> Sighting | None:
    """Return a sighting of a file that the reader may see, None for anything else."""
    rows = Sighting.objects.filter(within(reader, Permission.READ_INCIDENTS, **PLACES))
    joined = rows.select_related("incident__establishment", "incident__site", "observable")
    return joined.filter(incident=incident_pk, pk=pk).first()


def texts_of(incident: Incident) -> list[str]:
    """Return every text that a file holds: what the structure says, and the messages.

    Costs three SQL queries.
    """
    facts = facts_in_force(incident.declaration)
    told: Iterable[object] = facts.model_dump(mode="json").values()
    said = Message.objects.filter(incident=incident).order_by("at", "id")
    return [text for text in told if isinstance(text, str)] + list(
        said.values_list("text", flat=True)
    )


def own_hosts(incident: Incident) -> frozenset[str]:
    """Return the hosts that are the structure's own: those of the mail of whom to call there.

    The large mailboxes of everybody are nobody's own.
    """
    people = Contact.objects.filter(declaration__incident=incident).exclude(email="")
    hosts = {mail.rpartition("@")[2].casefold() for mail in people.values_list("email", flat=True)}
    return frozenset(host for host in hosts if host_mark(host) is Mark.NONE)


def digests_known(named: Iterable[Named]) -> list[int]:
    """Return the rows of observables that anybody ever saw; the caller narrows to what is seen."""
    digests = [one.digest for one in named]
    return list(Observable.objects.filter(digest__in=digests).values_list("pk", flat=True))
