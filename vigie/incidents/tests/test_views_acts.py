import re

import pytest
from django.urls import reverse

from vigie.accounts.tests.factories import person
from vigie.audit.models import Event as Entry
from vigie.incidents.models import Event, Incident
from vigie.incidents.operations import events, qualify
from vigie.incidents.operations.events import NewEvent
from vigie.incidents.operations.qualify import Decision
from vigie.incidents.rules.follow import MOVES
from vigie.incidents.rules.words import COUNTED_OUT, Origin, Status
from vigie.incidents.tests.factories import (
    NOW,
    EstablishmentFactory,
    IncidentFactory,
)
from vigie.kernel import clock

pytestmark = pytest.mark.django_db
RANSOMWARE = Decision(origin=Origin.MALICIOUS, category="ransomware", reason="Note de rançon")


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def analyst():
    return person("cert_analyst", nation="FR")


@pytest.fixture
def incident():
    return IncidentFactory(endangerment="potential", title="Serveur chiffré <b>")


@pytest.fixture
def officer(incident):
    return person("rssi", incident.establishment)


def address(name, incident, *more):
    return reverse(f"incidents:{name}", args=[incident.pk, *more])


def again(incident):
    return Incident.objects.select_related("event", "assignee").get(pk=incident.pk)


def opened(incident):
    return Entry.objects.filter(target=f"incident:{incident.pk}", verb="incident.opened").count()


def plain(text):
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def qualified(incident, by):
    return qualify(by=by, incident=incident, decision=RANSOMWARE, version=1, now=NOW)


# acts


def test_the_form_stands_in_the_page_as_htmx_gets_it_alone(client, incident, analyst):
    client.force_login(analyst)
    url = address("qualify", incident)
    page = client.get(url).text
    fragment = client.get(url, headers={"HX-Request": "true", "HX-Target": "act"}).text
    assert "<h1" not in fragment
    token = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
    assert token.sub("", fragment.strip()) in token.sub("", page)


def test_qualifying_in_the_page(client, incident, analyst):
    client.force_login(analyst)
    answer = client.post(
        address("qualify", incident),
        {
            "version": 1,
            "origin": "malicious",
            "category": "ransomware",
            "rsit": "malicious-code/infected-system",
            "severity": "",
            "major_confirmed": "yes",
            "reason": "",
            "text": "Rappeler le RSSI",
            "soon": "30",
            "waiting": "cert",
        },
        follow=True,
    )
    assert "Qualification enregistrée." in answer.text
    file = again(incident)
    assert (file.status, file.category, file.rsit_class, file.rsit_type) == (
        Status.QUALIFIED,
        "ransomware",
        "malicious-code",
        "infected-system",
    )
    assert (file.next_action, file.major_confirmed) == ("Rappeler le RSSI", True)
    assert 25 < (file.next_action_at - clock.now()).total_seconds() / 60 <= 30


@pytest.mark.parametrize(
    ("name", "given", "field"),
    [
        (
            "qualify",
            {"category": "ransomware", "soon": "30", "text": "x", "waiting": "cert"},
            "origin",
        ),
        ("qualify", {"origin": "malicious", "category": "ransomware", "severity": "4"}, "reason"),
        ("plan", {"text": "", "soon": "30", "waiting": "cert"}, "text"),
        ("plan", {"text": "x", "soon": "exact", "waiting": "cert"}, "exact"),
        (
            "plan",
            {"text": "x", "soon": "exact", "exact": "2020-01-01T10:00", "waiting": "cert"},
            "exact",
        ),
        ("plan", {"text": "x", "soon": "30", "waiting": ""}, "waiting"),
        ("postpone", {"soon": ""}, "soon"),
        ("reject", {"reason": " "}, "reason"),
        ("merge", {"into": "bonjour", "reason": "x"}, "into"),
        ("merge", {"into": "26-99999", "reason": "x"}, "into"),
        ("assign", {"to": "0"}, "to"),
        ("tlp", {"tlp": "PINK"}, "tlp"),
        ("give-support", {"helpers": ["nobody"]}, "helpers"),
        ("group", {"reason": "x"}, "title"),
        ("group", {"title": "x", "reason": ""}, "reason"),
    ],
)
def test_an_error_is_said_at_its_field_and_keeps_what_was_typed(
    client, incident, analyst, name, given, field
):
    client.force_login(analyst)
    answer = client.post(address(name, incident), {"version": 1, **given})
    assert answer.status_code == 422
    assert f"id_{field}_error" in answer.text
    for typed in given.values():
        assert str(typed[0] if isinstance(typed, list) else typed).strip() in answer.text
    assert again(incident).version == 1


def test_a_stale_act_keeps_what_was_typed_and_says_what_changed(client, incident, analyst):
    client.force_login(analyst)
    colleague = person("cert_analyst", nation="FR")
    qualified(incident, colleague)
    given = {"version": 1, "text": "Ma suite", "soon": "30", "waiting": "cert"}
    answer = client.post(address("plan", incident), given)
    assert answer.status_code == 409
    text = plain(answer.text).replace("\N{NO-BREAK SPACE}", " ")
    assert "Le dossier a changé" in text
    assert f"Qualifié : Rançongiciel. ({colleague.short_name})" in text
    assert 'value="Ma suite"' in answer.text
    version = again(incident).version
    assert f'name="version" value="{version}"' in answer.text
    assert client.post(address("plan", incident), given | {"version": version}).status_code == 302
    assert again(incident).next_action == "Ma suite"


def test_each_move_of_the_table_is_an_act_on_the_page_and_nothing_else_is(
    client, incident, analyst
):
    client.force_login(analyst)
    reached = {
        "contain": Status.CONTAINED,
        "resolve": Status.RESOLVED,
        "close": Status.CLOSED,
        "reopen": Status.RESOLVED,
        "back-to-qualified": Status.QUALIFIED,
        "back-to-contained": Status.CONTAINED,
        "reject": Status.REJECTED,
    }
    for status in Status:
        if status in COUNTED_OUT:
            continue
        Incident.objects.filter(pk=incident.pk).update(
            status=status, is_open=status != Status.CLOSED
        )
        offered = {
            to
            for name, to in reached.items()
            if client.get(address(name, incident)).status_code == 200
        }
        by_own_act = {Status.DUPLICATE} | (
            {Status.QUALIFIED} if status is Status.RECEIVED else set()
        )
        assert offered == MOVES[status] - by_own_act, status


def test_a_file_goes_all_the_way_in_the_page(client, incident, analyst):
    qualified(incident, analyst)
    client.force_login(analyst)
    for name, given in (
        ("contain", {}),
        ("back-to-qualified", {"reason": "Il revient"}),
        ("resolve", {}),
        ("close", {"lessons": "Sauvegarder hors ligne"}),
        ("reopen", {"reason": "Une question"}),
        ("back-to-contained", {"reason": "Il revient encore"}),
    ):
        answer = client.post(address(name, incident), {"version": again(incident).version, **given})
        assert answer.status_code == 302, name
    assert again(incident).status == Status.CONTAINED
    assert again(incident).lessons == "Sauvegarder hors ligne"


def test_an_act_that_no_longer_fits_leads_back_to_the_file(client, incident, analyst):
    client.force_login(analyst)
    answer = client.post(address("contain", incident), {"version": 1}, follow=True)
    assert "Cet acte n’est plus possible" in answer.text
    assert again(incident).status == Status.RECEIVED


def test_setting_aside_and_taking_back(client, incident, analyst):
    client.force_login(analyst)
    other = IncidentFactory(establishment=incident.establishment)
    given = {"version": 1, "into": other.short_reference, "reason": "Déclaré deux fois"}
    assert client.post(address("merge", incident), given).status_code == 302
    page = client.get(address("file", incident)).text
    assert address("file", other) in page
    assert address("qualify", incident) not in page
    given = {"version": 2, "reason": "Deux incidents"}
    assert client.post(address("restore", incident), given).status_code == 302
    assert again(incident).merged_into is None


def test_steering_in_the_page(client, incident, analyst):
    client.force_login(analyst)
    version = iter(range(1, 9))
    for name, given in (
        ("assign", {"to": analyst.pk}),
        ("tlp", {"tlp": "GREEN"}),
        ("give-support", {"helpers": ["cert", "ars"]}),
        ("postpone", {"soon": "tomorrow", "reason": ""}),
        ("done", {"text": "Relire", "soon": "240", "waiting": "supplier"}),
    ):
        answer = client.post(address(name, incident), {"version": next(version), **given})
        assert answer.status_code == 302, name
    file = again(incident)
    assert (file.assignee, file.tlp, file.support_given) == (analyst, "GREEN", ["cert", "ars"])
    assert (file.next_action, file.waiting) == ("Relire", "supplier")


def test_grouping_takes_along_files_of_the_same_kind(client, analyst):
    client.force_login(analyst)
    first, alike, other = (
        IncidentFactory(category="telecom_loss"),
        IncidentFactory(category="telecom_loss"),
        IncidentFactory(category="human_error"),
    )
    page = client.get(address("group", first)).text
    assert alike.reference in page
    assert other.reference not in page
    given = {"version": 1, "title": "Coupure", "reason": "Même opérateur", "others": [alike.pk]}
    assert client.post(address("group", first), given).status_code == 302
    event = Event.objects.get()
    assert set(event.incidents.all()) == {first, alike}
    given = {"version": 1, "event": event.pk, "reason": "Lui aussi"}
    assert client.post(address("group", other), given).status_code == 302
    assert event.incidents.count() == 3
    given = {"version": 2, "reason": "Non"}
    assert client.post(address("ungroup", other), given).status_code == 302
    assert event.incidents.count() == 2


def test_members_of_an_event_do_not_see_each_other(client, incident, officer, analyst):
    other = IncidentFactory(establishment=EstablishmentFactory(name="Hôpital d’à côté"))
    events.group(
        by=analyst, incidents=[incident, other], into=NewEvent("Panne"), reason="r", now=NOW
    )
    client.force_login(officer)
    page = client.get(address("file", incident)).text
    assert "Panne" in page
    assert "Hôpital d’à côté" not in page
    event = again(incident).event
    listed = client.get(reverse("incidents:list"), {"event": event.pk}).text
    assert incident.short_reference in listed
    assert other.short_reference not in listed


def test_an_officer_asks_for_support_in_the_page(client, incident, officer):
    client.force_login(officer)
    given = {"version": 1, "nature": "Un renfort cette nuit"}
    assert client.post(address("ask-support", incident), given).status_code == 302
    assert again(incident).support_asked_at is not None
    assert "Un renfort cette nuit" in client.get(address("file", incident)).text
