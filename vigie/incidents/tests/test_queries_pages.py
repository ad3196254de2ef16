from datetime import date

import pytest
from django.http import QueryDict

from vigie.accounts.tests.factories import person
from vigie.incidents.forms.desk import QueueForm, SearchForm
from vigie.incidents.models import Incident
from vigie.incidents.operations import events
from vigie.incidents.operations.events import NewEvent
from vigie.incidents.queries import queue as queues
from vigie.incidents.queries import search
from vigie.incidents.queries.keyset import Column, Cursor, page, read_cursor
from vigie.incidents.queries.people import desk_people
from vigie.incidents.queries.search import ORDERS, Filters
from vigie.incidents.tests.factories import (
    NOW,
    EstablishmentFactory,
    IncidentFactory,
    later,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst():
    return person("cert_analyst", nation="FR")


def listed(reader, **filters):
    asked = Filters(**filters)
    rows = search.matching(search.listed(reader), asked, reader=reader, now=later(hours=1))
    return list(search.found(rows, asked.order, None, 200))


# pages


def walk(rows, order, size):
    """Return the rows of every page, forwards, and the pages walked back from the last."""
    pages, cursor = [], None
    while True:
        found = page(rows, order, cursor, size)
        pages.append(list(found))
        if found.following is None:
            break
        cursor = found.following
    back = [pages[-1]]
    while found.previous is not None:
        found = page(rows, order, found.previous, size)
        back.append(list(found))
    return pages, back[::-1]


@pytest.mark.parametrize("order", list(ORDERS))
@pytest.mark.parametrize("size", [1, 3, 7])
def test_pages_show_every_row_once_forwards_and_back(order, size):
    for number in range(7):
        IncidentFactory(endangerment=["none", "proven"][number % 2], now=later(minutes=number // 3))
    rows = Incident.objects.all()
    whole = list(rows.order_by(*(column.term for column in ORDERS[order])))
    pages, back = walk(rows, ORDERS[order], size)
    assert [row for part in pages for row in part] == whole
    assert back == pages


def test_rows_that_come_go_and_change_shift_no_page(analyst):
    rows = [IncidentFactory(now=later(minutes=-number)) for number in range(6)]
    order = ORDERS["newest"]
    first = page(Incident.objects.all(), order, None, 3)
    IncidentFactory(now=later(minutes=5))
    Incident.objects.filter(pk=rows[1].pk).update(title="changé")
    second = page(Incident.objects.all(), order, first.following, 3)
    assert list(second) == rows[3:]
    Incident.objects.filter(pk=rows[2].pk).update(declared_at=later(minutes=10))
    assert list(page(Incident.objects.all(), order, first.following, 3)) == rows[3:]


def test_going_back_to_what_is_no_more_leads_to_the_first_page():
    rows = [IncidentFactory(now=later(minutes=-number)) for number in range(4)]
    order = ORDERS["newest"]
    first = page(Incident.objects.all(), order, None, 2)
    second = page(Incident.objects.all(), order, first.following, 2)
    Incident.objects.filter(pk=rows[0].pk).update(declared_at=later(days=-9))
    again = page(Incident.objects.all(), order, second.previous, 2)
    assert (list(again), again.previous) == ([rows[1], rows[2]], None)


@pytest.mark.parametrize(
    "text", ["", "x", "e30", "W10", "WzEsMl0", "WyIyMDI2IiwidHJ1ZSJd", "W251bGwsMV0", "é", "=" * 9]
)
def test_a_place_that_makes_no_sense_is_no_place(text):
    assert read_cursor(text, ORDERS["newest"], backwards=False) is None


def test_a_place_is_read_as_it_was_written():
    cursor = Cursor((NOW, 42))
    assert read_cursor(str(cursor), ORDERS["newest"], backwards=False) == cursor
    assert read_cursor(str(Cursor((3, NOW, 42))), queues.ORDER, backwards=True) == Cursor(
        (3, NOW, 42), backwards=True
    )
    assert read_cursor(str(Cursor((2**70,))), (Column("id"),), backwards=False) is None


def test_totals_are_counted_no_further_than_the_cap(monkeypatch, analyst):
    monkeypatch.setattr(search, "CAP", 2)
    IncidentFactory()
    IncidentFactory()
    assert search.counted(search.listed(analyst)) == search.Counted(2, is_capped=False)
    IncidentFactory()
    assert search.counted(search.listed(analyst)) == search.Counted(2, is_capped=True)


def test_a_page_has_two_hundred_rows_at_most(analyst):
    form = SearchForm(QueryDict("size=5000"))
    assert form.rows_wanted == 25
    assert SearchForm(QueryDict("size=200")).rows_wanted == 200
    assert len(search.found(search.listed(analyst), "newest", None, 10**6)) == 0


# what the address bar says


def test_the_address_keeps_what_can_be_read_and_forgets_the_place():
    form = QueueForm(QueryDict("q=ch&region=84&show=late&waiting=nobody&after=xyz&other=1"))
    assert form.query() == "q=ch&region=84&show=late"
    assert form.query(show="mine") == "q=ch&region=84&show=mine"
    assert form.query(region="") == "q=ch&show=late"
    assert form.filters() == Filters(text="ch", region="84")


def test_nonsense_in_the_address_asks_for_nothing():
    text = "status=x&since=hier&severity=9&danger=z&assignee=a&supplier=-1&order=sql&size=x&late=0"
    assert SearchForm(QueryDict(text)).filters() == Filters()


def test_every_filter_can_be_asked_for_in_the_address():
    text = (
        "q=a&status=open&since=2026-03-01&until=2026-03-31&region=84&type=CH&origin=malicious"
        "&category=ransomware&severity=3&danger=any&tlp=RED&supplier=4&event=5&assignee=me"
        "&waiting=cert&late=1&order=danger"
    )
    filters = SearchForm(QueryDict(text)).filters()
    assert filters == Filters(
        text="a",
        status="open",
        since=date(2026, 3, 1),
        until=date(2026, 3, 31),
        region="84",
        type="CH",
        origin="malicious",
        category="ransomware",
        severity=3,
        danger="any",
        tlp="RED",
        supplier=4,
        event=5,
        assignee="me",
        waiting="cert",
        late=True,
        order="danger",
    )


def test_the_desk_is_named_to_the_desk_alone(analyst):
    lead = person("cert_lead", nation="FR")
    regional = person("cert_analyst", region="84")
    person("cert_analyst", nation="LU")
    person("rssi", EstablishmentFactory())
    assert set(desk_people(analyst)) == {analyst, lead}
    assert set(desk_people(regional)) == {regional}
    assert desk_people(person("ars_officer", region="84")) == []


def test_what_a_filter_names_is_told_only_to_who_sees_a_file_with_it(analyst):
    incident = IncidentFactory()
    event = events.group(by=analyst, incidents=[incident], into=NewEvent("e"), reason="r", now=NOW)
    asked = Filters(event=event.pk)
    assert search.chosen(analyst, asked).event == event
    assert search.chosen(person("rssi", EstablishmentFactory()), asked).event is None
