import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.accounts import rules
from vigie.accounts.rules import PERMISSION_WORDS, ROLES, TERRITORY_WORDS, Permission
from vigie.establishments.rules import Place, TerritoryKind
from vigie.reference import catalogue

CARE = {TerritoryKind.EJ, TerritoryKind.ET, TerritoryKind.GROUP}
LOCAL = {"declarant", "rssi", "dsi", "dpo", "director"}


def test_the_twelve_roles_of_the_house_exist():
    assert set(ROLES) == LOCAL | {
        "grades_officer",
        "ars_officer",
        "cert_analyst",
        "cert_lead",
        "national_steering",
        "auditor",
        "administrator",
    }


@pytest.mark.parametrize("role", ROLES.values(), ids=lambda role: role.code)
def test_every_role_says_what_it_is_in_words(role):
    assert role.title
    assert role.title != role.code
    assert role.description.endswith(".")
    assert role.territories


def test_every_permission_and_territory_has_plain_words():
    assert set(PERMISSION_WORDS) == set(Permission)
    assert set(TERRITORY_WORDS) == set(TerritoryKind)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_whoever_reads_incidents_needs_a_second_factor(role):
    reads = rules.grants(role, Permission.READ_INCIDENTS)
    assert ROLES[role].needs_second_factor or not reads


@pytest.mark.parametrize("role", sorted(ROLES))
def test_who_administers_people_reads_no_incident(role):
    both = {Permission.MANAGE_PEOPLE, Permission.READ_INCIDENTS}
    assert not both <= ROLES[role].permissions


@pytest.mark.parametrize("role", ["national_steering", "auditor", "grades_officer", "ars_officer"])
def test_who_only_looks_changes_no_file(role):
    changes = {Permission.AMEND, Permission.FOLLOW, Permission.QUALIFY, Permission.DECLARE}
    assert not changes & ROLES[role].permissions


@pytest.mark.parametrize("role", sorted(LOCAL))
def test_roles_of_a_hospital_are_given_there_alone(role):
    assert ROLES[role].territories == CARE


@pytest.mark.parametrize(
    ("role", "kind", "given"),
    [
        ("rssi", TerritoryKind.REGION, False),
        ("ars_officer", TerritoryKind.REGION, True),
        ("ars_officer", TerritoryKind.EJ, False),
        ("cert_lead", TerritoryKind.REGION, False),
        ("auditor", TerritoryKind.ET, True),
        ("nobody", TerritoryKind.EJ, False),
    ],
)
def test_a_role_fits_some_territories(role, kind, given):
    assert rules.fits(role, kind) is given


def test_an_unknown_role_holds_nothing():
    assert not any(rules.grants("nobody", permission) for permission in Permission)


def test_a_delegation_lends_no_more_than_declaring_and_answering():
    assert {
        Permission.DECLARE,
        Permission.AMEND,
        Permission.WRITE_MESSAGES,
        Permission.READ_INCIDENTS,
        Permission.RECORD_LEGAL,
    } == rules.DELEGABLE


def test_geographies_know_where_they_lie():
    corsica = rules.geographies()[TerritoryKind.DEPARTMENT, "2A"]
    assert corsica.place == Place("FR", "94", "2A")
    assert rules.geographies()[TerritoryKind.REGION, "84"].title.fr == "Auvergne-Rhône-Alpes"


@pytest.mark.parametrize("region", sorted(catalogue.regions()))
def test_a_region_holds_itself_and_its_departments(region):
    inside = {(g.kind, g.code) for g in rules.geographies_inside(TerritoryKind.REGION, region)}
    departments = {
        (TerritoryKind.DEPARTMENT, d.code)
        for d in catalogue.departments().values()
        if d.region == region
    }
    assert inside == {(TerritoryKind.REGION, region)} | departments


def test_a_nation_holds_its_regions_and_no_other_nation():
    inside = rules.geographies_inside(TerritoryKind.NATION, "FR")
    assert {g.code for g in inside if g.kind is TerritoryKind.NATION} == {"FR"}
    assert {g.code for g in inside if g.kind is TerritoryKind.REGION} == set(catalogue.regions())


@pytest.mark.parametrize("kind", [*CARE, TerritoryKind.NATION])
def test_an_empty_code_holds_nothing(kind):
    assert not rules.holds(kind, "", Place())


@given(st.text(), st.text())
def test_two_secrets_leave_two_fingerprints(one, other):
    assert (rules.fingerprint(one) == rules.fingerprint(other)) is (one == other)


def test_a_fingerprint_is_sha_256():
    # Known answer of FIPS 180-4 for "abc".
    assert rules.fingerprint("abc").startswith("ba7816bf8f01cfea")


def test_permissions_that_no_release_knows_are_left_out():
    found = rules.known_permissions(["incidents.read", "incidents.obliterate", ""])
    assert found == {Permission.READ_INCIDENTS}


@pytest.mark.parametrize(
    ("said", "device"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
            "Edge · Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari · iPhone",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox · Linux",
        ),
        ("curl/8.9", "curl/8.9"),
        ("", ""),
    ],
)
def test_a_browser_is_recognised_by_what_it_says(said, device):
    assert rules.device(said) == device


@pytest.mark.parametrize("refusal", rules.Refusal.__subclasses__(), ids=lambda r: r.__name__)
def test_every_refusal_has_a_sentence_in_both_languages(refusal):
    assert refusal.message.endswith(".")
    assert str(refusal()).endswith(".")
    assert str(refusal()) != refusal.message
