"""What the matrix of rights walks on: people of every role, and one object for each route.

A route whose address names something needs a line here: which one to name, and who may see it
where that is not simply who holds the door's permission at home. Add yours to `pages`; operations
of the API are in matrix_calls.py.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from allauth.mfa.models import Authenticator

from tests.architecture import matrix_duties, matrix_intake, matrix_together
from tests.architecture.matrix_desk import of_the_desk
from vigie.accounts import operations as accounts
from vigie.accounts.models import ApiToken, Delegation, Invitation, Membership, User
from vigie.accounts.rules import ROLES, Operator, Permission
from vigie.accounts.tests.factories import MembershipFactory, UserFactory, ahead
from vigie.establishments import operations as establishments
from vigie.establishments.models import EmergencyContact
from vigie.establishments.operations import CallReason, DutyFacts
from vigie.establishments.rules import Slot, Territory, TerritoryKind
from vigie.establishments.tests.factories import (
    DesignationFactory,
    EstablishmentFactory,
    GroupFactory,
    GroupMemberFactory,
    SiteFactory,
    WardFactory,
)
from vigie.incidents.models import Declaration, Draft, Handover, SavedView
from vigie.incidents.operations.exchange import Upload, write_message
from vigie.incidents.tests.factories import IncidentFactory
from vigie.inventory.models import Application, Supplier
from vigie.kernel import clock
from vigie.messages.operations import Letter, post
from vigie.messages.rules import Channel

HOME, FOREIGN = "home", "foreign"
NOBODY = "nobody"  # signed in, without any role
MIXED = "mixed"  # an auditor at home who holds every role abroad
SeenBy = Callable[[User], bool]
P = Permission


@dataclass(frozen=True)
class Target:
    """One address to try.

    seen_by: who gets an answer; by default who holds the door's permission at home.
    known_to: who may know that the object exists, and is refused rather than told that it does
    not; by default who gets an answer.
    posted_by: who may post, where more is asked for than to look.
    """

    kwargs: dict[str, Any] = field(default_factory=dict)
    seen_by: SeenBy | None = None
    known_to: SeenBy | None = None
    posted_by: SeenBy | None = None
    # A visible object on which this act has nothing to do may answer 404.
    may_be_absent: bool = False


class World:
    """One establishment at home and one abroad, people of every role in both, objects at home."""

    def __init__(self) -> None:
        self.settle()
        self.people: dict[tuple[str, str], User] = {}
        for role in ROLES:
            for side in (HOME, FOREIGN):
                self.people[role, side] = MembershipFactory(
                    role=role, **self.where(role, side)
                ).user
        self.people[NOBODY, HOME] = UserFactory()
        mixed = MembershipFactory(role="auditor", establishment=self.home).user
        for role in ROLES:
            MembershipFactory(user=mixed, role=role, **self.where(role, FOREIGN))
        self.people[MIXED, HOME] = mixed
        self.fill()

    def settle(self) -> None:
        """Put two establishments far from each other, each with what a structure has."""
        self.home = EstablishmentFactory(region="84", department="69")
        self.abroad = EstablishmentFactory(country="BE", region="", department="")
        self.site = SiteFactory(establishment=self.home, region="84", department="69")
        self.ward = WardFactory(site=self.site)
        self.group = GroupFactory(country="FR")
        self.member = GroupMemberFactory(group=self.group, establishment=self.home)
        self.designation = DesignationFactory(establishment=self.home)

    def where(self, role: str, side: str) -> dict[str, Any]:
        """Return the widest territory of a role on a side."""
        kinds = ROLES[role].territories
        if TerritoryKind.NATION in kinds:
            return {"nation": "FR" if side == HOME else "BE"}
        if TerritoryKind.REGION in kinds:
            return {"region": "84" if side == HOME else "11"}
        return {"establishment": self.home if side == HOME else self.abroad}

    def fill(self) -> None:
        """Make one of everything that an address can name, at home."""
        now = clock.now()
        self.officer = self.people["rssi", HOME]
        self.director = self.people["director", HOME]
        self.employee = MembershipFactory(role="declarant", establishment=self.home).user
        self.membership = Membership.objects.get(user=self.employee)
        made = accounts.invite(
            by=Operator(),
            email="invitee@ch.example",
            role="rssi",
            territory=Territory(TerritoryKind.EJ, self.home.code),
            now=now,
        )
        self.invitation = Invitation.objects.get(pk=made.invitation.pk)
        self.secret = made.link.rstrip("/").rpartition("/")[2]
        self.token = self.token_of(self.officer)
        self.employees_token = self.token_of(self.employee)
        self.delegation = Delegation.objects.create(
            establishment=self.home,
            by=self.director,
            to=self.employee,
            valid_from=now - timedelta(days=1),
            valid_to=now + timedelta(days=30),
        )
        self.key = Authenticator.objects.create(
            user=self.employee, type="webauthn", data={"name": "Bureau", "credential": {}}
        )
        self.fill_incidents(now)
        self.fill_calls(now)

    def token_of(self, user: User) -> ApiToken:
        """Return a token of a person."""
        scopes = [P.READ_INCIDENTS]
        made = accounts.create_token(
            by=user, name="Essai", scopes=scopes, expires_at=ahead(days=9), now=clock.now()
        )
        return made.token

    def fill_calls(self, now: Any) -> None:
        """Put somebody on call at home, and call them."""
        self.territory = Territory(TerritoryKind.EJ, self.home.code)
        (self.duty,) = establishments.add_duty(
            by=Operator(),
            territory=self.territory,
            slot=Slot(now - timedelta(hours=1), now + timedelta(hours=9)),
            facts=DutyFacts("RSSI d’astreinte", "Alix Martin", "01 99 00 12 34"),
            now=now,
        )
        (self.call,) = establishments.call_out(
            places=[self.territory],
            reason=CallReason.REPORT,
            about="report:1",
            title="Écran noir",
            path="/",
            now=now,
        )

    def fill_incidents(self, now: Any) -> None:
        """Make a file with what it holds, and what people keep around files."""
        self.supplier = Supplier.objects.create(name="Odalis", created_at=now)
        self.application = Application.objects.create(name="Dossier", establishment=self.home)
        self.incident = IncidentFactory(establishment=self.home, by=self.officer)
        self.number = self.incident.pk
        self.declaration_key = Declaration.objects.get(incident=self.incident).key
        self.draft_key = uuid4()
        Draft.objects.create(
            key=self.draft_key, by=self.officer, created_at=now, updated_at=now, step="essential"
        )
        self.view = SavedView.objects.create(
            user=self.officer, name="Mes files", page="list", query=""
        )
        written = write_message(
            by=self.officer,
            incident=self.incident,
            text="La biologie est à l’arrêt.",
            key=uuid4(),
            uploads=[Upload("note.txt", [b"note"])],
            now=now,
        )
        self.attachment = written.message.attachments.get()
        self.told, self.mail, self.template = of_the_desk(self.people, self.incident, now)
        matrix_intake.fill(self.people["cert_lead", HOME], now)
        lead = self.people["cert_lead", HOME]
        self.together = matrix_together.fill(self.incident, self.officer, lead, now)
        self.recorded = matrix_duties.fill(self.incident, self.officer, now)
        self.handover = Handover.objects.create(
            at=now, by=self.people["cert_analyst", HOME], country="FR", text="x", key=uuid4()
        )
        letter = Letter(Channel.EMAIL, "no address")  # refused at once: to be sent again
        self.message = post(letters=[letter], about="incident:1", key="essai", now=now)[0]
        self.contact = EmergencyContact.objects.create(
            key="essai",
            country="FR",
            label_fr="Essai",
            label_en="Test",
            phone="01 99 00 12 34",
            source="essai",
            checked_on=now.date(),
        )

    def only(self, *people: User) -> SeenBy:
        """Return that nobody sees it but these people."""
        return lambda user: user.pk in {person.pk for person in people}

    def at_home(self, *permissions: Permission) -> SeenBy:
        """Return that whoever holds all of the permissions at home sees it."""
        place = self.site.place
        return lambda user: all(user.may(permission, at=place) for permission in permissions)

    def at_seat(self, permission: Permission) -> SeenBy:
        """Return that whoever holds the permission at the seat of the establishment sees it."""
        return lambda user: user.may(permission, at=self.home.place)

    def anywhere(self, permission: Permission) -> SeenBy:
        """Return that whoever holds the permission somewhere gets an answer: it names nothing."""
        return lambda user: user.may(permission)


def national(user: User) -> bool:
    """Return that whoever follows the outbox of a nation gets an answer: it has no territory."""
    held = user.memberships_with(P.FOLLOW_OUTBOX)
    return any(m.territory_kind == TerritoryKind.NATION for m in held)


def everybody(user: User) -> bool:
    """Return that anyone signed in gets an answer."""
    return True


def pages(world: World) -> dict[str, Target]:
    """Return what to name in each address of a page that names something, by route."""
    w = world
    person = {"pk": w.employee.pk}
    file = {"pk": w.number}
    draft = {"key": w.draft_key}
    place, site = {"pk": w.home.pk}, {"pk": w.site.pk}
    drafting = w.anywhere(P.DECLARE)
    reading = w.at_home(P.READ_INCIDENTS)
    looking = w.at_home(P.READ_ESTABLISHMENTS)
    return {
        "account_reset_password_from_key": Target({"uidb36": "1", "key": "x"}),
        "openid_connect_login": Target({"provider_id": "directory"}, may_be_absent=True),
        "openid_connect_callback": Target({"provider_id": "directory"}, may_be_absent=True),
        "mfa_remove_webauthn": Target({"pk": w.key.pk}, w.only(w.employee)),
        "mfa_deactivate_totp": Target(may_be_absent=True),
        "mfa_edit_webauthn": Target({"pk": w.key.pk}, w.only(w.employee)),
        "accounts:administration": Target(
            seen_by=lambda user: any(user.may(permission) for permission in ADMINISTRATION)
        ),
        "accounts:revoke_token": Target({"pk": w.token.pk}, w.only(w.officer)),
        "accounts:invitation": Target({"secret": w.secret}),
        "accounts:revoke_invitation": Target({"pk": w.invitation.pk}),
        "accounts:person": Target(person),
        "accounts:correct": Target(person),
        "accounts:give_role": Target(person),
        "accounts:end_role": Target({**person, "role": w.membership.pk}),
        "accounts:revoke_persons_token": Target({**person, "token": w.employees_token.pk}),
        "accounts:act": Target({**person, "name": "sign-out"}),
        "accounts:revoke_delegation": Target(
            {"pk": w.delegation.pk},
            lambda user: user in (w.director, w.employee) or user.may(P.DELEGATE, at=w.home.place),
        ),
        "inventory:application": Target(
            {"pk": w.application.pk}, posted_by=w.at_home(P.MANAGE_INVENTORY)
        ),
        "inventory:retire_application": Target(
            {"pk": w.application.pk}, known_to=w.at_home(P.READ_INVENTORY)
        ),
        "inventory:supplier": Target(
            {"pk": w.supplier.pk},
            w.anywhere(P.READ_INVENTORY),
            posted_by=w.anywhere(P.MANAGE_INVENTORY),
        ),
        "inventory:retire_supplier": Target({"pk": w.supplier.pk}, w.anywhere(P.MANAGE_INVENTORY)),
        "observatory:download": Target({"suffix": "csv"}, w.anywhere(P.READ_FIGURES)),
        "incidents:draft": Target(draft, drafting),
        "incidents:review": Target(draft, drafting),
        "incidents:send": Target(draft, drafting),
        "incidents:sent": Target({"key": w.declaration_key}, w.only(w.officer)),
        "incidents:discard": Target(draft, w.only(w.officer)),
        "incidents:step": Target(
            {**draft, "step": "essential"}, drafting, posted_by=w.only(w.officer)
        ),
        "incidents:understood": Target({**draft, "step": "essential"}, drafting),
        "incidents:drop_view": Target({"pk": w.view.pk}, w.only(w.officer)),
        "incidents:intakes": Target(seen_by=w.anywhere(P.IMPORT_DECLARATIONS)),
        **{n: Target(o, matrix_intake.seen_by) for n, o in matrix_intake.named().items()},
        "incidents:handover": Target({"pk": w.handover.pk}),
        "incidents:revision": Target({**file, "number": 1}),
        "incidents:settle": Target({**file, "number": 1}, known_to=reading, may_be_absent=True),
        "incidents:attachment": Target({**file, "number": w.attachment.pk}),
        "incidents:tell": Target({**file, "rule": "ars_always"}, known_to=reading),
        "incidents:party_document": Target(
            {**file, "rule": "ars_always", "language": "fr"}, known_to=reading
        ),
        "incidents:retract_told": Target({**file, "number": w.told.pk}, known_to=reading),
        "incidents:event": Target({"pk": w.together.event.pk}),
        "incidents:group_files": Target(may_be_absent=True),
        "incidents:set_aside_group": Target(may_be_absent=True),
        "incidents:observable": Target({"key": w.together.sighting.observable.key}),
        "incidents:retire_observable": Target(
            {**file, "number": w.together.sighting.pk},
            lambda user: user.pk == w.officer.pk or user.may(P.FOLLOW, at=w.site.place),
            known_to=reading,
        ),
        "incidents:taken": Target({"key": w.mail.key}, w.only(w.people["cert_analyst", HOME])),
        "incidents:drop_mail": Target({"key": w.mail.key}, w.only(w.people["cert_analyst", HOME])),
        "incidents:bulk": Target(may_be_absent=True),  # without an act it leads nowhere
        "incidents:wording": Target(file, w.at_home(P.FOLLOW)),
        "incidents:template": Target({"pk": w.template.pk}),
        "incidents:retire_template": Target({"pk": w.template.pk}),
        "incidents:amend_step": Target({**file, "step": "care"}, known_to=reading),
        **{
            f"incidents:{name}": Target({**file, **named}, known_to=reading)
            for name, named in matrix_duties.ACTS.items()
        },
        "incidents:retract_duty": Target({**file, "number": w.recorded.act.pk}, known_to=reading),
        "incidents:legal": Target(file, posted_by=w.at_home(P.RECORD_LEGAL)),
        **dict.fromkeys(FILE_READERS, Target(file, reading)),
        **dict.fromkeys(FILE_ACTS, Target(file, known_to=reading, may_be_absent=True)),
        **dict.fromkeys(
            matrix_together.EVENT_ACTS, Target({"pk": w.together.event.pk}, known_to=reading)
        ),
        **dict.fromkeys(PLACE_PAGES, Target(place, known_to=looking)),
        **dict.fromkeys(SITE_PAGES, Target(site, known_to=looking)),
        "portal:amend_ward": Target({"pk": w.ward.pk}, known_to=looking),
        "portal:remove_ward": Target({"pk": w.ward.pk}, known_to=looking),
        "portal:group": Target({"pk": w.group.pk}),
        "portal:amend_group": Target({"pk": w.group.pk}, known_to=looking),
        "portal:leave_group": Target({"pk": w.member.pk}, known_to=looking),
        "portal:end_designation": Target({"pk": w.designation.pk}, known_to=looking),
        "portal:new_group": Target(
            seen_by=lambda user: user.may(P.MANAGE_ESTABLISHMENTS, at=w.group.place)
        ),
        "portal:rota": Target({"at": w.territory}),
        **dict.fromkeys(ROTA_PAGES, Target({"at": w.territory}, known_to=w.at_home(P.READ_ROTA))),
        "portal:duty": Target({"pk": w.duty.pk}, known_to=w.at_home(P.READ_ROTA)),
        "portal:end_duty": Target({"pk": w.duty.pk}, known_to=w.at_home(P.READ_ROTA)),
        "portal:call": Target({"pk": w.call.pk}),
        "portal:take_call": Target({"pk": w.call.pk}),
        "portal:take_link": Target({"secret": "nothing"}),
        "portal:contact": Target({"key": w.contact.key}, w.anywhere(P.MANAGE_REFERENCE)),
        "portal:outbox": Target(seen_by=national),
        "portal:send_again": Target({"pk": w.message.pk}, national),
        "portal:retire_contact": Target({"key": w.contact.key}, w.anywhere(P.MANAGE_REFERENCE)),
    }


FILE_READERS = [
    f"incidents:{name}"
    for name in ("file", "journal", "revisions", "paper", "paper_pdf", "observables_of", "duties")
]
FILE_ACTS = [
    f"incidents:{name}"
    for name in (
        *("amend", "amend_contacts", "erase_contacts", "ask-support", "assign"),
        *("back-to-contained", "back-to-qualified", "close", "contain", "done"),
        *("give-support", "group", "merge", "tell_other"),
        *("plan", "postpone", "qualify", "read", "reject", "reopen", "resolve", "restore"),
        *("tlp", "ungroup", "write"),
        *("observables_csv_of", "find_observables", "add_observables", "type_observable"),
    )
]
PLACE_PAGES = [
    f"portal:{name}"
    for name in ("place", "amend_place", "close_place", "new_site", "join_group", "designate")
]
ROTA_PAGES = [f"portal:{name}" for name in ("new_duty", "repeat_week", "set_rota")]
SITE_PAGES = [f"portal:{name}" for name in ("amend_site", "close_site", "new_ward")]
ADMINISTRATION = (
    P.IMPORT_DECLARATIONS,
    P.MANAGE_PEOPLE,
    P.MANAGE_ESTABLISHMENTS,
    P.MANAGE_INVENTORY,
    P.MANAGE_REFERENCE,
    P.READ_JOURNAL,
)
