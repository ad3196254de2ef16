import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from vigie.accounts.tests.factories import person
from vigie.audit.models import Event as Entry
from vigie.incidents.models import AnswerTemplate
from vigie.incidents.operations.wording import Wording, retire_template, save_template
from vigie.incidents.queries.wording import templates_to_keep, templates_to_use, worded
from vigie.incidents.rules import wording
from vigie.incidents.rules.wording import BadWording
from vigie.incidents.tests.factories import NOW, IncidentFactory

WORDS = Wording(
    "Demander des nouvelles",
    "Bonjour, où en est {structure} ({reference}) ?",
    "Hello, how does {structure} ({reference}) stand?",
)


def test_gaps_are_filled_and_what_is_unknown_stays():
    text = "{reference} : {structure}, {invented} {"
    said = wording.filled(text, {"reference": "INC-1", "structure": "{title}"})
    assert said == "INC-1 : {title}, {invented} {"


def test_unknown_gaps_are_named_once():
    assert wording.unknown("{a} {reference} {b} {a}") == ("a", "b")


@given(st.text(max_size=300))
def test_a_text_without_braces_is_never_changed(text):
    plain = text.replace("{", "").replace("}", "")
    assert wording.filled(plain, {"reference": "X"}) == plain


@pytest.fixture
def lead(db):
    return person("cert_lead", nation="FR")


@pytest.fixture
def kept(lead):
    return save_template(by=lead, country="FR", words=WORDS, now=NOW)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (Wording(" ", "a", "b"), "title"),
        (Wording("t", "a", " "), "text_en"),
        (Wording("t", "{nobody}", "b"), "text_fr"),
        (Wording("t" * 101, "a", "b"), "title"),
    ],
)
def test_a_template_that_lacks_something_is_refused(lead, words, field):
    with pytest.raises(BadWording) as refused:
        save_template(by=lead, country="FR", words=words, now=NOW)
    assert refused.value.field == field


def test_two_templates_of_a_nation_do_not_share_a_title(lead, kept):
    with pytest.raises(BadWording):
        save_template(by=lead, country="FR", words=WORDS, now=NOW)
    retire_template(by=lead, template=kept, now=NOW)
    assert save_template(by=lead, country="FR", words=WORDS, now=NOW).pk != kept.pk
    assert [entry.verb for entry in Entry.objects.order_by("id")] == [
        "template.saved",
        "template.retired",
        "template.saved",
    ]


@pytest.mark.parametrize("role", ["cert_analyst", "administrator", "national_steering"])
def test_only_the_lead_of_the_nation_keeps_templates(role, kept):
    with pytest.raises(PermissionDenied):
        save_template(by=person(role, nation="FR"), country="FR", words=WORDS, now=NOW)
    with pytest.raises(PermissionDenied):
        retire_template(by=person("cert_lead", nation="BE"), template=kept, now=NOW)


def test_the_desks_of_a_nation_and_of_its_regions_use_its_templates(kept):
    assert list(templates_to_use(person("cert_analyst", nation="FR"))) == [kept]
    assert list(templates_to_use(person("cert_analyst", region="84"))) == [kept]
    assert not templates_to_use(person("cert_analyst", nation="BE")).exists()
    assert not templates_to_use(person("ars_officer", region="84")).exists()
    assert not templates_to_keep(person("cert_analyst", nation="FR")).exists()


def test_a_file_fills_the_gaps_in_both_languages(lead, kept):
    incident = IncidentFactory(establishment__name="CH de Valmont")
    french = worded(kept, incident, lead, "fr")
    assert french == f"Bonjour, où en est CH de Valmont ({incident.reference}) ?"
    assert worded(kept, incident, lead, "en").startswith("Hello, how does CH de Valmont")


def test_the_lead_adds_changes_and_retires_a_template(client, lead):
    client.force_login(lead)
    url = reverse("incidents:templates")
    told = {"country": "FR", "title": "Accusé", "text_fr": "Reçu.", "text_en": "Received."}
    assert client.post(url, told | {"text_fr": "{nobody}"}).status_code == 422
    assert client.post(url, told).status_code == 302
    assert client.post(url, told).status_code == 422
    kept = AnswerTemplate.objects.get()
    client.post(reverse("incidents:template", args=[kept.pk]), told | {"text_fr": "Bien reçu."})
    kept.refresh_from_db()
    assert kept.text_fr == "Bien reçu."
    client.post(reverse("incidents:retire_template", args=[kept.pk]))
    kept.refresh_from_db()
    assert kept.retired_at is not None
    assert "Bien reçu" not in client.get(url).text


def test_a_template_of_another_nation_cannot_be_named(client, lead):
    client.force_login(lead)
    told = {"country": "BE", "title": "t", "text_fr": "a", "text_en": "b"}
    assert client.post(reverse("incidents:templates"), told).status_code == 422


def test_a_template_goes_into_the_message_box_without_scripts(client, kept):
    incident = IncidentFactory()
    client.force_login(person("cert_analyst", nation="FR"))
    page = reverse("incidents:file", args=[incident.pk])
    assert "?reply=choose" in client.get(page).text
    assert f"{kept.pk}-en" in client.get(page + "?reply=choose").text
    shown = client.get(page + f"?reply={kept.pk}-fr").text
    assert f"Bonjour, où en est {incident.establishment.name}" in shown


def test_the_text_alone_is_for_the_desk(client, kept):
    incident = IncidentFactory()
    url = reverse("incidents:wording", args=[incident.pk])
    client.force_login(person("cert_analyst", nation="FR"))
    answer = client.get(url, {"reply": f"{kept.pk}-en"})
    assert answer["Content-Type"].startswith("text/plain")
    assert answer.text.startswith("Hello")
    for wrong in ("x", "1-de", "999-fr", f"{kept.pk}"):
        assert client.get(url, {"reply": wrong}).status_code == 404
    client.force_login(person("cert_analyst", nation="BE"))
    assert client.get(url, {"reply": f"{kept.pk}-en"}).status_code == 404
