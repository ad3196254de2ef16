"""Record what becomes of a duty: when it was known, what was sent, why it asks for nothing."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.incidents.models import Attachment, DutyAct, DutyNotice, Incident
from vigie.incidents.operations.attach import Upload, stored
from vigie.incidents.operations.duties.refresh import keep_clocks
from vigie.incidents.operations.legal import Proof, record_legal_declaration
from vigie.incidents.operations.version import lock
from vigie.incidents.rules.duties.predicates import closing_answers
from vigie.incidents.rules.duties.record import Act, ActKind, BadAct
from vigie.incidents.rules.words import COUNTED_OUT
from vigie.kernel import nir
from vigie.kernel.vault import Stored
from vigie.reference import duties as reference
from vigie.reference.duties import Stage, StartKind

VERBS = {
    ActKind.AWARE: "duty.aware",
    ActKind.EVENT: "duty.event",
    ActKind.ANSWER: "duty.answered",
    ActKind.SENT: "duty.sent",
    ActKind.NOT_APPLICABLE: "duty.not_applicable",
    ActKind.STOPPED: "duty.stopped",
    ActKind.RETRACTED: "duty.retracted",
}


def record_duty(
    *, by: User, incident: Incident, act: Act, now: datetime, uploads: Sequence[Upload] = ()
) -> DutyAct:
    """Keep what somebody did about a duty; it is never changed, only taken back by another.

    act: what to record, without who and when it was written down. uploads: at most one file, such
    as the receipt. A sending of the declaration itself is also kept as its legal proof.
    Raises PermissionDenied, BadAct when something is missing, to come or unknown to the law of the
    country, TooMany, and BadUpload of the vault.
    """
    require(by, Permission.RECORD_LEGAL, at=incident.place)
    if act.kind is ActKind.RETRACTED:
        raise BadAct("kind", "is taken back by an act of its own")
    act.check(now)
    stage = _check_known(incident, act)
    with stored(uploads[:1]) as files, transaction.atomic():
        held = _held(incident)
        if stage and stage.is_declaration and act.kind is ActKind.SENT:
            _prove(by, held, act, now)
        return _keep(by, held, act, now, files)


@transaction.atomic
def retract_duty(*, by: User, incident: Incident, pk: int, reason: str, now: datetime) -> DutyAct:
    """Take back a record made by mistake; both stay readable.

    Raises PermissionDenied, DutyAct.DoesNotExist when it is not there or was taken back before,
    BadAct when the reason is missing or the record is the proof of the declaration.
    """
    require(by, Permission.RECORD_LEGAL, at=incident.place)
    act = Act(ActKind.RETRACTED, now, reason=reason, retracts=pk)
    act.check(now)
    held = _held(incident)
    rows = DutyAct.objects.exclude(kind=ActKind.RETRACTED).filter(retraction=None)
    wrong = rows.get(incident=held, pk=pk)
    stage = _stage(held, wrong.regime, wrong.stage)
    if stage and stage.is_declaration and wrong.kind == ActKind.SENT:
        raise BadAct("kind", "the proof of the declaration stays")
    about = Act(
        ActKind.RETRACTED,
        now,
        wrong.regime,
        wrong.stage,
        wrong.fact,
        reason=reason,
        retracts=wrong.pk,
    )
    return _keep(by, held, about, now, ())


def _held(incident: Incident) -> Incident:
    held = lock(incident.pk)
    if held.status in COUNTED_OUT:
        raise BadAct("kind", "the file is set aside")
    return held


def _stage(incident: Incident, regime: str, stage: str) -> Stage | None:
    law = reference.law(incident.country)
    return law.stage(regime, stage) if law else None


def _check_known(incident: Incident, act: Act) -> Stage | None:
    """Return the stage that an act is about. Raises BadAct for what the law does not know."""
    law = reference.law(incident.country)
    if act.kind is ActKind.ANSWER:
        fact = reference.duty_facts().get(act.fact)
        if fact is None or not fact.is_asked:
            raise BadAct("fact", "is no question")
        if law and act.answer in closing_answers(law, act.fact) and not act.reason.strip():
            raise BadAct("reason", "is missing for what takes a duty away")
        return None
    if law is None or act.regime not in {regime.code for regime in law.regimes}:
        raise BadAct("regime", "is not known in this country")
    stage = law.stage(act.regime, act.stage)
    if stage is None and (act.stage or act.kind in (ActKind.SENT, ActKind.EVENT)):
        raise BadAct("stage", "is not a stage of this regime")
    if act.kind is ActKind.EVENT and stage and stage.start.kind is not StartKind.EVENT:
        raise BadAct("stage", "starts by no event")
    return stage


def _prove(by: User, incident: Incident, act: Act, now: datetime) -> None:
    if not act.receipt.strip():
        raise BadAct("receipt", "is missing")
    proof = Proof(
        sent_at=act.at,
        receipt=act.receipt,
        channel=act.channel or "",
        by_recorder=not act.sender.strip(),
        sender_job=act.sender,
    )
    record_legal_declaration(by=by, incident=incident, proof=proof, now=now)


def _keep(
    by: User, incident: Incident, act: Act, now: datetime, files: Sequence[tuple[str, Stored]]
) -> DutyAct:
    kept = DutyAct.objects.create(
        incident=incident,
        kind=act.kind,
        regime=act.regime,
        stage=act.stage,
        fact=act.fact,
        answer=act.answer or "",
        at=act.at,
        reason=nir.mask(act.reason.strip())[0],
        channel=act.channel or "",
        receipt=" ".join(act.receipt.split()),
        sender=nir.mask(act.sender.strip())[0],
        notice=_notice(incident, act),
        attachment=_attach(by, incident, now, files),
        retracts_id=act.retracts,
        by=by,
        recorded_at=now,
    )
    record(
        actor=by.journal_name,
        verb=VERBS[act.kind],
        target=f"incident:{incident.pk}",
        at=now,
        details=_details(kept),
        people={"sender": kept.sender, "reason": kept.reason},
    )
    keep_clocks(incident, now)
    return kept


def _details(kept: DutyAct) -> dict[str, object]:
    told: dict[str, object] = {"regime": kept.regime, "stage": kept.stage, "at": kept.at}
    told |= {"fact": kept.fact, "answer": kept.answer, "channel": kept.channel}
    told |= {"receipt": kept.receipt, "retracts": kept.retracts_id}
    return {name: value for name, value in told.items() if value not in ("", None)}


def _notice(incident: Incident, act: Act) -> DutyNotice | None:
    """Return the version that was sent. Raises BadAct when it is of another stage or file."""
    if act.notice is None:
        return None
    rows = DutyNotice.objects.filter(incident=incident, regime=act.regime, stage=act.stage)
    found = rows.filter(pk=act.notice).first()
    if found is None:
        raise BadAct("notice", "is no version of this notice")
    return found


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
        )
    return None
