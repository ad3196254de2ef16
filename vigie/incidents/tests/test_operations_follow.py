import pytest
from django.core.exceptions import PermissionDenied

from vigie.accounts.tests.factories import person
from vigie.audit.models import Event as Entry
from vigie.incidents.models import Event, Incident, Qualification
from vigie.incidents.operations import Decision, amend, events, follow, qualify, steps
from vigie.incidents.operations.events import NewEvent
from vigie.incidents.operations.follow import BadTarget
from vigie.incidents.operations.qualify import BadDecision
from vigie.incidents.operations.version import StaleFile
from vigie.incidents.rules.follow import Action, ForbiddenMove, NextAction
from vigie.incidents.rules.words import Origin, Status, Tlp, Waiting
from vigie.incidents.tests.factories import (
    NOW,
    EstablishmentFactory,
    IncidentFactory,
    facts,
    later,
)

pytestmark = pytest.mark.django_db
NIR = "1 84 12 76 451 089 46"  # a well-known fictitious number with a valid key
RANSOMWARE = Decision(origin=Origin.MALICIOUS, category="ransomware")
THEN = NextAction("Rappeler le directeur", later(hours=2), Waiting.STRUCTURE)


@pytest.fixture
def analyst():
    return person("cert_analyst", nation="FR")


def again(incident):
    return Incident.objects.select_related("declaration", "event").get(pk=incident.pk)


def qualified(by, **answers):
    incident = IncidentFactory(**answers)
    return qualify(by=by, incident=incident, decision=RANSOMWARE, version=1, now=later(minutes=5))


def entries(incident, verb):
    return Entry.objects.filter(target=f"incident:{incident.pk}", verb=verb)


def closed(by, **answers):
    incident = qualified(by, **answers)
    return follow.move(
        by=by,
        incident=incident,
        to=Status.CLOSED,
        version=incident.version,
        now=later(hours=1),
        lessons="Rien de nouveau.",
    )


# who may


@pytest.mark.parametrize("role", ["rssi", "director", "declarant", "dpo"])
def test_nobody_of_the_structure_steers_its_file(role):
    incident = IncidentFactory()
    by = person(role, incident.establishment)
    acts = [
        lambda: qualify(by=by, incident=incident, decision=RANSOMWARE, version=1, now=NOW),
        lambda: follow.move(by=by, incident=incident, to=Status.REJECTED, version=1, now=NOW),
        lambda: steps.plan(by=by, incident=incident, action=THEN, version=1, now=NOW),
        lambda: steps.assign(by=by, incident=incident, to=by, version=1, now=NOW),
        lambda: steps.confirm_tlp(by=by, incident=incident, tlp=Tlp.CLEAR, version=1, now=NOW),
        lambda: steps.give_support(by=by, incident=incident, helpers=[], version=1, now=NOW),
        lambda: events.group(by=by, incidents=[incident], into=NewEvent("x"), reason="y", now=NOW),
    ]
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()
    assert again(incident).version == 1
    assert not Event.objects.exists()


@pytest.mark.parametrize("role", ["auditor", "national_steering"])
def test_who_reads_for_the_nation_changes_nothing(role):
    incident = IncidentFactory()
    with pytest.raises(PermissionDenied):
        steps.plan(by=person(role, nation="FR"), incident=incident, action=THEN, version=1, now=NOW)


def test_an_analyst_of_another_region_may_not_follow():
    incident = IncidentFactory(establishment=EstablishmentFactory(region="84"))
    elsewhere = person("cert_analyst", region="11")
    with pytest.raises(PermissionDenied):
        steps.plan(by=elsewhere, incident=incident, action=THEN, version=1, now=NOW)


# qualify


def test_qualifying_says_what_it_is_and_what_comes_next(analyst):
    incident = IncidentFactory(endangerment="potential")
    decision = Decision(
        origin=Origin.MALICIOUS,
        category="ransomware",
        rsit_class="malicious-code",
        rsit_type="infected-system",
        major_confirmed=True,
    )
    qualify(by=analyst, incident=incident, decision=decision, version=1, now=NOW, then=THEN)
    file = again(incident)
    assert (file.status, file.qualified_at) == (Status.QUALIFIED, NOW)
    assert (file.origin, file.category) == ("malicious", "ransomware")
    assert (file.declaration.origin, file.declaration.category) == ("malicious", "ransomware")
    assert (file.rsit_type, file.major_confirmed) == ("infected-system", True)
    assert file.declaration.major_confirmed is True
    assert (file.next_action, file.next_action_at) == (THEN.text, THEN.due)
    assert (file.waiting, file.waiting_since) == (Waiting.STRUCTURE, NOW)
    assert entries(incident, "incident.qualified").get().details["category"] == "ransomware"


def test_without_a_word_on_what_comes_next_the_desk_makes_contact(analyst):
    file = qualified(analyst, endangerment="proven")
    assert file.next_action == Action.CONTACT
    assert file.next_action_at == later(minutes=5 + 15)


def test_qualifying_again_leaves_the_next_action_as_it_stands(analyst):
    file = qualified(analyst)
    steps.plan(by=analyst, incident=file, action=THEN, version=file.version, now=NOW)
    file = again(file)
    other = Decision(origin=Origin.NON_MALICIOUS, category="human_error")
    qualify(by=analyst, incident=file, decision=other, version=file.version, now=later(hours=1))
    file = again(file)
    assert (file.category, file.next_action) == ("human_error", THEN.text)
    assert Qualification.objects.filter(incident=file).count() == 2


def test_an_overridden_severity_holds_until_the_cert_lets_it_go(analyst):
    incident = IncidentFactory(endangerment="none", structure_impact="none")
    computed = incident.severity
    raised = Decision(
        origin=Origin.MALICIOUS, category="ransomware", severity=4, reason=f"Vu avec {NIR}"
    )
    file = qualify(by=analyst, incident=incident, decision=raised, version=1, now=NOW)
    assert (again(file).severity, again(file).declaration.severity) == (4, 4)
    assert "[NIR masqué]" in Qualification.objects.get(incident=file).reason
    qualify(by=analyst, incident=file, decision=RANSOMWARE, version=file.version, now=NOW)
    assert again(file).severity == computed < 4


def test_the_certs_ruling_survives_an_amendment(analyst):
    file = qualified(analyst, category="human_error", origin="non_malicious")
    officer = person("rssi", file.establishment)
    more = facts(category="human_error", origin="non_malicious", description="Encore.")
    amend(by=officer, incident=file, facts=more, based_on=1, reason="", now=later(hours=1))
    assert (again(file).origin, again(file).category) == ("malicious", "ransomware")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"origin": Origin.UNKNOWN}, "origin"),
        ({"category": "plague"}, "category"),
        ({"severity": 3}, "reason"),
        ({"severity": 5, "reason": "x"}, "severity"),
        ({"rsit_class": "plague"}, "rsit_class"),
        ({"rsit_class": "availability", "rsit_type": "phishing"}, "rsit_type"),
    ],
)
def test_a_decision_that_does_not_hold_together_changes_nothing(analyst, changed, field):
    incident = IncidentFactory()
    parts = {"origin": Origin.MALICIOUS, "category": "ransomware"} | changed
    with pytest.raises(BadDecision) as refused:
        qualify(by=analyst, incident=incident, decision=Decision(**parts), version=1, now=NOW)
    assert refused.value.field == field
    assert again(incident).status == Status.RECEIVED


# steps along the path


def test_a_stale_version_changes_nothing_and_shows_the_file_as_it_is(analyst):
    incident = qualified(analyst)
    stale = incident.version
    follow.move(by=analyst, incident=incident, to=Status.CONTAINED, version=stale, now=NOW)
    with pytest.raises(StaleFile) as refused:
        follow.move(by=analyst, incident=incident, to=Status.RESOLVED, version=stale, now=NOW)
    assert refused.value.held.status == Status.CONTAINED
    assert again(incident).status == Status.CONTAINED


def test_each_step_keeps_its_time_and_the_journal_tells_it(analyst):
    file = qualified(analyst)
    for hours, to in enumerate((Status.CONTAINED, Status.RESOLVED), 1):
        follow.move(by=analyst, incident=file, to=to, version=file.version, now=later(hours=hours))
        file = again(file)
    assert (file.contained_at, file.resolved_at) == (later(hours=1), later(hours=2))
    assert [entry.details for entry in entries(file, "incident.moved").order_by("id")] == [
        {"from": "qualified", "to": "contained"},
        {"from": "contained", "to": "resolved"},
    ]


def test_one_step_back_forgets_the_step_that_is_undone(analyst):
    file = qualified(analyst)
    follow.move(by=analyst, incident=file, to=Status.CONTAINED, version=file.version, now=NOW)
    file = again(file)
    with pytest.raises(ForbiddenMove):
        follow.move(by=analyst, incident=file, to=Status.QUALIFIED, version=file.version, now=NOW)
    follow.move(
        by=analyst,
        incident=file,
        to=Status.QUALIFIED,
        version=file.version,
        now=NOW,
        reason=f"Le chiffrement a repris, {NIR}",
    )
    file = again(file)
    assert (file.contained_at, file.qualified_at) == (None, later(minutes=5))
    assert file.status_reason == "Le chiffrement a repris, [NIR masqué]"


def test_closing_needs_lessons_and_takes_the_file_out_of_the_queue(analyst):
    file = qualified(analyst)
    with pytest.raises(ForbiddenMove):
        follow.move(by=analyst, incident=file, to=Status.CLOSED, version=file.version, now=NOW)
    file = closed(analyst)
    assert (file.is_open, file.next_action, file.next_action_at, file.waiting) == (
        False,
        "",
        None,
        "",
    )
    assert (file.lessons, file.closed_at) == ("Rien de nouveau.", later(hours=1))


def test_a_file_opened_again_has_a_next_action_at_once(analyst):
    file = closed(analyst, endangerment="none")
    follow.move(
        by=analyst,
        incident=file,
        to=Status.RESOLVED,
        version=file.version,
        now=later(hours=3),
        reason="Cela recommence",
    )
    file = again(file)
    assert (file.is_open, file.next_action, file.closed_at) == (True, Action.REVIEW, None)
    assert (file.waiting, file.next_action_at) == (Waiting.CERT, later(hours=3 + 4))


@pytest.mark.parametrize("to", [Status.QUALIFIED, Status.DUPLICATE])
def test_qualifying_and_merging_are_acts_of_their_own(analyst, to):
    incident = IncidentFactory()
    with pytest.raises(ForbiddenMove):
        follow.move(by=analyst, incident=incident, to=to, version=1, now=NOW, reason="x")


# set aside


def test_a_rejected_declaration_is_kept_but_counts_no_more(analyst):
    incident = IncidentFactory()
    with pytest.raises(ForbiddenMove):
        follow.move(by=analyst, incident=incident, to=Status.REJECTED, version=1, now=NOW)
    follow.move(
        by=analyst, incident=incident, to=Status.REJECTED, version=1, now=NOW, reason="Un essai"
    )
    file = again(incident)
    assert (file.is_open, file.declaration.counts) == (False, False)
    assert file.declaration.revisions.count() == 1
    follow.restore(by=analyst, incident=file, reason="C’était vrai", version=2, now=later(hours=1))
    file = again(incident)
    assert (file.status, file.is_open, file.declaration.counts) == (Status.RECEIVED, True, True)


def test_what_was_qualified_comes_back_qualified(analyst):
    file = qualified(analyst)
    follow.move(
        by=analyst, incident=file, to=Status.REJECTED, version=file.version, now=NOW, reason="x"
    )
    follow.restore(by=analyst, incident=file, reason="y", version=file.version + 1, now=NOW)
    assert again(file).status == Status.QUALIFIED


def test_a_file_that_was_not_set_aside_cannot_be_restored(analyst):
    incident = IncidentFactory()
    with pytest.raises(ForbiddenMove):
        follow.restore(by=analyst, incident=incident, reason="x", version=1, now=NOW)


def test_a_duplicate_leads_to_the_file_that_goes_on(analyst):
    kept, double = IncidentFactory(), IncidentFactory()
    follow.merge(
        by=analyst, incident=double, into=kept, reason="Déclaré deux fois", version=1, now=NOW
    )
    file = again(double)
    assert (file.status, file.merged_into_id, file.declaration.counts) == (
        Status.DUPLICATE,
        kept.pk,
        False,
    )
    assert again(kept).declaration.counts is True
    assert entries(kept, "incident.received_duplicate").get().details == {"duplicate": double.pk}
    follow.restore(by=analyst, incident=file, reason="Deux incidents", version=2, now=NOW)
    file = again(double)
    assert (file.merged_into, file.declaration.counts, file.is_open) == (None, True, True)


def test_a_duplicate_leads_to_a_file_that_goes_on_and_nowhere_else(analyst):
    first, second, third = IncidentFactory(), IncidentFactory(), IncidentFactory()
    merge = {"by": analyst, "reason": "x", "version": 1, "now": NOW}
    with pytest.raises(BadTarget) as refused:
        follow.merge(incident=first, into=first, **merge)
    assert refused.value.problem == "itself"
    follow.merge(incident=second, into=first, **merge)
    with pytest.raises(BadTarget) as refused:
        follow.merge(incident=third, into=second, **merge)
    assert refused.value.problem == "silent"
    with pytest.raises(BadTarget) as refused:
        follow.merge(incident=first, into=third, **merge)
    assert refused.value.problem == "leads"
    with pytest.raises(ForbiddenMove):
        follow.merge(by=analyst, incident=third, into=first, reason=" ", version=1, now=NOW)


def test_one_merges_only_into_a_file_that_one_may_follow():
    here = IncidentFactory(establishment=EstablishmentFactory(region="84"))
    there = IncidentFactory(establishment=EstablishmentFactory(region="11"))
    regional = person("cert_analyst", region="84")
    with pytest.raises(PermissionDenied):
        follow.merge(by=regional, incident=here, into=there, reason="x", version=1, now=NOW)
