import re
from uuid import uuid4

import pytest
from django.urls import reverse

from vigie.establishments.models import NationSetting
from vigie.establishments.operations import rebuild_search
from vigie.incidents.models import Declaration, Draft, Incident
from vigie.incidents.rules.blocks import Step
from vigie.incidents.tests.factories import (
    PHONE,
    DeclarationFactory,
    EstablishmentFactory,
    MembershipFactory,
    SiteFactory,
    person,
)
from vigie.inventory.models import Application, Supplier

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


# details


def test_every_block_reaches_the_facts(client, officer, establishment, key):
    application = Application.objects.create(establishment=establishment, name="Dossier patient")
    answer(client, key, "essential", essential(establishment))
    answer(client, key, "description", {"kind": "suspected", "occurred_year": "2026"})
    care = {
        "care_activities": ["URG", "BIO"],
        "patients": "3",
        "samu_affected": "no",
        "episodes-0-activity": "URG",
        "episodes-0-kind": "degraded",
        "episodes-0-start_day": "14",
        "episodes-0-start_month": "3",
        "episodes-0-start_year": "2026",
        "episodes-0-start_time": "01:30",
        "episodes-0-note": "dossier papier",
        "episodes-3-activity": "BIO",
    }
    answer(client, key, "care", care)
    systems = {
        "plan_blanc": "unknown",
        "applications": [str(application.pk)],
        "supplier_name": "Odalis",
        "data_touched": "yes",
        "data_impacts": ["unavailable"],
        "data_types": ["health"],
        "servers": "6",
    }
    answer(client, key, "systems", systems)
    answer(client, key, "causes", {"origin": "malicious", "category": "ransomware"})
    answer(client, key, "measures", {"support_given": ["nobody"], "notice_cnil": "to_do"})
    answer(client, key, "structure", {"technical_name": "Astreinte", "technical_phone": "4410"})
    assert send(client, key)["Location"] == url("sent", key)
    declaration = Declaration.objects.get()
    facts = declaration.revisions.get().facts
    assert (facts["kind"], facts["occurred"]) == ("suspected", "2026")
    assert (facts["care_activities"], facts["patients"]) == (["URG", "BIO"], 3)
    assert facts["samu_affected"] is False
    assert "plan_blanc" not in facts
    assert facts["episodes"] == [
        {
            "kind": "degraded",
            "activity": "URG",
            "start": "2026-03-14T01:30+01:00",
            "note": "dossier papier",
        }
    ]
    assert (facts["applications"], facts["servers"]) == ([application.pk], 6)
    assert (facts["supplier_name"], facts["provider_involved"]) == ("Odalis", True)
    assert (facts["data_impacts"], facts["data_types"]) == (["unavailable"], ["health"])
    assert (facts["origin"], facts["category"]) == ("malicious", "ransomware")
    assert (facts["support_given"], facts["notice_cnil"]) == ([], "to_do")
    assert declaration.contacts.get(part="technical").phone == "4410"


def test_rows_of_periods_are_added_and_removed_without_scripts(client, officer, key):
    touched = {"care_activities": ["URG", "BIO"]}
    once = answer(client, key, "care", touched, "add_row")
    page = client.get(once["Location"])
    assert [row.number for row in page.context["form"].rows] == [0]
    assert page.context["form"].rows[0]["activity"].value() == "URG"
    first = {"episodes-0-activity": "URG", "episodes-0-kind": "degraded"}
    twice = answer(client, key, "care", touched | first, "add_row")
    rows = client.get(twice["Location"]).context["form"].rows
    assert [row["activity"].value() for row in rows] == ["URG", "BIO"]
    second = {"episodes-1-activity": "BIO", "episodes-1-kind": "interruption"}
    client.post(url("step", key, "care"), touched | first | second | {"remove": "0"})
    rows = client.get(url("step", key, "care")).context["form"].rows
    assert [row["activity"].value() for row in rows] == ["BIO"]


def test_a_period_that_ends_before_it_starts_is_told_at_its_row(client, officer, key):
    row = {
        "episodes-0-kind": "degraded",
        "episodes-0-start_year": "2026",
        "episodes-0-start_month": "3",
        "episodes-0-end_year": "2026",
        "episodes-0-end_month": "2",
    }
    page = answer(client, key, "care", row)
    assert page.status_code == 422
    assert [problem.anchor for problem in page.context["problems"]] == ["id_episodes-0-end_0"]
    assert 'id="id_episodes-0-end_0"' in page.text


def test_a_date_is_set_to_now_without_scripts(client, officer, establishment, key):
    typed = essential(establishment, title="")
    typed = {name: value for name, value in typed.items() if not name.startswith("noticed")}
    done = client.post(url("step", key, "essential"), typed | {"now": "noticed"})
    assert done.status_code == 302
    page = client.get(done["Location"])
    assert not page.context["form"]["noticed"].errors
    assert len(page.context["form"]["noticed"].value()[0]) == 2


@pytest.mark.parametrize(
    ("typed", "impacts", "types"),
    [
        ({}, None, None),
        ({"data_touched": "no"}, [], []),
        ({"data_touched": "no", "data_impacts": ["lost"]}, [], []),
        ({"data_touched": "unknown", "data_impacts": ["lost"]}, ["lost"], None),
        (
            {"data_touched": "yes", "data_impacts": ["lost"], "data_types": ["health"]},
            ["lost"],
            ["health"],
        ),
    ],
)
def test_unknown_and_none_are_not_the_same(client, officer, key, typed, impacts, types):
    answer(client, key, "systems", typed, "save")
    page = client.get(url("review", key))
    facts = page.context["facts"]
    assert (facts.data_impacts, facts.data_types) == (impacts, types)


def test_data_that_are_touched_want_to_be_told_how(client, officer, key):
    page = answer(client, key, "systems", {"data_touched": "yes"})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["data_impacts"]


# the inventory, from a declaration


def test_a_declarant_names_an_application_on_the_way(client, establishment, key):
    client.force_login(person("declarant", establishment))
    answer(client, key, "essential", essential(establishment))
    added = answer(client, key, "systems", {"new_application": "Odalis Labo"}, "add_application")
    application = Application.objects.get()
    page = client.get(added["Location"])
    assert page.context["form"]["applications"].value() == [str(application.pk)]
    assert page.context["form"]["new_application"].value() is None


def test_a_name_that_is_typed_and_not_added_is_not_lost(client, officer, establishment, key):
    answer(client, key, "essential", essential(establishment))
    answer(client, key, "systems", {"new_application": "Odalis Labo"})
    send(client, key)
    application = Application.objects.get(name="Odalis Labo")
    assert Declaration.objects.get().revisions.get().facts["applications"] == [application.pk]


def test_a_known_supplier_is_recognised_and_proposed(client, officer, establishment, key):
    supplier = Supplier.objects.create(
        name="Odalis", search_text="odalis", created_at="2026-01-01T00:00Z"
    )
    near = client.get(url("declare_suppliers"), {"supplier_name": "odalys"}, headers=HTMX)
    assert f'value="{supplier.pk}"' in near.text
    answer(client, key, "essential", essential(establishment))
    answer(client, key, "systems", {"supplier_name": "ODALIS"})
    send(client, key)
    assert Incident.objects.get().supplier == supplier


def test_an_unknown_supplier_is_kept_as_typed_or_added_on_demand(
    client, officer, establishment, key
):
    answer(client, key, "essential", essential(establishment))
    answer(client, key, "systems", {"supplier_name": "Petit éditeur"})
    assert client.get(url("review", key)).context["facts"].supplier_name == "Petit éditeur"
    assert not Supplier.objects.exists()
    answer(client, key, "systems", {"supplier_name": "Petit éditeur"}, "add_supplier")
    assert client.get(url("review", key)).context["facts"].supplier == Supplier.objects.get().pk


# what Vigie understands


def test_the_fragment_is_what_the_page_shows(client, officer, establishment, key):
    typed = essential(establishment)
    answer(client, key, "essential", typed)
    page = client.get(url("step", key, "care")).text
    fragment = client.post(url("understood", key, "care"), {}, headers=HTMX).text
    assert "<h1" not in fragment
    assert fragment.strip() in page


def test_the_fragment_follows_what_is_typed_and_keeps_nothing(client, officer, establishment, key):
    said = client.post(url("understood", key, "essential"), essential(establishment), headers=HTMX)
    assert said.context["understood"].assessment.duty == "must"
    assert "À déclarer sans délai" in said.text
    assert not Draft.objects.exists()


def test_nothing_is_concluded_from_nothing(client, officer, key):
    page = client.get(url("step", key, "essential"))
    assert page.context["understood"].is_blank
    assert "Mineur" not in page.text


def test_the_review_says_why_and_under_whose_authority(client, officer, establishment, key):
    answer(client, key, "essential", essential(establishment))
    page = client.get(url("review", key))
    text = page.text
    assert "un patient a pu être en danger" in text
    assert "elle ne compte pas pour l’obligation de déclarer" in text
    assert "Aucune délégation du directeur" in text
    assert page.context["understood"].authority == "not_recorded"


def test_answers_that_do_not_fit_are_shown_and_do_not_hold_up(client, officer, establishment, key):
    answer(client, key, "essential", essential(establishment, endangerment="none"))
    answer(client, key, "care", {"episodes-0-kind": "endangerment_proven"})
    page = client.get(url("review", key))
    assert page.context["doubts"] == ["danger_in_episodes"]
    assert send(client, key)["Location"] == url("sent", key)
    assert Incident.objects.get().endangerment == "proven"


def test_elsewhere_the_receipt_leads_to_the_legal_declaration(client, officer, establishment, key):
    answer(client, key, "essential", essential(establishment))
    send(client, key)
    page = client.get(url("sent", key)).text
    assert "Vigie ne remplace pas la déclaration légale" in page
    assert url("legal", Incident.objects.get().pk) in page


def test_here_the_receipt_asks_for_nothing_more(client, officer, establishment, key):
    NationSetting.objects.create(country="FR", portal="here")
    answer(client, key, "essential", essential(establishment))
    assert client.get(url("review", key)).context["understood"].standing == "to_do"
    send(client, key)
    page = client.get(url("sent", key))
    assert page.context["understood"].standing == "done"
    assert "Vigie ne remplace pas" not in page.text


# cost


@pytest.mark.parametrize("step", Step)
def test_a_page_costs_few_queries_whatever_the_number_of_rows(
    client, officer, establishment, key, step, django_assert_max_num_queries
):
    SiteFactory.create_batch(4, establishment=establishment)
    for number in range(20):
        Application.objects.create(establishment=establishment, name=f"Application {number}")
    answer(client, key, "essential", essential(establishment))
    answer(client, key, "systems", {"applications": ["1", "2"], "supplier_name": "Odalis"})
    with django_assert_max_num_queries(15):
        client.get(url("step", key, step))


def test_the_review_costs_few_queries(
    client, officer, establishment, key, django_assert_max_num_queries
):
    application = Application.objects.create(establishment=establishment, name="DPI")
    answer(client, key, "essential", essential(establishment))
    answer(client, key, "systems", {"applications": [str(application.pk)]})
    with django_assert_max_num_queries(15):
        client.get(url("review", key))
