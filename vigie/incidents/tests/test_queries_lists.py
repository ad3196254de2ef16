from datetime import date

import pytest
from django.db import connection
from django.http import QueryDict

from vigie.accounts.models import User
from vigie.accounts.tests.factories import person
from vigie.establishments.tests.factories import GroupFactory, GroupMemberFactory
from vigie.incidents.forms.desk import QueueForm, SearchForm
from vigie.incidents.models import Incident
from vigie.incidents.operations import events, follow, qualify, steps
from vigie.incidents.operations.events import NewEvent
from vigie.incidents.operations.qualify import Decision
from vigie.incidents.queries import queue as queues
from vigie.incidents.queries import search, words
from vigie.incidents.queries.keyset import Column, Cursor, page, read_cursor
from vigie.incidents.queries.people import desk_people
from vigie.incidents.queries.queue import Banner
from vigie.incidents.queries.search import ORDERS, Filters
from vigie.incidents.rules.follow import NextAction
from vigie.incidents.rules.words import Origin, Status, Tlp, Waiting
from vigie.incidents.tests.factories import (
    NOW,
    EstablishmentFactory,
    IncidentFactory,
    SiteFactory,
    UserFactory,
    later,
)
from vigie.inventory.models import Supplier

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst():
    return person("cert_analyst", nation="FR")


def listed(reader, **filters):
    asked = Filters(**filters)
    rows = search.matching(search.listed(reader), asked, reader=reader, now=later(hours=1))
    return list(search.found(rows, asked.order, None, 200))


def shown(found):
    """Return the lines of a queue by group: files, and events as (event, unfolded files)."""
    return {
        group.rank: [
            (line.event, line.unfolded) if isinstance(line, Banner) else line
            for line in group.items
        ]
        for group in found.groups
    }


def rejected(by, **answers):
    incident = IncidentFactory(**answers)
    return follow.move(
        by=by, incident=incident, to=Status.REJECTED, version=1, now=NOW, reason="Un essai"
    )


# who sees what


def test_each_sees_the_files_of_their_own_territory_and_no_other():
    here = IncidentFactory(establishment=EstablishmentFactory(region="84", department="69"))
    there = IncidentFactory(establishment=EstablishmentFactory(region="11", department="75"))
    abroad = IncidentFactory(
        establishment=EstablishmentFactory(country="LU", region="", department="")
    )
    group = GroupFactory()
    GroupMemberFactory(group=group, establishment=here.establishment)
    readers = {
        person("rssi", here.establishment): {here},
        person("rssi", group=group): {here},
        person("ars_officer", region="11"): {there},
        person("ars_officer", department="69"): {here},
        person("cert_analyst", nation="FR"): {here, there},
        person("national_steering", nation="LU"): {abroad},
        person("auditor", region="84"): {here},
        person("administrator", nation="FR"): set(),
        UserFactory(): set(),
    }
    for reader, expected in readers.items():
        assert set(listed(reader)) == expected, reader
        assert search.counted(search.listed(reader)).total == len(expected)


def test_a_site_decides_over_the_seat_of_its_structure():
    site = SiteFactory(region="93", department="13")
    incident = IncidentFactory(establishment=site.establishment, site=site)
    assert listed(person("ars_officer", region="93")) == [incident]
    assert listed(person("ars_officer", region=site.establishment.region)) == []


def test_the_chosen_scope_narrows_lists_and_opens_nothing(analyst):
    here = IncidentFactory(establishment=EstablishmentFactory(region="84"))
    IncidentFactory(establishment=EstablishmentFactory(region="11"))
    User.objects.filter(pk=analyst.pk).update(scope="region:84")
    assert listed(User.objects.get(pk=analyst.pk)) == [here]
    officer = person("rssi", here.establishment)
    User.objects.filter(pk=officer.pk).update(scope="region:11")
    assert listed(User.objects.get(pk=officer.pk)) == [here]


def test_who_only_reads_has_no_queue():
    IncidentFactory()
    for role in ("auditor", "national_steering"):
        found = queues.queue(person(role, nation="FR"), Filters(), now=NOW)
        assert (found.groups, found.figures.open.total) == ([], 0)


def test_what_leaves_is_what_the_reader_may_take_along():
    incident = IncidentFactory()
    assert list(search.exportable(person("ars_officer", region=incident.region))) == [incident]
    assert not search.exportable(person("auditor", nation="FR")).exists()


# filters


def test_each_filter_leaves_what_it_asks_for(analyst):
    supplier = Supplier.objects.create(name="Odalis", search_text="odalis", created_at=NOW)
    wanted = IncidentFactory(
        establishment=EstablishmentFactory(region="11", structure_type="CHU_CHR"),
        endangerment="proven",
        supplier=supplier.pk,
        now=later(days=-10),
    )
    ruling = Decision(origin=Origin.MALICIOUS, category="ransomware")
    held = qualify(by=analyst, incident=wanted, decision=ruling, version=1, now=NOW)
    held = steps.assign(by=analyst, incident=held, to=analyst, version=held.version, now=NOW)
    held = steps.confirm_tlp(by=analyst, incident=held, tlp=Tlp.RED, version=held.version, now=NOW)
    action = NextAction("Rappeler", later(days=1), Waiting.SUPPLIER)
    steps.plan(by=analyst, incident=held, action=action, version=held.version, now=NOW)
    other = IncidentFactory(endangerment="none", origin="non_malicious", category="human_error")
    event = events.group(by=analyst, incidents=[wanted], into=NewEvent("e"), reason="r", now=NOW)
    asked = {
        "status": Status.QUALIFIED,
        "until": date(2026, 3, 5),
        "region": "11",
        "type": "CHU_CHR",
        "origin": Origin.MALICIOUS,
        "category": "ransomware",
        "severity": 3,
        "danger": "proven",
        "tlp": Tlp.RED,
        "supplier": supplier.pk,
        "event": event.pk,
        "assignee": "me",
        "waiting": Waiting.SUPPLIER,
    }
    for name, value in asked.items():
        assert listed(analyst, **{name: value}) == [wanted], name
    opposite = {
        "status": Status.RECEIVED,
        "since": date(2026, 3, 5),
        "assignee": "none",
        "danger": "none",
        "late": False,
    }
    for name, value in opposite.items():
        assert other in listed(analyst, **{name: value}), name
    assert listed(analyst, danger="any") == [wanted]
    assert listed(analyst, assignee=str(analyst.pk)) == [wanted]


def test_a_period_is_counted_in_the_nations_days(analyst):
    before_midnight = IncidentFactory(now=NOW.replace(day=13, hour=22, minute=59))  # 23:59
    after_midnight = IncidentFactory(now=NOW.replace(day=13, hour=23, minute=1))  # 00:01
    assert listed(analyst, since=date(2026, 3, 14)) == [after_midnight]
    assert listed(analyst, until=date(2026, 3, 13)) == [before_midnight]


def test_open_and_done_tell_files_apart(analyst):
    opened, aside = IncidentFactory(), rejected(analyst)
    assert listed(analyst, status="open") == [opened]
    assert listed(analyst, status="done") == [aside]


def test_late_files_are_open_and_past_their_time(analyst):
    late = IncidentFactory(endangerment="proven")  # due in fifteen minutes
    IncidentFactory(endangerment="none")  # due in four hours
    assert listed(analyst, late=True) == [late]


def test_orders_sort_as_they_say(analyst):
    old = IncidentFactory(endangerment="none", now=later(days=-2))
    grave = IncidentFactory(endangerment="proven", now=later(days=-1))
    new = IncidentFactory(endangerment="potential")
    assert listed(analyst) == [new, grave, old]
    assert listed(analyst, order="oldest") == [old, grave, new]
    assert listed(analyst, order="danger") == [grave, new, old]
    assert listed(analyst, order="severity")[0] == grave
    assert listed(analyst, order="due") == [old, grave, new]


# words


@pytest.fixture
def texts():
    return {
        "messaging": IncidentFactory(
            title="Messagerie indisponible", description="Plus de courriels à l’hôpital."
        ),
        "chart": IncidentFactory(
            establishment=EstablishmentFactory(name="Clinique de l’Œuvre"),
            title="Dossier patient figé",
            description="Les prescriptions ne s’ouvrent plus.",
        ),
    }


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("messagerie", {"messaging"}),
        ("MESSAGERIE", {"messaging"}),
        ("messag", {"messaging"}),
        ("indisponible messagerie", {"messaging"}),
        ("hopital", {"messaging"}),
        ("oeuvre", {"chart"}),
        ("fige prescription", {"chart"}),
        ("plus", {"messaging", "chart"}),
        ("messagerie figé", set()),
        ("xyz", set()),
        ("essagerie", set()),
        ("'; drop table", set()),
        ('" OR 1', set()),
        ("* NEAR/2", set()),
        ("?!", set()),
    ],
)
@pytest.mark.parametrize("common", [2000, 0], ids=["rare", "common"])
def test_words_find_files_whatever_capitals_accents_and_ends(
    texts, analyst, monkeypatch, typed, found, common
):
    monkeypatch.setattr(words, "COMMON", common)
    expected = {texts[name] for name in found}
    assert set(listed(analyst, text=typed)) == expected
    rows = search.matching(search.listed(analyst), Filters(text=typed), reader=analyst, now=NOW)
    assert search.counted(rows).total == len(expected)


def test_words_find_only_what_the_reader_may_see(texts):
    officer = person("rssi", texts["chart"].establishment)
    assert listed(officer, text="plus") == [texts["chart"]]
    assert listed(officer, text="messagerie") == []


def test_words_follow_the_declaration_as_it_changes(texts, analyst):
    incident = texts["messaging"]
    Incident.objects.filter(pk=incident.pk).update(search_text="telephonie coupee")
    assert listed(analyst, text="messagerie") == []
    assert listed(analyst, text="telephonie") == [incident]


def test_the_index_of_words_stays_in_step_with_the_rows(texts):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL computes the vector in the row itself")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        triggers = {name for (name,) in cursor.fetchall()}
        # raises when the index and the rows disagree
        cursor.execute(
            "INSERT INTO incidents_text(incidents_text, rank) VALUES ('integrity-check', 1)"
        )
    kept = {"incidents_text_learns", "incidents_text_forgets", "incidents_text_changes"}
    assert kept <= triggers


def test_a_reference_finds_its_file_in_its_year_alone(texts, analyst):
    incident = texts["messaging"]
    for typed in (incident.reference, incident.short_reference, incident.reference.lower()):
        assert listed(analyst, text=typed) == [incident]
    assert listed(analyst, text=f"INC-2025-{incident.pk:04d}") == []
    assert listed(analyst, text="INC-2026-99999999999999") == []


def test_a_finess_number_finds_the_files_of_a_structure(analyst):
    site = SiteFactory(finess="010000024")
    structure = EstablishmentFactory(finess="010780054")
    at_site = IncidentFactory(establishment=site.establishment, site=site)
    at_structure = IncidentFactory(establishment=structure)
    assert listed(analyst, text="010 780 054") == [at_structure]
    assert listed(analyst, text=site.finess) == [at_site]


def test_the_name_of_an_event_finds_its_files(analyst):
    incident = IncidentFactory()
    event = events.group(by=analyst, incidents=[incident], into=NewEvent("e"), reason="r", now=NOW)
    assert listed(analyst, text=event.reference) == [incident]
    assert listed(person("rssi", EstablishmentFactory()), text=event.reference) == []


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


# the queue


def test_the_queue_goes_by_danger_then_by_next_action(analyst):
    unknown = IncidentFactory(endangerment="unknown")
    none_late = IncidentFactory(endangerment="none", now=later(days=-1))
    none_soon = IncidentFactory(endangerment="none")
    proven = IncidentFactory(endangerment="proven")
    first_potential = IncidentFactory(endangerment="potential", now=later(minutes=-5))
    potential = IncidentFactory(endangerment="potential")
    rejected(analyst, endangerment="proven")
    found = queues.queue(analyst, Filters(), now=NOW)
    assert shown(found) == {
        3: [proven],
        2: [first_potential, potential],
        1: [unknown],
        0: [none_late, none_soon],
    }
    assert [group.total.total for group in found.groups] == [1, 2, 1, 2]


def test_the_figures_count_each_file_once(analyst):
    mine = IncidentFactory(endangerment="proven", now=later(hours=-5))
    steps.assign(by=analyst, incident=mine, to=analyst, version=1, now=NOW)
    structure = IncidentFactory(endangerment="none")
    action = NextAction("Répondre", later(hours=9), Waiting.STRUCTURE)
    steps.plan(by=analyst, incident=structure, action=action, version=1, now=later(days=-5))
    rejected(analyst)
    found = queues.queue(analyst, Filters(), now=NOW).figures
    assert (found.open.total, found.danger.total, found.late.total) == (2, 1, 1)
    assert (found.mine.total, found.unassigned.total, found.for_cert.total) == (1, 1, 1)
    assert found.silent.total == 1
    assert (found.waits_since, found.danger_waits_since) == (later(days=-5), later(hours=-5))


@pytest.mark.parametrize(
    ("chip", "expected"),
    [("danger", {"grave"}), ("late", {"grave"}), ("mine", {"quiet"}), ("unassigned", {"grave"})],
)
def test_a_chip_leaves_its_part_of_the_queue(analyst, chip, expected):
    files = {
        "grave": IncidentFactory(endangerment="potential", now=later(hours=-2)),
        "quiet": IncidentFactory(endangerment="none"),
    }
    steps.assign(by=analyst, incident=files["quiet"], to=analyst, version=1, now=NOW)
    found = queues.queue(analyst, Filters(), now=NOW, chip=chip)
    assert set(found.rows) == {files[name] for name in expected}
    assert found.figures.open.total == 2  # chips say what they would show, whatever is chosen


def test_an_event_is_one_line_at_the_place_of_its_gravest_file(analyst):
    members = [
        IncidentFactory(endangerment="potential", now=later(minutes=-10)),
        IncidentFactory(endangerment="none", now=later(hours=-6)),
        IncidentFactory(endangerment="none"),
    ]
    alone = IncidentFactory(endangerment="potential")
    quiet = IncidentFactory(endangerment="none")
    event = events.group(by=analyst, incidents=members, into=NewEvent("Panne"), reason="r", now=NOW)
    found = queues.queue(analyst, Filters(), now=NOW)
    assert shown(found) == {2: [(event, []), alone], 0: [quiet]}
    banner = found.banners[0]
    assert (banner.files, banner.potential, banner.lead) == (3, 1, members[1])
    assert {g.rank: (g.total.total, g.in_events) for g in found.groups} == {2: (2, 1), 0: (3, 2)}
    assert (found.figures.open.total, found.folded) == (5, 3)
    unfolded = queues.queue(analyst, Filters(), now=NOW, unfold=event.pk)
    assert shown(unfolded)[2][0] == (event, [members[0], members[1], members[2]])


def test_an_event_with_one_open_file_folds_nothing(analyst):
    incident = IncidentFactory()
    events.group(by=analyst, incidents=[incident], into=NewEvent("e"), reason="r", now=NOW)
    assert shown(queues.queue(analyst, Filters(), now=NOW)) == {0: [incident]}


def test_an_event_counts_only_the_files_that_the_reader_may_follow(analyst):
    here = [
        IncidentFactory(establishment=EstablishmentFactory(region="84")) for _number in range(2)
    ]
    there = IncidentFactory(establishment=EstablishmentFactory(region="11"))
    events.group(by=analyst, incidents=[*here, there], into=NewEvent("e"), reason="r", now=NOW)
    assert queues.queue(analyst, Filters(), now=NOW).banners[0].regions == 2
    regional = queues.queue(person("cert_analyst", region="84"), Filters(), now=NOW)
    assert (regional.banners[0].files, regional.banners[0].regions) == (2, 1)
    assert regional.figures.open.total == 2


@pytest.mark.parametrize("size", [1, 2, 3])
def test_each_line_of_the_queue_is_on_one_page(analyst, size):
    files = [IncidentFactory(endangerment="none", now=later(minutes=n)) for n in range(5)]
    members = [IncidentFactory(endangerment="none", now=later(minutes=2)) for _n in range(2)]
    grave = [IncidentFactory(endangerment="proven") for _number in range(2)]
    quiet = events.group(by=analyst, incidents=members, into=NewEvent("calme"), reason="r", now=NOW)
    loud = events.group(by=analyst, incidents=grave, into=NewEvent("grave"), reason="r", now=NOW)
    seen, cursor = [], None
    while True:
        found = queues.queue(analyst, Filters(), now=NOW, cursor=cursor, size=size)
        seen += [line for lines in shown(found).values() for line in lines]
        cursor = found.rows.following
        if cursor is None:
            break
    assert sorted(str(line) for line in seen) == sorted(
        str(line) for line in [*files, (quiet, []), (loud, [])]
    )
    assert seen[0] == (loud, [])


def test_a_queue_of_events_alone_shows_them(analyst):
    members = [IncidentFactory() for _number in range(2)]
    event = events.group(by=analyst, incidents=members, into=NewEvent("e"), reason="r", now=NOW)
    assert shown(queues.queue(analyst, Filters(), now=NOW)) == {0: [(event, [])]}


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
