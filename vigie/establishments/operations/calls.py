"""Call whoever is on call, then their deputy, then the territory above, each once."""

import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from vigie.audit.operations import record
from vigie.establishments.models import CallItem, Callout, CallStep, Rota
from vigie.establishments.models.calls import OPEN, TITLE
from vigie.establishments.operations import letters
from vigie.establishments.operations.rota import open_rota
from vigie.establishments.queries import (
    Reachable,
    Spot,
    callouts,
    chain_of,
    reachable,
    rota_at,
    spot_of,
)
from vigie.establishments.rules import (
    REASON_RANK,
    CallReason,
    Territory,
    TerritoryKind,
    graver,
    is_over,
    joins,
    link_hash,
    may_climb,
    next_rung,
)
from vigie.kernel import nir
from vigie.messages.operations import post, withdraw

logger = logging.getLogger(__name__)
SECRET_BYTES = 18  # 144 random bits
LINK_LASTS = timedelta(hours=24)
STRUCTURE = (TerritoryKind.ET, TerritoryKind.EJ)
SYSTEM = "system:calls"
AT_ONCE = 200  # calls of one turn of the worker


@transaction.atomic
def call_out(
    *,
    places: Sequence[Territory],
    reason: CallReason,
    about: str,
    title: str,
    path: str,
    now: datetime,
) -> list[Callout]:
    """Call whoever is on call for each territory, by mail, short message and webhook.

    Nothing goes over the network here: letters are queued in the caller's transaction.
    about: opaque, such as "incident:5"; a second call for the same matter, no graver than the
    first, calls nobody again. path: the page of the matter, without the instance's address.
    Danger is always a call of its own; another matter joins a fresh call of the same place.
    A territory that can have no rota is left out; a site without one counts as its establishment.
    """
    title = nir.mask(" ".join(title.split()))[0][:TITLE]
    item = CallItem(about=about, title=title, path=path, at=now)
    spots = [spot for place in dict.fromkeys(places) if (spot := _called_spot(place))]
    made = {spot.territory: _call(spot, reason, item, now) for spot in spots}
    # Only once all are made is it known which territories have a call of their own.
    for call in made.values():
        if call.opened_at == now and not call.steps.exists():
            _climb(call, now)
    return list(made.values())


def escalate_due(now: datetime) -> int:
    """Call the next person of every call that nobody took in time; return how many were called.

    Killed in between, it goes on where it was: a step and its letters are one transaction. What
    fails for one call keeps no other from going on.
    """
    return _each("escalate_at", now, _escalate) + _each("digest_at", now, _tell_joined)


def _called_spot(territory: Territory) -> Spot | None:
    spot = spot_of(territory)
    if spot is None or spot.site is None or rota_at(spot):
        return spot
    owner = spot.site.establishment
    return spot_of(Territory(TerritoryKind.EJ, owner.code))


def _call(spot: Spot, reason: CallReason, item: CallItem, now: datetime) -> Callout:
    rota = open_rota(spot)
    held = _made_before(rota, reason, item.about)
    if held is not None:
        return held
    joined = _fresh(rota, reason, now)
    if joined is not None:
        return _join(joined, reason, item, now)
    call = Callout.objects.create(
        rota=rota,
        reason=reason,
        title=item.title,
        path=item.path,
        opened_at=now,
        escalate_at=now + timedelta(minutes=rota.minutes),
        kept_until=(now + timedelta(days=settings.PEOPLE_KEPT_DAYS)).date(),
    )
    _add_item(call, item)
    _record(call, "callout.opened", now, {"call_reason": str(reason), "about": item.about})
    return call


def _made_before(rota: Rota, reason: CallReason, about: str) -> Callout | None:
    """Return a call of the place for the same matter that is no less grave and not settled."""
    rows = Callout.objects.filter(rota=rota, closed_at=None, items__about=about)
    for call in rows.select_related("rota").order_by("-opened_at", "-id"):
        if REASON_RANK[CallReason(call.reason)] >= REASON_RANK[reason]:
            return call
    return None


def _fresh(rota: Rota, reason: CallReason, now: datetime) -> Callout | None:
    """Return the call of the place that this one is told together with, if any; locked."""
    within = timedelta(minutes=settings.DIGEST_MINUTES)
    rows = Callout.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.filter(rota=rota, closed_at=None, opened_at__gt=now - within)
    found = rows.select_related("rota").order_by("-opened_at", "-id")
    return next((call for call in found if joins(reason, call.seen, now=now, within=within)), None)


def _join(call: Callout, reason: CallReason, item: CallItem, now: datetime) -> Callout:
    _add_item(call, item)
    call.reason = graver(CallReason(call.reason), reason)
    if call.digest_at is None:
        call.digest_at = call.opened_at + timedelta(minutes=settings.DIGEST_MINUTES)
    call.save(update_fields=["reason", "digest_at"])
    _record(call, "callout.joined", now, {"call_reason": str(reason), "about": item.about})
    return call


def _add_item(call: Callout, item: CallItem) -> None:
    values = {"title": item.title, "path": item.path, "at": item.at}
    CallItem.objects.get_or_create(callout=call, about=item.about, defaults=values)


def _each(column: str, now: datetime, act: Callable[[Callout, datetime], bool]) -> int:
    due = Callout.objects.filter(**{f"{column}__lte": now}).order_by(column, "id")
    done = 0
    for number in list(due.values_list("pk", flat=True)[:AT_ONCE]):
        try:
            with transaction.atomic():
                rows = callouts().select_for_update(of=("self",), no_key=True, skip_locked=True)
                call = rows.filter(pk=number, **{f"{column}__lte": now}).first()
                done += bool(call and act(call, now))
        except Exception:
            logger.exception("The call %s did not go on; it is tried again.", number)
    return done


def _escalate(call: Callout, now: datetime) -> bool:
    return _climb(call, now) is not None


def _climb(call: Callout, now: datetime) -> CallStep | None:
    """Call the next person of the ladder, and say when to go on."""
    kind = TerritoryKind(call.rota.kind)
    steps = list(call.steps.select_related("rota", "rota__establishment", "rota__site"))
    reason = CallReason(call.reason)
    people = {
        one.rung: one
        for one in reachable(chain_of(call.rota.place, kind), now)
        if may_climb(reason, own=one.rota.pk == call.rota_id or one.rota.kind in STRUCTURE)
    }
    rung = next_rung(people, climbed={step.key for step in steps}, called_apart=_apart(call))
    call.escalate_at = now + timedelta(minutes=call.rota.minutes)
    if rung is None and is_over(call.opened_at, now):
        call.escalate_at = None
    call.save(update_fields=["escalate_at"])
    return _step(call, people[rung], len(steps) + 1, now) if rung else None


def _apart(call: Callout) -> set[str]:
    """Return the other territories that were called for the same matters by themselves."""
    abouts = call.items.values("about")
    same = CallItem.objects.filter(callout=OuterRef("pk"), about__in=abouts)
    others = callouts().filter(Exists(same)).exclude(rota=call.rota_id)
    return {str(other.rota.territory) for other in others}


def _step(call: Callout, one: Reachable, number: int, now: datetime) -> CallStep:
    secret = secrets.token_urlsafe(SECRET_BYTES)
    step = CallStep.objects.create(
        callout=call,
        number=number,
        rota=one.rota,
        level=one.rung.level,
        duty=one.rung.duty,
        at=now,
        function=one.function,
        name=one.name,
        phone=one.phone,
        email=one.email,
        language=one.language,
        link_hash=link_hash(secret),
        link_expires_at=now + LINK_LASTS,
    )
    items = list(call.items.order_by("at", "id"))
    written = letters.call_letters(step, items, secret=secret, minutes=call.rota.minutes)
    post(letters=written, about=call.about, key=f"{call.about}:{number}", now=now)
    details = {"step": number, "rung": step.level, "territory": str(one.rota.territory)}
    _record(call, "callout.step", now, details)
    return step


def _tell_joined(call: Callout, now: datetime) -> bool:
    """Tell once what joined a call, to who took it, else to who was called last."""
    call.digest_at = None
    call.save(update_fields=["digest_at"])
    step = _listener(call)
    if call.closed_at is not None or step is None:
        return False
    items = list(call.items.filter(at__gt=step.at).order_by("at", "id"))
    if items:
        written = letters.digest_letters(call, step, items)
        post(letters=written, about=call.about, key=f"{call.about}:joined", now=now)
    return bool(items)


def _listener(call: Callout) -> CallStep | None:
    steps = call.steps.order_by("-number")
    if call.taken_by.startswith("step:"):
        return steps.filter(pk=call.taken_by.removeprefix("step:")).first()
    return steps.first()


def _record(call: Callout, verb: str, now: datetime, details: dict[str, object]) -> None:
    record(actor=SYSTEM, verb=verb, target=call.about, at=now, details=details)


@transaction.atomic
def close_calls(*, about: str, now: datetime) -> int:
    """Close the calls for a matter that is settled or set aside; return how many were open.

    A call that other matters joined stays while one of them is not settled. Nobody else is
    called, and letters that wait are not sent.
    """
    rows = callouts().select_for_update(of=("self",), no_key=True)
    closed = 0
    for call in rows.filter(items__about=about, closed_at=None).order_by("id"):
        CallItem.objects.filter(callout=call, about=about).update(settled_at=now)
        if call.items.filter(settled_at=None).exists():
            continue
        call.closed_at, call.escalate_at, call.digest_at = now, None, None
        call.save(update_fields=["closed_at", "escalate_at", "digest_at"])
        withdraw(about=call.about, now=now)
        _record(call, "callout.closed", now, {"about": about})
        closed += 1
    return closed


@transaction.atomic
def forget_expired_calls(now: datetime) -> int:
    """Erase who was called and who took it, once the retention is over; return in how many calls.

    Functions, times and territories stay: they name nobody.
    """
    old = Callout.objects.filter(kept_until__lte=now.date()).exclude(OPEN)
    steps = CallStep.objects.filter(callout__in=old).exclude(name="", phone="", email="")
    touched = set(steps.values_list("callout", flat=True))
    touched |= set(old.exclude(taken_name="").values_list("pk", flat=True))
    if touched:
        steps.update(name="", phone="", email="")
        old.update(taken_name="")
        record(
            actor="system:worker",
            verb="calls.people_expired",
            target="callout:list",
            at=now,
            details={"calls": len(touched)},
        )
    return len(touched)
