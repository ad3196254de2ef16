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
from vigie.incidents.models import Incident, ReadMark
from vigie.incidents.operations import amend, events, follow, qualify
from vigie.incidents.operations.attach import Upload
from vigie.incidents.operations.events import NewEvent
from vigie.incidents.operations.exchange import write_message
from vigie.incidents.operations.qualify import Decision
from vigie.incidents.queries.file import one_file
from vigie.incidents.rules.words import Origin
from vigie.incidents.tests.factories import (
    NOW,
    PHONE,
    EstablishmentFactory,
    IncidentFactory,
    facts,
    later,
)
from vigie.incidents.views.acts import ACTS

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
    amend(
        by=officer,
        incident=again(incident),
        facts=facts(),
        based_on=1,
        reason="",
        now=later(hours=1),
    )
    full = queries_of(client, address("file", incident))
    assert len(full) <= MOST_QUERIES, "\n".join(full)
    assert len(full) <= len(empty) + 3  # duplicates, names of others, what was said before
    client.force_login(officer)
    assert len(queries_of(client, address("file", incident))) <= MOST_QUERIES


def test_one_file_is_read_in_nine_queries(incident, analyst, django_assert_max_num_queries):
    crowded(analyst, incident)
    analyst.memberships_in_force, analyst.delegations_in_force  # noqa: B018 - read once a request
    with django_assert_max_num_queries(9):
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
