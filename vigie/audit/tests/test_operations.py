import json
from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from vigie.audit import operations, queries
from vigie.audit.models import ChainHead, Event, People
from vigie.audit.operations.chain import BATCH
from vigie.audit.rules import Fault, Flaw
from vigie.audit.tests.factories import NOW, write
from vigie.kernel import keys

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_key(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"


def sql(statement, *values):
    """Do what someone with the database password could do, past the guard."""
    guard = import_module("vigie.audit.migrations.0002_entries_stay")
    with connection.cursor() as cursor:
        for drop in guard.REMOVE[connection.vendor]:
            cursor.execute(drop)
        cursor.execute(statement, values)
        for create in guard.INSTALL[connection.vendor]:
            cursor.execute(create)


def test_recording_costs_one_insert():
    with CaptureQueriesContext(
        connection,
    ) as ran:
        write()
    assert [q["sql"][:26] for q in ran if "SAVEPOINT" not in q["sql"]] == [
        'INSERT INTO "audit_event" '
    ]


def test_an_entry_says_who_did_what_to_what_and_when():
    (event,) = write(share=0.5)
    event.refresh_from_db()
    assert (event.actor, event.verb, event.target) == ("user:42", "incident.declared", "incident:0")
    assert (event.happened_at, event.position, event.mac) == (NOW, None, None)
    assert event.details == {"number": 0, "share": "0.5"}


def test_an_act_that_fails_leaves_no_entry():
    def act():
        write()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        transaction.atomic(act)()
    assert not Event.objects.exists()


@pytest.mark.parametrize("missing", ["actor", "verb", "target"])
def test_the_database_refuses_an_entry_that_says_nothing(missing):
    said = {"actor": "user:1", "verb": "a.b", "target": "x:1", missing: ""}
    with pytest.raises(IntegrityError):
        operations.record(**said, at=NOW)


@pytest.mark.parametrize(
    "half",
    [
        {"position": 1, "mac": None},
        {"position": None, "mac": "0" * 64},
        {"position": 0, "mac": "0" * 64},
        {"position": 1, "mac": "0"},
    ],
)
def test_the_database_refuses_half_a_seal(half):
    with pytest.raises(IntegrityError):
        Event.objects.create(actor="a", verb="b", target="c", happened_at=NOW, **half)


def test_the_database_knows_one_head():
    with pytest.raises(IntegrityError):
        ChainHead.objects.create(pk=2, mac="0" * 64)


def test_people_lie_apart_and_leave_with_their_time():
    (event,) = write(people={"reporter": "Jeanne Exemple", "phone": "", "mail": "j@example.org"})
    operations.seal(NOW)
    assert "Jeanne" not in json.dumps(list(Event.objects.values()), default=str)
    kept = People.objects.get(entry=event.pk)
    assert kept.content == {"reporter": "Jeanne Exemple", "mail": "j@example.org"}
    end = NOW + timedelta(days=settings.PEOPLE_KEPT_DAYS)
    assert operations.forget_expired(end - timedelta(seconds=1)) == 0
    assert operations.forget_expired(end) == 1
    assert not People.objects.exists()
    assert Event.objects.get(verb="journal.people_expired").details == {"entries": 1}
    assert queries.verify().holds


def test_people_of_a_target_or_an_actor_are_forgotten_alone():
    first, second = write(2, people={"reporter": "Jeanne Exemple"})
    operations.seal(NOW)
    assert operations.forget(by="user:1", now=NOW, target=first.target) == 1
    assert list(People.objects.values_list("entry", flat=True)) == [second.pk]
    assert operations.forget(by="user:1", now=NOW, actor="user:42") == 1
    said = Event.objects.filter(verb="journal.people_forgotten").order_by("id").first()
    assert (said.actor, said.target, said.details["entries"]) == ("user:1", first.target, 1)
    assert queries.verify().holds


def test_forgetting_needs_to_know_whom():
    with pytest.raises(ValueError, match="actor or a target"):
        operations.forget(by="user:1", now=NOW)


def test_sealing_chains_what_waits_and_only_that():
    write(3)
    assert operations.seal(NOW) == 3
    assert operations.seal(NOW) == 0
    write(2)
    assert operations.seal(NOW + timedelta(hours=1)) == 2
    assert list(Event.objects.order_by("id").values_list("position", flat=True)) == [1, 2, 3, 4, 5]
    verdict = queries.verify()
    assert (verdict.holds, verdict.sealed, verdict.unsealed) == (True, 5, 0)
    assert queries.head() == verdict.head
    assert verdict.head.sealed_at == NOW + timedelta(hours=1)


def test_an_entry_that_committed_late_is_sealed_after_the_others():
    late = {"actor": "user:1", "verb": "a.b", "target": "x:1", "happened_at": NOW}
    Event.objects.create(id=900, **late)
    operations.seal(NOW)
    Event.objects.create(id=899, **late)
    assert operations.seal(NOW) == 1
    assert Event.objects.get(id=899).position == 2
    assert queries.verify().holds


def test_more_than_one_batch_is_sealed_in_one_call():
    Event.objects.bulk_create(
        Event(actor="a", verb="b", target=f"c:{n}", happened_at=NOW) for n in range(BATCH * 2 + 1)
    )
    seen = []
    assert operations.seal(NOW) == BATCH * 2 + 1
    assert queries.verify(seen.append).holds
    assert seen[-1] == BATCH * 2 + 1


def test_unsealed_entries_are_counted_not_broken():
    write(2)
    operations.seal(NOW)
    write(3)
    verdict = queries.verify()
    assert (verdict.holds, verdict.sealed, verdict.unsealed) == (True, 2, 3)


def test_an_empty_journal_holds():
    verdict = queries.verify()
    assert (verdict.holds, verdict.sealed, verdict.unsealed) == (True, 0, 0)
    assert str(queries.head()).startswith("vigie-journal 0 ")


def test_the_key_lies_outside_the_database_and_is_missed():
    write(1)
    operations.seal(NOW)
    place = keys.place("journal.key")
    assert place.stat().st_mode & 0o777 == 0o600
    place.unlink()
    write(1)
    with pytest.raises(keys.KeyMissing):
        queries.verify()
    with pytest.raises(keys.KeyMissing):
        operations.seal(NOW)
    assert not place.exists()


def test_another_key_convicts_every_entry():
    write(2)
    operations.seal(NOW)
    keys.place("journal.key").unlink()
    keys.create("journal.key")
    assert queries.verify().fault.flaw is Flaw.ALTERED


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit_event SET actor = 'user:1' WHERE position = 3", (Flaw.ALTERED, 3)),
        ("UPDATE audit_event SET details = '{}' WHERE position = 3", (Flaw.ALTERED, 3)),
        ("UPDATE audit_event SET position = 99 WHERE position = 3", (Flaw.REMOVED, 3)),
        (
            "UPDATE audit_event SET position = NULL, mac = NULL WHERE position = 3",
            (Flaw.REMOVED, 3),
        ),
        ("DELETE FROM audit_event WHERE position = 3", (Flaw.REMOVED, 3)),
        ("DELETE FROM audit_event WHERE position > 3", (Flaw.CUT, 4)),
        ("DELETE FROM audit_event", (Flaw.CUT, 1)),
        ("UPDATE audit_chainhead SET position = 3", (Flaw.HEAD, 5)),
        ("DELETE FROM audit_chainhead", (Flaw.HEAD, 5)),
    ],
)
def test_what_the_database_owner_does_is_found(statement, fault):
    write(5)
    operations.seal(NOW)
    sql(statement)
    found = queries.verify().fault
    assert (found.flaw, found.position) == fault


def test_a_journal_cut_with_its_old_head_is_found_by_the_head_kept_elsewhere():
    write(3)
    operations.seal(NOW)
    old = ChainHead.objects.values().get()
    write(2)
    operations.seal(NOW)
    kept = queries.head()
    sql("DELETE FROM audit_event WHERE position > 3")
    ChainHead.objects.update(**old)
    assert queries.verify().holds
    assert queries.verify(kept=kept).fault == Fault(Flaw.CUT, 4)


def test_a_whole_journal_swept_away_is_found_by_the_head_kept_elsewhere():
    write(3)
    operations.seal(NOW)
    kept = queries.head()
    sql("DELETE FROM audit_event")
    ChainHead.objects.all().delete()
    assert queries.verify(kept=kept).fault == Fault(Flaw.CUT, 1)


def test_names_changed_beside_the_chain_are_found():
    _, event, _ = write(3, people={"reporter": "Jeanne Exemple"})
    operations.seal(NOW)
    People.objects.filter(entry=event.pk).update(content={"reporter": "Paul Exemple"})
    assert queries.verify().fault == Fault(Flaw.PEOPLE, 2, event.pk)


def test_names_added_to_an_entry_that_had_none_are_found():
    (event,) = write(1)
    operations.seal(NOW)
    People.objects.create(
        entry=event.pk, content={"reporter": "Paul"}, salt=b"s" * 32, kept_until=NOW
    )
    assert queries.verify().fault == Fault(Flaw.PEOPLE, 1, event.pk)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_chainhead SET position = 1", "DELETE FROM audit_chainhead"]
)
def test_sealing_does_not_go_on_from_a_head_that_was_touched(statement):
    write(2)
    operations.seal(NOW)
    sql(statement)
    write(1)
    with pytest.raises(operations.BrokenChain):
        operations.seal(NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.update(actor="user:1"),
        lambda row: row.update(details={}),
        lambda row: row.update(position=None, mac=None),
        lambda row: row.update(position=7),
        lambda row: row.delete(),
    ],
)
def test_the_database_itself_keeps_sealed_entries(change):
    write(2)
    operations.seal(NOW)
    with pytest.raises(IntegrityError, match="never changed or removed"), transaction.atomic():
        change(Event.objects.filter(position=1))
    assert queries.verify().holds


@pytest.mark.parametrize(
    "change", [lambda row: row.update(actor="user:1"), lambda row: row.delete()]
)
def test_the_database_keeps_entries_that_wait_for_their_seal(change):
    write(2)
    with pytest.raises(IntegrityError, match="never changed or removed"), transaction.atomic():
        change(Event.objects.filter(position=None))
