"""Amend: a structure completes or corrects its declaration. Nothing is ever overwritten."""

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
from vigie.incidents.rules import facts as facts_rules
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.projection import Ruling
from vigie.incidents.rules.words import Origin
from vigie.kernel import nir
from vigie.kernel.partial import PartialDate, Precision


class Conflict(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """Somebody amended the same fields first; both versions are kept.

    .kept is the revision set aside, .current the one in force.
    """

    def __init__(self, kept: Revision, current: Revision) -> None:
        super().__init__(f"revision {current.number} came first")
        self.kept = kept
        self.current = current


@dataclass(frozen=True, slots=True)
class Amended:
    """The revision now in force, and how many social-security numbers were masked."""

    revision: Revision
    masked: int = 0


def amend(
    *, by: User, incident: Incident, facts: Facts, based_on: int, reason: str, now: datetime
) -> Amended:
    """Add a revision to a declaration and put it in force.

    based_on: the number of the revision that the author had read. When others amended other
    fields since, both sets of changes are kept in force; the same field raises Conflict, after
    the author's text is stored beside the newer one.
    Raises PermissionDenied when the person may not amend there, Incomplete when a required field
    was emptied.
    """
    require(by, Permission.AMEND, at=incident.place)
    with transaction.atomic():
        outcome = _amend(by, incident, facts, based_on, reason, now)
    if isinstance(outcome, Conflict):
        raise outcome
    return outcome


def _amend(
    by: User, incident: Incident, facts: Facts, based_on: int, reason: str, now: datetime
) -> Amended | Conflict:
    incident = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
    declaration = Declaration.objects.select_related("establishment", "site").get(incident=incident)
    current = declaration.revisions.get(number=declaration.revision_number)
    masked = store.mask(facts)
    old = Facts.model_validate(current.facts)
    base = old if based_on == current.number else _facts_of(declaration, based_on)
    mine = facts_rules.changed(base, masked.facts)
    if not mine:
        return Amended(current, masked.count)
    theirs = set(facts_rules.changed(base, old))
    clash = [name for name in mine if name in theirs and _differs(old, masked.facts, name)]
    merged = old.model_copy(update={name: getattr(masked.facts, name) for name in mine})
    revision = Revision(
        declaration=declaration,
        number=(declaration.revisions.order_by("-number").values_list("number", flat=True)[0]) + 1,
        based_on=based_on,
        standing=Revision.Standing.SET_ASIDE if clash else Revision.Standing.ACCEPTED,
        at=now,
        by=by,
        reason=nir.mask(reason)[0],
        facts=facts_rules.to_json(masked.facts if clash else merged),
        changed=mine,
    )
    revision.save(force_insert=True)
    if not clash:
        _put_in_force(incident, declaration, revision, merged)
    record(
        actor=by.journal_name,
        verb="declaration.set_aside" if clash else "declaration.amended",
        target=f"incident:{incident.pk}",
        at=now,
        details={"revision": revision.number, "fields": mine, "clash": clash},
    )
    return Conflict(revision, current) if clash else Amended(revision, masked.count)


def _facts_of(declaration: Declaration, number: int) -> Facts:
    return Facts.model_validate(declaration.revisions.get(number=number).facts)


def _differs(one: Facts, other: Facts, name: str) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


def _put_in_force(
    incident: Incident, declaration: Declaration, revision: Revision, facts: Facts
) -> None:
    declaration.revision_number = revision.number
    refresh(incident, declaration, facts)
    declaration.episodes.all().delete()
    Episode.objects.bulk_create(store.episodes_of(declaration, facts))


def refresh(incident: Incident, declaration: Declaration, facts: Facts) -> None:
    """Write the facts in force, with the CERT's last ruling, into both rows."""
    last = incident.qualifications.order_by("-at", "-id").first()
    ruling = Ruling(Origin(last.origin), last.category) if last else Ruling()
    declared = PartialDate.parse(declaration.declared) if declaration.declared else None
    known = declared is not None and declared.precision in (Precision.DAY, Precision.MINUTE)
    day = declared.day(store.zone()) if declared is not None and known else None
    of_declaration, of_incident = store.project(facts, ruling, day)
    if last is not None and last.severity is not None:
        of_declaration["severity"] = of_incident["severity"] = last.severity
    _set(declaration, of_declaration | {"dates_disagree": store.days_apart(facts, declared)})
    incident.search_text = store.search_text(incident, facts)
    incident.version += 1
    _set(incident, of_incident)
    declaration.save()
    incident.save()


def _set(row: Declaration | Incident, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
