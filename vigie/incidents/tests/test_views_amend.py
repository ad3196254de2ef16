import io
import re

import pytest
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from vigie.audit.models import Event
from vigie.establishments.models import NationSetting
from vigie.establishments.tests.factories import DesignationFactory
from vigie.incidents.exports import answers, legal_text
from vigie.incidents.exports.answers import Names
from vigie.incidents.models import LegalDeclaration, Revision
from vigie.incidents.rules.blocks import AMENDED
from vigie.incidents.rules.facts import Facts
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


# where the law wants it


def test_the_text_to_copy_follows_the_four_blocks(client, officer, declaration):
    page = client.get(url("legal", declaration))
    titles = [title for title, _text in page.context["blocks"]]
    assert [title.replace("\N{NO-BREAK SPACE}", " ") for title in titles] == [
        "1. Structure et déclarant",
        "2. Description de l’incident",
        "3. Impact de l’incident",
        "4. Causes",
        "5. Suivi",
    ]
    texts = [text.replace("\N{NO-BREAK SPACE}", " ") for _title, text in page.context["blocks"]]
    assert declaration.establishment.name in texts[0]
    assert PHONE in texts[0]
    assert "- Description : Les dossiers partagés ne s’ouvrent plus." in texts[1]
    assert "- Danger pour les patients : Potentielle" in texts[2]
    assert texts[3] == "Rien n’est saisi à ce stade."
    assert "- Appui demandé : non" in texts[4]


def test_the_text_speaks_the_language_of_the_portal(client, officer, declaration):
    officer.language = "en"
    officer.save()
    with translation.override("en"):
        page = client.get(url("legal", declaration), headers={"Accept-Language": "en"})
    assert page.context["blocks"][1][0].startswith("2. Description de l’incident")
    assert 'lang="fr"' in page.text


def test_the_duty_is_to_do_until_the_receipt_is_recorded(client, officer, declaration):
    page = client.get(url("legal", declaration))
    assert page.context["understood"].standing == "to_do"
    assert "https://signalement.social-sante.gouv.fr" in page.text
    proof = {"sender": "me", "sent_at": "2026-03-14T03:00", "channel": "portal", "receipt": "R-1"}
    client.post(url("legal", declaration), proof)
    kept = LegalDeclaration.objects.get()
    assert (kept.sent_by, kept.receipt) == (officer, "R-1")
    assert kept.sent_at.isoformat() == "2026-03-14T02:00:00+00:00"  # 03:00 in Paris
    page = client.get(url("legal", declaration))
    assert page.context["understood"].standing == "done"
    assert "R-1" in page.text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"receipt": ""}, "receipt"),
        ({"sent_at": "2999-01-01T00:00"}, "sent_at"),
        ({"sender": "somebody"}, "sender_job"),
        ({"sent_at": "hier"}, "sent_at"),
    ],
)
def test_a_proof_that_does_not_hold_is_told_at_its_field(
    client, officer, declaration, wrong, field
):
    proof = {"sender": "me", "sent_at": "2026-03-14T03:00", "channel": "portal", "receipt": "R-1"}
    page = client.post(url("legal", declaration), proof | wrong)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert not LegalDeclaration.objects.exists()


def test_those_who_may_not_record_read_the_text_alone(client, establishment, declaration):
    client.force_login(person("declarant", establishment))
    page = client.get(url("legal", declaration))
    assert "proof-form" not in page.text
    assert client.post(url("legal", declaration), {}).status_code == 403


def test_here_nothing_else_is_to_do(client, officer, declaration):
    NationSetting.objects.create(country="FR", portal="here")
    page = client.get(url("legal", declaration))
    assert page.context["understood"].standing == "done"
    assert "l’avoir envoyée ici suffit" in page.text


# paper


def test_the_blank_form_needs_no_sign_in_and_asks_everything(client):
    page = client.get(reverse("incidents:blank_paper"))
    assert page.status_code == 200
    assert page.text.count("à remplir d’abord") == 8
    assert "09 72 43 91 25" in page.text
    assert page.text.index("1. Structure et déclarant") < page.text.index("4. Causes")


def pdf_text(answer):
    read = PdfReader(io.BytesIO(answer.content))
    return read, " ".join(" ".join(page.extract_text() for page in read.pages).split())


def test_the_blank_form_is_an_accessible_a4_file(client):
    answer = client.get(reverse("incidents:blank_pdf"))
    assert answer["Content-Type"] == "application/pdf"
    assert "attachment" in answer["Content-Disposition"]
    read, text = pdf_text(answer)
    box = read.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (595, 842)
    assert read.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "Un patient est-il ou a-t-il été en danger" in text
    assert "Ne débranchez pas" in text
    assert len(read.pages) <= 5


def test_the_filled_form_holds_what_was_said(client, officer, establishment):
    DesignationFactory(establishment=establishment, kind="ose")
    declaration = DeclarationFactory(
        establishment=establishment,
        by=officer,
        description="Panne *grave* #du réseau",
        episodes=[{"kind": "degraded", "activity": "URG", "start": "2026-03"}],
    )
    _read, text = pdf_text(client.get(url("paper_pdf", declaration)))
    assert "Panne *grave* #du réseau" in text
    assert declaration.incident.reference in text
    assert "Urgences et SMUR" in text
    assert "OSE" in text
    page = client.get(url("paper", declaration)).text
    assert "Panne *grave* #du réseau" in page


# answers in words


def test_unknown_none_and_empty_are_said_apart():
    said = {
        (name, value): answers.answer(Facts(**{name: value}), name, Names()).text
        for name, value in [
            ("data_impacts", None),
            ("care_interrupted", None),
            ("care_interrupted", False),
            ("patients", 0),
            ("endangerment", "unknown"),
            ("origin", ""),
        ]
    }
    assert said["data_impacts", None] == "non saisi"
    assert said["care_interrupted", None] == "non saisi"
    assert said["care_interrupted", False] == "non"
    assert said["patients", 0] == "0"
    assert said["endangerment", "unknown"] == "Inconnue"
    assert said["origin", ""] == "non saisi"
    assert answers.answer(Facts(data_impacts=[]), "data_impacts", Names()).text == "aucun"


def test_a_supplier_is_said_as_typed_and_as_listed():
    names = Names(suppliers={4: "Odalis Santé"})
    both = Facts(supplier=4, supplier_name="Odalis")
    assert answers.answer(both, "supplier_name", names).lines == ("Odalis", "Odalis Santé")
    same = Facts(supplier=4, supplier_name="Odalis Santé")
    assert answers.answer(same, "supplier_name", names).lines == ("Odalis Santé",)


def test_what_the_inventory_forgot_keeps_its_number():
    told = answers.answer(Facts(applications=[7]), "applications", Names())
    assert told.text == "n° 7"


def test_the_first_block_says_who_and_where(establishment):
    sender = legal_text.Sender(establishment, authority="du directeur")
    told = {row.title: row.text for row in legal_text.who(sender) if row.is_told}
    assert told["Structure"] == establishment.name
    assert told["FINESS (entité juridique)"] == establishment.finess
    assert told["Département, région"] == "Rhône (69), Auvergne-Rhône-Alpes"
    assert told["Type"] == "Centre hospitalier"
