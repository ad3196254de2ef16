"""Several workers, and several people, at the same moment."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from vigie.establishments import operations
from vigie.establishments.models import Callout
from vigie.establishments.operations import AlreadyTaken, CallReason
from vigie.establishments.rules import Territory, TerritoryKind
from vigie.establishments.tests.factories import DutyFactory, RotaFactory, Somebody
from vigie.establishments.tests.test_operations_calls import NOW, after
from vigie.messages.models import Outgoing

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Run acts in threads that start together; return what each gave or raised."""
    start, outcomes = Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        try:
            start.wait()
            outcomes[number] = act()
        except Exception as reason:  # noqa: BLE001 - handed to the test
            outcomes[number] = reason
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.fixture
def rota():
    rota = RotaFactory()
    for level in (1, 2):
        DutyFactory(rota=rota, level=level, starts_at=after(-60), ends_at=NOW + timedelta(days=1))
    return rota


def call(rota, about="incident:1", reason=CallReason.URGENT, now=NOW):
    place = Territory(TerritoryKind.EJ, rota.establishment.code)
    (made,) = operations.call_out(
        places=[place], reason=reason, about=about, title="Panne", path="/", now=now
    )
    return made


def test_workers_at_the_same_moment_call_the_deputy_once(rota):
    call(rota)
    done = at_once(*[lambda: operations.escalate_due(after(10))] * 4)
    assert sorted(done) == [0, 0, 0, 1]
    assert Callout.objects.get().steps.count() == 2
    assert Outgoing.objects.count() == 4


def test_one_person_of_many_takes_the_call(rota):
    made = call(rota)
    people = [Somebody(journal_name=f"user:{number}") for number in range(4)]
    outcomes = at_once(
        *[
            lambda who=who: operations.take_call(by=who, name="x", call=made, now=after(1))
            for who in people
        ]
    )
    assert [isinstance(outcome, AlreadyTaken) for outcome in outcomes].count(True) == 3


def test_reports_at_the_same_moment_are_one_call(rota):
    report = CallReason.REPORT
    made = at_once(*[lambda n=n: call(rota, about=f"report:{n}", reason=report) for n in range(6)])
    assert len({one.pk for one in made}) == 1
    assert Callout.objects.get().items.count() == 6


def test_the_same_matter_from_many_sides_calls_once(rota):
    made = at_once(*[lambda: call(rota)] * 4)
    assert len({one.pk for one in made}) == 1
    assert Callout.objects.get().steps.count() == 1
