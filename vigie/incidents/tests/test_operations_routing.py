import pytest
from django.core.exceptions import PermissionDenied

from vigie.accounts.tests.factories import person
from vigie.audit.models import Event as Entry
from vigie.establishments.tests.factories import DesignationFactory
from vigie.incidents import queries
from vigie.incidents.models import Attachment, PartyTold
from vigie.incidents.operations import amend, events, follow, qualify
from vigie.incidents.operations.attach import Upload
from vigie.incidents.operations.events import NewEvent
from vigie.incidents.operations.qualify import Decision
from vigie.incidents.operations.routing import AlreadyTold, record_told, retract_told
from vigie.incidents.queries.attachments import attachments_of
from vigie.incidents.queries.routing import around, routed
from vigie.incidents.rules.routing import BY_HAND, OTHER, BadTelling, Means, Outcome, Telling
from vigie.incidents.rules.words import Origin, Status
from vigie.incidents.tests.factories import (
    NOW,
    EstablishmentFactory,
    IncidentFactory,
    at_once,
    facts,
    later,
)

pytestmark = pytest.mark.django_db
NIR = "1 84 12 76 451 089 46"


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def analyst():
    return person("cert_analyst", nation="FR")


@pytest.fixture
def incident():
    return IncidentFactory(establishment__region="84", establishment__department="69")


def routing_of(incident):
    """Return the lines of a file's routing by key, read again."""
    incident.refresh_from_db()
    declaration = queries.declaration_of(incident)
    facts_now = queries.facts_in_force(declaration)
    found = routed(incident, declaration, facts_now, around(incident))
    return {line.key: line for line in found.lines}


def telling(rule="ars_always", party="ars", **more):
    told = {"outcome": Outcome.TOLD, "at": NOW, "means": Means.PHONE, "proof": "Veille, 02:12"}
    return Telling(rule=rule, party=party, **told | more)


def tell(analyst, incident, *args, now=NOW, uploads=(), **more):
    return record_told(
        by=analyst, incident=incident, telling=telling(*args, **more), now=now, uploads=uploads
    )


def test_a_party_told_is_done_with_its_proof_and_the_journal_says_so(analyst, incident):
    line = routing_of(incident)["ars_always"]
    assert (line.state, line.who) == ("due", "ARS Auvergne-Rhône-Alpes")
    tell(analyst, incident)
    line = routing_of(incident)["ars_always"]
    assert (line.state, line.told.proof, line.told.by) == ("told", "Veille, 02:12", analyst)
    entry = Entry.objects.get(verb="party.told")
    assert entry.target == f"incident:{incident.pk}"
    assert entry.details["party"] == "ars"
    assert "Veille" not in str(entry.details)


def test_a_number_that_looks_like_a_patient_s_is_masked_in_the_proof(analyst, incident):
    told = tell(analyst, incident, proof=f"Accusé {NIR}")
    assert NIR not in told.proof


def test_a_party_is_recorded_once_for_a_rule(analyst, incident):
    first = tell(analyst, incident)
    with pytest.raises(AlreadyTold) as refused:
        tell(analyst, incident, proof="Autre")
    assert refused.value.kept == first


@pytest.mark.django_db(transaction=True)
def test_two_analysts_at_the_same_moment_leave_one_record(analyst, incident):
    outcomes = at_once(lambda: tell(analyst, incident), lambda: tell(analyst, incident))
    assert sorted(type(found).__name__ for found in outcomes) == ["AlreadyTold", "PartyTold"]
    assert PartyTold.objects.count() == 1


def test_what_is_taken_back_is_asked_for_again_and_stays_readable(analyst, incident):
    told = tell(analyst, incident)
    retract_told(by=analyst, incident=incident, pk=told.pk, reason="Mauvais dossier", now=NOW)
    assert routing_of(incident)["ars_always"].state == "due"
    kept = PartyTold.objects.get(pk=told.pk)
    assert (kept.retraction, kept.retracted_by) == ("Mauvais dossier", analyst)
    tell(analyst, incident)
    assert routing_of(incident)["ars_always"].state == "told"


def test_taking_back_needs_a_reason(analyst, incident):
    told = tell(analyst, incident)
    with pytest.raises(BadTelling):
        retract_told(by=analyst, incident=incident, pk=told.pk, reason=" ", now=NOW)


def test_not_needed_is_a_decision_with_its_reason(analyst, incident):
    more = {"outcome": Outcome.NOT_NEEDED, "means": None, "proof": "", "reason": "Déjà en réunion"}
    tell(analyst, incident, "fssi_always", "fssi", **more)
    line = routing_of(incident)["fssi_always"]
    assert (line.state, line.told.reason) == ("not_needed", "Déjà en réunion")


@pytest.mark.parametrize(
    ("rule", "party"), [("ars_always", "fssi"), ("invented", "ars"), ("ars_always", "nobody")]
)
def test_a_rule_and_a_party_that_do_not_go_together_are_refused(analyst, incident, rule, party):
    with pytest.raises(BadTelling):
        tell(analyst, incident, rule, party)


@pytest.mark.parametrize("role", ["rssi", "ars_officer", "national_steering"])
def test_only_who_follows_the_file_records(incident, role):
    where = {"rssi": {"establishment": incident.establishment}, "ars_officer": {"region": "84"}}
    by = person(role, **where.get(role, {"nation": "FR"}))
    with pytest.raises(PermissionDenied):
        tell(by, incident)


def test_an_amendment_adds_tasks_and_leaves_done_ones(analyst, incident):
    officer = person("rssi", incident.establishment)
    tell(analyst, incident)
    assert "dgs_health" not in routing_of(incident)
    graver = facts(endangerment="proven")
    amend(by=officer, incident=incident, facts=graver, based_on=1, reason="", now=later(hours=2))
    found = routing_of(incident)
    assert found["ars_always"].state == "told"
    assert found["dgs_health"].state == "due"
    assert found["dgs_health"].task.since == later(hours=2)


def test_a_telling_stays_on_the_file_when_its_rule_holds_no_more(analyst, incident):
    officer = person("rssi", incident.establishment)
    graver, safe = facts(endangerment="proven"), facts()
    amend(by=officer, incident=incident, facts=graver, based_on=1, reason="", now=later(hours=1))
    tell(analyst, incident, "dgs_health", "dgs", now=later(hours=1))
    amend(by=officer, incident=incident, facts=safe, based_on=2, reason="", now=later(hours=2))
    line = routing_of(incident)["dgs_health"]
    assert (line.state, line.task) == ("told", None)


def test_a_designation_of_today_makes_anssi_a_party(incident):
    DesignationFactory(establishment=incident.establishment, kind="ose")
    assert routing_of(incident)["anssi_ose"].state == "due"


def test_an_event_over_two_regions_is_to_check_with_anssi(analyst, incident):
    other = IncidentFactory(establishment=EstablishmentFactory(region="11", department="75"))
    events.group(
        by=analyst, incidents=[incident, other], into=NewEvent("Panne"), reason="Même", now=NOW
    )
    line = routing_of(incident)["anssi_national"]
    assert (line.state, line.task.since) == ("to_check", None)


def test_resolving_asks_to_tell_the_agency_and_those_who_were_told(analyst, incident):
    tell(analyst, incident)
    decision = Decision(origin=Origin.MALICIOUS, category="ransomware")
    held = qualify(by=analyst, incident=incident, decision=decision, version=1, now=NOW)
    follow.move(
        by=analyst,
        incident=held,
        to=Status.RESOLVED,
        version=held.version,
        now=later(hours=4),
    )
    found = routing_of(incident)
    assert found["ans_resolved"].task.since == later(hours=4)
    assert "told_resolved-ars" in found
    assert "told_resolved-fssi" not in found
    tell(analyst, incident, "told_resolved-ars", "ars", now=later(hours=5))
    assert routing_of(incident)["told_resolved-ars"].state == "told"


def test_a_file_set_aside_asks_for_nobody_any_more(analyst, incident):
    follow.move(
        by=analyst, incident=incident, to=Status.REJECTED, version=1, now=NOW, reason="Un essai"
    )
    assert not routing_of(incident)


def test_somebody_whom_no_rule_names_may_be_told_several_times(analyst, incident):
    for proof in ("Appel", "Courriel"):
        tell(
            analyst,
            incident,
            BY_HAND,
            OTHER,
            party_name="Préfecture",
            reason="Demandé",
            proof=proof,
        )
    incident.refresh_from_db()
    assert [told.proof for told in PartyTold.objects.order_by("id")] == ["Appel", "Courriel"]
    assert routing_of(incident)[BY_HAND].who == "Préfecture"


def test_a_country_without_rules_keeps_what_the_desk_told(incident):
    desk = person("cert_analyst", nation="BE")
    abroad = IncidentFactory(establishment__country="BE", establishment__region="")
    tell(desk, abroad, BY_HAND, OTHER, party_name="CCB", reason="Usage")
    assert [line.who for line in routing_of(abroad).values()] == ["CCB"]


def test_the_proof_is_for_the_desk_alone(analyst, incident):
    tell(analyst, incident, proof="", uploads=[Upload("accuse.txt", [b"recu"])])
    kept = Attachment.objects.get()
    assert kept.for_desk
    assert attachments_of(analyst, incident).get() == kept
    officer = person("rssi", incident.establishment)
    assert not attachments_of(officer, incident).exists()
