"""Read calls within the reader's rights: those that wait, all of them, one with its messages."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from vigie.accounts.models import User
from vigie.accounts.queries import Held, held, rotas_held, within_held, within_rota
from vigie.accounts.rules import Permission
from vigie.establishments import queries as establishments
from vigie.establishments.models import Callout, CallStep, Rota
from vigie.establishments.rules import TerritoryKind
from vigie.kernel.prepared import prepared
from vigie.messages.models import Outgoing
from vigie.messages.queries import sent_about

MOST_ALERTS = 3  # on every page; the list has them all
PAGE = 50
KEPT = "waiting_calls"


@dataclass(frozen=True, slots=True)
class Called:
    """One person called, with the messages that went to them."""

    step: CallStep
    messages: list[Outgoing]


def answerable(reader: User) -> QuerySet[Callout]:
    """Return the calls that the reader may take, taken ones too, unordered."""
    seen = within_rota(reader, Permission.ANSWER_CALLS, "rota__")
    return establishments.callouts().filter(seen)


def alerts(reader: User) -> list[Callout]:
    """Return the calls that nobody took and that are the reader's to take, the oldest first.

    Those of their own territory, those that came up to it, and those for which nobody could be
    called: who follows a nation is not woken for each hospital. Costs one SQL query a request.
    """
    kept: dict[str, list[Callout]] = vars(reader)  # as memberships are: read once a request
    if KEPT not in kept:
        where = held(reader, Permission.ANSWER_CALLS)
        kept[KEPT] = _waiting(where.codes, **where.ids)
    return kept[KEPT]


@prepared
def _waiting(codes: Any, /, **ids: tuple[int, ...]) -> QuerySet[Callout]:
    where = Held(codes, **ids)
    own = _own_rotas(where).values("pk")
    came_up = CallStep.objects.filter(callout=OuterRef("pk"), rota__in=own)
    nobody = ~Exists(CallStep.objects.filter(callout=OuterRef("pk")))
    rows = establishments.callouts().filter(rotas_held(where, "rota__"))
    waiting = rows.filter(taken_at=None, closed_at=None)
    mine = waiting.filter(Q(rota__in=own) | Q(Exists(came_up)) | Q(nobody))
    return mine.order_by("opened_at", "id")[:PAGE]


def _own_rotas(where: Held) -> QuerySet[Rota]:
    """Return the rotas of these very territories, not those of places inside them."""
    own, codes = Q(pk__in=[]), dict(where.codes)
    for code in codes[TerritoryKind.NATION]:
        own |= Q(kind=TerritoryKind.NATION, country=code)
    for code in codes[TerritoryKind.REGION]:
        own |= Q(kind=TerritoryKind.REGION, region=code)
    structures = {"country": "", "region": "", "department": ""}
    own |= within_held(where, **structures, establishment="establishment", site="")
    sites = {"establishment": "site__establishment", "site": "site"}
    own |= within_held(where, **structures, **sites)
    # Who answers for a site answers for the calls of its establishment too.
    of_site = {"establishment": "", "site": "establishment__sites"}
    return Rota.objects.filter(own | within_held(where, **structures, **of_site))


def listed(reader: User) -> list[Callout]:
    """Return the last calls, those that wait in front, the newest first."""
    rows = answerable(reader).annotate(matters=Count("items", distinct=True))
    newest = rows.prefetch_related("steps").order_by("-opened_at", "-id")[:PAGE]
    return sorted(newest, key=lambda call: not call.is_open)


def called(call: Callout) -> list[Called]:
    """Return who was called in order, each with the messages to them; two queries."""
    by_key: dict[str, list[Outgoing]] = defaultdict(list)
    for message in sent_about(call.about):
        by_key[message.key].append(message)
    return [Called(step, by_key[f"{call.about}:{step.number}"]) for step in call.steps.all()]
