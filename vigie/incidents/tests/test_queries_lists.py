from datetime import date

import pytest
from django.db import connection

from vigie.accounts.models import User
from vigie.accounts.tests.factories import person
from vigie.establishments.tests.factories import GroupFactory, GroupMemberFactory
from vigie.incidents.models import Incident
from vigie.incidents.operations import events, follow, qualify, steps
from vigie.incidents.operations.events import NewEvent
from vigie.incidents.operations.qualify import Decision
from vigie.incidents.queries import queue as queues
from vigie.incidents.queries import search, words
from vigie.incidents.queries.search import Filters
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
