"""Amend: a structure completes or corrects its declaration. Nothing is ever overwritten."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.incidents.models import Declaration, Episode, Incident, Revision
from vigie.incidents.operations import store
from vigie.incidents.operations.calling import call_for
from vigie.incidents.operations.counted import count_anew
from vigie.incidents.operations.declare import Incomplete
from vigie.incidents.rules import facts as facts_rules
from vigie.incidents.rules import follow
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.projection import Ruling
from vigie.incidents.rules.urgency import became_graver
from vigie.incidents.rules.words import Origin
from vigie.kernel import nir
from vigie.kernel.partial import PartialDate


class Conflict(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """Somebody amended the same fields first; both versions are kept.

    .kept is the revision set aside, .current the one in force, .masked how many social-security
    numbers were taken out.
    """

    def __init__(self, kept: Revision, current: Revision, masked: int = 0) -> None:
        super().__init__(f"revision {current.number} came first")
        self.kept = kept
        self.current = current
        self.masked = masked


class UnknownRevision(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """The revision that the author says to have read was never in force."""


class AlreadySettled(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """Somebody chose between the two versions before."""


@dataclass(frozen=True, slots=True)
class Amended:
    """The revision now in force, and how many social-security numbers were masked."""

    revision: Revision
    masked: int = 0
    is_new: bool = True  # False: nothing changed, or it was sent before


def amend(
    *, by: User, incident: Incident, facts: Facts, based_on: int, reason: str, now: datetime
) -> Amended:
    """Add a revision to a declaration and put it in force.

    based_on: the number of the revision that the author had read. When others amended other
    fields since, both sets of changes are kept in force; the same field raises Conflict, after
    the author's text is stored beside the newer one.
    Raises PermissionDenied when the person may not amend there, Incomplete when a required field
    was emptied, UnknownInInventory when a new application or supplier is not there,
    UnknownRevision when based_on was never in force.
    """
    require(by, Permission.AMEND, at=incident.place)
    with transaction.atomic():
        outcome = _amend(by, incident, facts, based_on, reason, now)
    if isinstance(outcome, Conflict):
        raise outcome
    return outcome


@transaction.atomic
def settle(
    *, by: User, incident: Incident, number: int, mine: Collection[str], now: datetime
) -> Amended:
    """Choose between a version set aside and the one in force, field by field; both stay readable.

    number: of the revision set aside. mine: the fields whose set-aside text goes in force.
    Raises PermissionDenied when the person may not amend there, AlreadySettled when somebody chose
    before, Revision.DoesNotExist when no such revision was set aside.
    """
    require(by, Permission.AMEND, at=incident.place)
    held, declaration, current = _hold(incident)
    kept = declaration.revisions.get(number=number, standing=Revision.Standing.SET_ASIDE)
    if kept.settlements.exists():
        raise AlreadySettled(f"revision {number}")
    old, aside = _facts(current), _facts(kept)
    chosen = old.model_copy(
        update={name: getattr(aside, name) for name in mine if name in kept.changed}
    )
    revision = Revision(
        declaration=declaration,
        number=_next_number(declaration),
        based_on=current.number,
        at=now,
        by=by,
        facts=facts_rules.to_json(chosen),
        changed=facts_rules.changed(old, chosen),
        settles=kept,
    )
    declaration.unsettled -= 1
    _put_in_force(held, declaration, revision, (old, chosen), now)
    details = {"revision": revision.number, "of": number, "mine": sorted(mine)}
    _record(by, "declaration.settled", incident, now, details)
    return Amended(revision)


def _amend(
    by: User, incident: Incident, facts: Facts, based_on: int, reason: str, now: datetime
) -> Amended | Conflict:
    held, declaration, current = _hold(incident)
    masked = store.mask(facts)
    old = _facts(current)
    base = old if based_on == current.number else _facts_of(declaration, based_on)
    mine = facts_rules.changed(base, masked.facts)
    apart = set(facts_rules.changed(old, masked.facts))
    if not apart & set(mine):  # nothing new, or sent a second time
        return Amended(current, masked.count, is_new=False)
    _check(base, masked.facts, declaration)
    theirs = facts_rules.changed(base, old)
    clash = [name for name in mine if name in theirs and name in apart]
    merged = old.model_copy(update={name: getattr(masked.facts, name) for name in mine})
    revision = Revision(
        declaration=declaration,
        number=_next_number(declaration),
        based_on=based_on,
        standing=Revision.Standing.SET_ASIDE if clash else Revision.Standing.ACCEPTED,
        at=now,
        by=by,
        reason=nir.mask(reason)[0],
        facts=facts_rules.to_json(masked.facts if clash else merged),
        changed=mine,
    )
    if clash:
        revision.save(force_insert=True)
        declaration.unsettled += 1
        declaration.save(update_fields=["unsettled"])
    else:
        _put_in_force(held, declaration, revision, (old, merged), now)
    verb = "declaration.set_aside" if clash else "declaration.amended"
    details = {"revision": revision.number, "fields": mine, "clash": clash}
    _record(by, verb, incident, now, details)
    return Conflict(revision, current, masked.count) if clash else Amended(revision, masked.count)


def _hold(incident: Incident) -> tuple[Incident, Declaration, Revision]:
    """Return the file, locked until the transaction ends, its declaration and what is in force."""
    rows = Incident.objects.select_for_update(of=("self",))
    held = rows.select_related("establishment", "site").get(pk=incident.pk)
    declaration = Declaration.objects.get(incident=held)
    return held, declaration, declaration.revisions.get(number=declaration.revision_number)


def _check(base: Facts, facts: Facts, declaration: Declaration) -> None:
    emptied = set(facts_rules.missing(facts)) - set(facts_rules.missing(base))
    if emptied:
        raise Incomplete([name for name in facts_rules.missing(facts) if name in emptied])
    if base.supplier != facts.supplier or base.applications != facts.applications:
        store.check_inventory(facts, declaration.establishment)


def _facts(revision: Revision) -> Facts:
    return Facts.model_validate(revision.facts)


def _facts_of(declaration: Declaration, number: int) -> Facts:
    found = declaration.revisions.filter(number=number, standing=Revision.Standing.ACCEPTED)
    if not found:
        raise UnknownRevision(f"revision {number} was never in force")
    return _facts(found[0])


def _next_number(declaration: Declaration) -> int:
    last = declaration.revisions.order_by("-number").values_list("number", flat=True)[0]
    return int(last) + 1


def _put_in_force(
    incident: Incident,
    declaration: Declaration,
    revision: Revision,
    change: tuple[Facts, Facts],
    now: datetime,
) -> None:
    old, new = change
    revision.save(force_insert=True)
    declaration.revision_number = revision.number
    _call_back(incident, old, new, now)
    refresh(incident, declaration, new, now)
    if incident.is_open and became_graver(old, new):
        call_for(incident, new, now)
    declaration.episodes.all().delete()
    Episode.objects.bulk_create(store.episodes_of(declaration, new))


def _call_back(incident: Incident, old: Facts, new: Facts, now: datetime) -> None:
    """Bring an open file back to the desk at once when the danger for patients rises."""
    before, after = facts_rules.endangerment(old), facts_rules.endangerment(new)
    if not incident.is_open or follow.DANGER_RANK[after] <= follow.DANGER_RANK[before]:
        return
    action = follow.action_after_reopening(after, now)
    if incident.next_action_at is None or incident.next_action_at > action.due:
        incident.next_action, incident.next_action_at = action.text, action.due
        incident.waiting, incident.waiting_since = action.waiting, now


def refresh(incident: Incident, declaration: Declaration, facts: Facts, now: datetime) -> None:
    """Write the facts in force, with the CERT's last ruling, into both rows and into the counts."""
    last = incident.qualifications.order_by("-at", "-id").first()
    ruling = Ruling(Origin(last.origin), last.category) if last else Ruling()
    declared = PartialDate.parse(declaration.declared) if declaration.declared else None
    of_declaration, of_incident = store.project(facts, ruling, declared)
    if last is not None and last.severity is not None:
        of_declaration["severity"] = of_incident["severity"] = last.severity
    _set(declaration, of_declaration | {"dates_disagree": store.days_apart(facts, declared)})
    incident.search_text = store.search_text(incident, facts)
    incident.version += 1
    incident.duties_at = None
    _set(incident, of_incident)
    declaration.save()
    incident.save()
    count_anew(incident, now, facts)


def _set(row: Declaration | Incident, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(row, name, value)


def _record(
    by: User, verb: str, incident: Incident, now: datetime, details: dict[str, object]
) -> None:
    record(
        actor=by.journal_name,
        verb=verb,
        target=f"incident:{incident.pk}",
        at=now,
        details=details,
    )
