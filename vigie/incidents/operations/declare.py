"""Declare: a structure says for the first time what happens to it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from vigie.accounts.models import Delegation, Membership, User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.establishments.models import Establishment, GroupMember, Site
from vigie.establishments.rules import Place, TerritoryKind
from vigie.incidents.models import Contact, Declaration, Draft, Episode, Incident, Revision
from vigie.incidents.operations import counted, store
from vigie.incidents.operations.calling import call_for
from vigie.incidents.rules import facts as facts_rules
from vigie.incidents.rules import follow
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.projection import Ruling
from vigie.incidents.rules.words import Authority, Channel
from vigie.kernel.partial import PartialDate

FIRST_WORD = frozenset({"title", "description", "noticed"})  # what a call or a mail must say
CERT_ROLES = frozenset({"cert_analyst", "cert_lead"})


class Incomplete(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """Required fields are missing; .fields names them in the order of the form."""

    def __init__(self, fields: list[str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to call about a declaration."""

    name: str = ""
    job: str = ""
    phone: str = ""
    email: str = ""
    always_reachable: bool | None = None

    @property
    def is_empty(self) -> bool:
        """Return whether nobody is named and no number given."""
        return not (self.name or self.phone or self.email)


@dataclass(frozen=True, slots=True)
class Submission:
    """What a door hands over to be declared."""

    key: UUID
    establishment: Establishment
    facts: Facts
    site: Site | None = None
    declarant: Person = Person()
    technical: Person = Person()
    channel: Channel = Channel.PAGE
    is_past: bool = False  # told long afterwards: nobody is called, however grave it was
    told_at: datetime | None = None  # when the structure told the desk
    is_first_word: bool = False  # taken down by the desk; the structure completes it

    @property
    def place(self) -> Place:
        """Return where the declaration counts: at its site, else at the structure's seat."""
        if self.site is None:
            return self.establishment.place
        return self.site.place

    @property
    def missing(self) -> list[str]:
        """Return the required fields that nobody answered."""
        reach = self.declarant.phone or (self.is_first_word and self.declarant.email)
        phone = [] if reach else ["phone"]
        unanswered = facts_rules.missing(self.facts)
        if self.is_first_word:
            unanswered = [name for name in unanswered if name in FIRST_WORD]
        return unanswered + phone


@dataclass(frozen=True, slots=True)
class Declared:
    """The file that a declaration opened, or had opened before."""

    incident: Incident
    created: bool
    masked: int = 0  # social-security numbers taken out of free texts


def declare(*, by: User, submission: Submission, now: datetime) -> Declared:
    """Store a declaration, open its file and write both in the journal.

    Sending the same key again returns the first file and changes nothing.
    Raises PermissionDenied when the person may not declare there or the key is somebody else's,
    Incomplete when required fields are missing, UnknownInInventory when the facts name an
    application or a supplier that is not there.
    """
    require(by, Permission.DECLARE, at=submission.place)
    if submission.missing:
        raise Incomplete(submission.missing)
    if submission.site and submission.site.establishment_id != submission.establishment.pk:
        raise PermissionDenied("the site belongs to another establishment")
    store.check_inventory(submission.facts, submission.establishment)
    ready = _prepare(by, submission, now)
    try:
        with transaction.atomic():
            return _declare(by, submission, ready, now)
    except IntegrityError:
        # The unique key was there: sent before, or twice at the same moment and the other won.
        again = sent_before(by, submission)
        if again is None:
            raise
        return again


def sent_before(by: User, submission: Submission) -> Declared | None:
    """Return the file that the key of a submission opened before, if any.

    Raises PermissionDenied when the key is somebody else's, or was used for another structure.
    """
    found = Declaration.objects.select_related("incident").filter(key=submission.key).first()
    if found is None:
        return None
    if found.declared_by_id != by.pk or found.establishment_id != submission.establishment.pk:
        raise PermissionDenied("the key belongs to another declaration")
    return Declared(found.incident, created=False)


@dataclass(frozen=True, slots=True)
class _Ready:
    """What can be worked out before the transaction: other writers wait for no thinking."""

    facts: Facts
    masked: int
    of_declaration: dict[str, Any]
    of_incident: dict[str, Any]
    authority: Authority
    delegation: Delegation | None


def _prepare(by: User, submission: Submission, now: datetime) -> _Ready:
    masked = store.mask(submission.facts)
    declared = PartialDate.at(now, store.zone())
    columns = store.project(masked.facts, Ruling(), declared)
    return _Ready(masked.facts, masked.count, *columns, *authority_of(by, submission.place))


def _declare(by: User, submission: Submission, ready: _Ready, now: datetime) -> Declared:
    incident = _open_file(submission, ready.facts, ready.of_incident, now)
    declaration = _store(submission, ready.facts, incident, ready.of_declaration, now)
    declaration.declared_by = by
    declaration.authority, declaration.delegation = ready.authority, ready.delegation
    declaration.save(force_insert=True)
    Revision.objects.create(
        declaration=declaration,
        number=1,
        at=now,
        by=by,
        facts=facts_rules.to_json(ready.facts),
    )
    Episode.objects.bulk_create(store.episodes_of(declaration, ready.facts))
    counted.count_first([counted.New(declaration, incident, ready.facts)], now)
    Contact.objects.bulk_create(
        contact_rows(declaration, submission.declarant, submission.technical, now)
    )
    if submission.channel is not Channel.API:  # programs have no drafts
        Draft.objects.filter(key=submission.key, by=by).delete()
    record(
        actor=by.journal_name,
        verb="incident.declared",
        target=f"incident:{incident.pk}",
        at=now,
        details={
            "establishment": submission.establishment.pk,
            "channel": submission.channel,
            "authority": ready.authority,
            "masked": ready.masked,
        },
    )
    if not submission.is_past:
        call_for(incident, ready.facts, now)
    return Declared(incident, created=True, masked=ready.masked)


def _open_file(
    submission: Submission, facts: Facts, columns: dict[str, Any], now: datetime
) -> Incident:
    place = submission.place
    first = follow.first_action(facts_rules.endangerment(facts), now)
    incident = Incident(
        establishment=submission.establishment,
        site=submission.site,
        country=place.country,
        region=place.region,
        department=place.department,
        declared_at=now,
        next_action=first.text,
        next_action_at=first.due,
        waiting=first.waiting,
        waiting_since=now,
        **columns,
    )
    incident.search_text = store.search_text(incident, facts)
    incident.save(force_insert=True)
    return incident


def _store(
    submission: Submission, facts: Facts, incident: Incident, columns: dict[str, Any], now: datetime
) -> Declaration:
    declared = PartialDate.at(now, store.zone())
    return Declaration(
        incident=incident,
        key=submission.key,
        channel=submission.channel,
        told_at=submission.told_at,
        establishment=submission.establishment,
        site=submission.site,
        country=incident.country,
        region=incident.region,
        department=incident.department,
        declared=str(declared),
        declared_year=declared.year,
        dates_disagree=store.days_apart(facts, declared),
        **columns,
    )


def authority_of(by: User, place: Place) -> tuple[Authority, Delegation | None]:
    """Return under whose authority the person declares there.

    The law wants the director or a delegated person (D.1111-16-3 CSP); nobody is held up at
    02:00 for a missing delegation, but the file says that none is recorded.
    """
    held = by.memberships_in_force
    if _serves(place, [m for m in held if m.role == "director"]):
        return Authority.DIRECTOR, None
    for delegation in by.delegations_in_force:
        if delegation.establishment_id == place.establishment_id:
            return Authority.DELEGATION, delegation
    if _serves(place, [m for m in held if m.role in CERT_ROLES]):
        return Authority.CERT, None
    return Authority.NOT_RECORDED, None


def _serves(place: Place, memberships: list[Membership]) -> bool:
    if any(m.covers(place) for m in memberships):
        return True
    groups = [m.group_id for m in memberships if m.territory_kind == TerritoryKind.GROUP]
    if not groups:
        return False
    inside = GroupMember.objects.in_force().filter(establishment=place.establishment_id)
    return inside.filter(group__in=groups).exists()


def contact_rows(
    declaration: Declaration, declarant: Person, technical: Person, now: datetime
) -> list[Contact]:
    """Return the rows of the people to call, not yet saved; none for somebody unnamed."""
    people = ((Contact.Part.DECLARANT, declarant), (Contact.Part.TECHNICAL, technical))
    kept_until = (now + timedelta(days=settings.PEOPLE_KEPT_DAYS)).date()
    return [
        Contact(
            declaration=declaration,
            part=part,
            name=person.name,
            job=person.job,
            phone=person.phone,
            email=person.email,
            always_reachable=person.always_reachable,
            kept_until=kept_until,
        )
        for part, person in people
        if not person.is_empty
    ]
