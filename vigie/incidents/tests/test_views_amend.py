import re

import pytest
from django.urls import reverse

from vigie.audit.models import Event
from vigie.incidents.models import Revision
from vigie.incidents.rules.blocks import AMENDED
from vigie.incidents.tests.factories import (
    PHONE,
    DeclarationFactory,
    EstablishmentFactory,
    facts,
    person,
)
from vigie.inventory.models import Application, Supplier

pytestmark = pytest.mark.django_db
NIR = "1 84 12 76 451 089 46"
WORDS = {
    "title": "Serveur de fichiers chiffré",
    "description": "Les dossiers partagés ne s’ouvrent plus.",
    "kind": "incident",
    "noticed_day": "14",
    "noticed_month": "3",
    "noticed_year": "2026",
    "noticed_time": "02:00",
}


@pytest.fixture
def establishment():
    return EstablishmentFactory()


@pytest.fixture
def declaration(establishment):
    return DeclarationFactory(establishment=establishment, endangerment="potential")


@pytest.fixture
def officer(client, declaration):
    client.force_login(declaration.declared_by)
    return declaration.declared_by


def url(name, declaration, *args):
    return reverse(f"incidents:{name}", args=[declaration.incident_id, *args])


def amend(client, declaration, step="description", *, based_on=1, go="save", **typed):
    data = {**WORDS, **typed} if step == "description" else typed
    data |= {"based_on": str(based_on), "go": go}
    return client.post(url("amend_step", declaration, step), data)


def in_force(declaration):
    declaration.refresh_from_db()
    return declaration.revisions.get(number=declaration.revision_number).facts


# completing


@pytest.mark.parametrize("step", AMENDED)
def test_every_block_opens_with_what_is_said_and_saves_it_unchanged(
    client, officer, establishment, declaration, step
):
    page = client.get(url("amend_step", declaration, step))
    assert page.status_code == 200
    assert page.context["page"].amending.facts == facts(endangerment="potential")


@pytest.mark.parametrize("step", AMENDED)
def test_a_block_sent_as_it_was_shown_changes_nothing(client, officer, establishment, step):
    application = Application.objects.create(establishment=establishment, name="DPI")
    supplier = Supplier.objects.create(
        name="Odalis", search_text="odalis", created_at="2026-01-01T00:00Z"
    )
    declaration = DeclarationFactory(
        establishment=establishment,
        by=officer,
        kind="suspected",
        occurred="2026-03",
        care_activities=["URG"],
        episodes=[{"kind": "degraded", "activity": "URG", "start": "2026-03-14T01:00+01:00"}],
        applications=[application.pk],
        supplier=supplier.pk,
        supplier_name="Odalis",
        provider_involved=True,
        others_at_risk=False,
        data_impacts=["lost"],
        data_types=["health"],
        origin="malicious",
        category="ransomware",
        support_given=[],
        notice_cnil="done",
        patients=4,
    )
    page = client.get(url("amend_step", declaration, step))
    form = next(iter(page.context["page"].amending.forms.values()))
    sent = shown(form)
    for row in getattr(form, "rows", []):
        sent |= shown(row)
    answer = client.post(
        url("amend_step", declaration, step), sent | {"based_on": "1", "go": "save"}
    )
    assert answer.status_code == 302
    assert declaration.revisions.count() == 1


def shown(form):
    """Return what a browser would send of a form that nobody touched."""
    sent = {}
    for bound in form:
        value = bound.value()
        if hasattr(bound.field.widget, "widgets_names"):
            parts = bound.field.widget.decompress(value)
            names = bound.field.widget.widgets_names
            sent |= {bound.html_name + n: part for n, part in zip(names, parts, strict=True)}
        elif value not in (None, "", []):
            sent[bound.html_name] = value
    return sent


def test_an_amendment_is_a_new_revision_with_its_reason(client, officer, declaration):
    done = amend(client, declaration, title="Rançongiciel", reason="après visite")
    assert done["Location"] == url("file", declaration)
    last = declaration.revisions.get(number=2)
    assert (last.by, last.reason, last.changed) == (officer, "après visite", ["title"])
    assert in_force(declaration)["title"] == "Rançongiciel"


def test_the_whole_declaration_opens_on_one_page(client, officer, declaration):
    page = client.get(url("amend", declaration))
    assert len(page.context["parts"]) == len(AMENDED)
    assert page.text.count('name="title"') == 1


def test_what_does_not_hold_is_told_and_nothing_is_stored(client, officer, declaration):
    page = amend(client, declaration, title="", occurred_day="32", occurred_year="2026")
    assert page.status_code == 422
    labels = {problem.anchor for problem in page.context["problems"]}
    assert labels == {"id_title", "id_occurred_0"}
    assert 'value="32"' in page.text
    assert declaration.revisions.count() == 1


def test_masked_numbers_are_told(client, officer, declaration):
    page = client.post(
        url("amend_step", declaration, "description"),
        WORDS | {"description": NIR, "based_on": "1", "go": "save"},
        follow=True,
    )
    assert any("masqué" in str(message) for message in page.context["messages"])
    assert NIR not in repr(Revision.objects.values_list("facts", flat=True))


def test_rows_and_names_are_added_without_losing_what_was_typed(
    client, officer, establishment, declaration
):
    care = {"endangerment": "potential", "patients": "7", "care_activities": ["URG"]}
    page = amend(client, declaration, "care", go="add_row", **care)
    form = page.context["parts"][0]["form"]
    assert [row["activity"].value() for row in form.rows] == ["URG"]
    assert form["patients"].value() == "7"
    systems = {"structure_impact": "none", "servers": "6", "new_application": "DPI"}
    page = amend(client, declaration, "systems", go="add_application", **systems)
    form = page.context["parts"][0]["form"]
    assert form["applications"].value() == [str(Application.objects.get().pk)]
    assert form["servers"].value() == "6"
    assert declaration.revisions.count() == 1


def test_an_unknown_step_or_revision_is_not_found(client, officer, declaration):
    assert client.get(url("amend_step", declaration, "essential")).status_code == 404
    assert client.get(url("amend_step", declaration, "cafeteria")).status_code == 404
    assert amend(client, declaration, title="X", based_on=99).status_code == 404
    assert client.get(url("revision", declaration, 9)).status_code == 404
    assert client.get(url("settle", declaration, 1)).status_code == 404


# who


@pytest.mark.parametrize(
    "name", ["amend", "amend_contacts", "revisions", "legal", "paper", "paper_pdf"]
)
def test_a_file_of_another_territory_is_not_found(client, declaration, name):
    client.force_login(person("rssi", EstablishmentFactory()))
    assert client.get(url(name, declaration)).status_code == 404


@pytest.mark.parametrize("name", ["amend", "amend_contacts"])
def test_whoever_reads_without_amending_is_refused(client, declaration, name):
    client.force_login(person("auditor"))
    assert client.get(url(name, declaration)).status_code == 403
    assert client.get(url("revisions", declaration)).status_code == 200


@pytest.mark.parametrize(
    ("name", "args", "part"),
    [
        ("revisions", (), "revisions"),
        ("revision", (1,), "revision 1"),
        ("legal", (), "legal"),
        ("paper", (), "paper"),
        ("paper_pdf", (), "paper"),
    ],
)
def test_opening_a_part_of_a_file_is_in_the_journal(client, officer, declaration, name, args, part):
    client.get(url(name, declaration, *args))
    event = Event.objects.get(verb="incident.opened")
    assert (event.actor, event.details) == (officer.journal_name, {"part": part})


# contacts


def test_people_to_call_are_changed_on_their_own_page(client, officer, declaration):
    page = client.get(url("amend_contacts", declaration))
    assert page.context["form"]["declarant_phone"].value() == PHONE
    typed = {
        "declarant_name": "A. Martin",
        "declarant_phone": "01 99 00 56 78",
        "declarant_always": "yes",
    }
    client.post(url("amend_contacts", declaration), typed)
    contact = declaration.contacts.get()
    assert (contact.name, contact.phone, contact.always_reachable) == (
        "A. Martin",
        "01 99 00 56 78",
        True,
    )
    assert client.post(url("amend_contacts", declaration), {}).status_code == 422


def test_people_to_call_are_erased_on_demand(client, officer, declaration):
    assert "Effacées d’elles-mêmes" in client.get(url("amend_contacts", declaration)).text
    client.post(url("erase_contacts", declaration))
    assert not declaration.contacts.exists()
    assert client.get(url("amend_contacts", declaration)).status_code == 200


# revisions


def test_revisions_say_what_changed_in_words(client, officer, declaration):
    amend(client, declaration, "care", endangerment="proven", patients="3", reason="visite")
    page = client.get(url("revisions", declaration))
    text = " ".join(re.sub(r"<[^>]+>", " ", page.text).split())
    assert "Danger pour les patients Potentielle Avérée" in text
    assert "Patients concernés non saisi 3" in text
    assert "Pourquoi : visite" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert officer.full_name in text


def test_any_past_state_can_be_read(client, officer, declaration):
    amend(client, declaration, title="Rançongiciel")
    first = client.get(url("revision", declaration, 1)).text
    assert "Serveur de fichiers chiffré" in first
    assert "Un état passé" in first
    assert "Un état passé" not in client.get(url("revision", declaration, 2)).text


def test_revisions_cost_few_queries_whatever_their_number(
    client, officer, declaration, django_assert_max_num_queries
):
    for number in range(1, 8):
        amend(client, declaration, title=f"Titre {number}", based_on=number)
    with django_assert_max_num_queries(15):
        client.get(url("revisions", declaration))


@pytest.mark.parametrize("name", ["amend", "legal", "paper"])
def test_pages_of_a_file_cost_few_queries(
    client, officer, declaration, name, django_assert_max_num_queries
):
    with django_assert_max_num_queries(15):
        client.get(url(name, declaration))


# two people at once


@pytest.fixture
def clash(client, officer, establishment, declaration):
    amend(client, declaration, title="Rançongiciel")
    client.force_login(person("dsi", establishment))
    answer = amend(client, declaration, title="Attaque", description="Trois serveurs")
    return declaration, answer


def test_different_fields_need_no_choice(client, officer, establishment, declaration):
    amend(client, declaration, title="Rançongiciel")
    client.force_login(person("dsi", establishment))
    done = amend(client, declaration, description="Trois serveurs")
    assert done["Location"] == url("file", declaration)
    now = in_force(declaration)
    assert (now["title"], now["description"]) == ("Rançongiciel", "Trois serveurs")


def test_a_conflict_shows_both_versions_and_keeps_what_nobody_else_wrote(client, clash):
    declaration, answer = clash
    assert answer["Location"] == url("settle", declaration, 3)
    page = client.get(answer["Location"])
    assert "Rançongiciel" in page.text
    assert "Attaque" in page.text
    form = page.context["form"]
    assert form["title"].value() is None
    assert form["description"].value() == "mine"


def test_the_file_says_that_two_versions_await_a_choice(client, clash):
    declaration, answer = clash
    waiting = "les deux textes sont gardés"
    assert waiting in client.get(url("file", declaration)).text
    client.post(answer["Location"], {"title": "mine", "description": "mine"})
    assert waiting not in client.get(url("file", declaration)).text


def test_the_choice_goes_in_force_and_both_stay_readable(client, clash):
    declaration, answer = clash
    page = client.post(answer["Location"], {"title": "mine"})
    assert page.status_code == 422
    client.post(answer["Location"], {"title": "theirs", "description": "mine"})
    now = in_force(declaration)
    assert (now["title"], now["description"]) == ("Rançongiciel", "Trois serveurs")
    listed = client.get(url("revisions", declaration)).text
    assert "Mise de côté, choix fait" in listed
    assert "Attaque" in client.get(url("revision", declaration, 3)).text


def test_a_settled_conflict_says_so(client, clash):
    declaration, answer = clash
    client.post(answer["Location"], {"title": "mine", "description": "mine"})
    again = client.post(answer["Location"], {"title": "theirs", "description": "theirs"})
    assert again["Location"] == url("revisions", declaration)
    assert in_force(declaration)["title"] == "Attaque"
