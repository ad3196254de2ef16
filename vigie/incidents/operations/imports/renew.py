"""Take a later edition of a declaration: a revision more, nothing overwritten."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.utils.translation import gettext

from vigie.audit.operations import record
from vigie.incidents.feeds.arrivals import Doubt
from vigie.incidents.models import Brought, Declaration, Episode, Incident, Revision
from vigie.incidents.models.labels import label
from vigie.incidents.operations import store
from vigie.incidents.operations.amend import refresh
from vigie.incidents.operations.imports.create import brought, ending, origin_of, when, where
from vigie.incidents.operations.imports.place import Placed
from vigie.incidents.rules import facts as facts_rules
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.words import COUNTED_OUT, Status


@dataclass(frozen=True, slots=True)
class Change:
    """What a source changed since it last spoke, beside what people changed here."""

    fields: list[str]  # that the source changed
    clash: list[str]  # that people changed too, otherwise
    asked: Facts  # with the source's changes
    in_force: Facts  # after them; untouched where they clash

    @classmethod
    def between(cls, said: Facts, here: Facts, says: Facts) -> Self:
        """Return the change from what a source said to what it says, over what is in force."""
        fields = facts_rules.changed(said, says)
        ours, apart = facts_rules.changed(said, here), facts_rules.changed(here, says)
        clash = [name for name in fields if name in ours and name in apart]
        asked = here.model_copy(update={name: getattr(says, name) for name in fields})
        return cls(fields, clash, says if clash else asked, here if clash else asked)


def renew(
    one: Placed, declaration: Declaration, last: Brought, *, by: str, now: datetime
) -> list[Doubt]:
    """Add what a source changed since its last edition; return what was not taken as it stands.

    What people changed here in the meantime stays in force: the source's text of the same field
    is set aside beside it. Call it inside the transaction of the import.
    """
    incident = Incident.objects.select_for_update(of=("self",)).get(pk=declaration.incident_id)
    current = declaration.revisions.get(number=declaration.revision_number)
    change = Change.between(
        Facts.model_validate(last.facts), Facts.model_validate(current.facts), one.ready.facts
    )
    number = _revise(one, declaration, last, change, now)
    told = gettext("changé ici depuis : mis de côté comme r%(number)s") % {"number": number}
    doubts = [Doubt(name, told) for name in change.clash]
    doubts += _restate(one, declaration, incident, last)
    _end(one, incident, last)
    refresh(incident, declaration, change.in_force, now)
    Incident.objects.filter(pk=incident.pk).update(duties_at=now)  # a file of the past
    declaration.episodes.all().delete()
    Episode.objects.bulk_create(store.episodes_of(declaration, change.in_force))
    brought(one, declaration, number, now).save(force_insert=True)
    record(
        actor=by,
        verb="incident.imported_again",
        target=f"incident:{incident.pk}",
        at=now,
        details={
            "source": one.arrival.source,
            "revision": number,
            "fields": change.fields,
            "clash": change.clash,
        },
    )
    return doubts


def _revise(
    one: Placed, declaration: Declaration, last: Brought, change: Change, now: datetime
) -> int:
    """Add the revision that the change makes; return its number, the last one's without change."""
    if not change.fields:
        return last.revision_number
    newest = declaration.revisions.order_by("-number").values_list("number", flat=True)[0]
    revision = Revision(
        declaration=declaration,
        number=newest + 1,
        based_on=last.revision_number,
        standing=Revision.Standing.SET_ASIDE if change.clash else Revision.Standing.ACCEPTED,
        at=now,
        reason=origin_of(one),
        facts=facts_rules.to_json(change.asked),
        changed=change.fields,
    )
    revision.save(force_insert=True)
    if not change.clash:
        declaration.revision_number = revision.number
    return revision.number


def _restate(
    one: Placed, declaration: Declaration, incident: Incident, last: Brought
) -> list[Doubt]:
    """Write what an edition says beside the facts: structure, date, event, status, major."""
    for name, value in where(one).items():
        setattr(declaration, name, value)
        setattr(incident, name, value)
    for name, value in when(one).items():
        setattr(declaration, name, value)
    if one.event and not incident.event_id:
        declaration.event = incident.event = one.event
    if one.arrival.major_confirmed is not None and not incident.qualifications.exists():
        declaration.major_confirmed = incident.major_confirmed = one.arrival.major_confirmed
    if one.arrival.status == last.status:
        return []
    if incident.status != last.status:
        told = gettext("le dossier est ici « %(status)s » : il le reste")
        return [Doubt("status", told % {"status": label(Status, incident.status)})]
    incident.status, incident.status_reason = one.arrival.status, one.arrival.status_reason
    declaration.counts = one.arrival.status not in COUNTED_OUT
    return []


def _end(one: Placed, incident: Incident, last: Brought) -> None:
    """Write when all was over and who had helped, where people wrote nothing else here."""
    before = ending(Facts.model_validate(last.facts), incident.declared_at)
    for name, value in ending(one.ready.facts, incident.declared_at).items():
        if getattr(incident, name) == before[name]:
            setattr(incident, name, value)
