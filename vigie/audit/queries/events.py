"""Read the journal page by page, for those whom the caller lets see it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from vigie.audit import rules
from vigie.audit.models import Event, People

LARGEST_PAGE = 200


@dataclass(frozen=True)
class Line:
    """One entry as it is shown; people: the names kept beside it, by role."""

    event: Event
    people: Mapping[str, str] = field(default_factory=dict)

    @property
    def people_erased(self) -> bool:
        """Return whether names were kept beside the entry and are no more."""
        return bool(self.event.people_seal) and not self.people


@dataclass(frozen=True)
class EventPage:
    """Some entries, the newest first; older: where the next page begins, "" at the end."""

    lines: list[Line]
    older: str

    @property
    def actors(self) -> set[str]:
        """Return who acted, such as "user:42"."""
        return {line.event.actor for line in self.lines}

    @property
    def mentioned(self) -> set[str]:
        """Return what the page speaks of, such as "user:42", to look the names up at once.

        A detail that is text is there as it is, a number with its name, such as "site:7".
        """
        told = [item for line in self.lines for item in line.event.details.items()]
        said = {str(value) for _, value in told if isinstance(value, str)}
        numbered = {f"{name}:{value}" for name, value in told if isinstance(value, int)}
        return self.actors | {line.event.target for line in self.lines} | said | numbered


def events(  # noqa: PLR0913 - one keyword for each way to narrow the journal
    *,
    targets: Collection[str] = (),
    actor: str = "",
    verb: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    after: str = "",
    size: int = 50,
    with_people: bool = False,
    among: QuerySet[Event] | None = None,
) -> EventPage:
    """Return a page of the journal, the newest entry first; the caller has checked the right.

    targets: "incident:42", or "incident:" for all of a kind. verb: "incident.declared", or
    "incident." for all of a capability. until: before that moment. after: `older` of a page.
    among: the entries that the reader may see, all if absent.
    Cost: one query, two with people. Raises BadCursor when `after` is no place in the journal.
    """
    found = narrowed(Event.objects.all() if among is None else among, targets, actor, verb)
    if since:
        found = found.filter(happened_at__gte=since)
    if until:
        found = found.filter(happened_at__lt=until)
    if after:
        place = rules.read_cursor(after)
        same_moment = Q(happened_at=place.happened_at, id__lt=place.entry)
        found = found.filter(happened_at__lte=place.happened_at)
        found = found.filter(Q(happened_at__lt=place.happened_at) | same_moment)
    size = min(max(size, 1), LARGEST_PAGE)
    rows = list(found.order_by("-happened_at", "-id")[: size + 1])
    shown = rows[:size]
    older = str(rules.Cursor(shown[-1].happened_at, shown[-1].pk)) if len(rows) > size else ""
    named = people_beside(shown) if with_people else {}
    return EventPage([Line(event, named.get(event.pk, {})) for event in shown], older)


def narrowed(
    found: QuerySet[Event], targets: Collection[str], actor: str, verb: str
) -> QuerySet[Event]:
    """Return the entries about some targets, by an actor, of a verb."""
    if targets:
        about = Q(target__in=[target for target in targets if not target.endswith(":")])
        for kind in targets:
            if kind.endswith(":"):
                about |= Q(target__startswith=kind)
        found = found.filter(about)
    if actor:
        found = found.filter(actor=actor)
    if verb:
        found = found.filter(verb__startswith=verb) if verb[-1] == "." else found.filter(verb=verb)
    return found


def people_beside(shown: list[Event]) -> dict[int, dict[str, str]]:
    """Return the names kept beside entries, by the id of the entry."""
    ids = [event.pk for event in shown if event.people_seal]
    return {row.entry: row.content for row in People.objects.filter(entry__in=ids)}
