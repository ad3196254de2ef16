"""Keep the rota: who is on call for a territory, its permanent contact, and forgetting in time."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta, tzinfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from vigie.audit.operations import record
from vigie.establishments.models import Duty, Rota
from vigie.establishments.queries import Spot, require_from, spot_of
from vigie.establishments.rules import (
    MOST_WEEKS,
    Actor,
    BadSlot,
    BadTerritory,
    Level,
    Slot,
    Stretch,
    Territory,
    check_slot,
    fits,
    later_by_weeks,
)
from vigie.kernel import nir

MANAGE = "rota.manage"


@dataclass(frozen=True, slots=True)
class DutyFacts:
    """Who is on call and how they are reached."""

    function: str
    name: str
    phone: str = ""
    phone2: str = ""
    email: str = ""
    language: str = "fr"

    def checked(self) -> "DutyFacts":
        """Return the same without stray spaces and without social-security numbers."""
        texts = (self.function, self.name)
        function, name = (nir.mask(" ".join(text.split()))[0] for text in texts)
        return DutyFacts(
            function,
            name,
            self.phone.strip(),
            self.phone2.strip(),
            self.email.strip(),
            self.language,
        )


@dataclass(frozen=True, slots=True)
class NewDuty:
    """A duty about to stand in a rota."""

    slot: Slot
    facts: DutyFacts


@dataclass(frozen=True, slots=True)
class StandingFacts:
    """The permanent contact of a territory and how its calls go on. minutes: None, as usual."""

    name: str = ""
    phone: str = ""
    email: str = ""
    minutes: int | None = None
    webhook: str = ""


@dataclass(frozen=True, slots=True)
class Repeated:
    """How many duties a repeated week brought, and how many found their time taken."""

    created: int
    taken: int


def open_rota(spot: Spot) -> Rota:
    """Return the rota of a territory, made at its first use; locked until the transaction ends."""
    rota, _created = Rota.objects.get_or_create(**spot.own)
    # Not FOR UPDATE: steps of calls name the rota and must not wait for it.
    rows = Rota.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("establishment", "site").get(pk=rota.pk)


@transaction.atomic
def set_standing(*, by: Actor, territory: Territory, facts: StandingFacts, now: datetime) -> Rota:
    """State the permanent contact of a territory, and how fast its calls go on.

    Raises PermissionDenied, BadTerritory when it can have no rota, ValidationError.
    """
    rota = _managed(by, territory)
    before = {"phone": rota.standing_phone, "minutes": rota.escalate_after}
    rota.standing_name = " ".join(facts.name.split())
    rota.standing_phone, rota.standing_email = facts.phone.strip(), facts.email.strip()
    rota.escalate_after, rota.webhook = facts.minutes, facts.webhook.strip()
    if (rota.standing_phone or rota.standing_email) and not rota.standing_name:
        raise ValidationError(
            {"standing_name": _("Dites ce qu’est ce contact : « Standard », par exemple.")}
        )
    rota.full_clean()
    rota.save()
    after = {"phone": rota.standing_phone, "minutes": rota.escalate_after}
    _record(by, "rota.set", rota, now, {"before": before, "after": after})
    return rota


@transaction.atomic
def add_duty(
    *,
    by: Actor,
    territory: Territory,
    slot: Slot,
    facts: DutyFacts,
    now: datetime,
    deputy: DutyFacts | None = None,
) -> list[Duty]:
    """Put a person on call, and a deputy for the same time where one is named.

    Raises PermissionDenied, BadTerritory when the territory can have no rota, ValidationError
    when somebody of the same level is on call then, or nobody could be reached.
    """
    rota = _managed(by, territory)
    wanted = [NewDuty(slot, facts)]
    if deputy is not None:
        wanted.append(NewDuty(Slot(slot.start, slot.end, Level.DEPUTY), deputy))
    duties = [_checked(rota, new) for new in wanted]
    for duty in duties:
        duty.save(force_insert=True)
        _record_duty(by, "rota.duty_added", duty, now)
    return duties


@transaction.atomic
def amend_duty(*, by: Actor, duty: Duty, slot: Slot, facts: DutyFacts, now: datetime) -> Duty:
    """Change who is on call, or when.

    Raises PermissionDenied, and ValidationError as add_duty does.
    """
    rota = _locked(by, duty)
    slot = Slot(slot.start, slot.end, slot.level, duty.pk)
    changed = _checked(rota, NewDuty(slot, facts))
    changed.pk = duty.pk
    changed.save(force_update=True)
    _record_duty(by, "rota.duty_amended", changed, now)
    return changed


@transaction.atomic
def end_duty(*, by: Actor, duty: Duty, now: datetime) -> None:
    """End a duty that runs, or take one out that has not begun.

    Raises PermissionDenied, ValidationError when it is over: what was stays readable.
    """
    _locked(by, duty)
    if duty.ends_at <= now:
        raise ValidationError(_("Cette astreinte est déjà terminée."))
    _record_duty(by, "rota.duty_ended", duty, now)
    if duty.starts_at < now:
        duty.ends_at = now
        duty.save(update_fields=["ends_at"])
    else:
        duty.delete()


@transaction.atomic
def add_duties(
    *, by: Actor, territory: Territory, duties: Sequence[NewDuty], now: datetime
) -> Repeated:
    """Put many people on call at once; where the time is taken, who stands there stays.

    One line of the journal. Raises PermissionDenied, BadTerritory, ValidationError when one of
    the duties cannot be.
    """
    return _add_all(by, _managed(by, territory), duties, now)


@transaction.atomic
def repeat_week(
    *,
    by: Actor,
    territory: Territory,
    week: Stretch,
    times: int,
    zone: tzinfo,
    now: datetime,
) -> Repeated:
    """Repeat the duties that begin in a week over the weeks that follow, by the clocks of the zone.

    Where the time is taken, who stands there stays.
    Raises PermissionDenied, BadTerritory, ValidationError when the week is empty or the number of
    weeks is not between 1 and 26.
    """
    if not 1 <= times <= MOST_WEEKS:
        raise ValidationError({"times": _("Choisissez de 1 à %s semaines.") % MOST_WEEKS})
    rota = _managed(by, territory)
    begun = Duty.objects.filter(rota=rota, starts_at__gte=week.start, starts_at__lt=week.end)
    pattern = list(begun.order_by("starts_at", "level", "id"))
    if not pattern:
        raise ValidationError(_("Aucune astreinte ne commence cette semaine : rien à répéter."))
    wanted = [
        NewDuty(later_by_weeks(duty.slot, number, zone), facts_of(duty))
        for number in range(1, times + 1)
        for duty in pattern
    ]
    return _add_all(by, rota, wanted, now)


@transaction.atomic
def forget_expired_duties(now: datetime) -> int:
    """Erase the duties whose retention period is over, and return how many they were."""
    erased, _rows = Duty.objects.filter(kept_until__lte=now.date()).delete()
    if erased:
        record(
            actor="system:worker",
            verb="rota.people_expired",
            target="rota:list",
            at=now,
            details={"people": erased},
        )
    return erased


def facts_of(duty: Duty) -> DutyFacts:
    """Return who a stored duty names."""
    return DutyFacts(**{name: getattr(duty, name) for name in DutyFacts.__dataclass_fields__})


def _managed(by: Actor, territory: Territory) -> Rota:
    spot = spot_of(territory)
    if spot is None:
        raise BadTerritory(f"{territory} has no rota")
    require_from(by, MANAGE, at=spot.place)
    return open_rota(spot)


def _locked(by: Actor, duty: Duty) -> Rota:
    rows = Rota.objects.select_for_update(of=("self",), no_key=True)
    rota = rows.select_related("establishment", "site").get(pk=duty.rota_id)
    require_from(by, MANAGE, at=rota.place)
    return rota


def _checked(rota: Rota, new: NewDuty) -> Duty:
    """Return a duty that may stand in a locked rota. Raises ValidationError."""
    near = Duty.objects.filter(
        rota=rota, level=new.slot.level, ends_at__gt=new.slot.start, starts_at__lt=new.slot.end
    )
    duties = {duty.pk: duty for duty in near.order_by("starts_at", "id")}
    try:
        check_slot(new.slot, (duty.slot for duty in duties.values()))
    except BadSlot as bad:
        raise ValidationError(_refusal(bad, duties)) from bad
    duty = _row(rota, new)
    duty.clean_fields(exclude=["rota"])
    if not (duty.phone or duty.email):
        raise ValidationError({"phone": _("Donnez un téléphone ou un courriel.")})
    return duty


def _row(rota: Rota, new: NewDuty) -> Duty:
    return Duty(
        rota=rota,
        level=new.slot.level,
        starts_at=new.slot.start,
        ends_at=new.slot.end,
        kept_until=_kept_until(new.slot.end),
        **asdict(new.facts.checked()),
    )


def _kept_until(end: datetime) -> date:
    return (end + timedelta(days=settings.PEOPLE_KEPT_DAYS)).date()


def _refusal(bad: BadSlot, duties: dict[int, Duty]) -> dict[str, str]:
    if bad.problem == "order":
        return {"ends_at": _("La fin doit venir après le début.")}
    if bad.problem == "long":
        return {"ends_at": _("Une astreinte dure au plus 31 jours.")}
    other = duties[bad.other.key] if bad.other and bad.other.key else None
    said = {
        "name": other.name if other else "",
        "start": _moment(other.starts_at) if other else "",
        "end": _moment(other.ends_at) if other else "",
    }
    words = _("%(name)s est déjà d’astreinte à ce rang, du %(start)s au %(end)s.")
    return {"starts_at": words % said}


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")


def _add_all(by: Actor, rota: Rota, wanted: Sequence[NewDuty], now: datetime) -> Repeated:
    first = min((new.slot.start for new in wanted), default=now)
    last = max((new.slot.end for new in wanted), default=now)
    stored = Duty.objects.filter(rota=rota, ends_at__gt=first, starts_at__lt=last)
    taken = [duty.slot for duty in stored.order_by("starts_at", "id")]
    rows = []
    for new in wanted:
        if not _is_free(new.slot, taken):
            continue
        try:
            check_slot(new.slot, ())
        except BadSlot as bad:
            raise ValidationError(_refusal(bad, {})) from bad
        duty = _row(rota, new)
        duty.clean_fields(exclude=["rota"])
        rows.append(duty)
        taken.append(new.slot)
    Duty.objects.bulk_create(rows)
    details: dict[str, object] = {"duties": len(rows), "from": first, "to": last}
    _record(by, "rota.duties_added", rota, now, details)
    return Repeated(len(rows), len(wanted) - len(rows))


def _is_free(slot: Slot, taken: Iterable[Slot]) -> bool:
    return all(fits(slot, other) for other in taken)


def _record_duty(by: Actor, verb: str, duty: Duty, now: datetime) -> None:
    record(
        actor=by.journal_name,
        verb=verb,
        target=duty.rota.journal_target,
        at=now,
        details={
            "from": duty.starts_at,
            "to": duty.ends_at,
            "rung": duty.level,
            "function": duty.function,
        },
        people={"on_call": f"{duty.name} {duty.phone}".strip()},
    )


def _record(by: Actor, verb: str, rota: Rota, now: datetime, details: dict[str, object]) -> None:
    record(actor=by.journal_name, verb=verb, target=rota.journal_target, at=now, details=details)
