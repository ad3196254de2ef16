from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from vigie.accounts.tests.factories import person
from vigie.audit.models import Event as Entry
from vigie.audit.models import People
from vigie.incidents.models import Circular, Event, Incident, Message, ReadMark, SetAsideGroup
from vigie.incidents.operations import events, follow
from vigie.incidents.operations.circulars import write_to_members
from vigie.incidents.operations.events import BadGroup, NewEvent
from vigie.incidents.operations.exchange import EmptyMessage, LongMessage
from vigie.incidents.rules.words import Status, Waiting
from vigie.incidents.tests.factories import (
    NOW,
    EstablishmentFactory,
    IncidentFactory,
    at_once,
    later,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst():
    return person("cert_analyst", nation="FR")


@pytest.fixture
def files():
    return [
        IncidentFactory(establishment=EstablishmentFactory(region=region, department=department))
        for region, department in (("84", "69"), ("84", "38"), ("11", "75"))
    ]


@pytest.fixture
def event(analyst, files):
    return events.group(
        by=analyst, incidents=files, into=NewEvent("Panne"), reason="Même hôte", now=NOW
    )


def again(row):
    return type(row).objects.get(pk=row.pk)


def test_an_event_gets_another_name(event, analyst):
    events.rename(by=analyst, event=event, title=" Panne d’Odalis ", supplier=None, now=NOW)
    assert again(event).title == "Panne d’Odalis"
    entry = Entry.objects.get(verb="event.renamed")
    assert "Odalis" not in str(entry.details)
    assert People.objects.get(entry=entry.pk).content["after"] == "Panne d’Odalis"
    with pytest.raises(BadGroup):
        events.rename(by=analyst, event=event, title=" ", supplier=None, now=NOW)


def test_an_event_ends_for_a_reason_and_takes_no_file_until_it_is_opened_again(event, analyst):
    with pytest.raises(BadGroup):
        events.close(by=analyst, event=event, reason=" ", now=NOW)
    events.close(by=analyst, event=event, reason="Service rétabli", now=later(hours=5))
    assert (again(event).closed_at, again(event).closed_reason) == (
        later(hours=5),
        "Service rétabli",
    )
    with pytest.raises(BadGroup):
        events.close(by=analyst, event=event, reason="Encore", now=NOW)
    stray = IncidentFactory()
    with pytest.raises(BadGroup) as refused:
        events.group(by=analyst, incidents=[stray], into=event, reason="x", now=NOW)
    assert refused.value.problem == "ended"  # although the event at hand was read before
    events.reopen(by=analyst, event=event, reason="Rechute", now=later(hours=6))
    events.group(by=analyst, incidents=[stray], into=event, reason="x", now=NOW)
    assert again(stray).event == event
    with pytest.raises(BadGroup):
        events.reopen(by=analyst, event=event, reason="x", now=NOW)


def test_the_database_wants_a_reason_for_an_end(event):
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(closed_at=NOW)


def test_who_follows_only_a_part_does_not_decide_for_all(event, files):
    region = person("cert_analyst", region="84")
    officer = person("rssi", files[0].establishment)
    for by in (region, officer):
        with pytest.raises(PermissionDenied):
            events.close(by=by, event=event, reason="x", now=NOW)
        with pytest.raises(PermissionDenied):
            events.rename(by=by, event=event, title="x", supplier=None, now=NOW)
    events.ungroup(by=region, incident=files[0], reason="Autre cause", now=NOW)
    assert again(files[0]).event is None


# one word to all


def circulate(by, event, text="Un correctif est prêt.", key=None):
    return write_to_members(by=by, event=event, text=text, key=key or uuid4(), now=NOW)


def test_one_word_reaches_every_file_as_from_the_cert(event, analyst, files):
    done = circulate(analyst, event, "Correctif prêt, NIR 1 84 12 76 451 089 46.")
    assert done.sent == 3
    messages = Message.objects.filter(circular=done.circular)
    assert {message.incident for message in messages} == set(files)
    assert all(message.from_desk and "089" not in message.text for message in messages)
    told = Entry.objects.filter(verb="message.written")
    assert {entry.target for entry in told} == {f"incident:{one.pk}" for one in files}
    assert all("circular" not in entry.details for entry in told)


def test_the_same_key_writes_once(event, analyst):
    key = uuid4()
    first, second = circulate(analyst, event, key=key), circulate(analyst, event, "Autre", key)
    assert (first.created, second.created) == (True, False)
    assert second.circular == first.circular
    assert Message.objects.count() == 3
    with pytest.raises(PermissionDenied):
        circulate(person("cert_analyst", nation="FR"), event, key=key)


def test_it_changes_nobodys_turn_and_reads_for_nobody(event, analyst, files):
    Incident.objects.filter(pk=files[0].pk).update(waiting=Waiting.SUPPLIER)
    before = {one.pk: (again(one).waiting, again(one).version) for one in files}
    circulate(analyst, event)
    assert {one.pk: (again(one).waiting, again(one).version) for one in files} == before
    assert not ReadMark.objects.exists()


def test_files_set_aside_get_nothing_and_closed_ones_do(event, analyst, files):
    first, second, _third = files
    follow.move(
        by=analyst,
        incident=again(first),
        to=Status.REJECTED,
        version=again(first).version,
        now=NOW,
        reason="Essai",
    )
    Incident.objects.filter(pk=second.pk).update(status=Status.CLOSED, is_open=False, closed_at=NOW)
    done = circulate(analyst, event)
    assert done.sent == 2
    assert not Message.objects.filter(incident=first).exists()
    assert not again(second).is_open


def test_a_regional_desk_writes_to_its_own_files(event, files):
    done = circulate(person("cert_analyst", region="84"), event)
    assert {message.incident for message in done.circular.messages.all()} == set(files[:2])


def test_who_may_not_write_to_all(event, files):
    for by in (
        person("rssi", files[0].establishment),
        person("ars_officer", region="84"),
        person("cert_analyst", nation="BE"),
    ):
        with pytest.raises(PermissionDenied):
            circulate(by, event)
    assert not Circular.objects.exists()


def test_a_word_must_be_one(event, analyst):
    with pytest.raises(EmptyMessage):
        circulate(analyst, event, " ")
    with pytest.raises(LongMessage):
        circulate(analyst, event, "x" * 20_001)
    for one in Incident.objects.filter(event=event):
        events.ungroup(by=analyst, incident=one, reason="x", now=NOW)
    with pytest.raises(PermissionDenied):
        circulate(analyst, event)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_write_once(event, analyst):
    key = uuid4()
    outcomes = at_once(*(lambda: circulate(analyst, event, key=key) for _click in range(3)))
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert Message.objects.count() == 3


# likely groups that are none


def test_a_likely_group_is_set_aside_by_who_follows_all_its_files(analyst, files):
    with pytest.raises(PermissionDenied):
        events.set_aside(
            by=person("cert_analyst", region="84"), basis="supplier:1", incidents=files, now=NOW
        )
    with pytest.raises(BadGroup):
        events.set_aside(by=analyst, basis="supplier:1", incidents=[], now=NOW)
    events.set_aside(by=analyst, basis="supplier:1", incidents=files, now=NOW)
    kept = SetAsideGroup.objects.get()
    assert (kept.basis, kept.members) == ("supplier:1", sorted(one.pk for one in files))
