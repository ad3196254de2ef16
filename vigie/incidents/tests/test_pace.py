from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from vigie.accounts.tests.factories import person
from vigie.incidents.models import Incident
from vigie.incidents.operations import follow, steps
from vigie.incidents.operations.exchange import write_message
from vigie.incidents.queries.pace import pace
from vigie.incidents.rules.pace import quantile
from vigie.incidents.rules.words import Status, Waiting
from vigie.incidents.tests.factories import NOW, EstablishmentFactory, IncidentFactory, later

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("minutes", "share", "answer"),
    [
        ([], 0.5, None),
        ([7], 0.5, 7),
        ([7], 0.9, 7),
        ([1, 2, 3], 0.5, 2),
        ([4, 3, 2, 1], 0.5, 2),
        (list(range(1, 11)), 0.9, 9),
    ],
)
def test_a_quantile_is_one_of_the_values(minutes, share, answer):
    found = quantile([n * MINUTE for n in minutes], share)
    assert found == (None if answer is None else answer * MINUTE)


@pytest.fixture
def analyst(db):
    return person("cert_analyst", nation="FR")


def test_open_files_are_counted_by_side_age_person_and_category(analyst):
    old = IncidentFactory(now=NOW - timedelta(days=5), endangerment="proven", category="ransomware")
    young = IncidentFactory(now=NOW)
    IncidentFactory(establishment=EstablishmentFactory(country="BE", region=""))
    steps.assign(by=analyst, incident=old, to=analyst, version=1, now=NOW)
    Incident.objects.filter(pk=young.pk).update(waiting=Waiting.STRUCTURE)
    found = pace(analyst, later(hours=1))
    assert (found.open, found.danger) == (2, 1)
    assert dict(found.waiting) == {"cert": 1, "structure": 1}
    assert [n for _limit, n in found.bands] == [1, 0, 1, 0, 0]
    assert [(load.person, load.open, load.danger) for load in found.loads] == [
        (None, 1, 0),
        (analyst, 1, 1),
    ]
    assert dict(found.categories) == {"ransomware": 1, "": 1}


def test_a_file_counts_on_the_day_it_was_opened_and_on_that_it_ended(analyst):
    incident = IncidentFactory(now=NOW - timedelta(days=2))
    follow.move(
        by=analyst, incident=incident, to=Status.REJECTED, version=1, now=NOW, reason="Essai"
    )
    days = {day.day.isoformat(): (day.opened, day.closed) for day in pace(analyst, NOW).days}
    assert len(days) == 14
    assert days["2026-03-12"] == (1, 0)
    assert days["2026-03-14"] == (0, 1)


def test_the_first_answer_is_the_first_message_of_the_cert(analyst):
    officer = person("rssi", (incident := IncidentFactory()).establishment)
    IncidentFactory()
    for by, minutes in ((officer, 5), (analyst, 12), (analyst, 40)):
        write_message(by=by, incident=incident, text="x", key=uuid4(), now=later(minutes=minutes))
    found = pace(analyst, later(hours=1)).answers
    assert (found.files, found.answered) == (2, 1)
    assert found.half == 12 * MINUTE


@pytest.mark.django_db
def test_the_desk_of_a_region_counts_its_own_files():
    IncidentFactory(establishment__region="84")
    IncidentFactory(establishment__region="11")
    assert pace(person("cert_analyst", region="84"), NOW).open == 1


@pytest.mark.django_db
def test_the_page_costs_as_many_queries_whatever_the_files(
    client, analyst, django_assert_max_num_queries
):
    client.force_login(analyst)
    for number in range(8):
        IncidentFactory(now=NOW - timedelta(days=number))
    url = reverse("incidents:desk")
    client.get(url)
    with django_assert_max_num_queries(15):
        page = client.get(url).text
    assert "Le bureau en chiffres" in page
    assert "Les appels ne sont pas comptés" in page


@pytest.mark.django_db
def test_an_empty_desk_has_a_page_too(client, analyst):
    client.force_login(analyst)
    assert "Aucun dossier ouvert." in client.get(reverse("incidents:desk")).text
