from datetime import timedelta

import pytest

from vigie.audit import operations, queries, rules
from vigie.audit.models import Event
from vigie.audit.queries.events import LARGEST_PAGE
from vigie.audit.tests.factories import NOW, write

pytestmark = pytest.mark.django_db


def said(actor="user:1", verb="incident.opened", target="incident:1", minutes=0):
    return operations.record(
        actor=actor, verb=verb, target=target, at=NOW + timedelta(minutes=minutes)
    )


def found(**wanted):
    return [line.event for line in queries.events(**wanted).lines]


def test_pages_show_every_entry_once_from_the_newest_even_of_one_moment():
    made = [said(minutes=number // 4) for number in range(11)]
    after, seen = "", []
    while True:
        page = queries.events(after=after, size=3)
        seen += [line.event for line in page.lines]
        after = page.older
        if not after:
            break
    assert seen == made[::-1]


def test_entries_that_come_meanwhile_do_not_move_the_next_page():
    made = [said(minutes=number) for number in range(6)]
    page = queries.events(size=3)
    said(minutes=100)
    assert found(size=3, after=page.older) == made[2::-1]


def test_the_last_page_says_that_it_is_the_last():
    said()
    assert queries.events(size=1).older == ""


def test_the_journal_is_narrowed_by_target_kind_actor_verb_and_time():
    one = said()
    two = said(target="declaration:9", verb="declaration.amended", actor="user:2", minutes=1)
    three = said(target="incident:11", verb="incident.closed", minutes=2)
    assert found(targets=["incident:1"]) == [one]
    assert found(targets=["incident:1", "declaration:9"]) == [two, one]
    assert found(targets=["incident:"]) == [three, one]
    assert found(targets=["incident:1", "declaration:"]) == [two, one]
    assert found(actor="user:2") == [two]
    assert found(verb="incident.closed") == [three]
    assert found(verb="incident.") == [three, one]
    assert found(since=NOW + timedelta(minutes=1)) == [three, two]
    assert found(until=NOW + timedelta(minutes=1)) == [one]
    assert found(targets=["incident:2"]) == []


def test_a_page_has_a_largest_size():
    Event.objects.bulk_create(
        Event(actor="a", verb="b", target="c:1", happened_at=NOW) for _ in range(LARGEST_PAGE + 1)
    )
    assert len(found(size=10_000)) == LARGEST_PAGE
    assert len(found(size=-1)) == 1


def test_a_page_costs_as_many_queries_whatever_its_length(django_assert_num_queries):
    write(20, people={"reporter": "Jeanne Exemple"})
    with django_assert_num_queries(1):
        queries.events()
    with django_assert_num_queries(2):
        assert queries.events(with_people=True).lines[0].people == {"reporter": "Jeanne Exemple"}


def test_names_are_shown_only_when_asked_for_and_known_to_be_erased():
    write(1, people={"reporter": "Jeanne Exemple"})
    (line,) = queries.events().lines
    assert line.people == {}
    operations.forget(by="user:1", now=NOW, actor="user:42")
    (line,) = queries.events(targets=["incident:0"], actor="user:42", with_people=True).lines
    assert (line.people, line.people_erased) == ({}, True)


def test_who_acted_is_gathered_for_one_look_up():
    said()
    said(actor="user:2")
    said(actor="user:2")
    assert queries.events().actors == {"user:1", "user:2"}


def test_a_false_place_is_refused():
    with pytest.raises(rules.BadCursor):
        queries.events(after="ici")


def test_a_page_tells_what_it_mentions():
    details = {"territory": "ej:690000013", "site": 7, "list": ["user:9"]}
    operations.record(actor="user:1", verb="a.b", target="user:2", at=NOW, details=details)
    assert queries.events().mentioned == {"user:1", "user:2", "ej:690000013", "site:7"}
