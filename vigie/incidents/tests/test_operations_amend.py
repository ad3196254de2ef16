import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from vigie.audit.models import Event
from vigie.incidents import operations, queries
from vigie.incidents.models import Qualification, Revision
from vigie.incidents.operations import Conflict, Incomplete
from vigie.incidents.operations.amend import AlreadySettled, UnknownRevision
from vigie.incidents.tests.factories import (
    NOW,
    DeclarationFactory,
    facts,
    later,
    person,
)

pytestmark = pytest.mark.django_db
NIR = "1 84 12 76 451 089 46"


def amend(declaration, *, by=None, based_on=1, reason="", now=None, **answers):
    return operations.amend(
        by=by or declaration.declared_by,
        incident=declaration.incident,
        facts=facts(**answers),
        based_on=based_on,
        reason=reason,
        now=now or later(hours=1),
    )


def in_force(declaration):
    declaration.refresh_from_db()
    return queries.facts_in_force(declaration)


def test_an_amendment_adds_a_revision_and_the_first_state_stays():
    declaration = DeclarationFactory(endangerment="unknown")
    done = amend(declaration, endangerment="potential", patients=3, reason="après visite")
    assert (done.revision.number, done.revision.changed) == (2, ["endangerment", "patients"])
    assert (done.revision.reason, done.revision.based_on) == ("après visite", 1)
    assert declaration.revisions.get(number=1).facts["title"]
    assert "patients" not in declaration.revisions.get(number=1).facts
    assert in_force(declaration).patients == 3
    declaration.incident.refresh_from_db()
    assert declaration.incident.danger_rank == 2
    assert Event.objects.get(verb="declaration.amended").details["revision"] == 2


def test_an_amendment_that_changes_nothing_adds_nothing():
    declaration = DeclarationFactory()
    assert amend(declaration).revision.number == 1
    assert not Event.objects.filter(verb="declaration.amended").exists()


def test_episodes_follow_the_facts_in_force():
    declaration = DeclarationFactory(episodes=[{"kind": "degraded", "activity": "URG"}])
    amend(declaration, episodes=[{"kind": "interruption", "activity": "BIO"}])
    assert [e.activity for e in declaration.episodes.all()] == ["BIO"]
    assert in_force(declaration).episodes[0].activity == "BIO"
    assert declaration.care_interrupted is True


def test_an_amendment_masks_its_texts_and_its_reason():
    done = amend(DeclarationFactory(), measures_taken=NIR, reason=f"vu avec {NIR}")
    assert done.masked == 1
    assert NIR not in repr(done.revision.facts) + done.revision.reason


@pytest.mark.parametrize("role", ["ars_officer", "auditor", "administrator"])
def test_readers_do_not_amend(role):
    declaration = DeclarationFactory()
    with pytest.raises(PermissionDenied):
        amend(declaration, by=person(role, declaration.establishment), patients=1)
    assert declaration.revisions.count() == 1


def test_the_cert_does_not_change_the_words_of_a_structure():
    with pytest.raises(PermissionDenied):
        amend(DeclarationFactory(), by=person("cert_analyst", None), patients=1)


def test_a_required_answer_may_not_be_emptied():
    declaration = DeclarationFactory()
    with pytest.raises(Incomplete) as refused:
        amend(declaration, description="", patients=2)
    assert refused.value.fields == ["description"]
    assert declaration.revisions.count() == 1


def test_what_an_import_left_out_may_stay_out():
    declaration = DeclarationFactory()
    first = declaration.revisions.get()
    del first.facts["noticed"]
    first.save()
    amend(declaration, noticed="", patients=2)
    assert in_force(declaration).patients == 2


def test_a_revision_that_was_never_in_force_is_no_ground_to_write_on():
    declaration = DeclarationFactory()
    with pytest.raises(UnknownRevision):
        amend(declaration, patients=2, based_on=7)


def test_the_certs_ruling_outlives_an_amendment():
    declaration = DeclarationFactory(origin="non_malicious", category="human_error")
    incident = declaration.incident
    Qualification.objects.create(
        incident=incident,
        at=NOW,
        by=person("cert_analyst", None),
        origin="malicious",
        category="ransomware",
        severity=4,
        reason="plusieurs hôpitaux",
    )
    amend(declaration, origin="undetermined", category="power_outage", patients=1)
    incident.refresh_from_db()
    assert (incident.origin, incident.category, incident.severity) == ("malicious", "ransomware", 4)
    assert in_force(declaration).origin == "undetermined"


# danger that rises


def test_danger_that_rises_brings_the_file_back_to_the_desk():
    declaration = DeclarationFactory(endangerment="none")
    incident = declaration.incident
    incident.next_action, incident.next_action_at = "Rappeler demain", later(days=1)
    incident.waiting = "structure"
    incident.save()
    amend(declaration, endangerment="proven", now=later(hours=2))
    incident.refresh_from_db()
    assert incident.next_action_at == later(hours=2, minutes=15)
    assert (incident.next_action, incident.waiting) == ("review", "cert")
    assert incident.waiting_since == later(hours=2)


def test_an_action_that_is_due_sooner_stays():
    declaration = DeclarationFactory(endangerment="none")
    incident = declaration.incident
    incident.next_action, incident.next_action_at = "Appeler", later(hours=2, minutes=5)
    incident.save()
    amend(declaration, endangerment="proven", now=later(hours=2))
    incident.refresh_from_db()
    assert incident.next_action == "Appeler"


def test_danger_that_falls_changes_no_plan():
    declaration = DeclarationFactory(endangerment="proven")
    before = declaration.incident.next_action_at
    amend(declaration, endangerment="none")
    declaration.incident.refresh_from_db()
    assert (declaration.incident.danger_rank, declaration.incident.next_action_at) == (0, before)


# two people at once


@pytest.fixture
def clash():
    """A declaration amended by two people who both had read the first revision."""
    declaration = DeclarationFactory(title="Panne")
    other = person("dsi", declaration.establishment)
    amend(declaration, by=other, title="Rançongiciel", patients=2)
    with pytest.raises(Conflict) as told:
        amend(declaration, title="Attaque", description="Trois serveurs", now=later(hours=2))
    return declaration, told.value


def test_different_fields_are_merged():
    declaration = DeclarationFactory()
    other = person("dsi", declaration.establishment)
    amend(declaration, by=other, patients=2)
    done = amend(declaration, vector="courriel", now=later(hours=2))
    facts_now = in_force(declaration)
    assert (facts_now.patients, facts_now.vector) == (2, "courriel")
    assert done.revision.changed == ["vector"]


def test_the_same_field_written_alike_is_no_conflict():
    declaration = DeclarationFactory()
    amend(declaration, by=person("dsi", declaration.establishment), patients=2)
    amend(declaration, patients=2, vector="courriel", now=later(hours=2))
    assert in_force(declaration).vector == "courriel"


def test_the_same_field_written_apart_keeps_both_versions(clash):
    declaration, told = clash
    assert in_force(declaration).title == "Rançongiciel"
    assert told.kept.standing == Revision.Standing.SET_ASIDE
    assert told.kept.facts["title"] == "Attaque"
    assert told.kept.facts["description"] == "Trois serveurs"
    assert told.current.number == 2
    assert list(queries.unsettled(declaration)) == [told.kept]
    assert declaration.unsettled == 1
    assert Event.objects.get(verb="declaration.set_aside").details["clash"] == ["title"]


def test_choosing_puts_the_chosen_fields_in_force_and_keeps_both(clash):
    declaration, told = clash
    done = operations.settle(
        by=declaration.declared_by,
        incident=declaration.incident,
        number=told.kept.number,
        mine=["title", "description"],
        now=later(hours=3),
    )
    now = in_force(declaration)
    assert (now.title, now.description, now.patients) == ("Attaque", "Trois serveurs", 2)
    assert done.revision.settles == told.kept
    assert not queries.unsettled(declaration)
    assert declaration.unsettled == 0
    titles = [r.facts["title"] for r in queries.history(declaration)]
    assert titles == ["Attaque", "Attaque", "Rançongiciel", "Panne"]


def test_choosing_the_other_version_is_written_down_too(clash):
    declaration, told = clash
    operations.settle(
        by=declaration.declared_by,
        incident=declaration.incident,
        number=told.kept.number,
        mine=[],
        now=later(hours=3),
    )
    assert in_force(declaration).title == "Rançongiciel"
    last = declaration.revisions.get(number=declaration.revision_number)
    assert (last.changed, last.settles) == ([], told.kept)


def test_a_conflict_is_settled_once_and_by_whoever_may_amend(clash):
    declaration, told = clash

    def choose(by):
        return operations.settle(
            by=by,
            incident=declaration.incident,
            number=told.kept.number,
            mine=["title"],
            now=later(hours=3),
        )

    with pytest.raises(PermissionDenied):
        choose(person("auditor", declaration.establishment))
    choose(declaration.declared_by)
    with pytest.raises(AlreadySettled):
        choose(declaration.declared_by)
    assert declaration.revisions.count() == 4


def test_the_database_settles_a_revision_once(clash):
    declaration, told = clash
    for number in (8, 9):
        row = Revision(declaration=declaration, number=number, at=NOW, facts={}, settles=told.kept)
        if number == 8:
            row.save()
            continue
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
