import csv
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.establishments import rules
from vigie.establishments.rules import (
    BadTerritory,
    EstablishmentFacts,
    Presence,
    SiteFacts,
    Territory,
    TerritoryKind,
)

LETTERS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=14)


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("nation:FR", TerritoryKind.NATION, "FR"),
        ("nation:fr", TerritoryKind.NATION, "FR"),
        (" region:84 ", TerritoryKind.REGION, "84"),
        ("REGION:01", TerritoryKind.REGION, "01"),
        ("department:2a", TerritoryKind.DEPARTMENT, "2A"),
        ("department:9A", TerritoryKind.DEPARTMENT, "971"),
        ("department:971", TerritoryKind.DEPARTMENT, "971"),
        ("group:GHT-Nord", TerritoryKind.GROUP, "GHT-Nord"),
        ("ej:2a0000014", TerritoryKind.EJ, "2A0000014"),
        ("et:010000024", TerritoryKind.ET, "010000024"),
    ],
)
def test_a_territory_is_read_from_its_text(text, kind, code):
    assert Territory.parse(text) == Territory(kind, code)
    assert Territory.parse(str(Territory.parse(text))) == Territory(kind, code)


@pytest.mark.parametrize("text", ["", "region", "region:", ":84", "planet:earth", "84"])
def test_a_text_that_names_no_territory_is_refused(text):
    with pytest.raises(BadTerritory, match="KIND:CODE"):
        Territory.parse(text)


# Real numbers; the Corsican ones read 210000020 and 220000020 for the sum.
@pytest.mark.parametrize(
    "finess", ["010000024", "750712184", "970100228", "2A0000022", "2B0000020"]
)
def test_luhn_over_nine_characters_makes_a_finess_number(finess):
    digits = [int(c) for c in finess.replace("A", "1").replace("B", "2")]
    doubled = [2 * d if i % 2 else d for i, d in enumerate(digits)]  # every second one
    assert sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0
    assert rules.is_finess(finess)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "01000002",
        "0100000240",
        "010000025",
        "01000002A",
        "1A0000014",
        "\N{FULLWIDTH DIGIT TWO}10000014",
        "2C0000014",
    ],
)
def test_what_is_not_nine_characters_with_a_key_is_no_finess_number(text):
    assert not rules.is_finess(text)


@given(st.integers(0, 99_999_999))
def test_the_check_digit_makes_a_number_and_no_other_digit_does(number):
    first_eight = f"{number:08d}"
    right = rules.finess_check_digit(first_eight)
    valid = [digit for digit in "0123456789" if rules.is_finess(first_eight + digit)]
    assert valid == [right]


@given(st.integers(0, 99_999_999), st.integers(0, 8), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_noticed_and_undone(number, position, digit):
    right = f"{number:08d}" + rules.finess_check_digit(f"{number:08d}")
    wrong = right[:position] + digit + right[position + 1 :]
    if wrong != right:
        assert not rules.is_finess(wrong)
        assert right in rules.near_finess(wrong)


@given(st.integers(0, 99_999_999), st.integers(0, 8))
def test_a_digit_too_few_or_two_swapped_leads_back(number, position):
    right = f"{number:08d}" + rules.finess_check_digit(f"{number:08d}")
    assert right in rules.near_finess(right[:position] + right[position + 1 :])
    if position < 8:
        swapped = list(right)
        swapped[position : position + 2] = swapped[position : position + 2][::-1]
        assert right in rules.near_finess("".join(swapped))


@pytest.mark.parametrize(
    ("survey", "official"),
    [("9A", "971"), ("9B", "972"), ("9C", "973"), ("9D", "974"), ("9F", "976"), ("2A", "2A")],
)
def test_departments_are_known_in_both_codings(survey, official):
    assert rules.department_code(survey) == official
    assert rules.department_code(official) == official
    assert rules.survey_department_code(official) == survey


@pytest.mark.parametrize(
    ("finess", "department"),
    [
        ("010000024", "01"),
        ("2B0000020", "2B"),
        ("970100228", "971"),
        ("970400000", "974"),
        ("980500003", "976"),
        ("979900000", ""),
    ],
)
def test_a_finess_number_tells_the_department_that_gave_it(finess, department):
    assert rules.finess_department(finess) == department


@pytest.mark.parametrize(
    ("editions", "first", "last", "expected"),
    [
        # The only edition: it stood there before, as far as anyone knows, and still stands.
        ([2022], 2022, 2022, Presence(None, None)),
        ([2022, 2023], 2022, 2023, Presence(None, None)),
        ([2022, 2023], 2022, 2022, Presence(None, date(2023, 1, 1))),
        ([2022, 2023], 2023, 2023, Presence(date(2023, 1, 1), None)),
        ([2021, 2022, 2023], 2022, 2022, Presence(date(2022, 1, 1), date(2023, 1, 1))),
        # A gap between two editions that show it is not an absence.
        ([2021, 2022, 2023], 2021, 2023, Presence(None, None)),
        # Editions that nobody imported say nothing.
        ([2018, 2023], 2018, 2018, Presence(None, date(2023, 1, 1))),
    ],
)
def test_editions_date_what_they_show(editions, first, last, expected):
    assert rules.presence(editions, first_seen=first, last_seen=last) == expected
    assert rules.presence(editions[::-1], first_seen=first, last_seen=last) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CH d'Évreux", "ch d evreux"),
        ("Hôpital  L’Œuvre-du-Cœur", "hopital l oeuvre du coeur"),
        ("C.H.U. de Saint-Étienne", "chu de saint etienne"),
        ("ÆSCULAPE", "aesculape"),
        ("Großkrankenhaus", "grosskrankenhaus"),
        ("Πάτρα", "πατρα"),
        ("  ", ""),
        ("!?", ""),
    ],
)
def test_names_are_compared_without_accents_capitals_and_signs(text, expected):
    assert rules.fold(text) == expected


def test_abbreviations_are_spelled_out():
    assert rules.search_words("CHU St Antoine") == {
        "chu",
        "centre",
        "hospitalier",
        "universitaire",
        "saint",
        "antoine",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hôpital de la Timone", ["hopital", "timone"]),
        ("de la", ["de", "la"]),  # nothing else was asked
        ("St Étienne st", ["saint", "etienne"]),
        ("", []),
    ],
)
def test_articles_count_only_alone(text, expected):
    assert rules.asked_words(text) == expected


def mistyped(word):
    """Return every text that one mistake makes of a word, written the slow and plain way."""
    signs = "abcxyz0"
    for i in range(len(word) + 1):
        yield from (word[:i] + sign + word[i:] for sign in signs)
        if i < len(word):
            yield word[:i] + word[i + 1 :]
            yield from (word[:i] + sign + word[i + 1 :] for sign in signs)
        if i + 1 < len(word):
            yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]


@given(LETTERS)
def test_every_single_mistake_is_seen_and_shares_a_shortened_form(word):
    for wrong in mistyped(word):
        assert rules.one_typo_apart(word, wrong)
        assert rules.one_typo_apart(wrong, word)
        assert rules.deletions(word) & rules.deletions(wrong)


@given(LETTERS, LETTERS)
def test_words_said_to_be_one_mistake_apart_are(a, b):
    signs = set(b)
    reachable = {a} | {a[:i] + a[i + 1 :] for i in range(len(a))}
    reachable |= {a[:i] + s + a[i:] for i in range(len(a) + 1) for s in signs}
    reachable |= {a[:i] + s + a[i + 1 :] for i in range(len(a)) for s in signs}
    reachable |= {a[:i] + a[i + 1] + a[i] + a[i + 2 :] for i in range(len(a) - 1)}
    assert rules.one_typo_apart(a, b) is (b in reachable)


@given(LETTERS, LETTERS)
def test_the_range_of_a_prefix_holds_what_begins_so_and_nothing_else(prefix, word):
    until = rules.after_prefix(prefix)
    inside = prefix <= word and (not until or word < until)
    if word.startswith(prefix):
        assert inside
    elif not set(prefix) <= {"z"}:
        assert not inside


def test_facts_are_stored_tidy_and_complete():
    facts = EstablishmentFacts(
        name="  CH   du Lac ", finess="74 0780 168", country="fr", department="9d", commune=" Lac "
    ).checked()
    assert facts.name == "CH du Lac"
    assert facts.finess == "740780168"
    assert (facts.country, facts.department, facts.region) == ("FR", "974", "04")
    assert facts.structure_type == "AUTRE"


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"name": "  "}, {"name": "empty"}),
        ({"finess": "123456789"}, {"finess": "finess"}),
        ({"structure_type": "CASTLE"}, {"structure_type": "type"}),
        ({"country": "FRA"}, {"country": "country"}),
        ({"region": "99"}, {"region": "region"}),
        ({"department": "20", "region": "94"}, {"department": "department"}),
        ({"department": "75", "region": "84"}, {"department": "department"}),
        ({"legal_status": "royal"}, {"legal_status": "status"}),
    ],
)
def test_wrong_facts_are_told_by_field(wrong, fault):
    facts = EstablishmentFacts(**({"name": "CH du Lac"} | wrong)).checked()
    assert facts.faults() == fault


def test_a_foreign_structure_needs_no_french_region():
    facts = SiteFacts(
        name="Hôpital de Namur", country="BE", region="WNA", department="NAM"
    ).checked()
    assert facts.faults() == {}


@pytest.mark.real_data
def test_every_finess_number_of_the_survey_has_its_key(shared_data):
    path = shared_data / "establishments" / "etablissements_sae_2022.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    numbers = {row["finess_et"] for row in rows} | {row["finess_ej"] for row in rows}
    assert len(numbers) > 6000
    assert [number for number in numbers if not rules.is_finess(number)] == []
    for row in rows:
        assert rules.finess_department(row["finess_et"]) == row["departement"]
