import re
from uuid import uuid4

import pytest
from django.urls import reverse

from vigie.establishments.operations import rebuild_search
from vigie.incidents.models import Declaration, Draft, Incident
from vigie.incidents.rules.blocks import Step
from vigie.incidents.tests.factories import (
    NOW,
    PHONE,
    DeclarationFactory,
    EstablishmentFactory,
    MembershipFactory,
    SiteFactory,
    person,
)

pytestmark = pytest.mark.django_db
NIR = "1 84 12 76 451 089 46"
DAY = {"noticed_day": "14", "noticed_month": "3", "noticed_year": "2026", "noticed_time": "02h10"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def establishment():
    return EstablishmentFactory()


@pytest.fixture
def officer(client, establishment):
    found = person("rssi", establishment)
    found.phone, found.job = PHONE, "RSSI"
    found.save()
    client.force_login(found)
    return found


@pytest.fixture
def key():
    return uuid4()


def url(name, *args):
    return reverse(f"incidents:{name}", args=args)


def essential(establishment, **other):
    return {
        "endangerment": "potential",
        "structure_impact": "degraded",
        "title": "Serveur de fichiers chiffré",
        "description": "Les dossiers partagés ne s’ouvrent plus.",
        "support_requested": "yes",
        "structure": f"ej:{establishment.pk}",
        "phone": PHONE,
        **DAY,
    } | other


def answer(client, key, step, typed, go="next", **headers):
    return client.post(url("step", key, step), {**typed, "go": go}, headers=headers)


def send(client, key):
    return client.post(url("send", key))


def required(page):
    """Return the names of what a page requires, boxes of one date counted once."""
    found = re.findall(r"<(?:input|select|textarea)\b[^>]*\brequired\b[^>]*>", page)
    names = {re.search(r'name="([^"]+)"', tag)[1] for tag in found}
    return {re.sub(r"_(day|month|year|time)$", "", name) for name in names}


# what is asked


def test_the_first_page_requires_eight_answers_and_asks_for_patients_first(
    client, officer, establishment, key
):
    SiteFactory(establishment=establishment)
    page = client.get(url("step", key, "essential"))
    form = page.context["form"]
    assert {name for name, field in form.fields.items() if field.required} == {
        "endangerment",
        "structure_impact",
        "title",
        "description",
        "noticed",
        "support_requested",
        "structure",
        "phone",
    }
    assert next(iter(form.fields)) == "endangerment"
    first = re.search(r'name="(\w+)"[^>]*value="proven"', page.text)
    assert first[1] == "endangerment"
    assert page.text.index("endangerment") < page.text.index('name="title"')


@pytest.mark.parametrize("step", [step for step in Step if step is not Step.ESSENTIAL])
def test_no_other_page_requires_anything(client, officer, key, step):
    page = client.get(url("step", key, step))
    assert page.status_code == 200
    assert required(page.text) == set()


@pytest.mark.parametrize("step", Step)
def test_advice_never_tells_to_switch_off_what_may_serve_a_patient(client, officer, key, step):
    text = " ".join(re.sub(r"<[^>]+>", " ", client.get(url("step", key, step)).text).split())
    told = re.findall(r"(\S+ )?\b(n’)?((?:débranche|étei)\w*)", text, re.IGNORECASE)
    assert told
    for before, elided, _verb in told:
        assert elided or before.lower().strip() in ("ne", "sans")


@pytest.mark.parametrize("step", Step)
def test_a_number_to_call_stands_on_every_page(client, officer, key, step):
    page = client.get(url("step", key, step)).text
    assert 'href="tel:0972439125"' in page
    assert page.index("tel:0972439125") < page.index('id="step-form"')


def test_without_drafts_one_lands_on_the_first_question(client, officer):
    page = client.get(url("declare"))
    assert page.status_code == 302
    assert page["Location"].endswith("/essential/")


def test_an_unknown_step_is_not_found(client, officer, key):
    assert client.get(url("step", key, "cafeteria")).status_code == 404


# who may declare for whom


def test_readers_and_strangers_stay_outside(client, key):
    page = client.get(url("step", key, "essential"))
    assert page.status_code == 302
    client.force_login(person("auditor"))
    assert client.get(url("step", key, "essential")).status_code == 403


def test_the_only_structure_is_chosen_already(client, officer, establishment, key):
    page = client.get(url("step", key, "essential"))
    assert page.context["form"]["structure"].value() == f"ej:{establishment.pk}"


def test_somebody_of_several_structures_chooses(client, officer, establishment, key):
    other = EstablishmentFactory()
    MembershipFactory(user=officer, establishment=other)
    page = client.get(url("step", key, "essential"))
    assert page.context["form"]["structure"].value() is None
    answer(client, key, "essential", essential(other), "review")
    send(client, key)
    assert Declaration.objects.get().establishment == other


def test_a_structure_of_others_is_no_choice(client, officer, key):
    elsewhere = EstablishmentFactory()
    page = answer(client, key, "essential", essential(elsewhere), "review")
    assert page.status_code == 422
    assert "structure" in page.context["form"].errors
    assert Draft.objects.get().establishment is None


def test_a_declaration_counts_at_the_chosen_site(client, officer, establishment, key):
    site = SiteFactory(establishment=establishment, region="11", department="75")
    typed = essential(establishment, structure=f"et:{site.pk}")
    answer(client, key, "essential", typed, "review")
    send(client, key)
    assert (Incident.objects.get().site, Incident.objects.get().region) == (site, "11")


def test_the_desk_searches_its_structures_with_or_without_scripts(client, key):
    client.force_login(person("cert_analyst"))
    wanted = EstablishmentFactory(name="Hôpital de Valmont")
    EstablishmentFactory.create_batch(61)
    rebuild_search()
    from_scripts = client.get(url("declare_structures"), {"structure_q": "valmon"}, headers=HTMX)
    assert f"ej:{wanted.pk}" in from_scripts.text
    typed = essential(wanted, structure="", structure_q="valmon")
    again = answer(client, key, "essential", typed, "find")
    page = client.get(again["Location"])
    assert f'value="ej:{wanted.pk}"' in page.text
    answer(client, key, "essential", essential(wanted, structure_q="valmon"), "review")
    answer(client, key, "structure", {"channel": "phone"}, "review")
    send(client, key)
    found = Declaration.objects.get()
    assert (found.establishment, found.channel, found.authority) == (wanted, "phone", "cert")


# the quick way


def test_eight_answers_are_enough_to_declare(client, officer, establishment, key):
    on = answer(client, key, "essential", essential(establishment), "review")
    assert on["Location"] == url("review", key)
    review = client.get(on["Location"])
    assert review.context["problems"] == []
    done = send(client, key)
    assert done["Location"] == url("sent", key)
    incident = Incident.objects.get()
    receipt = client.get(done["Location"]).text
    assert incident.reference in receipt
    assert url("file", incident.pk) in receipt
    contact = incident.declaration.contacts.get()
    assert (contact.name, contact.job, contact.phone) == (officer.full_name, "RSSI", PHONE)
    assert incident.declaration.noticed == "2026-03-14T02:10+01:00"
    assert not Draft.objects.exists()


def test_sending_twice_leads_to_the_same_file(client, officer, establishment, key):
    answer(client, key, "essential", essential(establishment), "review")
    first, again = send(client, key), send(client, key)
    assert first["Location"] == again["Location"] == url("sent", key)
    assert Incident.objects.count() == 1


@pytest.mark.parametrize("name", ["step", "draft", "review"])
def test_the_pages_of_a_sent_draft_lead_to_its_receipt(client, officer, establishment, key, name):
    answer(client, key, "essential", essential(establishment), "review")
    send(client, key)
    args = (key, "care") if name == "step" else (key,)
    page = client.get(url(name, *args), follow=True)
    assert page.redirect_chain[-1][0] == url("sent", key)


def test_a_late_page_of_a_sent_draft_changes_nothing(client, officer, establishment, key):
    answer(client, key, "essential", essential(establishment), "review")
    send(client, key)
    page = answer(client, key, "care", {"patients": "3"})
    assert page["Location"] == url("sent", key)
    assert not Draft.objects.exists()


def test_nothing_is_sent_while_an_answer_is_missing(client, officer, establishment, key):
    typed = essential(establishment, title="", endangerment="")
    page = answer(client, key, "essential", typed, "review")
    assert page.status_code == 422
    labels = {problem.label for problem in page.context["problems"]}
    assert len(labels) == 2
    refused = send(client, key)
    assert refused.status_code == 422
    assert {problem.label for problem in refused.context["problems"]} == labels
    assert not Incident.objects.exists()
    assert Draft.objects.get().content["essential"]["description"][0]


def test_the_receipt_of_somebody_else_is_not_found(client, establishment):
    declaration = DeclarationFactory(establishment=establishment)
    client.force_login(person("dsi", establishment))
    assert client.get(url("sent", declaration.key)).status_code == 404


# nothing typed is lost


def test_a_draft_outlives_the_session(client, officer, establishment, key):
    answer(client, key, "essential", essential(establishment, noticed_day="32"), "next")
    client.logout()
    gone = answer(client, key, "care", {"patients": "3"})
    assert gone.status_code == 302
    assert "next=" in gone["Location"]
    client.force_login(officer)
    page = client.get(url("draft", key), follow=True)
    assert 'value="32"' in page.text
    assert 'value="Serveur de fichiers chiffré"' in page.text
    assert f'data-keep="declare:{key}:essential"' in page.text


def test_what_does_not_hold_is_kept_and_told(client, officer, establishment, key):
    typed = essential(establishment, noticed_day="31", noticed_month="2")
    page = answer(client, key, "essential", typed)
    assert page.status_code == 422
    assert "noticed" in page.context["form"].errors
    assert f'data-keep-done="declare:{key}:essential"' in page.text
    assert Draft.objects.get().content["essential"]["noticed_day"] == ["31"]


def test_opening_a_draft_does_not_scold_for_what_is_not_written_yet(
    client, officer, establishment, key
):
    typed = essential(establishment, title="", noticed_day="", noticed_month="", noticed_time="")
    answer(client, key, "essential", typed | {"noticed_year": ""}, "save")
    page = client.get(url("step", key, "essential"))
    assert page.context["problems"] == []
    checked = client.get(url("step", key, "essential") + "?check=1")
    assert len(checked.context["problems"]) == 2


def test_drafts_are_offered_and_can_be_thrown_away(client, officer, establishment, key):
    answer(client, key, "essential", essential(establishment), "save")
    page = client.get(url("declare"))
    assert "Serveur de fichiers chiffré" in page.text
    client.post(url("discard", key))
    assert not Draft.objects.exists()


def test_a_draft_is_hidden_from_everybody_else(client, officer, establishment, key):
    answer(client, key, "essential", essential(establishment), "save")
    client.force_login(person("dsi", establishment))
    page = client.get(url("step", key, "essential"))
    assert "Serveur de fichiers" not in page.text
    assert client.post(url("discard", key)).status_code == 404
    assert answer(client, key, "essential", essential(establishment)).status_code == 403
    assert Draft.objects.get().by == officer


def test_a_social_security_number_is_masked_with_a_warning(client, officer, establishment, key):
    typed = essential(establishment, description=f"Patient {NIR}", title="")
    page = answer(client, key, "essential", typed)
    assert NIR not in page.text
    assert "[NIR masqué]" in page.text
    assert any("masqué" in str(message) for message in page.context["messages"])
    assert NIR not in repr(Draft.objects.get().content)


def test_a_text_beyond_measure_is_refused_and_said(client, officer, establishment, key):
    page = answer(client, key, "measures", {"lessons": "x" * 400_001})
    assert page.status_code == 422
    assert not Draft.objects.exists()


@pytest.mark.parametrize("typed", ["\x00", "a\x07b\x1f"])
def test_signs_that_nobody_sees_do_no_harm(client, officer, establishment, key, typed):
    answer(client, key, "essential", essential(establishment, description=f"Panne{typed}"), "save")
    answer(client, key, "care", {"episodes-0-kind": "degraded", "episodes-0-note": typed}, "review")
    send(client, key)
    if "\x00" in typed:
        assert Draft.objects.exists() or Declaration.objects.exists()
    else:
        assert Declaration.objects.get().revisions.get().facts["description"] == "Panneab"


def test_the_whole_and_a_part_of_the_same_name_are_told_apart(client, officer, establishment, key):
    SiteFactory(establishment=establishment, name=establishment.name, commune="")
    page = client.get(url("step", key, "essential")).content.decode()
    assert f"{establishment.name}, Lyon (toute la structure)" in page
    assert f"{establishment.name} (ce site seul)" in page


def test_a_draft_says_when_it_is_erased(client, officer, key):
    Draft.objects.create(key=key, by=officer, created_at=NOW, updated_at=NOW, step="care")
    for address in (url("declare"), url("step", key, "care")):
        assert "12 juin 2026" in client.get(address).content.decode()
