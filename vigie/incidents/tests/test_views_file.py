import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from vigie.accounts.tests.factories import person
from vigie.audit.models import Event as Entry
from vigie.establishments.models import Designation
from vigie.establishments.tests.factories import GroupFactory, GroupMemberFactory
from vigie.incidents.models import Attachment, Event, Incident, Message, Qualification, ReadMark
from vigie.incidents.operations import events, follow, qualify
from vigie.incidents.operations.attach import Upload
from vigie.incidents.operations.events import NewEvent
from vigie.incidents.operations.exchange import write_message
from vigie.incidents.operations.qualify import Decision
from vigie.incidents.queries.file import one_file
from vigie.incidents.rules.follow import MOVES
from vigie.incidents.rules.words import COUNTED_OUT, Origin, Status
from vigie.incidents.tests.factories import (
    NOW,
    PHONE,
    EstablishmentFactory,
    IncidentFactory,
    later,
)
from vigie.incidents.views.acts import ACTS
from vigie.kernel import clock

pytestmark = pytest.mark.django_db
RANSOMWARE = Decision(origin=Origin.MALICIOUS, category="ransomware", reason="Note de rançon")
MOST_QUERIES = 15
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100


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


def write(by, incident, text="Bonjour", uploads=(), now=NOW):
    return write_message(
        by=by, incident=incident, text=text, key=uuid4(), now=now, uploads=uploads
    ).message


# who sees a file


@pytest.mark.parametrize(
    "role", ["rssi", "dsi", "dpo", "director", "declarant"], ids=lambda role: role
)
def test_people_of_the_structure_see_their_file_and_no_act_of_the_desk(client, incident, role):
    client.force_login(person(role, incident.establishment))
    page = client.get(address("file", incident))
    assert page.status_code == 200
    for name in ("qualify", "plan", "reject", "assign", "tlp", "group"):
        assert address(name, incident) not in page.text
    assert address("write", incident) in page.text


@pytest.mark.parametrize("role", ["auditor", "national_steering"])
def test_who_reads_for_the_nation_sees_no_names_and_no_form(client, incident, role):
    client.force_login(person(role, nation="FR"))
    page = client.get(address("file", incident))
    assert page.status_code == 200
    assert PHONE not in page.text
    assert "<form" not in page.text.split('id="contenu"')[1].split("</main>")[0]


@pytest.mark.parametrize("role", ["grades_officer", "ars_officer"])
def test_a_region_reads_and_writes_in_its_files(client, incident, role):
    client.force_login(person(role, region=incident.region))
    page = client.get(address("file", incident))
    assert page.status_code == 200
    assert address("write", incident) in page.text
    assert address("qualify", incident) not in page.text


ADDRESSES = ["file", "journal", *sorted(ACTS)]


@pytest.mark.parametrize("name", ADDRESSES)
def test_what_a_reader_may_not_see_is_not_there(client, incident, name):
    for stranger in (
        person("rssi", EstablishmentFactory()),
        person("cert_analyst", region="11"),
    ):
        client.force_login(stranger)
        assert client.get(address(name, incident)).status_code in {403, 404}
        assert client.post(address(name, incident)).status_code in {403, 404, 405}
    client.force_login(person("cert_analyst", region="11"))
    assert client.get(address(name, incident)).status_code == (
        403 if name == "ask-support" else 404
    )
    assert opened(incident) == 0


@pytest.mark.parametrize("name", sorted(ACTS))
def test_acts_of_the_desk_are_forbidden_to_the_structure(client, incident, officer, name):
    client.force_login(officer)
    expected = 200 if name == "ask-support" else 403
    assert client.get(address(name, incident)).status_code == expected
    assert again(incident).version == 1


def test_a_file_that_never_was_is_not_there(client, analyst):
    client.force_login(analyst)
    for pk in (0, 10**9, 2**63 - 1):
        assert client.get(reverse("incidents:file", args=[pk])).status_code == 404


# the page


def test_every_opening_is_journalled_by_the_page_and_by_its_parts(client, incident, officer):
    client.force_login(officer)
    client.get(address("file", incident))
    client.get(address("file", incident))
    client.get(address("journal", incident))
    client.get(address("ask-support", incident), headers={"HX-Request": "true", "HX-Target": "act"})
    assert opened(incident) == 4


def test_the_page_says_what_happens_and_what_comes_next(client, incident, analyst):
    held = qualified(incident, analyst)
    write(person("rssi", incident.establishment), held, "La biologie est à l’arrêt")
    client.force_login(analyst)
    page = client.get(address("file", incident))
    text = plain(page.text)
    for words in (
        incident.reference,
        "Serveur chiffré &lt;b&gt;",
        "Rançongiciel",
        "Note de rançon",
        "La biologie est à l’arrêt",
        "Prendre contact avec la structure",
        "Attend : CERT",
        "Potentielle",
        PHONE,
        "Déclaration reçue.",
    ):
        assert words in text.replace("\N{NO-BREAK SPACE}", " "), words
    assert "<b>" not in page.text.split("<h1")[1].split("</h1>")[0]


def test_the_page_speaks_english(client, incident, analyst):
    analyst.language = "en"
    analyst.save()
    client.force_login(analyst)
    client.cookies["django_language"] = "en"
    text = plain(client.get(address("file", incident)).text)
    assert "Next action" in text
    assert "Prochaine action" not in text


def crowded(analyst, incident):
    """Fill a file with everything that may belong to it."""
    officer = person("rssi", incident.establishment)
    for kind in ("ose", "oiv"):
        Designation.objects.create(establishment=incident.establishment, kind=kind)
    GroupMemberFactory(group=GroupFactory(), establishment=incident.establishment)
    held = qualified(incident, analyst)
    for minutes in range(6):
        by = (officer, analyst)[minutes % 2]
        write(by, held, uploads=[Upload("x.png", [PNG])] * 2, now=later(minutes=minutes))
    for _double in range(2):
        double = IncidentFactory(establishment=incident.establishment)
        follow.merge(by=analyst, incident=double, into=incident, reason="x", version=1, now=NOW)
    other = IncidentFactory()
    colleague = person("cert_analyst", nation="FR")
    events.group(
        by=colleague, incidents=[again(incident), other], into=NewEvent("e"), reason="r", now=NOW
    )
    return officer


def queries_of(client, url):
    client.get(url)  # whatever is read once a process
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return [query["sql"] for query in caught.captured_queries]


def test_the_page_asks_as_little_of_the_database_for_a_crowded_file(client, incident, analyst):
    client.force_login(analyst)
    empty = queries_of(client, address("file", incident))
    officer = crowded(analyst, incident)
    full = queries_of(client, address("file", incident))
    assert len(full) <= MOST_QUERIES, "\n".join(full)
    assert len(full) <= len(empty) + 2  # duplicates, and names of others
    client.force_login(officer)
    assert len(queries_of(client, address("file", incident))) <= MOST_QUERIES


def test_one_file_is_read_in_eight_queries(incident, analyst, django_assert_max_num_queries):
    crowded(analyst, incident)
    analyst.memberships_in_force, analyst.delegations_in_force  # noqa: B018 - read once a request
    with django_assert_max_num_queries(8):
        found = one_file(analyst, incident.pk)
    assert len(found.words) == 6
    assert [len(word.files) for word in found.words] == [2] * 6
    assert len(found.duplicates) == 2
    assert found.designations == ["OSE", "OIV"]


def test_duplicates_elsewhere_are_not_told_to_the_structure(incident, analyst):
    elsewhere = IncidentFactory()
    follow.merge(by=analyst, incident=elsewhere, into=incident, reason="x", version=1, now=NOW)
    assert one_file(analyst, incident.pk).duplicates == [elsewhere]
    assert one_file(person("rssi", incident.establishment), incident.pk).duplicates == []


def test_reading_is_told_to_who_wrote(incident, officer, analyst):
    write(analyst, incident, now=later(minutes=1))
    assert one_file(analyst, incident.pk).read_by is None
    assert one_file(officer, incident.pk).unread is True
    ReadMark.objects.create(
        incident=incident, user=officer, from_desk=False, read_at=later(minutes=2)
    )
    found = one_file(analyst, incident.pk).read_by
    assert (found.who, found.at) == (officer.short_name, later(minutes=2))
    assert one_file(officer, incident.pk).unread is False
    write(analyst, incident, now=later(minutes=3))
    assert one_file(analyst, incident.pk).read_by is None
    assert one_file(person("ars_officer", region=incident.region), incident.pk).unread is False


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


# exchanges


def test_writing_in_the_page(client, incident, officer):
    client.force_login(officer)
    given = {"text": "Voici la note", "idempotency_key": uuid4()}
    for _twice in range(2):
        answer = client.post(address("write", incident), given)
        assert answer.url == f"{address('file', incident)}#exchanges"
    assert Message.objects.get().text == "Voici la note"
    assert again(incident).waiting == "cert"


def test_a_message_says_what_is_wrong_with_it(client, incident, officer):
    client.force_login(officer)
    key = uuid4()
    empty = client.post(address("write", incident), {"text": " ", "idempotency_key": key})
    assert empty.status_code == 422
    assert "id_text_error" in empty.text
    assert f'value="{key}"' in empty.text


def test_a_refused_file_is_said_at_its_field(client, incident, officer, tmp_path):
    (tmp_path / "outil.exe").write_bytes(b"MZ\x90\x00\x03" + b"\x00" * 50)
    client.force_login(officer)
    with (tmp_path / "outil.exe").open("rb") as file:
        given = {"text": "Voici", "attachments": [file], "idempotency_key": uuid4()}
        answer = client.post(address("write", incident), given)
    assert answer.status_code == 422
    assert "id_attachments_error" in answer.text
    assert "Voici" in answer.text
    assert not Message.objects.exists()


def test_attachments_are_downloads_for_who_may_see_the_file(client, incident, officer, tmp_path):
    (tmp_path / "note.png").write_bytes(PNG)
    client.force_login(officer)
    with (tmp_path / "note.png").open("rb") as file:
        given = {"text": "", "attachments": [file], "idempotency_key": uuid4()}
        client.post(address("write", incident), given)
    attachment = Attachment.objects.get()
    url = address("attachment", incident, attachment.pk)
    answer = client.get(url)
    assert answer.getvalue() == PNG
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert Entry.objects.filter(verb="attachment.downloaded").count() == 1
    other = IncidentFactory(establishment=incident.establishment)
    assert client.get(address("attachment", other, attachment.pk)).status_code == 404
    client.force_login(person("rssi", EstablishmentFactory()))
    assert client.get(url).status_code == 404


def test_reading_is_marked_by_a_post_alone(client, incident, officer, analyst):
    write(analyst, incident)
    client.force_login(officer)
    assert address("read", incident) in client.get(address("file", incident)).text
    assert client.get(address("read", incident)).status_code == 405
    assert client.post(address("read", incident)).status_code == 302
    marked = client.post(address("read", incident), headers={"HX-Request": "true"})
    assert marked.status_code == 204
    assert ReadMark.objects.filter(user=officer, from_desk=False).count() == 1
    assert address("read", incident) not in client.get(address("file", incident)).text


def test_a_silent_file_takes_no_message(client, incident, officer, analyst):
    follow.move(by=analyst, incident=incident, to=Status.REJECTED, version=1, now=NOW, reason="x")
    client.force_login(officer)
    assert address("write", incident) not in client.get(address("file", incident)).text
    answer = client.post(address("write", incident), {"text": "x", "idempotency_key": uuid4()})
    assert answer.status_code == 422


def test_the_whole_journal_names_people_and_pages(client, incident, officer, analyst):
    qualified(incident, analyst)
    client.force_login(officer)
    client.get(address("file", incident))
    text = plain(client.get(address("journal", incident)).text)
    assert "a qualifié l’incident" in text
    assert "a ouvert le dossier" in text
    assert analyst.full_name in text
    assert client.get(address("journal", incident), {"after": "x"}).status_code == 404


def test_a_decision_is_never_overwritten(client, incident, analyst):
    held = qualified(incident, analyst)
    client.force_login(analyst)
    given = {
        "version": held.version,
        "origin": "non_malicious",
        "category": "human_error",
        "severity": "",
        "major_confirmed": "",
        "rsit": "",
        "reason": "",
    }
    assert client.post(address("qualify", incident), given).status_code == 302
    assert list(Qualification.objects.order_by("id").values_list("category", flat=True)) == [
        "ransomware",
        "human_error",
    ]
