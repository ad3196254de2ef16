"""Everything that the page of one file shows, in a bounded number of SQL queries."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import (
    F,
    Q,
    QuerySet,
)

from vigie.accounts.models import Membership, User
from vigie.accounts.queries import held, may, roles_with
from vigie.accounts.rules import Permission
from vigie.audit.models import Event as Entry
from vigie.establishments.models import NationSetting
from vigie.establishments.queries import ShownPortal, portal_with
from vigie.establishments.rules import Place, TerritoryKind
from vigie.incidents.models import (
    Attachment,
    Contact,
    Declaration,
    Incident,
    Message,
    Qualification,
    Sighting,
)
from vigie.incidents.queries.attachments import mail_of
from vigie.incidents.queries.file_rows import whole_rows
from vigie.incidents.queries.files import Understood, understood, visible_incidents
from vigie.incidents.queries.kept import kept_of
from vigie.incidents.queries.observables import beside_file
from vigie.incidents.queries.routing import Around, Routed, routed
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.routing import State
from vigie.kernel.prepared import prepared

LINES = 12  # of the journal, beside the file
READINGS = ("incident.opened", "messages.read", "attachment.downloaded")
DESIGNATIONS = ("ose", "oiv", "ee", "ei")
PLACE = ("country", "region", "department", "establishment__name", "site__name")


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that a message brought."""

    pk: int
    name: str
    size: int


@dataclass(slots=True)
class Word:
    """One message, as the page shows it."""

    pk: int
    at: datetime
    who: str
    from_desk: bool
    text: str
    is_circular: bool = False  # written once for every file of an event
    files: list[Sent] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Moment:
    """Who did something, and when."""

    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OneFile:
    """A file as one reader may see it."""

    incident: Incident
    declaration: Declaration
    facts: Facts
    understood: Understood
    ruling: Qualification | None  # the CERT's last decision
    words: list[Word]
    read_by: Moment | None  # of the other side, once it has read the last word
    unread: bool  # the other side wrote since this side read; always no for regions and nations
    contacts: Mapping[str, Contact] | None  # None: not for this reader
    lines: list[Entry]  # of the journal, the newest first, openings left out
    opened: Moment | None  # the last time before
    names: Mapping[str, str]  # by "user:42"
    duplicates: list[Incident]
    observables: int  # how many the file holds
    seen: list[Sighting]  # those of them that say most
    groups: str
    designations: list[str]
    routed: Routed
    states: list[State]  # what the structure said and since when, the oldest first
    kept: list[tuple[str, str]]  # what an import brought that has no field
    kept_for_desk: list[Attachment]  # the mail that opened the file, with what it carried
    can: frozenset[Permission]
    at_desk: bool
    side: bool | None  # for whom the reader speaks: as side_of

    @property
    def of_structure(self) -> bool:
        """Return whether the reader speaks for the structure itself."""
        return self.side is False


def one_file(reader: User, pk: int) -> OneFile | None:
    """Return a file with all that belongs to it, None where the reader may not see it.

    Costs at most nine SQL queries.
    """
    incident = _whole(reader, pk)
    if incident is None:
        return None
    can = powers(reader, incident)
    at_desk = Permission.FOLLOW in can
    side = side_of(reader, incident)
    declaration = incident.declaration
    declaration.establishment, declaration.site = incident.establishment, incident.site
    facts = Facts.model_validate(incident.facts_in_force)  # type: ignore[attr-defined]
    states = _states(incident, facts)
    lines = _acts(target=f"incident:{pk}")
    marks = {True: incident.desk_read, False: incident.structure_read}  # type: ignore[attr-defined]
    opened = incident.last_opened  # type: ignore[attr-defined]
    words, authors = _words(incident)
    known = {reader, incident.assignee, declaration.declared_by, *authors}
    names = _names(known, lines, *marks.values(), opened)
    closed_to_reader = Permission.WRITE_MESSAGES not in can
    return OneFile(
        incident=incident,
        declaration=declaration,
        facts=facts,
        understood=understood(declaration, facts, _portal(incident)),
        ruling=_ruling(incident),
        words=words,
        read_by=None if side is None else _read_by(marks[not side], words, names, at_desk=side),
        unread=_unread(marks[at_desk], words, side),
        contacts=None if closed_to_reader else _contacts(incident),
        lines=lines,
        opened=_moment(opened, names),
        names=names,
        duplicates=_duplicates(reader, incident),
        observables=incident.observables or 0,  # type: ignore[attr-defined]
        seen=beside_file(reader, incident) if incident.observables else [],  # type: ignore[attr-defined]
        groups=incident.group_name or "",  # type: ignore[attr-defined]
        designations=_designations(incident),
        kept=kept_of(incident),
        routed=routed(incident, declaration, facts, _around(incident), history=states),
        states=states,
        kept_for_desk=mail_of(incident, declaration) if at_desk else [],
        can=can,
        at_desk=at_desk,
        side=side,
    )


def powers(reader: User, incident: Incident) -> frozenset[Permission]:
    """Return what the reader may do in a file, at the place where it lies."""
    wanted = (
        Permission.READ_INCIDENTS,
        Permission.FOLLOW,
        Permission.QUALIFY,
        Permission.WRITE_MESSAGES,
        Permission.AMEND,
        Permission.RECORD_LEGAL,
        Permission.READ_JOURNAL,
    )
    somewhere = [permission for permission in wanted if may(reader, permission)]
    return frozenset(p for p in somewhere if may(reader, p, at=incident.place))


def side_of(person: User, incident: Incident) -> bool | None:
    """Return for whom a person speaks in a file: True the CERT, False the structure itself.

    None: for a region or the nation, or for nobody.
    """
    if may(person, Permission.FOLLOW, at=incident.place):
        return True
    itself = Place(establishment_id=incident.establishment_id, site_id=incident.site_id)
    return False if may(person, Permission.WRITE_MESSAGES, at=itself) else None


def _whole(reader: User, pk: int) -> Incident | None:
    """Return the row with its declaration, and what stands one to one beside it."""
    where = held(reader, Permission.READ_INCIDENTS)
    calls = may(reader, Permission.WRITE_MESSAGES)
    return next(iter(whole_rows(where.codes, calls, pk=pk, **where.ids)), None)


def _contacts(incident: Incident) -> dict[str, Contact]:
    """Return the people to call, by part."""
    told = {part: getattr(incident, f"contact_{part}") for part in Contact.Part}
    return {str(part): Contact(part=part, **found) for part, found in told.items() if found}


def _designations(incident: Incident) -> list[str]:
    return [kind.upper() for kind in ("ose", "oiv") if getattr(incident, f"is_{kind}")]


def _portal(incident: Incident) -> ShownPortal:
    told = incident.nation  # type: ignore[attr-defined]
    return portal_with(incident.country, NationSetting(**told) if told else None)


def held_by(incident: Incident) -> frozenset[str]:
    """Return the designations of the structure of a whole row."""
    return frozenset(kind for kind in DESIGNATIONS if getattr(incident, f"is_{kind}"))


def _around(incident: Incident) -> Around:
    return Around(held_by(incident), incident.event_regions or 0)  # type: ignore[attr-defined]


def _states(incident: Incident, facts: Facts) -> list[State]:
    """Return what the structure said and since when, the oldest first."""
    rows = incident.said_before or []  # type: ignore[attr-defined]
    if not rows:
        return [State(incident.declared_at, facts)]
    return [
        State(_read(row["at"]), _facts(row["facts"]))
        for row in sorted(rows, key=lambda row: int(row["number"]))
    ]


def _facts(told: Any) -> Facts:
    """Return facts out of a list that the database made: some write what it holds as text."""
    return Facts.model_validate(json.loads(told) if isinstance(told, str) else told)


def _ruling(incident: Incident) -> Qualification | None:
    told = incident.last_ruling  # type: ignore[attr-defined]
    if told is None:
        return None
    return Qualification(**told | {"incident": incident, "at": _read(told["at"])})


def _read(text: str) -> datetime:
    """Return a moment that the database wrote into JSON: with its offset, or in UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@prepared
def _acts(*, target: str) -> QuerySet[Entry]:
    """Return the last of a file's journal without those who only read it, the newest first."""
    acts = Entry.objects.filter(target=target).exclude(verb__in=READINGS)
    return acts.order_by("-happened_at", "-id")[: LINES + 1]


def _names(
    known: set[User | None], lines: list[Entry], *marks: Mapping[str, Any] | None
) -> dict[str, str]:
    """Return the names of all whom the page mentions by number; asks only for those not known."""
    names = {person.journal_name: person.short_name for person in known if person is not None}
    numbers = {f"user:{str(mark['who']).removeprefix('user:')}" for mark in marks if mark}
    for line in lines:
        numbers |= {line.actor, str(line.details.get("to", ""))}
    missing = {name.removeprefix("user:") for name in numbers - names.keys() if "user:" in name}
    if not missing:
        return names
    others = User.objects.filter(pk__in=[int(n) for n in missing if n.isdecimal()])
    shown = others.only("first_name", "last_name", "email")
    return names | {person.journal_name: person.short_name for person in shown}


def _moment(mark: Mapping[str, Any] | None, names: Mapping[str, str]) -> Moment | None:
    if mark is None:
        return None
    who = str(mark["who"])
    known = names.get(who if who.startswith("user:") else f"user:{who}", "")
    return Moment(known, _read(mark["at"]))


def _read_by(
    mark: Mapping[str, Any] | None, words: list[Word], names: Mapping[str, str], *, at_desk: bool
) -> Moment | None:
    """Return who of the other side has read the last word of this side."""
    own = [word.at for word in words if word.from_desk == at_desk]
    found = _moment(mark, names)
    return found if found and own and found.at >= own[-1] else None


def _unread(mark: Mapping[str, Any] | None, words: list[Word], side: bool | None) -> bool:
    """Return whether the other side wrote since this side last read."""
    theirs = [word.at for word in words if word.from_desk != side]
    if side is None or not theirs:
        return False
    return mark is None or _read(mark["at"]) < theirs[-1]


def _words(incident: Incident) -> tuple[list[Word], set[User]]:
    """Return the messages of a file with what they brought, the oldest first, and who wrote.

    One SQL query.
    """
    found: dict[int, Word] = {}
    authors = set()
    for row in _messages(incident=incident.pk):
        fresh = Word(
            row.pk, row.at, row.by.short_name, row.from_desk, row.text, row.circular_id is not None
        )
        word = found.setdefault(row.pk, fresh)
        authors.add(row.by)
        if row.file_pk is not None:
            word.files.append(Sent(row.file_pk, row.file_name, row.file_size))
    return list(found.values()), authors


@prepared
def _messages(*, incident: int) -> QuerySet[Any, Any]:
    """Return the messages of a file, once for each file that they brought."""
    rows = Message.objects.filter(incident=incident).order_by("at", "id", "attachments__id")
    return rows.select_related("by").annotate(
        file_pk=F("attachments__pk"),
        file_name=F("attachments__name"),
        file_size=F("attachments__size"),
    )


def _duplicates(reader: User, incident: Incident) -> list[Incident]:
    """Return the files merged into this one that the reader may see."""
    if not incident.has_duplicates:  # type: ignore[attr-defined]
        return []
    merged = visible_incidents(reader).filter(merged_into=incident)
    return list(named_only(merged).order_by("id"))


def named_only(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    """Return incidents with what names them and their place, and nothing more."""
    only_places = incidents.select_related(None).select_related("establishment", "site")
    return only_places.only("declared_at", "title", *PLACE)


def desk_of(incident: Incident) -> QuerySet[User]:
    """Return the people who may follow a file, by name; nations and regions alone have a desk."""
    roles = roles_with(Permission.FOLLOW)
    held = (
        Membership.objects.in_force()
        .filter(role__in=roles)
        .filter(
            Q(territory_kind=TerritoryKind.NATION, territory_code=incident.country)
            | Q(territory_kind=TerritoryKind.REGION, territory_code=incident.region or None)
        )
    )
    people = User.objects.filter(is_active=True, pk__in=held.values("user"))
    return people.order_by("last_name", "first_name", "id")
