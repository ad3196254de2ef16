"""Open the journal to those who may read it: all of it, or what concerns their territory."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import get_language

from vigie.accounts.models import User
from vigie.accounts.queries.people import people_governed
from vigie.accounts.queries.rights import within, within_rota
from vigie.accounts.rules import Permission, geographies
from vigie.audit import queries as audit
from vigie.audit.models import Event
from vigie.audit.queries import EventPage
from vigie.establishments.models import Callout, Establishment, Group, Site
from vigie.establishments.rules import TerritoryKind

NUMBER = re.compile(r"[0-9]{1,18}")
OWN_CODE = re.compile(r"id[0-9]{1,18}")  # of a structure without a FINESS number
# What the journal calls a row of a table, what territories call it, and where the code is kept.
PLACES: tuple[tuple[str, str, Any, str], ...] = (
    ("establishment", "ej", Establishment, "finess"),
    ("site", "et", Site, "finess"),
    ("group", "group", Group, "code"),
)
Rows = Callable[[User], "QuerySet[Any]"]
# target -> the rows whose entries a reader of the journal may see; higher floors add theirs.
KINDS: dict[str, Rows] = {
    "user": lambda reader: people_governed(reader, Permission.READ_JOURNAL),
    "establishment": lambda reader: Establishment.objects.filter(
        within(reader, Permission.READ_JOURNAL, establishment="id", site="")
    ),
    "site": lambda reader: Site.objects.filter(within(reader, Permission.READ_JOURNAL, site="id")),
    "callout": lambda reader: Callout.objects.filter(
        within_rota(reader, Permission.READ_JOURNAL, "rota__")
    ),
}


def open_journal_of(kind: str, rows: Rows) -> None:
    """Let readers of a territory's journal see the entries about a kind of target.

    kind: "incident" of "incident:42". rows: the rows that a reader may read in the journal.
    Call it when the application starts.
    """
    KINDS[kind] = rows


def reads_whole_journal(reader: User) -> bool:
    """Return whether nothing in the journal is closed to the reader: theirs is a nation."""
    held = reader.memberships_with(Permission.READ_JOURNAL)
    return any(m.territory_kind == TerritoryKind.NATION for m in held)


def readable_events(reader: User) -> QuerySet[Event]:
    """Return the entries of the journal that the reader may see, unordered."""
    if reads_whole_journal(reader):
        return Event.objects.all()
    about = Q()
    for kind, rows in KINDS.items():
        named = rows(reader).annotate(
            named=Concat(Value(f"{kind}:"), Cast("pk", CharField()), output_field=CharField())
        )
        about |= Q(target__in=named.order_by().values("named"))
    return Event.objects.filter(about)


def journal(
    reader: User,
    *,
    verb: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    after: str = "",
) -> EventPage:
    """Return a page of what the reader may see of the journal, the newest entry first."""
    return audit.events(
        verb=verb,
        since=since,
        until=until,
        after=after,
        with_people=True,
        among=readable_events(reader),
    )


def journal_about(reader: User, person: User, *, size: int = 20) -> EventPage | None:
    """Return the last entries about a person, None where the reader may not see them."""
    if not reader.may(Permission.READ_JOURNAL):
        return None
    return audit.events(
        targets=[person.journal_name], size=size, with_people=True, among=readable_events(reader)
    )


def names_of(page: EventPage | None) -> dict[str, str]:
    """Return the names of what a page of the journal mentions: people, places, territories.

    By what the journal calls them: "user:42", "establishment:7", "ej:690000013", "region:84".
    Cost: one query for each kind that the page mentions.
    """
    if page is None:
        return {}
    mentioned = page.mentioned
    names = _geographies_named(mentioned)
    if numbers := _numbers("user", mentioned):
        people = User.objects.filter(pk__in=numbers)
        names |= {person.journal_name: person.full_name for person in people}
    for target, territory, model, column in PLACES:
        wanted = Q()
        if numbers := _numbers(target, mentioned):
            wanted |= Q(pk__in=numbers)
        if codes := _codes(territory, mentioned):
            own = [int(code[2:]) for code in codes if OWN_CODE.fullmatch(code)]
            wanted |= Q(**{f"{column}__in": codes}) | Q(pk__in=own)
        for row in model.objects.filter(wanted) if wanted else ():
            names |= {f"{territory}:{row.code}": str(row), f"{target}:{row.pk}": str(row)}
    return names


def _codes(kind: str, mentioned: set[str]) -> list[str]:
    return [name.removeprefix(f"{kind}:") for name in mentioned if name.startswith(f"{kind}:")]


def _numbers(kind: str, mentioned: set[str]) -> list[int]:
    return [int(code) for code in _codes(kind, mentioned) if NUMBER.fullmatch(code)]


def _geographies_named(mentioned: set[str]) -> dict[str, str]:
    language = get_language() or "fr"
    return {
        f"{kind}:{code}": geography.title.in_(language)
        for (kind, code), geography in geographies().items()
        if f"{kind}:{code}" in mentioned
    }
