from uuid import uuid4

import pytest
from django.urls import reverse

from vigie.accounts.tests.factories import person
from vigie.incidents.forms.bulk import picks_in
from vigie.incidents.models import Event, Incident, Message
from vigie.incidents.operations import bulk as acts
from vigie.incidents.operations import steps
from vigie.incidents.operations.bulk import MOST, Pick, TooManyFiles
from vigie.incidents.operations.wording import Wording, save_template
from vigie.incidents.rules.follow import NextAction
from vigie.incidents.rules.words import Status, Waiting
from vigie.incidents.tests.factories import NOW, EstablishmentFactory, IncidentFactory, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst():
    return person("cert_analyst", nation="FR")


@pytest.fixture
def desk(client, analyst):
    client.force_login(analyst)
    return client


def picks(*incidents):
    return [Pick(row.pk, row.version) for row in incidents]


def boxes(*incidents):
    return [f"{row.pk}.{row.version}" for row in incidents]


def send(desk, act, *incidents, **more):
    told = {"act": act, "file": boxes(*incidents), **more}
    return desk.post(reverse("incidents:bulk"), told)


def test_boxes_that_name_no_file_are_dropped():
    assert picks_in(["12.3", "x.1", "4", "12.3", "5.", "²3.1", f"1.{2**31}", "7.1"]) == [
        Pick(12, 3),
        Pick(7, 1),
    ]


def test_each_file_has_its_own_fate(analyst):
    first, stale, foreign = IncidentFactory(), IncidentFactory(), IncidentFactory()
    steps.assign(by=analyst, incident=stale, to=None, version=1, now=NOW)
    fates = acts.assign_each(
        by=analyst, picks=picks(first, stale, foreign), to=analyst, now=later(minutes=1)
    )
    assert [type(fate.refusal).__name__ for fate in fates] == ["NoneType", "StaleFile", "NoneType"]
    assert set(Incident.objects.filter(assignee=analyst)) == {first, foreign}


def test_a_file_that_one_may_not_see_is_passed_over_in_silence(analyst):
    home = IncidentFactory()
    abroad = IncidentFactory(establishment=EstablishmentFactory(country="BE", region=""))
    fates = acts.assign_each(by=analyst, picks=picks(home, abroad), to=analyst, now=NOW)
    assert [fate.incident for fate in fates] == [home]


def test_who_may_read_and_not_follow_changes_nothing():
    incident = IncidentFactory(establishment__region="84")
    reader = person("ars_officer", region="84")
    fates = acts.assign_each(by=reader, picks=picks(incident), to=None, now=NOW)
    assert type(fates[0].refusal).__name__ == "PermissionDenied"


def test_one_act_takes_two_hundred_files_and_no_more(analyst):
    chosen = [Pick(number, 1) for number in range(1, MOST + 2)]
    with pytest.raises(TooManyFiles):
        acts.assign_each(by=analyst, picks=chosen, to=None, now=NOW)


def test_a_next_action_is_the_same_for_all(analyst):
    files = IncidentFactory(), IncidentFactory()
    action = NextAction("Rappeler", later(hours=2), Waiting.STRUCTURE)
    fates = acts.plan_each(by=analyst, picks=picks(*files), action=action, now=NOW)
    assert not [fate for fate in fates if fate.refusal]
    assert set(Incident.objects.values_list("next_action", "waiting")) == {
        ("Rappeler", Waiting.STRUCTURE)
    }


def test_news_are_asked_once_each_structure_in_its_own_words(analyst):
    words = Wording("Nouvelles", "Où en est {reference} ?", "How does {reference} stand?")
    template = save_template(
        by=person("cert_lead", nation="FR"), country="FR", words=words, now=NOW
    )
    files, key = (IncidentFactory(), IncidentFactory()), uuid4()
    for _twice in range(2):
        acts.write_each(
            by=analyst, picks=picks(*files), template=template, language="fr", key=key, now=NOW
        )
    said = dict(Message.objects.values_list("incident", "text"))
    assert said == {row.pk: f"Où en est {row.reference} ?" for row in files}


def test_duplicates_of_one_are_merged_into_it(analyst):
    kept, double = IncidentFactory(), IncidentFactory()
    fates = acts.merge_each(
        by=analyst, picks=picks(kept, double), into=kept, reason="Même panne", now=NOW
    )
    assert [fate.incident for fate in fates] == [double]
    double.refresh_from_db()
    assert (double.merged_into, double.status) == (kept, Status.DUPLICATE)


def test_closing_is_refused_where_a_file_is_not_ready(analyst):
    files = IncidentFactory(), IncidentFactory()
    fates = acts.close_each(
        by=analyst, picks=picks(*files), to=Status.CLOSED, words="Rien", now=NOW
    )
    assert {type(fate.refusal).__name__ for fate in fates} == {"ForbiddenMove"}
    fates = acts.close_each(
        by=analyst, picks=picks(*files), to=Status.REJECTED, words="Essai", now=NOW
    )
    assert {fate.refusal for fate in fates} == {None}


def test_taking_needs_nothing_more(desk, analyst):
    files = IncidentFactory(), IncidentFactory()
    answer = send(desk, "take", *files)
    assert "2 dossiers traités" in answer.text.replace("\N{NO-BREAK SPACE}", " ")
    assert Incident.objects.filter(assignee=analyst).count() == 2


def test_an_act_asks_first_what_it_needs_and_keeps_the_choice(desk, analyst):
    files = IncidentFactory(), IncidentFactory()
    page = send(desk, "assign", *files).text
    for box in boxes(*files):
        assert f'value="{box}"' in page
    assert not Incident.objects.filter(assignee=analyst).exists()
    answer = send(desk, "assign", *files, go="1", to=str(analyst.pk))
    assert answer.status_code == 200
    assert Incident.objects.filter(assignee=analyst).count() == 2


def test_the_answer_says_file_by_file_what_was_refused_and_why(desk, analyst):
    fresh, stale = IncidentFactory(), IncidentFactory()
    chosen = boxes(fresh, stale)
    steps.assign(by=analyst, incident=stale, to=None, version=1, now=NOW)
    page = desk.post(reverse("incidents:bulk"), {"act": "take", "file": chosen}).text
    assert "Quelqu’un a agi sur ce dossier" in page
    assert stale.reference in page
    assert "1 dossier traité" in page.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("act", ["assign", "plan", "news", "close", "merge", "group"])
def test_every_act_shows_its_form(desk, act):
    assert send(desk, act, IncidentFactory()).status_code == 200


@pytest.mark.parametrize("act", ["plan", "news", "close", "merge", "group"])
def test_an_empty_form_is_told_at_its_fields(desk, act):
    assert send(desk, act, IncidentFactory(), go="1").status_code == 422


def test_a_selection_is_grouped_into_a_new_event(desk):
    files = IncidentFactory(), IncidentFactory()
    told = {"go": "1", "title": "Panne Odalis", "reason": "Même hébergeur"}
    assert send(desk, "group", *files, **told).status_code == 200
    assert Event.objects.get().incidents.count() == 2
    again = [Incident.objects.get(pk=row.pk) for row in files]
    assert send(desk, "group", *again, **told | {"title": "Autre"}).status_code == 422
    assert Event.objects.count() == 1


def test_nothing_chosen_leads_back_to_the_list_with_its_filters(desk):
    answer = send(desk, "take", page="list", query="status=open&nonsense=1")
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('incidents:list')}?status=open"


def test_an_act_that_nobody_knows_is_not_there(desk):
    assert send(desk, "explode", IncidentFactory()).status_code == 404


def test_a_structure_has_no_such_door(client):
    incident = IncidentFactory()
    client.force_login(person("rssi", incident.establishment))
    assert send(client, "take", incident).status_code == 403
    page = client.get(reverse("incidents:list")).text
    assert 'name="file"' not in page


def test_queue_and_list_offer_boxes_with_the_version_read(desk):
    incident = IncidentFactory()
    for page in ("queue", "list"):
        text = desk.get(reverse(f"incidents:{page}")).text
        assert f'value="{incident.pk}.{incident.version}"' in text
        assert 'data-select-all="file"' in text


def test_a_selection_costs_as_many_queries_whatever_its_size_to_show(
    desk, django_assert_max_num_queries
):
    files = [IncidentFactory() for _n in range(12)]
    with django_assert_max_num_queries(15):
        send(desk, "assign", *files)
