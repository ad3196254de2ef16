import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from vigie.audit.models import Event, People
from vigie.establishments.models import NationSetting
from vigie.incidents import operations, queries
from vigie.incidents.models import LegalDeclaration
from vigie.incidents.operations import Proof
from vigie.incidents.operations.legal import BadProof
from vigie.incidents.rules.legal import Duty, Standing
from vigie.incidents.tests.factories import (
    NOW,
    DeclarationFactory,
    EstablishmentFactory,
    IncidentFactory,
    MembershipFactory,
    later,
    person,
)

pytestmark = pytest.mark.django_db


# where the law wants it


def in_force(declaration):
    declaration.refresh_from_db()
    return queries.facts_in_force(declaration)


def proof(**other):
    return Proof(
        **{
            "sent_at": later(minutes=20),
            "receipt": "PSIG-77120",
            "channel": "portal",
            "by_recorder": True,
        }
        | other
    )


def record_proof(incident, by, **other):
    return operations.record_legal_declaration(
        by=by, incident=incident, proof=proof(**other), now=later(minutes=30)
    )


def test_elsewhere_the_duty_is_to_do_until_a_receipt_is_recorded():
    declaration = DeclarationFactory(endangerment="potential")
    now = in_force(declaration)
    before = queries.understood(queries.declaration_of(declaration.incident), now)
    assert (before.assessment.duty, before.standing) == (Duty.MUST, Standing.TO_DO)
    kept = record_proof(declaration.incident, declaration.declared_by)
    after = queries.understood(queries.declaration_of(declaration.incident), now)
    assert (after.standing, after.sent) == (Standing.DONE, (kept,))
    assert kept.sent_by == declaration.declared_by
    event = Event.objects.get(verb="declaration.legal_recorded")
    assert event.details["receipt"] == "PSIG-77120"


def test_where_this_vigie_is_the_portal_declaring_does_the_duty():
    NationSetting.objects.create(country="FR", portal="here")
    declaration = DeclarationFactory(endangerment="potential")
    found = queries.understood(queries.declaration_of(declaration.incident), in_force(declaration))
    assert found.standing is Standing.DONE
    assert found.portal.is_here


def test_a_structure_that_the_law_does_not_name_has_no_duty():
    establishment = EstablishmentFactory(structure_type="EDITEUR_HEBERGEUR")
    declaration = DeclarationFactory(establishment=establishment, endangerment="proven")
    found = queries.understood(queries.declaration_of(declaration.incident), in_force(declaration))
    assert (found.assessment.duty, found.standing) == (Duty.NOT_CONCERNED, Standing.NOT_NEEDED)


def test_the_sender_may_have_no_account_here():
    declaration = DeclarationFactory()
    kept = record_proof(
        declaration.incident,
        declaration.declared_by,
        by_recorder=False,
        sender_job="Directrice de garde",
    )
    assert (kept.sent_by, kept.sent_by_job) == (None, "Directrice de garde")
    event = Event.objects.get(verb="declaration.legal_recorded")
    assert "Directrice" not in repr(event.details)
    assert People.objects.get(entry=event.pk).content == {"sender": "Directrice de garde"}


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"receipt": "  "}, "receipt"),
        ({"sent_at": later(hours=2)}, "sent_at"),
        ({"by_recorder": False}, "sender_job"),
    ],
)
def test_a_proof_that_does_not_hold_is_refused(other, field):
    declaration = DeclarationFactory()
    with pytest.raises(BadProof) as refused:
        record_proof(declaration.incident, declaration.declared_by, **other)
    assert refused.value.field == field
    assert not LegalDeclaration.objects.exists()


def test_the_same_receipt_is_kept_once():
    declaration = DeclarationFactory()
    first = record_proof(declaration.incident, declaration.declared_by)
    again = record_proof(declaration.incident, declaration.declared_by, receipt=" PSIG-77120 ")
    assert again == first
    assert Event.objects.filter(verb="declaration.legal_recorded").count() == 1


@pytest.mark.parametrize("role", ["declarant", "ars_officer", "auditor"])
def test_only_those_entrusted_with_it_record_the_legal_declaration(role):
    incident = IncidentFactory()
    with pytest.raises(PermissionDenied):
        record_proof(incident, person(role, incident.establishment))


def test_the_database_wants_a_sender_and_a_receipt():
    declaration = DeclarationFactory()
    for wrong in ({"receipt": ""}, {"sent_by": None}):
        row = {
            "declaration": declaration,
            "sent_by": declaration.declared_by,
            "sent_at": NOW,
            "receipt": "R",
            "channel": "portal",
            "recorded_by": declaration.declared_by,
            "recorded_at": NOW,
        } | wrong
        with pytest.raises(IntegrityError), transaction.atomic():
            LegalDeclaration.objects.create(**row)


# what one may see


def test_files_drafts_and_structures_start_from_the_readers_territory():
    here, there = EstablishmentFactory(), EstablishmentFactory()
    officer = person("rssi", here)
    mine = IncidentFactory(establishment=here)
    IncidentFactory(establishment=there)
    assert list(queries.visible_incidents(officer)) == [mine]
    assert [s.establishment for s in queries.structures(officer)] == [here]
    assert queries.structure_of(officer, f"ej:{here.pk}").establishment == here
    for code in (f"ej:{there.pk}", "ej:", "ej:x", "et:1", "ej:²", "zz:1", "ej:" + "9" * 40):
        assert queries.structure_of(officer, code) is None


def test_somebody_of_many_structures_searches_and_is_offered_the_one_looked_at():
    analyst = person("cert_analyst", None)
    EstablishmentFactory.create_batch(61)
    assert queries.structures(analyst) == []
    officer = person("rssi", one := EstablishmentFactory(finess="010780054"))
    MembershipFactory(user=officer, establishment=EstablishmentFactory())
    found = queries.structures(officer)
    assert len(found) == 2
    assert queries.usual_structure(officer, found) is None
    officer.scope = f"ej:{one.code}"
    assert queries.usual_structure(officer, found).establishment == one
