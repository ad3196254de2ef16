import io

import pytest
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from vigie.establishments.models import NationSetting
from vigie.establishments.tests.factories import DesignationFactory
from vigie.incidents.exports import answers, legal_text
from vigie.incidents.exports.answers import Names
from vigie.incidents.models import LegalDeclaration
from vigie.incidents.rules.facts import Facts
from vigie.incidents.tests.factories import (
    PHONE,
    DeclarationFactory,
    EstablishmentFactory,
    person,
)

pytestmark = pytest.mark.django_db
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


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("EHPAD", "(visée par la loi)"),
        ("EDITEUR_HEBERGEUR", "(non visée par la loi)"),
        ("AUTRE", "la loi ne nomme pas clairement ce type"),
    ],
)
def test_the_page_says_whether_the_law_names_this_kind_of_structure(client, kind, said):
    place = EstablishmentFactory(structure_type=kind)
    declaration = DeclarationFactory(establishment=place, endangerment="proven")
    client.force_login(declaration.declared_by)
    assert said in client.get(url("legal", declaration)).text


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
