import csv
from datetime import date
from pathlib import Path

import pytest

from vigie.reference import advice, catalogue, duties, parties, published, series
from vigie.reference.catalogue import BadReference, Entry

FOLDERS = {"portals": "portal-", "mappings": "mappings/"}
LISTS = [
    catalogue.care_activities,
    catalogue.contacts,
    catalogue.countries,
    catalogue.data_types,
    catalogue.departments,
    duties.duty_facts,
    duties.notice_items,
    catalogue.incident_categories,
    catalogue.legal_statuses,
    catalogue.regions,
    advice.report_orders,
    advice.report_pictures,
    catalogue.rsit,
    catalogue.rsit_classes,
    catalogue.structure_types,
    catalogue.support_providers,
    catalogue.tlp,
]


@pytest.mark.parametrize("name", catalogue.names())
def test_every_file_says_where_it_comes_from(name):
    raw = catalogue.document(name)
    folder, _slash, file = name.rpartition("/")
    called = FOLDERS.get(folder, f"{folder}-") + file if folder else name
    assert raw["id"] == called
    assert str(raw["source"]).startswith("https://")
    assert isinstance(raw["retrieved"], date)
    assert raw.get("certainty", "found") in {"found", "to_check"}


@pytest.mark.parametrize("entries", LISTS, ids=lambda entries: entries.__name__)
def test_every_entry_speaks_both_languages_under_its_own_code(entries):
    found = entries()
    assert found
    for code, entry in found.items():
        assert isinstance(entry, Entry)
        assert entry.code == code
        assert entry.title.fr.strip()
        assert entry.title.en.strip()
        assert "'" not in entry.title.fr  # the typographic apostrophe, as everywhere in French


def test_every_file_is_read_by_some_list():
    for entries in LISTS:
        entries()
    assert catalogue.legal_portal() is not None
    read = {"structure_types", "care_activities", "countries", "data_types", "incident_categories"}
    read |= {"rsit-1003", "support_providers", "tlp", "regions/fr", "contacts/fr", "portals/fr"}
    assert parties.routing() is not None
    read |= {"routing/fr"}
    read |= {"mappings/veris"}  # by the importer of that name
    read |= {"known_observables", "ransomware"}  # by threats
    read |= {"report_advice"}
    assert duties.law() is not None
    read |= {"regimes/eu", "regimes/fr", "duty_facts", "notice_items"}
    assert published.series()
    assert series.breaks()
    read |= {"observatory/ans", "observatory/breaks"}
    assert set(catalogue.names()) == read


def test_rsit_1003_has_eleven_classes_and_thirty_nine_types():
    assert len(catalogue.rsit_classes()) == 11
    assert len(catalogue.rsit()) == 39
    assert catalogue.rsit()["intrusions/system-compromise"].klass.code == "intrusions"


def test_france_has_its_regions_departments_and_care_activities():
    assert len(catalogue.regions()) == 18
    assert len(catalogue.departments()) == 101
    assert len(catalogue.care_activities()) == 29
    assert catalogue.departments()["2A"].region == "94"
    assert catalogue.departments()["974"].region == "04"
    assert catalogue.regions()["04"].time_zone == "Indian/Reunion"


def test_names_of_regional_bodies_nobody_verified_are_marked():
    assert catalogue.regions()["84"].grades_is_certain
    assert not catalogue.regions()["44"].grades_is_certain
    assert catalogue.regions()["01"].grades == ""


@pytest.mark.parametrize(
    ("category", "status", "expected"),
    [
        ("101", "public", "CHU_CHR"),
        ("355", "public", "CH"),
        ("365", "ebnl_espic", "ESPIC"),
        ("365", "prive_lucratif", "CLINIQUE_MCO"),
        ("161", "public", "CHS_EPSM"),
        ("161", "prive_lucratif", "CLINIQUE_PSY"),
        ("500", "prive_lucratif", "EHPAD"),
        ("999", "public", "AUTRE"),
        ("", "", "AUTRE"),
    ],
)
def test_a_finess_category_and_a_status_give_a_structure_type(category, status, expected):
    assert catalogue.structure_type_of(category, status) == expected


def test_every_mapped_category_leads_to_a_known_type_and_status():
    raw = catalogue.document("structure_types")
    for rule in raw["finess_categories"].values():
        by_status = rule if isinstance(rule, dict) else {"default": rule}
        assert set(by_status.values()) <= catalogue.structure_types().keys()
        assert by_status.keys() - {"default"} <= catalogue.legal_statuses().keys()
    assert set(raw["espic"].values()) <= catalogue.legal_statuses().keys()
    assert set(raw["statut_code"].values()) <= catalogue.legal_statuses().keys()


@pytest.mark.parametrize(
    ("espic", "statut_code", "expected"),
    [
        ("1", "13", "public"),
        ("0", "95", "prive_lucratif"),  # a company (SAS)
        ("6", "60", "ebnl_espic"),  # an association
        ("7", "63", "ebnl_espic"),  # a foundation
        ("", "11", "public"),
        ("", "61", "ebnl_espic"),
        ("", "73", "prive_lucratif"),
        ("", "", ""),
    ],
)
def test_the_survey_codes_give_a_legal_status(espic, statut_code, expected):
    assert catalogue.legal_status_of(espic, statut_code) == expected


def test_categories_cover_both_origins_and_what_nobody_knows():
    by_origin = {}
    for category in catalogue.incident_categories().values():
        by_origin.setdefault(category.origin, set()).add(category.code)
        assert category.rsit
    assert len(by_origin["malicious"]) == 11
    assert len(by_origin["non_malicious"]) == 11
    assert by_origin["undetermined"] == {"undetermined"}


def test_the_french_law_wants_declarations_elsewhere():
    portal = catalogue.legal_portal("FR")
    assert portal.portal == "elsewhere"
    assert portal.url == "https://signalement.social-sante.gouv.fr"
    assert {article.code for article in portal.articles} >= {"L.1111-8-2 CSP", "D.1111-16-2 CSP"}


def test_the_french_duty_came_later_for_medico_social_structures():
    portal = catalogue.legal_portal("FR")
    assert portal.obliged["health"] < portal.obliged["medico_social"] == date(2022, 4, 29)
    assert "other" not in portal.obliged
    sectors = {entry.sector for entry in catalogue.structure_types().values()}
    assert set(portal.obliged) <= sectors


def test_a_country_without_files_has_no_region_contact_or_portal():
    assert not catalogue.regions("NZ")
    assert not catalogue.departments("NZ")
    assert not catalogue.contacts("NZ")
    assert catalogue.legal_portal("NZ") is None


def test_contacts_carry_the_date_and_the_page_that_state_them():
    contact = catalogue.contacts()["cert_sante"]
    assert contact.phone == "09 72 43 91 25"
    assert contact.checked_on == date(2022, 10, 17)
    for found in catalogue.contacts().values():
        assert found.phone or found.email or found.url
        assert found.source.startswith("https://")


def test_french_texts_never_break_before_a_double_sign():
    article = catalogue.legal_portal("FR").articles[1]
    assert "signalé\N{NO-BREAK SPACE}:" in article.title.fr
    assert article.title.in_("en-gb") == article.title.en
    assert article.title.in_("de") == article.title.fr


def test_an_absent_file_is_told_by_name():
    with pytest.raises(BadReference, match=r"nothing\.yaml"):
        catalogue.document("nothing")


@pytest.mark.real_data
def test_departments_and_regions_are_those_of_the_official_survey(shared_data: Path):
    path = shared_data / "establishments" / "etablissements_sae_2022.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    seen = {(row["departement"], row["departement_libelle"], row["region"]) for row in rows}
    assert seen == {
        (d.code, d.title.fr.replace("’", "'"), d.region) for d in catalogue.departments().values()
    }
    names = {(row["region"], row["region_libelle"]) for row in rows}
    assert names == {(r.code, r.title.fr.replace("’", "'")) for r in catalogue.regions().values()}


@pytest.mark.real_data
def test_every_category_of_the_survey_has_a_type_or_is_known_to_have_none(shared_data: Path):
    path = shared_data / "establishments" / "etablissements_sae_2022.csv"
    with path.open(encoding="utf-8", newline="") as file:
        seen = {row["categorie"] for row in csv.DictReader(file)}
    without = {category for category in seen if catalogue.structure_type_of(category) == "AUTRE"}
    # Prison health, other hospitals by law, entities with an authorisation, unknown; long stay
    # (362) has a type only when public.
    assert without == {"362", "433", "698", "699", "999"}


def test_the_routing_of_france_says_whom_when_and_by_which_text():
    found = parties.routing()
    assert found.rules["ars_always"].when == "always"
    assert found.rules["anssi_ose"].party == "anssi"
    assert found.rules["ans_resolved"].stage == "resolution"
    assert not found.rules["told_resolved"].is_certain
    for rule in found.rules.values():
        assert rule.text
        assert rule.asks.fr.strip()
        assert rule.asks.en.strip()


def test_no_document_for_the_health_directorate_tells_causes_or_suppliers():
    assert not {"causes", "perimeter", "description"} & set(parties.routing().parties["dgs"].parts)


def test_a_country_without_a_file_has_no_routing():
    assert parties.routing("BE") is None
