from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from vigie.accounts.tests.factories import person
from vigie.audit.models import Event as Entry
from vigie.audit.models import People
from vigie.incidents.models import Event, Incident
from vigie.incidents.operations import Decision, events, follow, qualify, steps
from vigie.incidents.operations.events import BadGroup, NewEvent
from vigie.incidents.operations.steps import BadAssignee
from vigie.incidents.rules.follow import BadAction, ForbiddenMove, NextAction
from vigie.incidents.rules.words import Helper, Origin, Status, Tlp, Waiting
from vigie.incidents.tests.factories import (
    NOW,
    IncidentFactory,
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


# steering


def test_an_action_done_asks_for_the_next_and_its_words_can_be_erased(analyst):
    file = qualified(analyst)
    steps.plan(by=analyst, incident=file, action=THEN, version=file.version, now=later(hours=1))
    file = again(file)
    after = NextAction("Relire les journaux", later(hours=5), Waiting.STRUCTURE)
    steps.plan(
        by=analyst,
        incident=file,
        action=after,
        version=file.version,
        now=later(hours=2),
        done=True,
    )
    file = again(file)
    assert (file.next_action, file.next_action_at) == (after.text, after.due)
    assert file.waiting_since == later(hours=2)  # the same side, but it waits anew
    done = entries(file, "action.done").get()
    assert "Rappeler" not in str(done.details)
    assert People.objects.get(entry=done.pk).content == {"action": THEN.text}


def test_replacing_the_action_does_not_shorten_the_wait_of_the_same_side(analyst):
    file = qualified(analyst)
    since = file.waiting_since
    again_cert = NextAction("Autre chose", later(hours=1), Waiting.CERT)
    steps.plan(
        by=analyst, incident=file, action=again_cert, version=file.version, now=later(days=1)
    )
    assert again(file).waiting_since == since


def test_an_action_is_postponed_to_a_time_still_to_come(analyst):
    file = qualified(analyst)
    put_off = {"by": analyst, "incident": file, "version": file.version, "now": NOW}
    with pytest.raises(BadAction):
        steps.postpone(until=NOW, reason="", **put_off)
    steps.postpone(until=later(days=1), reason="La structure dort", **put_off)
    assert again(file).next_action_at == later(days=1)


def test_a_closed_file_has_no_next_action(analyst):
    file = closed(analyst)
    given = {"by": analyst, "incident": file, "version": file.version, "now": NOW}
    with pytest.raises(ForbiddenMove):
        steps.plan(action=THEN, **given)
    with pytest.raises(ForbiddenMove):
        steps.postpone(until=later(days=1), reason="", **given)


def test_a_file_is_given_to_someone_who_may_follow_it(analyst):
    incident = IncidentFactory()
    officer = person("rssi", incident.establishment)
    with pytest.raises(BadAssignee):
        steps.assign(by=analyst, incident=incident, to=officer, version=1, now=NOW)
    steps.assign(by=analyst, incident=incident, to=analyst, version=1, now=NOW)
    assert again(incident).assignee == analyst
    steps.assign(by=analyst, incident=incident, to=None, version=2, now=NOW)
    assert again(incident).assignee is None
    assert [e.details["to"] for e in entries(incident, "incident.assigned").order_by("id")] == [
        analyst.journal_name,
        None,
    ]


def test_the_cert_confirms_how_far_a_file_may_be_told(analyst):
    incident = IncidentFactory()
    assert (incident.tlp, incident.tlp_confirmed_at) == (Tlp.AMBER_STRICT, None)
    steps.confirm_tlp(by=analyst, incident=incident, tlp=Tlp.GREEN, version=1, now=NOW)
    assert (again(incident).tlp, again(incident).tlp_confirmed_at) == (Tlp.GREEN, NOW)


def test_support_is_asked_by_the_structure_and_given_by_the_cert(analyst):
    incident = IncidentFactory(support_requested=False)
    steps.plan(by=analyst, incident=incident, action=THEN, version=1, now=NOW)
    officer = person("rssi", incident.establishment)
    with pytest.raises(PermissionDenied):
        steps.ask_support(by=analyst, incident=incident, nature="x", now=NOW)
    steps.ask_support(by=officer, incident=incident, nature="Un renfort", now=later(hours=1))
    file = again(incident)
    assert (file.support_asked_at, file.waiting) == (later(hours=1), Waiting.CERT)
    assert file.declaration.support_requested is True
    assert file.declaration.revisions.last().facts["support_nature"] == "Un renfort"
    helpers = [Helper.ARS, Helper.CERT]
    steps.give_support(
        by=analyst, incident=file, helpers=helpers, version=file.version, now=later(hours=2)
    )
    assert again(file).support_given == ["cert", "ars"]  # in the order of the list
    assert again(file).support_given_at == later(hours=2)


# events


def test_an_event_holds_files_and_their_declarations(analyst):
    first, second = IncidentFactory(), IncidentFactory(now=later(hours=-3))
    event = events.group(
        by=analyst,
        incidents=[first, second],
        into=NewEvent(f"Panne de l’hébergeur {NIR}"),
        reason="Le même hébergeur",
        now=NOW,
    )
    assert event.started_at == later(hours=-3)
    assert NIR not in event.title
    for incident in (first, second):
        file = again(incident)
        assert (file.event, file.declaration.event_id) == (event, event.pk)
        assert file.event_reason == "Le même hébergeur"
        assert entries(file, "incident.grouped").get().details == {"event": event.pk}


def test_a_file_leaves_its_event_with_a_reason(analyst):
    incident = IncidentFactory()
    with pytest.raises(BadGroup):
        events.ungroup(by=analyst, incident=incident, reason="x", now=NOW)
    events.group(by=analyst, incidents=[incident], into=NewEvent("e"), reason="r", now=NOW)
    with pytest.raises(BadGroup):
        events.ungroup(by=analyst, incident=incident, reason="  ", now=NOW)
    events.ungroup(by=analyst, incident=incident, reason="Une autre cause", now=NOW)
    assert (again(incident).event, again(incident).declaration.event_id) == (None, None)


def test_grouping_refuses_the_whole_when_one_does_not_fit(analyst):
    free, taken = IncidentFactory(), IncidentFactory()
    events.group(by=analyst, incidents=[taken], into=NewEvent("e"), reason="r", now=NOW)
    with pytest.raises(BadGroup) as refused:
        events.group(
            by=analyst, incidents=[free, taken], into=NewEvent("autre"), reason="r", now=NOW
        )
    assert (refused.value.problem, refused.value.incident) == ("elsewhere", taken)
    assert again(free).event is None
    assert Event.objects.count() == 1


def test_an_event_takes_no_file_that_is_set_aside_and_none_once_it_is_over(analyst):
    rejected = IncidentFactory()
    follow.move(by=analyst, incident=rejected, to=Status.REJECTED, version=1, now=NOW, reason="x")
    with pytest.raises(BadGroup) as refused:
        events.group(by=analyst, incidents=[rejected], into=NewEvent("e"), reason="r", now=NOW)
    assert refused.value.problem == "silent"
    over = Event.objects.create(
        title="e", started_at=NOW, closed_at=NOW + timedelta(days=1), closed_reason="Fini"
    )
    with pytest.raises(BadGroup) as refused:
        events.group(by=analyst, incidents=[IncidentFactory()], into=over, reason="r", now=NOW)
    assert refused.value.problem == "ended"
