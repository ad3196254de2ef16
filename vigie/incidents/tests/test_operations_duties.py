from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from vigie.accounts.tests.factories import person
from vigie.audit.models import Event as Entry
from vigie.establishments.tests.factories import DesignationFactory
from vigie.incidents.models import (
    Attachment,
    Declaration,
    DutyAct,
    DutyClock,
    Incident,
    LegalDeclaration,
)
from vigie.incidents.operations import Decision, Proof, amend, qualify, record_legal_declaration
from vigie.incidents.operations import duties as acts
from vigie.incidents.operations.attach import Upload
from vigie.incidents.queries import facts_in_force
from vigie.incidents.queries.duties import duties_of
from vigie.incidents.rules.duties.clocks import State
from vigie.incidents.rules.duties.reading import Standing
from vigie.incidents.rules.duties.record import Act, ActKind, BadAct, Channel
from vigie.incidents.rules.legal import Answer
from vigie.incidents.rules.words import Origin, Status
from vigie.incidents.tests.factories import (
    NOW,
    EstablishmentFactory,
    IncidentFactory,
    facts,
    later,
)

pytestmark = pytest.mark.django_db
BREACH = {"data_impacts": ["disclosed"], "data_types": ["health"]}
NIR = "1 84 12 76 451 089 46"


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def incident():
    return IncidentFactory(establishment=hospital(), endangerment="potential", **BREACH)


@pytest.fixture
def officer(incident):
    return person("rssi", incident.establishment)


def hospital(**columns):
    return EstablishmentFactory(structure_type="CH", legal_status="public", **columns)


def of(incident, now=NOW):
    """Return the duties of a file as its page works them out."""
    declaration = Declaration.objects.get(incident=incident)
    held = Incident.objects.select_related("establishment", "site").get(pk=incident.pk)
    return duties_of(held, declaration, facts_in_force(declaration), now=now)


def do(by, incident, kind, regime="", stage="", *, at=NOW, now=NOW, uploads=(), **more):
    act = Act(ActKind(kind), at, regime, stage, **more)
    return acts.record_duty(by=by, incident=incident, act=act, now=now, uploads=uploads)


def sent(by, incident, **more):
    more = {"regime": "RGPD33", "stage": "INIT", "channel": Channel.PORTAL} | more
    return do(by, incident, "sent", **more)


def kept(incident):
    return {f"{row.regime}.{row.stage}": row for row in DutyClock.objects.filter(incident=incident)}


# who may


@pytest.mark.parametrize("role", ["rssi", "dsi", "dpo", "director"])
def test_officers_of_the_structure_record_what_becomes_of_duties(incident, role):
    assert sent(person(role, incident.establishment), incident).kind == "sent"


@pytest.mark.parametrize(
    ("role", "where"),
    [
        ("declarant", "home"),
        ("auditor", "home"),
        ("cert_analyst", "nation"),
        ("ars_officer", "region"),
        ("rssi", "elsewhere"),
    ],
)
def test_nobody_else_does(incident, role, where):
    place = {
        "home": {"establishment": incident.establishment},
        "elsewhere": {"establishment": EstablishmentFactory()},
        "nation": {"nation": "FR"},
        "region": {"region": incident.region},
    }[where]
    establishment = place.pop("establishment", None)
    by = person(role, establishment, **place) if establishment else person(role, **place)
    with pytest.raises(PermissionDenied):
        sent(by, incident)
    with pytest.raises(PermissionDenied):
        acts.retract_duty(by=by, incident=incident, pk=1, reason="x", now=NOW)
    assert not DutyAct.objects.exists()


# what is kept


def test_a_sending_stops_its_clock_and_says_who_when_how_and_what_came_back(incident, officer):
    kept_act = sent(
        officer,
        incident,
        at=NOW,
        receipt=" CNIL-77 ",
        sender="DPO du groupement",
        uploads=[Upload("reçu.txt", [b"recu"])],
    )
    clock = of(incident).clock("RGPD33", "INIT")
    assert clock.state is State.DONE
    told = clock.first_sent
    assert (told.receipt, told.sender, told.channel) == (
        "CNIL-77",
        "DPO du groupement",
        Channel.PORTAL,
    )
    assert told.who == officer.short_name
    assert Attachment.objects.get(pk=kept_act.attachment_id).incident == incident
    entry = Entry.objects.get(verb="duty.sent")
    assert entry.details["receipt"] == "CNIL-77"
    assert "DPO" not in str(entry.details)


def test_each_regime_keeps_its_own_knowledge(incident, officer):
    do(officer, incident, "aware", "RGPD33", at=later(hours=3), now=later(hours=4))
    found = of(incident, later(hours=4))
    assert found.clock("RGPD33", "INIT").due == later(hours=75)
    assert not found.clock("RGPD33", "INIT").is_assumed
    assert found.clock("RGPD33_5", "REGISTER").is_assumed


def test_an_answer_changes_what_applies_from_then_on(incident, officer):
    assert of(incident).duty("RGPD34").standing is Standing.APPLIES
    do(
        officer,
        incident,
        "answer",
        fact="high_risk",
        answer=Answer.NO,
        reason="Données chiffrées",
        at=later(hours=2),
        now=later(hours=2),
    )
    found = of(incident, later(hours=3)).duty("RGPD34")
    assert found.standing is Standing.LAPSED
    assert found.since == later(hours=2)


def test_reasons_are_kept_without_social_security_numbers(incident, officer):
    kept_act = do(officer, incident, "not_applicable", "RGPD33", reason=f"Patient {NIR}")
    assert NIR not in kept_act.reason
    assert of(incident).clock("RGPD33", "INIT").state is State.NOT_APPLICABLE


def test_a_record_taken_back_stays_readable_and_counts_no_more(incident, officer):
    wrong = sent(officer, incident)
    acts.retract_duty(by=officer, incident=incident, pk=wrong.pk, reason="Erreur", now=NOW)
    assert of(incident).clock("RGPD33", "INIT").state is State.RUNNING
    assert DutyAct.objects.count() == 2
    with pytest.raises(DutyAct.DoesNotExist):
        acts.retract_duty(by=officer, incident=incident, pk=wrong.pk, reason="x", now=NOW)


def test_a_taking_back_is_not_taken_back(incident, officer):
    wrong = sent(officer, incident)
    back = acts.retract_duty(by=officer, incident=incident, pk=wrong.pk, reason="x", now=NOW)
    with pytest.raises(DutyAct.DoesNotExist):
        acts.retract_duty(by=officer, incident=incident, pk=back.pk, reason="x", now=NOW)


def test_another_files_record_is_not_taken_back_here(incident, officer):
    other = IncidentFactory(establishment=incident.establishment, **BREACH)
    elsewhere = sent(officer, other)
    with pytest.raises(DutyAct.DoesNotExist):
        acts.retract_duty(by=officer, incident=incident, pk=elsewhere.pk, reason="x", now=NOW)


REFUSED = [
    ("sent", {"regime": "RGPD33", "channel": Channel.MAIL}, "stage"),
    ("sent", {"regime": "RGPD33", "stage": "INIT", "channel": None}, "channel"),
    ("sent", {"regime": "RGPD99", "stage": "INIT", "channel": Channel.MAIL}, "regime"),
    ("aware", {"regime": "RGPD33", "at": later(hours=1)}, "at"),
    ("event", {"regime": "RGPD33", "stage": "INIT"}, "stage"),
    ("not_applicable", {"regime": "RGPD33", "stage": "LAST", "reason": "x"}, "stage"),
    ("answer", {"fact": "malicious", "answer": Answer.YES}, "fact"),
    ("answer", {"fact": "is_raining", "answer": Answer.YES}, "fact"),
    ("retracted", {"reason": "x"}, "kind"),
    ("sent", {"regime": "RGPD33", "stage": "INIT", "channel": Channel.MAIL, "notice": 9}, "notice"),
]


@pytest.mark.parametrize(("kind", "more", "field"), REFUSED)
def test_what_does_not_hold_together_is_refused(incident, officer, kind, more, field):
    with pytest.raises(BadAct) as refused:
        do(officer, incident, kind, **more)
    assert refused.value.field == field
    assert not DutyAct.objects.exists()
    assert not Entry.objects.filter(verb__startswith="duty.").exists()


def test_nothing_is_recorded_in_a_file_that_is_set_aside(incident, officer):
    Incident.objects.filter(pk=incident.pk).update(status=Status.REJECTED, is_open=False)
    with pytest.raises(BadAct):
        sent(officer, incident)
    assert of(incident).duties == ()


@pytest.mark.parametrize(
    "columns",
    [
        {"kind": "not_applicable"},
        {"kind": "sent", "stage": "INIT"},
        {"kind": "answer", "fact": "high_risk"},
        {"kind": "retracted", "reason": "x"},
    ],
    ids=lambda columns: columns["kind"],
)
def test_the_database_wants_the_same(incident, officer, columns):
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyAct.objects.create(
            incident=incident, regime="RGPD33", at=NOW, by=officer, recorded_at=NOW, **columns
        )


# the declaration that this product is about


def test_the_receipt_of_the_declaration_is_kept_as_its_legal_proof(incident, officer):
    proved = sent(officer, incident, regime="CSP", stage="SIGNALEMENT", receipt="PSIG-1")
    assert LegalDeclaration.objects.get().receipt == "PSIG-1"
    clock = of(incident).clock("CSP", "SIGNALEMENT")
    assert clock.state is State.DONE
    assert len(clock.sent) == 1
    with pytest.raises(BadAct):
        acts.retract_duty(by=officer, incident=incident, pk=proved.pk, reason="x", now=NOW)


def test_the_declaration_is_proved_by_a_receipt_and_nothing_less(incident, officer):
    with pytest.raises(BadAct) as refused:
        sent(officer, incident, regime="CSP", stage="SIGNALEMENT")
    assert refused.value.field == "receipt"
    assert not LegalDeclaration.objects.exists()


def test_a_proof_recorded_on_the_legal_page_stops_the_clock_too(incident, officer):
    assert of(incident).clock("CSP", "SIGNALEMENT").state is State.WITHOUT_DELAY
    proof = Proof(sent_at=NOW, receipt="PSIG-2", channel="portal", by_recorder=True)
    record_legal_declaration(by=officer, incident=incident, proof=proof, now=NOW)
    clock = of(incident).clock("CSP", "SIGNALEMENT")
    assert (clock.state, clock.first_sent.receipt) == (State.DONE, "PSIG-2")
    assert acts.refresh_duties(NOW) == 1
    assert kept(incident)["CSP.SIGNALEMENT"].phase == "done"


# what the structure and the CERT say


def test_a_designation_and_a_ruling_bring_their_duties(incident):
    DesignationFactory(establishment=incident.establishment, kind="ose")
    assert of(incident).clock("OSE", "DECLARATION").state is State.WITHOUT_DELAY
    assert of(incident).duty("LOPMI").standing is Standing.TO_CHECK
    analyst = person("cert_analyst", nation="FR")
    decision = Decision(origin=Origin.MALICIOUS, category="ransomware")
    qualify(by=analyst, incident=incident, decision=decision, version=1, now=later(hours=5))
    found = of(incident, later(hours=6)).duty("LOPMI")
    assert found.standing is Standing.ADVISED


def test_a_breach_found_later_starts_on_the_day_it_was_said(officer, incident):
    calm = IncidentFactory(establishment=incident.establishment, data_impacts=[])
    assert of(calm).duty("RGPD33").standing is Standing.NOT
    amend(
        by=officer,
        incident=calm,
        facts=facts(**BREACH),
        based_on=1,
        reason="",
        now=later(days=5),
    )
    clock = of(calm, later(days=5, hours=1)).clock("RGPD33", "INIT")
    assert (clock.start, clock.is_assumed) == (later(days=5), True)


def test_a_file_of_a_country_without_a_law_file_says_so():
    abroad = IncidentFactory(establishment=hospital(country="BE", region=""))
    assert not of(abroad).is_known


# clocks that lists read


def test_clocks_are_kept_by_the_worker_after_a_declaration(incident):
    assert kept(incident) == {}
    assert acts.refresh_duties(NOW) == 1
    rows = kept(incident)
    assert rows["CSP.SIGNALEMENT"].phase == "open"
    assert rows["RGPD33.INIT"].due_at - rows["RGPD33.INIT"].start_at == timedelta(hours=72)
    assert rows["RGPD33.COMPL"].phase == "coming"
    assert "NIS2.EW" not in rows
    assert acts.refresh_duties(NOW) == 0


def test_clocks_are_kept_anew_in_the_act_itself(incident, officer):
    sent(officer, incident)
    assert kept(incident)["RGPD33.INIT"].phase == "done"
    assert kept(incident)["RGPD33.COMPL"].phase == "open"
    assert acts.refresh_duties(NOW) == 0


def test_an_amendment_has_its_clocks_kept_anew(incident, officer):
    acts.refresh_duties(NOW)
    told = facts(endangerment="potential", data_impacts=[])
    amend(by=officer, incident=incident, facts=told, based_on=1, reason="", now=later(hours=1))
    assert acts.refresh_duties(later(hours=1)) == 1
    assert kept(incident)["RGPD33.INIT"].phase == "closed"


def test_figures_know_what_was_sent_in_time(incident, officer):
    do(officer, incident, "aware", "RGPD33")
    sent(officer, incident, at=NOW, now=later(hours=1))
    row = kept(incident)["RGPD33.INIT"]
    assert (row.is_counted, row.in_time) == (True, True)
    other = IncidentFactory(establishment=incident.establishment, **BREACH)
    sent(officer, other)
    assert not kept(other)["RGPD33.INIT"].is_counted  # nobody said when it was known


def test_open_files_are_looked_at_again(incident):
    acts.refresh_duties(NOW)
    DesignationFactory(establishment=incident.establishment, kind="ose")
    assert acts.refresh_open(NOW) == 1
    acts.refresh_duties(NOW)
    assert kept(incident)["OSE.DECLARATION"].phase == "open"
