from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from vigie.accounts.tests.factories import ago
from vigie.audit.models import Event, People
from vigie.establishments.tests.factories import GroupMemberFactory
from vigie.incidents import operations
from vigie.incidents.models import Contact, Declaration, Incident, Revision
from vigie.incidents.operations.declare import Incomplete, Person
from vigie.incidents.operations.store import UnknownInInventory
from vigie.incidents.rules.words import Authority, Channel
from vigie.incidents.tests.factories import (
    NOW,
    PHONE,
    REQUIRED,
    DeclarationFactory,
    DelegationFactory,
    EstablishmentFactory,
    IncidentFactory,
    MembershipFactory,
    SiteFactory,
    at_once,
    later,
    person,
    submission,
)
from vigie.inventory.models import Application, Supplier

pytestmark = pytest.mark.django_db
NIR = "1 84 12 76 451 089 46"  # a well-known fictitious number with a valid key


def test_declaring_stores_every_word_and_opens_a_file():
    establishment = EstablishmentFactory(region="11", department="75")
    declaration = DeclarationFactory(
        establishment=establishment,
        endangerment="proven",
        structure_impact="degraded",
        occurred="2026-03",
        episodes=[{"kind": "degraded", "activity": "URG", "start": "2026-03-14T01:00+01:00"}],
    )
    incident = declaration.incident
    first = declaration.revisions.get()
    assert first.facts["description"] == REQUIRED["description"]
    assert (first.number, declaration.revision_number) == (1, 1)
    assert (incident.title, incident.danger_rank) == (REQUIRED["title"], 3)
    assert (incident.region, incident.department) == ("11", "75")
    assert (declaration.occurred, declaration.occurred_year) == ("2026-03", 2026)
    assert declaration.declared == "2026-03-14T02:10+01:00"
    assert declaration.same_day is True
    assert incident.next_action_at == later(minutes=15)
    episode = declaration.episodes.get()
    assert (episode.activity, episode.ended_at) == ("URG", None)
    assert episode.started_at.isoformat() == "2026-03-14T00:00:00+00:00"


def test_a_declaration_counts_where_its_site_lies():
    site = SiteFactory(region="93", department="13")
    officer = person("rssi", site.establishment)
    incident = IncidentFactory(establishment=site.establishment, site=site, by=officer)
    assert (incident.region, incident.department) == ("93", "13")
    assert incident.place.site_id == site.pk


def test_somebody_of_one_site_declares_there_and_not_for_the_whole_structure():
    site = SiteFactory()
    officer = MembershipFactory(site=site).user
    assert IncidentFactory(establishment=site.establishment, site=site, by=officer).site == site
    with pytest.raises(PermissionDenied):
        IncidentFactory(establishment=site.establishment, by=officer)


def test_the_journal_says_who_declared_and_names_nobody():
    establishment = EstablishmentFactory()
    officer = person("rssi", establishment)
    incident = IncidentFactory(establishment=establishment, by=officer)
    event = Event.objects.get(target=f"incident:{incident.pk}")
    assert (event.verb, event.actor) == ("incident.declared", f"user:{officer.pk}")
    assert event.details == {
        "establishment": establishment.pk,
        "channel": "page",
        "authority": "not_recorded",
        "masked": 0,
    }


@pytest.mark.parametrize("role", ["dpo", "ars_officer", "auditor", "administrator"])
def test_roles_that_do_not_declare_are_refused_and_nothing_is_stored(role):
    establishment = EstablishmentFactory()
    nobody = person(role, establishment)
    with pytest.raises(PermissionDenied):
        IncidentFactory(establishment=establishment, by=nobody)
    assert not Incident.objects.exists()
    assert not Event.objects.exists()


def test_an_officer_of_another_structure_is_refused():
    elsewhere = person("rssi", EstablishmentFactory())
    with pytest.raises(PermissionDenied):
        IncidentFactory(by=elsewhere)


def test_a_site_of_another_structure_is_refused():
    ours, theirs = EstablishmentFactory(), SiteFactory()
    both = person("rssi", ours)
    MembershipFactory(user=both, establishment=theirs.establishment)
    with pytest.raises(PermissionDenied):
        IncidentFactory(establishment=ours, site=theirs, by=both)


@pytest.mark.parametrize("name", ["title", "description", "noticed", "support_requested"])
def test_an_empty_required_answer_is_named(name):
    empty = None if name == "support_requested" else ""
    with pytest.raises(Incomplete) as refused:
        IncidentFactory(**{name: empty})
    assert refused.value.fields == [name]


def test_a_number_to_call_is_required():
    with pytest.raises(Incomplete) as refused:
        IncidentFactory(phone="")
    assert refused.value.fields == ["phone"]


# sending twice


def test_sending_the_same_key_again_changes_nothing():
    establishment = EstablishmentFactory()
    officer = person("rssi", establishment)
    sent = submission(establishment)
    first = operations.declare(by=officer, submission=sent, now=NOW)
    again = operations.declare(by=officer, submission=sent, now=later(minutes=5))
    assert (first.created, again.created) == (True, False)
    assert again.incident == first.incident
    assert Declaration.objects.count() == Revision.objects.count() == 1
    assert Event.objects.filter(verb="incident.declared").count() == 1


def test_a_key_of_somebody_else_opens_nothing():
    establishment = EstablishmentFactory()
    one, other = person("rssi", establishment), person("dsi", establishment)
    key = uuid4()
    operations.declare(by=one, submission=submission(establishment, key=key), now=NOW)
    with pytest.raises(PermissionDenied):
        operations.declare(by=other, submission=submission(establishment, key=key), now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_sendings_at_the_same_moment_create_one_file():
    establishment = EstablishmentFactory()
    officer = person("rssi", establishment)
    sent = submission(establishment)
    act = lambda: operations.declare(by=officer, submission=sent, now=NOW)  # noqa: E731
    outcomes = at_once(act, act, act)
    assert sorted(outcome.created for outcome in outcomes) == [False, False, True]
    assert len({outcome.incident.pk for outcome in outcomes}) == 1
    assert Incident.objects.count() == Declaration.objects.count() == 1
    assert Event.objects.filter(verb="incident.declared").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_amendments_at_the_same_moment_keep_both_texts():
    declaration = DeclarationFactory()
    officer = declaration.declared_by
    MembershipFactory(user=officer, establishment=declaration.establishment, role="dsi")
    base = declaration.revisions.get().facts

    def amend(**answers):
        facts = submission(declaration.establishment, **(base | answers)).facts
        return operations.amend(
            by=officer,
            incident=declaration.incident,
            facts=facts,
            based_on=1,
            reason="",
            now=later(hours=1),
        )

    different = at_once(lambda: amend(patients=3), lambda: amend(vector="courriel"))
    assert not [o for o in different if isinstance(o, Exception)]
    declaration.refresh_from_db()
    facts = declaration.revisions.get(number=declaration.revision_number).facts
    assert (facts["patients"], facts["vector"]) == (3, "courriel")

    same = at_once(lambda: amend(title="Un"), lambda: amend(title="Deux"))
    assert sum(isinstance(o, operations.Conflict) for o in same) == 1
    titles = {revision.facts["title"] for revision in declaration.revisions.all()}
    assert {"Un", "Deux"} <= titles


# numbers of patients


def test_a_social_security_number_never_reaches_the_disk():
    declaration = DeclarationFactory(
        title=f"Dossier {NIR}",
        measures_taken=f"Appel de {NIR} et de {NIR}",
        vulnerabilities=NIR,
        episodes=[{"kind": "degraded", "note": f"patient {NIR}"}],
    )
    stored = repr(Revision.objects.values_list("facts", flat=True)[0])
    assert NIR not in stored
    assert stored.count("[NIR masqué]") == 5
    assert NIR not in declaration.incident.title + declaration.incident.search_text
    assert NIR not in declaration.episodes.get().note
    assert Event.objects.get(verb="incident.declared").details["masked"] == 5


def test_the_declarant_is_told_how_many_numbers_were_masked():
    establishment = EstablishmentFactory()
    sent = submission(establishment, description=f"Voir {NIR}")
    done = operations.declare(by=person("rssi", establishment), submission=sent, now=NOW)
    assert done.masked == 1


# under whose authority


def test_a_director_declares_under_their_own_authority():
    establishment = EstablishmentFactory()
    declaration = DeclarationFactory(
        establishment=establishment, by=person("director", establishment)
    )
    assert declaration.authority == Authority.DIRECTOR


def test_a_director_of_a_group_directs_its_members():
    member = GroupMemberFactory()
    director = MembershipFactory(role="director", group=member.group).user
    declaration = DeclarationFactory(establishment=member.establishment, by=director)
    assert declaration.authority == Authority.DIRECTOR


def test_a_delegation_lets_declare_and_is_named():
    delegation = DelegationFactory()
    declaration = DeclarationFactory(establishment=delegation.establishment, by=delegation.to)
    assert declaration.authority == Authority.DELEGATION
    assert declaration.delegation == delegation


@pytest.mark.parametrize("end", ["valid_to", "revoked_at"])
def test_a_delegation_that_ended_opens_nothing(end):
    delegation = DelegationFactory(valid_from=ago(days=3), **{end: ago(days=1)})
    with pytest.raises(PermissionDenied):
        DeclarationFactory(establishment=delegation.establishment, by=delegation.to)


def test_an_officer_without_delegation_declares_and_the_file_says_so():
    assert DeclarationFactory().authority == Authority.NOT_RECORDED


def test_the_cert_declares_what_a_structure_told_by_telephone():
    analyst = person("cert_analyst", None)
    declaration = DeclarationFactory(by=analyst, channel=Channel.PHONE)
    assert (declaration.authority, declaration.channel) == (Authority.CERT, "phone")


# people and inventory


def test_people_to_call_are_kept_apart_with_a_last_day():
    declaration = DeclarationFactory()
    contact = declaration.contacts.get()
    assert (contact.part, contact.phone) == ("declarant", PHONE)
    assert contact.kept_until.isoformat() == "2029-03-13"  # 1,095 days
    assert PHONE not in repr(declaration.revisions.get().facts)


def test_people_to_call_change_without_a_revision():
    declaration = DeclarationFactory()
    operations.amend_contacts(
        by=declaration.declared_by,
        incident=declaration.incident,
        declarant=Person(name="A. Martin", phone="01 99 00 56 78"),
        technical=Person(email="astreinte@example.org"),
        now=later(days=1),
    )
    found = {c.part: c for c in Contact.objects.filter(declaration=declaration)}
    assert found["declarant"].name == "A. Martin"
    assert found["technical"].email == "astreinte@example.org"
    assert declaration.revisions.count() == 1
    event = Event.objects.get(verb="declaration.contacts_amended")
    assert "Martin" not in repr(event.details)
    assert "Martin" in People.objects.get(entry=event.pk).content["declarant"]


def test_people_to_call_are_erased_on_demand_with_what_the_journal_kept():
    declaration = DeclarationFactory()
    by = declaration.declared_by
    operations.amend_contacts(
        by=by,
        incident=declaration.incident,
        declarant=Person(name="A. Martin", phone=PHONE),
        technical=Person(),
        now=NOW,
    )
    with pytest.raises(PermissionDenied):
        operations.erase_contacts(by=person("auditor"), incident=declaration.incident, now=NOW)
    assert operations.erase_contacts(by=by, incident=declaration.incident, now=NOW) == 1
    assert not Contact.objects.exists()
    assert not People.objects.exists()
    assert Event.objects.filter(verb="declaration.contacts_erased").count() == 1


def test_people_to_call_are_forgotten_when_their_time_is_over():
    DeclarationFactory()
    assert operations.forget_expired_contacts(later(days=1094)) == 0
    assert operations.forget_expired_contacts(later(days=1095)) == 1
    assert not Contact.objects.exists()
    event = Event.objects.get(verb="declarations.contacts_expired")
    assert (event.actor, event.details) == ("system:worker", {"people": 1})


def test_people_to_call_need_a_number_and_a_right():
    declaration = DeclarationFactory()
    with pytest.raises(Incomplete):
        operations.amend_contacts(
            by=declaration.declared_by,
            incident=declaration.incident,
            declarant=Person(name="A. Martin"),
            technical=Person(),
            now=NOW,
        )
    with pytest.raises(PermissionDenied):
        operations.amend_contacts(
            by=person("auditor", declaration.establishment),
            incident=declaration.incident,
            declarant=Person(phone=PHONE),
            technical=Person(),
            now=NOW,
        )
    assert declaration.contacts.get().name == "Camille Personne"


def test_only_what_the_structure_has_may_be_named():
    establishment = EstablishmentFactory()
    ours = Application.objects.create(establishment=establishment, name="DPI")
    theirs = Application.objects.create(establishment=EstablishmentFactory(), name="DPI")
    supplier = Supplier.objects.create(name="Odalis", search_text="odalis", created_at=NOW)
    incident = IncidentFactory(
        establishment=establishment, applications=[ours.pk], supplier=supplier.pk
    )
    assert incident.supplier == supplier
    assert "dpi" in incident.search_text
    for answers in ({"applications": [theirs.pk]}, {"supplier": supplier.pk + 1}):
        with pytest.raises(UnknownInInventory) as refused:
            IncidentFactory(establishment=establishment, **answers)
        assert refused.value.field in answers
