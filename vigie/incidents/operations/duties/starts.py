"""Say from which day a regime binds, where its law has none yet."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.establishments.rules import Place
from vigie.incidents.models import RegimeStart
from vigie.incidents.operations.duties.refresh import refresh_open
from vigie.reference import duties as reference


@transaction.atomic
def set_regime_start(
    *,
    by: User,
    country: str,
    regime: str,
    starts_on: date | None,
    source: str,
    now: datetime,
) -> RegimeStart | None:
    """Set the first day of a regime that has none in the reference; None takes it away again.

    Its clocks run from then on for incidents known from that day, and the journal keeps every
    change. source: the text that sets the day.
    Raises PermissionDenied, ValidationError when the regime takes no day or the source is missing.
    """
    require(by, Permission.MANAGE_REFERENCE, at=Place(country))
    law = reference.law(country)
    if regime not in {one.code for one in reference.settable([law] if law else [])}:
        raise ValidationError({"regime": _("Cette obligation n’attend aucune date.")})
    held = RegimeStart.objects.filter(country=country, regime=regime).first()
    was = held.starts_on if held else None
    if starts_on is not None:
        held = held or RegimeStart(country=country, regime=regime)
        held.starts_on, held.source = starts_on, " ".join(source.split())
        held.set_at, held.set_by = now, by
        held.full_clean()
        held.save()
    elif held:
        held.delete()
        held = None
    details: dict[str, object] = {
        "regime": regime,
        "before": was.isoformat() if was else None,
        "starts_on": starts_on.isoformat() if starts_on else None,
        "source": source,
    }
    verb = "regime.start_set" if held else "regime.start_removed"
    record(actor=by.journal_name, verb=verb, target=f"nation:{country}", at=now, details=details)
    refresh_open(now, country=country)
    return held
