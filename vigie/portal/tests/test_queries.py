"""What waits for whom, and what words find."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.utils import translation

from vigie.accounts.models import Invitation
from vigie.establishments.models import EmergencyContact
from vigie.incidents.models import Draft, Message, ReadMark
from vigie.incidents.operations import duties
from vigie.incidents.rules.words import Waiting
from vigie.incidents.tests.factories import (
    NOW,
    EstablishmentFactory,
    IncidentFactory,
    MembershipFactory,
    later,
    person,
)
from vigie.portal import queries
from vigie.reference import catalogue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_french():
    with translation.override("fr"):
        yield


@pytest.fixture
def analyst():
    return person("cert_analyst", None)


def cards(reader, now=NOW):
    return {card.code: card for card in queries.needs(reader, now=now)}


def texts(card):
    return [item.text for item in card.items]


def put(incident, **columns):
    for name, value in columns.items():
        setattr(incident, name, value)
    incident.save()
    return incident


def say(incident, by, from_desk, at=NOW):
    return Message.objects.create(
        incident=incident, at=at, by=by, from_desk=from_desk, text="Bonjour", key=uuid4()
    )


def test_the_desk_sees_what_is_late_longest_first(hospital, analyst):
    put(IncidentFactory(establishment=hospital, title="Hier"), next_action_at=later(hours=-20))
    put(IncidentFactory(establishment=hospital, title="Tantôt"), next_action_at=later(minutes=-1))
    put(IncidentFactory(establishment=hospital, title="Demain"), next_action_at=later(hours=20))
    assert texts(cards(analyst)["late"]) == ["Hier", "Tantôt"]


def test_patients_in_danger_come_first(hospital, analyst):
    IncidentFactory(establishment=hospital, title="Messagerie", endangerment="none")
    IncidentFactory(establishment=hospital, title="Réanimation", endangerment="proven")
    card = cards(analyst)["unassigned"]
    assert texts(card) == ["Réanimation", "Messagerie"]
    assert card.items[0].danger == "proven"


def test_an_analyst_finds_the_files_assigned_to_them_alone(hospital, analyst):
    put(IncidentFactory(establishment=hospital, title="À moi"), assignee=analyst)
    colleague = person("cert_analyst", None)
    put(IncidentFactory(establishment=hospital, title="À elle"), assignee=colleague)
    assert texts(cards(analyst)["mine"]) == ["À moi"]
    assert texts(cards(analyst)["unassigned"]) == []


def test_a_card_shows_the_first_and_counts_the_rest(hospital, analyst):
    for _ in range(8):
        IncidentFactory(establishment=hospital)
    card = cards(analyst)["unassigned"]
    assert (len(card.items), card.total) == (6, 8)


def test_a_structure_sees_where_the_cert_waits_for_it(hospital):
    waiting = put(IncidentFactory(establishment=hospital), waiting=Waiting.STRUCTURE)
    put(IncidentFactory(establishment=hospital), waiting=Waiting.CERT)
    card = cards(person("rssi", hospital))["awaited"]
    assert [item.key for item in card.items] == [(waiting.pk,)]


def test_an_empty_card_says_since_when(hospital):
    put(IncidentFactory(establishment=hospital), waiting=Waiting.CERT, waiting_since=NOW)
    officer = person("rssi", hospital)
    assert cards(officer)["awaited"].since == NOW
    assert cards(officer)["unread"].since is None  # nothing was ever read
    assert cards(officer)["drafts"].since is None  # nothing was ever sent


def test_what_waits_comes_before_what_does_not(hospital):
    put(IncidentFactory(establishment=hospital), waiting=Waiting.CERT)
    found = queries.needs(person("rssi", hospital), now=NOW)
    assert [bool(card.items) for card in found] == [True, False, False, False, False, False]


def test_who_sends_legal_notices_finds_what_is_due(hospital, analyst):
    file = IncidentFactory(establishment=hospital, data_impacts=["lost"], data_types=["health"])
    duties.refresh_duties(NOW)
    card = cards(person("dpo", hospital))["duties"]
    assert [item.key for item in card.items] == [(file.pk,)]  # the notice to CERT Santé
    assert card.items[0].note.startswith("sans délai")
    late = queries.needs(person("dpo", hospital), now=later(days=4))
    found = next(card for card in late if card.code == "duties")
    assert next(item.text for item in found.items) == "CNIL, notification initiale"
    assert "duties" not in cards(analyst)


def test_nobody_sees_what_waits_elsewhere(hospital):
    put(IncidentFactory(establishment=hospital), waiting=Waiting.STRUCTURE)
    stranger = person("rssi", EstablishmentFactory())
    assert all(card.items == [] for card in cards(stranger).values())


def test_a_message_is_unread_until_it_is_read(hospital, analyst):
    incident = IncidentFactory(establishment=hospital)
    officer = person("rssi", hospital)
    say(incident, analyst, from_desk=True)
    assert len(cards(officer)["unread"].items) == 1
    ReadMark.objects.create(incident=incident, user=officer, from_desk=False, read_at=NOW)
    assert cards(officer)["unread"].items == []
    say(incident, analyst, from_desk=True, at=later(minutes=5))
    assert len(cards(officer)["unread"].items) == 1


def test_one_s_own_side_is_never_unread(hospital, analyst):
    incident = IncidentFactory(establishment=hospital)
    say(incident, person("rssi", hospital), from_desk=False)
    assert cards(person("rssi", hospital))["unread"].items == []
    assert len(cards(analyst)["unread"].items) == 1


def test_closed_files_wait_for_nobody(hospital, analyst):
    put(
        IncidentFactory(establishment=hospital),
        status="closed",
        is_open=False,
        next_action="",
        next_action_at=None,
    )
    assert all(card.items == [] for card in cards(analyst).values())


def test_drafts_are_one_s_own_last_touched_first(hospital):
    officer, other = person("rssi", hospital), person("rssi", hospital)
    for by, title, at in (
        (officer, "Ancien", NOW),
        (officer, "Récent", later(hours=1)),
        (other, "D’une autre", NOW),
    ):
        Draft.objects.create(
            key=uuid4(),
            by=by,
            content={"essential": {"title": [title]}},
            created_at=NOW,
            updated_at=at,
        )
    assert texts(cards(officer)["drafts"]) == ["Récent", "Ancien"]


def test_an_untitled_draft_has_a_name(hospital):
    officer = person("rssi", hospital)
    Draft.objects.create(key=uuid4(), by=officer, created_at=NOW, updated_at=NOW)
    assert texts(cards(officer)["drafts"]) == ["Déclaration sans titre"]


def test_a_region_sees_what_goes_on_there():
    here, there = EstablishmentFactory(region="84"), EstablishmentFactory(region="11")
    IncidentFactory(establishment=here, title="Ici")
    IncidentFactory(establishment=there, title="Là-bas")
    officer = person("rssi", here)
    officer.memberships.update(
        role="ars_officer", territory_kind="region", territory_code="84", establishment=None
    )
    assert texts(cards(officer)["ongoing"]) == ["Ici"]


def test_an_administrator_has_no_card_of_files(hospital):
    IncidentFactory(establishment=hospital)
    found = cards(person("administrator", None))
    assert set(found) == {"invitations", "contacts", "outbox"}


def test_invitations_wait_until_they_are_answered(hospital):
    administrator = person("administrator", None)
    for address, answered in (("a@example.org", None), ("b@example.org", NOW)):
        Invitation.objects.create(
            email=address,
            role="rssi",
            territory_kind="ej",
            establishment=hospital,
            token_hash=address,
            invited_by=administrator,
            created_at=later(days=-1),
            expires_at=datetime(2100, 1, 1, tzinfo=UTC),
            accepted_at=answered,
        )
    card = cards(administrator)["invitations"]
    assert texts(card) == ["a@example.org"]
    assert "Valmont" in card.items[0].note


def test_a_contact_is_to_be_verified_again_after_a_year():
    administrator = person("administrator", None)
    verified_all = EmergencyContact.objects.create
    for key in catalogue.contacts():
        verified_all(
            key=key,
            country="FR",
            label_fr=key,
            label_en=key,
            phone="01 99 00 12 34",
            source="appel",
            checked_on=NOW.date(),
        )
    assert cards(administrator)["contacts"].items == []
    assert cards(administrator, now=later(days=400))["contacts"].total == len(catalogue.contacts())


def test_the_home_page_costs_the_same_however_much_waits(
    hospital, analyst, django_assert_max_num_queries
):
    for _ in range(12):
        incident = put(IncidentFactory(establishment=hospital), next_action_at=later(hours=-1))
        say(incident, person("rssi", hospital), from_desk=False)
    with django_assert_max_num_queries(10):
        queries.needs(analyst, now=NOW)


def test_words_find_files_and_establishments_within_rights(hospital):
    found = IncidentFactory(establishment=hospital, title="Rançongiciel à Valmont")
    IncidentFactory(title="Rançongiciel ailleurs")
    answer = queries.search(person("rssi", hospital), "rançongiciel", now=NOW)
    assert [file.pk for file in answer.files] == [found.pk]


def test_words_of_another_territory_find_nothing(hospital):
    IncidentFactory(establishment=hospital, title="Rançongiciel à Valmont")
    stranger = person("rssi", EstablishmentFactory())
    assert queries.search(stranger, "Valmont", now=NOW).is_empty


def test_a_reference_finds_its_file(hospital):
    incident = IncidentFactory(establishment=hospital)
    IncidentFactory(establishment=hospital)
    found = queries.search(person("rssi", hospital), incident.short_reference, now=NOW)
    assert [file.pk for file in found.files] == [incident.pk]


def test_a_search_looks_beyond_the_territory_that_lists_are_narrowed_to(hospital):
    officer, other = person("rssi", hospital), EstablishmentFactory()
    MembershipFactory(user=officer, establishment=other)
    officer.scope = f"ej:{other.code}"
    IncidentFactory(establishment=hospital, title="Rançongiciel à Valmont")
    assert len(queries.search(officer, "Valmont", now=NOW).files) == 1
