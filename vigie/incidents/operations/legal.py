"""Record that the legal declaration was sent where the law wants it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.incidents.models import Declaration, Incident, LegalDeclaration

CLOCKS_DIFFER = timedelta(minutes=10)  # the portal's clock may be ahead of ours


class BadProof(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A proof of sending does not hold; .field names where."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True)
class Proof:
    """Who sent the legal declaration, when, how, and what receipt came back."""

    sent_at: datetime
    receipt: str
    channel: str
    by_recorder: bool  # the person who records it sent it, else somebody without an account here
    sender_job: str = ""

    def check(self, now: datetime) -> None:
        """Raise BadProof when something is missing or the sending is still to come."""
        if not self.receipt.strip():
            raise BadProof("receipt", "is missing")
        if self.sent_at > now + CLOCKS_DIFFER:
            raise BadProof("sent_at", "is still to come")
        if not self.by_recorder and not self.sender_job.strip():
            raise BadProof("sender_job", "is missing")


@transaction.atomic
def record_legal_declaration(
    *, by: User, incident: Incident, proof: Proof, now: datetime
) -> LegalDeclaration:
    """Keep the proof that the legal declaration was sent; the duty is done from then on.

    Recording the same receipt again returns the first record and changes nothing.
    Raises PermissionDenied when the person may not record it there, BadProof when something is
    missing.
    """
    require(by, Permission.RECORD_LEGAL, at=incident.place)
    proof.check(now)
    # The lock makes two recordings at once wait for each other.
    declaration = Declaration.objects.select_for_update(of=("self",)).get(incident=incident)
    receipt = " ".join(proof.receipt.split())
    known = declaration.legal_declarations.filter(receipt=receipt).first()
    if known is not None:
        return known
    kept = LegalDeclaration.objects.create(
        declaration=declaration,
        sent_by=by if proof.by_recorder else None,
        sent_by_job="" if proof.by_recorder else proof.sender_job.strip(),
        sent_at=proof.sent_at,
        receipt=receipt,
        channel=proof.channel,
        recorded_by=by,
        recorded_at=now,
    )
    Incident.objects.filter(pk=incident.pk).update(duties_at=None)  # its clock stops
    record(
        actor=by.journal_name,
        verb="declaration.legal_recorded",
        target=f"incident:{incident.pk}",
        at=now,
        details={"receipt": receipt, "channel": proof.channel, "sent_at": proof.sent_at},
        people={"sender": kept.sent_by_job},
    )
    return kept
