import os
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection

from vigie.accounts.tests.factories import person
from vigie.audit.models import Event as Entry
from vigie.establishments.tests.factories import GroupFactory, GroupMemberFactory
from vigie.incidents.models import Attachment, Handover, Incident, Message, ReadMark, SavedView
from vigie.incidents.operations import exchange, follow, handover, qualify, steps, views
from vigie.incidents.operations.attach import LARGEST, MOST, TooMany, Upload, open_attachment
from vigie.incidents.operations.exchange import (
    EmptyMessage,
    LongMessage,
    SilentFile,
    write_message,
)
from vigie.incidents.operations.handover import BadNote
from vigie.incidents.operations.qualify import Decision
from vigie.incidents.operations.views import TooManyViews
from vigie.incidents.queries.handover import visible_handovers
from vigie.incidents.rules.follow import Action, NextAction
from vigie.incidents.rules.words import Origin, Status, Waiting
from vigie.incidents.tests.factories import NOW, EstablishmentFactory, IncidentFactory, later
from vigie.kernel import vault
from vigie.kernel.vault import BadUpload

pytestmark = pytest.mark.django_db
NIR = "1 84 12 76 451 089 46"  # a well-known fictitious number with a valid key
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def analyst():
    return person("cert_analyst", nation="FR")


@pytest.fixture
def incident():
    return IncidentFactory()


@pytest.fixture
def officer(incident):
    return person("rssi", incident.establishment)


def write(by, incident, text="Bonjour", *, key=None, now=NOW, uploads=()):
    return write_message(
        by=by, incident=incident, text=text, key=key or uuid4(), now=now, uploads=uploads
    )


def again(incident):
    return Incident.objects.get(pk=incident.pk)


def close(by, incident):
    ruling = Decision(origin=Origin.MALICIOUS, category="ransomware")
    held = qualify(by=by, incident=incident, decision=ruling, version=1, now=NOW)
    return follow.move(
        by=by, incident=held, to=Status.CLOSED, version=held.version, now=NOW, lessons="Rien."
    )


def stored_files(settings):
    return [path for path in Path(settings.UPLOADS_DIR).rglob("*") if path.is_file()]


# messages


@pytest.mark.parametrize("role", ["auditor", "national_steering"])
def test_who_only_reads_writes_nothing(incident, role):
    with pytest.raises(PermissionDenied):
        write(person(role, nation="FR"), incident)
    assert not Message.objects.exists()


def test_somebody_elsewhere_writes_nothing(incident):
    with pytest.raises(PermissionDenied):
        write(person("rssi", EstablishmentFactory()), incident)


def test_the_turn_goes_to_the_other_side_and_the_wait_begins_anew(incident, officer, analyst):
    write(analyst, incident, now=later(minutes=10))
    assert (again(incident).waiting, again(incident).waiting_since) == (
        Waiting.STRUCTURE,
        later(minutes=10),
    )
    write(analyst, incident, "Et encore ?", now=later(minutes=20))
    assert again(incident).waiting_since == later(minutes=10)  # a reminder shortens no wait
    write(officer, incident, now=later(minutes=30))
    assert (again(incident).waiting, again(incident).waiting_since) == (
        Waiting.CERT,
        later(minutes=30),
    )
    assert [m.from_desk for m in Message.objects.order_by("id")] == [True, True, False]


def test_a_decision_being_taken_is_not_stale_by_a_message(incident, officer):
    write(officer, incident)
    assert again(incident).version == 1


def test_a_file_that_waits_for_a_supplier_goes_on_waiting_when_the_cert_writes(incident, analyst):
    action = NextAction("Correctif", later(hours=1), Waiting.SUPPLIER)
    steps.plan(by=analyst, incident=incident, action=action, version=1, now=NOW)
    write(analyst, incident)
    assert again(incident).waiting == Waiting.SUPPLIER


def test_sending_twice_writes_once(incident, officer):
    key = uuid4()
    first = write(officer, incident, key=key)
    second = write(officer, incident, key=key, now=later(minutes=1))
    assert (first.created, second.created) == (True, False)
    assert first.message == second.message
    assert Message.objects.count() == 1
    assert Entry.objects.filter(verb="message.written").count() == 1


def test_a_key_of_somebody_else_is_refused(incident, officer, analyst):
    key = uuid4()
    write(officer, incident, key=key)
    with pytest.raises(PermissionDenied):
        write(analyst, incident, key=key)
    with pytest.raises(PermissionDenied):
        write(officer, IncidentFactory(establishment=incident.establishment), key=key)


def test_social_security_numbers_are_masked_in_messages(incident, officer):
    written = write(officer, incident, f"Patient {NIR}, oui {NIR}")
    assert written.masked == 2
    assert Message.objects.get().text == "Patient [NIR masqué], oui [NIR masqué]"


@pytest.mark.parametrize(("text", "refusal"), [("  \n", EmptyMessage), ("x" * 20_001, LongMessage)])
def test_a_message_has_words_but_not_a_book(incident, officer, text, refusal):
    with pytest.raises(refusal):
        write(officer, incident, text)


def test_a_structure_that_writes_in_a_closed_file_opens_it_again(incident, officer, analyst):
    close(analyst, incident)
    write(analyst, incident, "Bonne journée")
    assert again(incident).status == Status.CLOSED
    write(officer, incident, "Cela recommence", now=later(days=1))
    file = again(incident)
    assert (file.status, file.next_action, file.waiting) == (
        Status.RESOLVED,
        Action.REVIEW,
        Waiting.CERT,
    )
    moved = Entry.objects.filter(verb="incident.moved").order_by("-id")[0]
    assert moved.details == {"from": "closed", "to": "resolved", "because": "message"}


def test_nobody_writes_in_a_file_that_is_set_aside(incident, officer, analyst):
    follow.move(by=analyst, incident=incident, to=Status.REJECTED, version=1, now=NOW, reason="x")
    for by in (officer, analyst):
        with pytest.raises(SilentFile):
            write(by, incident)


# read marks


def test_a_mark_says_which_side_has_read(incident, officer, analyst):
    exchange.mark_read(by=officer, incident=incident, now=later(minutes=1))
    exchange.mark_read(by=analyst, incident=incident, now=later(minutes=2))
    exchange.mark_read(by=officer, incident=incident, now=later(minutes=3))
    marks = {mark.user: (mark.from_desk, mark.read_at) for mark in ReadMark.objects.all()}
    assert marks == {officer: (False, later(minutes=3)), analyst: (True, later(minutes=2))}


def test_who_reads_for_a_region_leaves_no_mark(incident):
    regional = person("ars_officer", region=incident.region)
    exchange.mark_read(by=regional, incident=incident, now=NOW)
    assert not ReadMark.objects.exists()
    assert not Entry.objects.filter(verb="messages.read").exists()


def test_an_officer_of_the_group_reads_for_the_structure(incident):
    group = GroupFactory()
    GroupMemberFactory(group=group, establishment=incident.establishment)
    exchange.mark_read(by=person("rssi", group=group), incident=incident, now=NOW)
    assert ReadMark.objects.get().from_desk is False


def test_an_auditor_cannot_pretend_to_have_read(incident):
    with pytest.raises(PermissionDenied):
        exchange.mark_read(by=person("auditor", nation="FR"), incident=incident, now=NOW)


def test_every_opening_is_in_the_journal(incident, officer):
    exchange.open_file(by=officer, incident=incident, now=NOW)
    exchange.open_file(by=officer, incident=incident, now=later(seconds=1), part="journal")
    opened = Entry.objects.filter(verb="incident.opened", target=f"incident:{incident.pk}")
    assert [entry.details for entry in opened.order_by("id")] == [{}, {"part": "journal"}]
    assert {entry.actor for entry in opened} == {officer.journal_name}


def test_nobody_opens_a_file_elsewhere(incident):
    with pytest.raises(PermissionDenied):
        exchange.open_file(by=person("rssi", EstablishmentFactory()), incident=incident, now=NOW)
    assert not Entry.objects.filter(verb="incident.opened").exists()


# attachments


def test_a_file_comes_with_its_message_encrypted_and_hashed(incident, officer, settings):
    write(officer, incident, "", uploads=[Upload("../capture d’écran.png", [PNG])])
    attachment = Attachment.objects.get()
    assert (attachment.name, attachment.media_type, attachment.size) == (
        "capture d’écran.png",
        "png",
        len(PNG),
    )
    assert b"".join(vault.read(attachment.stored_as)) == PNG
    assert all(PNG not in path.read_bytes() for path in stored_files(settings))


@pytest.mark.parametrize(
    "uploads",
    [
        [Upload("virus.exe", [b"MZ\x90\x00\x03" + b"\x00" * 20])],
        [Upload("rien.txt", [])],
        [Upload("bon.png", [PNG]), Upload("virus.exe", [b"MZ\x90\x00" + b"\x00" * 20])],
    ],
    ids=["kind", "empty", "one-of-two"],
)
def test_a_refused_file_refuses_the_whole_message(incident, officer, settings, uploads):
    with pytest.raises(BadUpload):
        write(officer, incident, "Voici", uploads=uploads)
    assert not Message.objects.exists()
    assert not stored_files(settings)


def test_a_file_is_limited_in_size_and_number(incident, officer, settings):
    block = os.urandom(1)[:0] + b"a" * 1_000_000
    heavy = (block for _ in range(LARGEST // len(block) + 1))
    with pytest.raises(BadUpload):
        write(officer, incident, uploads=[Upload("gros.txt", heavy)])
    with pytest.raises(TooMany):
        write(officer, incident, uploads=[Upload("x.png", [PNG])] * (MOST + 1))
    assert not stored_files(settings)


def test_a_failure_of_the_database_leaves_no_file_behind(incident, officer, settings):
    def refuse(execute, sql, params, many, context):
        if sql.startswith("INSERT") and "incidents_attachment" in sql:
            raise DatabaseError("disk full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse), pytest.raises(DatabaseError):
        write(officer, incident, uploads=[Upload("x.png", [PNG])])
    assert not stored_files(settings)
    assert not Message.objects.exists()


def test_who_may_not_see_the_file_may_not_have_its_attachments(incident, officer):
    write(officer, incident, uploads=[Upload("x.png", [PNG])])
    attachment = Attachment.objects.select_related("incident").get()
    with pytest.raises(PermissionDenied):
        open_attachment(by=person("rssi", EstablishmentFactory()), attachment=attachment, now=NOW)
    open_attachment(by=officer, attachment=attachment, now=NOW)
    taken = Entry.objects.get(verb="attachment.downloaded")
    assert (taken.target, taken.details) == (
        f"incident:{incident.pk}",
        {"attachment": attachment.pk},
    )


# hand-overs


def test_a_hand_over_freezes_the_queue(analyst):
    grave = IncidentFactory(endangerment="proven")
    IncidentFactory()
    key = uuid4()
    note = handover.hand_over(by=analyst, text=f"Nuit calme {NIR}", key=key, now=later(minutes=20))
    assert note.text == "Nuit calme [NIR masqué]"
    assert (note.country, note.region) == ("FR", "")
    figures = Handover.objects.get().figures
    assert (figures["open"], figures["danger"], figures["late"]) == (2, 1, 1)
    assert (figures["unassigned"], figures["for_cert"]) == (2, 2)
    assert [file["id"] for file in figures["grave"]] == [grave.pk]
    IncidentFactory()
    assert Handover.objects.get().figures == figures
    same = handover.hand_over(by=analyst, text="x", key=key, now=later(hours=1))
    assert same == note


def test_only_a_desk_hands_over(incident, officer):
    with pytest.raises(PermissionDenied):
        handover.hand_over(by=officer, text="x", key=uuid4(), now=NOW)


def test_an_empty_note_is_refused(analyst):
    with pytest.raises(BadNote):
        handover.hand_over(by=analyst, text=" ", key=uuid4(), now=NOW)


def test_a_note_is_for_its_own_desk(analyst):
    regional = person("cert_analyst", region="84")
    national = handover.hand_over(by=analyst, text="pays", key=uuid4(), now=NOW)
    local = handover.hand_over(by=regional, text="région", key=uuid4(), now=later(hours=1))
    assert (local.country, local.region) == ("FR", "84")
    assert list(visible_handovers(analyst)) == [local, national]
    assert list(visible_handovers(regional)) == [local]
    assert not visible_handovers(person("cert_analyst", region="11")).exists()
    assert not visible_handovers(person("national_steering", nation="FR")).exists()


def test_the_figures_of_a_note_are_those_of_the_whole_desk(analyst):
    IncidentFactory(establishment=EstablishmentFactory(region="84"))
    IncidentFactory(establishment=EstablishmentFactory(region="11"))
    analyst.scope = "region:84"
    analyst.save()
    note = handover.hand_over(by=analyst, text="x", key=uuid4(), now=NOW)
    assert note.figures["open"] == 2


# views


def test_a_view_is_kept_under_its_name_and_replaced(officer):
    kept = {"by": officer, "name": "Nuit", "page": SavedView.Page.LIST, "now": NOW}
    views.save_view(query="status=open", **kept)
    views.save_view(query="danger=any", **kept)
    assert SavedView.objects.get().query == "danger=any"


def test_views_are_limited_and_ones_own(officer, analyst):
    page, now = SavedView.Page.LIST, NOW
    for number in range(views.MOST):
        view = views.save_view(by=officer, name=str(number), page=page, query="", now=now)
    with pytest.raises(TooManyViews):
        views.save_view(by=officer, name="de trop", page=page, query="", now=now)
    with pytest.raises(PermissionDenied):
        views.drop_view(by=analyst, view=view, now=now)
    views.drop_view(by=officer, view=view, now=now)
    assert SavedView.objects.count() == views.MOST - 1


def test_who_reads_no_incident_keeps_no_view_and_exports_nothing():
    administrator = person("administrator", nation="FR")
    with pytest.raises(PermissionDenied):
        views.save_view(by=administrator, name="x", page=SavedView.Page.LIST, query="", now=NOW)
    with pytest.raises(PermissionDenied):
        views.journal_export(by=administrator, query="", now=NOW)
