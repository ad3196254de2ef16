"""Record that a party was told of a file, or need not be, and take such a record back."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.incidents.models import Attachment, Incident, PartyTold
from vigie.incidents.operations.attach import Upload, stored
from vigie.incidents.operations.version import lock
from vigie.incidents.rules.routing import BY_HAND, OTHER, BadTelling, Outcome, Telling
from vigie.kernel import nir
from vigie.kernel.vault import Stored
from vigie.reference import parties


class AlreadyTold(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """Somebody recorded this party for this rule before. .kept is that record."""

    def __init__(self, kept: PartyTold) -> None:
        super().__init__(f"{kept.rule}: recorded before")
        self.kept = kept


def record_told(
    *,
    by: User,
    incident: Incident,
    telling: Telling,
    now: datetime,
    due_since: datetime | None = None,
    uploads: Sequence[Upload] = (),
) -> PartyTold:
    """Keep that a party was told, or need not be, with its proof.

    due_since: from when the rule held, as the task said. uploads: at most one file of proof.
    Raises PermissionDenied, BadTelling when something is missing, AlreadyTold when it was recorded
    before, TooMany, and BadUpload of the vault.
    """
    require(by, Permission.FOLLOW, at=incident.place)
    telling.check(now, has_file=bool(uploads))
    _check_known(telling, incident)
    try:
        with stored(uploads[:1]) as files, transaction.atomic():
            return _record(by, incident, telling, now, due_since, files)
    except IntegrityError as reason:
        # Two people recorded the same task at the same moment.
        kept = _kept(incident, telling.rule)
        if kept is None:
            raise
        raise AlreadyTold(kept) from reason


def _check_known(telling: Telling, incident: Incident) -> None:
    routing = parties.routing(incident.country)
    known = routing.parties if routing else {}
    if telling.party != OTHER and telling.party not in known:
        raise BadTelling("party", "is not a party of this country")
    if telling.rule == BY_HAND:
        return
    code, _dash, party = telling.rule.partition("-")
    rule = routing.rules.get(code) if routing else None
    if rule is None or telling.party != (rule.party or party):
        raise BadTelling("rule", "is not a rule for this party")


def _kept(incident: Incident, rule: str) -> PartyTold | None:
    if rule == BY_HAND:
        return None
    return PartyTold.objects.filter(incident=incident, rule=rule, retracted_at=None).first()


def _record(
    by: User,
    incident: Incident,
    telling: Telling,
    now: datetime,
    due_since: datetime | None,
    files: Sequence[tuple[str, Stored]],
) -> PartyTold:
    held = lock(incident.pk)
    before = _kept(held, telling.rule)
    if before is not None:
        raise AlreadyTold(before)
    told = PartyTold.objects.create(
        incident=held,
        rule=telling.rule,
        party=telling.party,
        party_name=nir.mask(telling.party_name.strip())[0],
        outcome=telling.outcome,
        at=telling.at,
        means=telling.means or "",
        proof=nir.mask(telling.proof.strip())[0],
        reason=nir.mask(telling.reason.strip())[0],
        attachment=_attach(by, held, now, files),
        due_since=due_since,
        by=by,
        recorded_at=now,
    )
    verb = "party.told" if telling.outcome is Outcome.TOLD else "party.not_needed"
    _journal(by, told, verb, now, {"at": telling.at, "means": telling.means})
    return told


def _attach(
    by: User, incident: Incident, now: datetime, files: Sequence[tuple[str, Stored]]
) -> Attachment | None:
    for name, found in files:
        return Attachment.objects.create(
            incident=incident,
            at=now,
            by=by,
            name=name,
            media_type=found.kind,
            size=found.size,
            sha256=found.sha256,
            stored_as=found.token,
            for_desk=True,
        )
    return None


@transaction.atomic
def retract_told(*, by: User, incident: Incident, pk: int, reason: str, now: datetime) -> PartyTold:
    """Take back a record made by mistake: it stays readable, and the task is asked for again.

    Raises PermissionDenied, PartyTold.DoesNotExist, BadTelling when the reason is missing.
    """
    require(by, Permission.FOLLOW, at=incident.place)
    if not reason.strip():
        raise BadTelling("reason", "is missing")
    held = lock(incident.pk)
    told = PartyTold.objects.get(incident=held, pk=pk, retracted_at=None)
    told.retracted_at, told.retracted_by = now, by
    told.retraction = nir.mask(reason.strip())[0]
    told.save(update_fields=["retracted_at", "retracted_by", "retraction"])
    _journal(by, told, "party.retracted", now, {})
    return told


@transaction.atomic
def take_document(
    *, by: User, incident: Incident, party: str, language: str, now: datetime
) -> None:
    """Write in the journal that a document for a party was made. Raises PermissionDenied."""
    require(by, Permission.FOLLOW, at=incident.place)
    record(
        actor=by.journal_name,
        verb="party.document",
        target=f"incident:{incident.pk}",
        at=now,
        details={"party": party, "language": language},
    )


def _journal(
    by: User, told: PartyTold, verb: str, now: datetime, details: dict[str, object]
) -> None:
    record(
        actor=by.journal_name,
        verb=verb,
        target=f"incident:{told.incident_id}",
        at=now,
        details={"party": told.party, "rule": told.rule, **details},
    )
