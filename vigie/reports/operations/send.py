"""Take in what somebody without an account reports, and what they add to it."""

import base64
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from vigie.audit.operations import record
from vigie.kernel import keys, nir
from vigie.reports import rules
from vigie.reports.models import Report, Word
from vigie.reports.operations.calling import call_for
from vigie.reports.queries import Whereabouts
from vigie.reports.rules import KEY_SHAPE, Clean, Mark, Side, Told

SECRET = "reports.key"  # noqa: S105 - the name of a file
SOMEBODY = "public:ward"  # as the journal names whoever has no account


@dataclass(frozen=True, slots=True)
class Receipt:
    """A report on disk, and the secret link that its sender gets."""

    report: Report
    token: str
    created: bool


def new_key() -> str:
    """Return the key of a page about to be drawn: 192 random bits."""
    return secrets.token_hex(24)


def token_of(key: str) -> str:
    """Return the secret link of the report that is sent under a key.

    Sending again gives the same link, though only its fingerprint is stored: it follows from the
    key, which the sender alone holds, and from a secret outside the database.
    """
    made = hmac.digest(keys.load_or_create(SECRET), b"report link " + key.encode(), "sha256")
    return base64.urlsafe_b64encode(made[:24]).decode()


def receive(
    *,
    where: Whereabouts,
    told: Told,
    key: str,
    language: str,
    marks: Collection[Mark] = (),
    now: datetime,
) -> Receipt:
    """Store a report, once however often it is sent.

    The same key with other words adds them to the report: nothing typed is lost, nothing doubled.
    Raises ValueError when the key has not the shape that new_key gives.
    """
    if not KEY_SHAPE.fullmatch(key):
        raise ValueError("not a key")
    clean = rules.clean(told)
    known = Report.objects.filter(key_hash=rules.fingerprint(key)).first()
    if known is None:
        try:
            with transaction.atomic():
                return _store(where, clean, key, language, marks, now)
        except IntegrityError:
            # Sent twice at the same moment, and the other won.
            known = Report.objects.get(key_hash=rules.fingerprint(key))
    with transaction.atomic():
        return Receipt(_complete(known, clean, now), token_of(key), created=False)


def _store(
    where: Whereabouts,
    clean: Clean,
    key: str,
    language: str,
    marks: Collection[Mark],
    now: datetime,
) -> Receipt:
    told, place, token = clean.told, where.place, token_of(key)
    report = Report(
        key_hash=rules.fingerprint(key),
        digest=told.digest(),
        token_hash=rules.fingerprint(token),
        kept_until=now + timedelta(days=settings.REPORTERS_KEPT_DAYS),
        link=where.link,
        establishment=where.establishment,
        site=where.site,
        ward=where.ward,
        country=place.country,
        region=place.region,
        department=place.department,
        received_at=now,
        language=language,
        danger=told.danger,
        danger_rank=_rank(told.danger),
        device=told.device,
        picture=told.picture,
        text=told.text,
        where=told.where,
        masked=clean.masked,
        marks=sorted(marks),
        caller_name=told.name,
        caller_phone=told.phone,
    )
    report.save(force_insert=True)
    details = {
        "establishment": where.establishment.pk,
        "danger": told.danger,
        "device": told.device,
        "picture": told.picture,
        "masked": clean.masked,
        "marks": sorted(marks),
    }
    _record("report.received", report, now, details)
    call_for(report, now)
    return Receipt(report, token, created=True)


def _complete(report: Report, clean: Clean, now: datetime) -> Report:
    """Add what was sent again under the same key, if it says something else."""
    told = clean.told
    rows = Report.objects.select_for_update(of=("self",))
    report = rows.select_related("establishment", "site", "ward").get(pk=report.pk)
    digest = told.digest()
    if digest == report.digest or report.words.filter(key=digest).exists():
        return report
    report.danger = rules.worse(report.danger, told.danger)
    report.device = rules.worse(report.device, told.device)
    report.danger_rank = _rank(report.danger)
    report.caller_phone = told.phone or report.caller_phone
    report.caller_name = told.name or report.caller_name
    report.save(update_fields=["danger", "device", "danger_rank", "caller_phone", "caller_name"])
    with translation.override(report.language):
        text = "\n".join(part for part in (told.where, told.text) if part) or _(
            "Envoyé une deuxième fois, avec d’autres réponses."
        )
    _write(report, text, clean.masked, digest, now)
    call_for(report, now)  # graver than before, it calls again; else nobody is called twice
    return report


@transaction.atomic
def add_words(*, report: Report, text: str, key: str, now: datetime) -> Word:
    """Add what the sender of a report says later. Sending the same key again changes nothing.

    The caller has found the report by its secret link. Raises BadWord for an empty or long text.
    """
    report = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    known = report.words.filter(key=key).first()
    if known is not None:
        return known
    masked, count = nir.mask(rules.check_words("text", text, longest=rules.TEXT_LENGTH))
    return _write(report, masked, count, key, now)


def _write(report: Report, text: str, masked: int, key: str, now: datetime) -> Word:
    word = Word.objects.create(
        report=report, at=now, side=Side.SENDER, text=text, masked=masked, key=key
    )
    _record("report.completed", report, now, {"masked": masked})
    return word


def _rank(danger: str) -> int:
    return {str(answer): rank for answer, rank in rules.DANGER_RANK.items()}.get(danger, 0)


def _record(verb: str, report: Report, now: datetime, details: dict[str, object]) -> None:
    record(actor=SOMEBODY, verb=verb, target=f"report:{report.pk}", at=now, details=details)
