from uuid import uuid4

import pytest
from django.urls import reverse

from vigie.establishments.models import NationSetting
from vigie.incidents.models import Declaration, Draft, Incident
from vigie.incidents.rules.blocks import Step
from vigie.incidents.tests.factories import (
    PHONE,
    EstablishmentFactory,
    SiteFactory,
    person,
)
from vigie.inventory.models import Application, Supplier

pytestmark = pytest.mark.django_db
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
