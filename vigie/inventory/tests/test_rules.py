import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.inventory import rules
from vigie.inventory.rules import ApplicationFacts, BadName

WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("asked", "known", "close"),
    [
        ("odalis", "odalis sante", 0),
        ("Odalis Santé", "odalis sante", 0),
        ("oda", "odalis sante", 1),
        ("odlais", "odalis sante", 2),  # two letters swapped
        ("odalix", "odalis sante", 2),
        ("sante odalis", "odalis sante", 0),
        ("odalis labo", "odalis sante", None),
        ("abc", "abd", None),  # one letter makes another word when the word is short
        ("de la", "de la sante", 0),
        ("", "odalis", None),
        ("…", "odalis", None),
    ],
)
def test_a_name_is_found_forgiving_one_mistake(asked, known, close):
    assert rules.closeness(asked, known) == close


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_a_name_always_finds_itself(words):
    name = " ".join(words)
    if rules.search_text(name):
        assert rules.closeness(name, rules.search_text(name)) == 0


@pytest.mark.parametrize("other", ["odalis santé", "  ODALIS   SANTE ", "Odalis-Santé"])
def test_names_are_the_same_whatever_capitals_accents_and_signs(other):
    assert rules.same_name("Odalis Santé", other)
    assert not rules.same_name("Odalis", other)


@pytest.mark.parametrize("name", ["", "   ", "!!", "x" * 201])
def test_a_name_that_says_nothing_is_refused(name):
    with pytest.raises(BadName):
        rules.clean_name(name)


def test_other_names_are_kept_once():
    kept = rules.clean_aliases([" OD  Santé ", "od sante", "", "ODALIS"], "Odalis")
    assert kept == ["OD Santé"]


def test_too_many_other_names_are_refused():
    with pytest.raises(BadName):
        rules.clean_aliases([f"alias {n}" for n in range(31)], "Odalis")


def test_care_activities_are_stored_in_the_order_of_the_list():
    facts = ApplicationFacts("DPI", care_activities=("BIO", "URG")).checked()
    assert facts.care_activities == ("URG", "BIO")


@pytest.mark.parametrize(
    "wrong", [{"care_activities": ("CAFE",)}, {"hosting": "moon"}, {"availability": 5}]
)
def test_what_does_not_exist_is_refused(wrong):
    with pytest.raises(ValueError, match=r"unknown|between"):
        ApplicationFacts("DPI", **wrong).checked()


def test_what_an_application_lacks_is_told():
    told = rules.lacks(hosting="", care_activities=["URG"], needs=(1, 2, None))
    assert told == ("hosting", "needs")
