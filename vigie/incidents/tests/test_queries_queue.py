import pytest

from vigie.accounts.tests.factories import person
from vigie.incidents.operations import events, follow, steps
from vigie.incidents.operations.events import NewEvent
from vigie.incidents.queries import queue as queues
from vigie.incidents.queries import search
from vigie.incidents.queries.queue import Banner
from vigie.incidents.queries.search import Filters
from vigie.incidents.rules.follow import NextAction
from vigie.incidents.rules.words import Status, Waiting
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
