"""The past years are dealt out so that every declaration holds together and all add up."""

from collections import Counter
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest
import yaml

from vigie.demo.operations.past import FOLDER, read
from vigie.demo.rules import past
from vigie.demo.rules.past.times import Calendar, begin_events
from vigie.incidents.rules.doubts import doubts
from vigie.incidents.rules.projection import Ruling, columns
from vigie.kernel.partial import PartialDate

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
WHOLE = read()
YEARS = [one.year for one in WHOLE.years]


def dealt(year, seed=""):
    """Return the cards of a year and what they tell."""
    targets = next(one for one in WHOLE.years if one.year == year)
    dice = Random(f"{seed}{year}")  # noqa: S311 - no secret
    calendar = Calendar.of(year, PARIS, dice)
    deck = past.cards(targets, WHOLE.kinds, dice)
    begin_events(deck, calendar, dice)
    return deck, [past.tell(card, WHOLE.kinds, calendar, dice) for card in deck]


@pytest.fixture(scope="module", params=YEARS)
def year(request):
    return dealt(request.param)


def test_there_are_seven_years():
    assert YEARS == [2018, 2019, 2020, 2021, 2022, 2023, 2024]


def test_nothing_that_is_told_raises_a_doubt(year):
    _deck, told = year
    assert {doubt for one in told for doubt in doubts(one.facts, NOW)} == set()


def test_every_declaration_says_that_it_is_invented(year):
    _deck, told = year
    assert all(one.facts.description.endswith(WHOLE.kinds.label) for one in told)


def test_what_was_seen_before_it_hurt_did_not_hurt(year):
    deck, _told = year
    early = [card for card in deck if card.before_impact]
    assert early
    assert {(card.impact, card.endangerment) for card in early} == {("none", "none")}


def test_patients_are_in_danger_only_where_something_stopped_or_failed(year):
    deck, _told = year
    assert "none" not in {card.impact for card in deck if card.endangerment != "none"}
    assert {card.impact for card in deck if card.endangerment == "proven"} == {"degraded"}


def test_a_supplier_s_bad_day_hits_different_structures_on_one_day(year):
    deck, told = year
    events = {card.event.key for card in deck if card.event}
    assert events
    for key in events:
        members = [card for card in deck if card.event and card.event.key == key]
        assert len({card.owner for card in members}) == len(members) > 1
        assert len({card.starts_at for card in members}) == 1
        assert all(card.provider for card in members)
    assert all(one.facts.supplier_name for one in told if one.event)


def test_it_was_declared_in_its_year_as_late_as_was_dealt(year):
    deck, told = year
    for card, one in zip(deck, told, strict=True):
        found = columns(one.facts, Ruling(), declared=PartialDate.parse(one.declared), zone=PARIS)
        assert found["delay"] == card.delay
        assert found["degraded_minutes"] is None or found["degraded_minutes"] > 0
    years = Counter(PartialDate.parse(one.declared).year_in(PARIS) for one in told)
    assert len(years) == 1


def test_the_same_dice_deal_the_same_and_others_do_not():
    assert [one.facts for one in dealt(2021)[1]] == [one.facts for one in dealt(2021)[1]]
    assert [one.facts for one in dealt(2021)[1]] != [one.facts for one in dealt(2021, "x")[1]]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("number", YEARS)
def test_any_dice_can_deal_every_year(number, seed):
    targets = next(one for one in WHOLE.years if one.year == number)
    deck = past.cards(targets, WHOLE.kinds, Random(seed))  # noqa: S311 - no secret
    assert len(deck) == targets.declarations
    assert len({card.owner for card in deck}) == targets.structures


def told_of(change):
    """Return the list of past years with something wrong in its first year."""
    told = deepcopy(yaml.safe_load((FOLDER / "past.yaml").read_text(encoding="utf-8")))
    change(told["years"][0])
    return told


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one["invented"].update(undeclared=3),
        lambda one: one["published"].update(structures=[246, "NEXT21"]),
        lambda one: one["published"].update(structures=[247, "NOBODY"]),
        lambda one: one["invented"]["repeats"].update({6: 1}),
        lambda one: one["invented"]["extents"].update(provider=1),
        lambda one: one["invented"].update(declarations=327),
    ],
)
def test_numbers_that_contradict_each_other_are_refused(change):
    with pytest.raises(past.BadTargets):
        past.years_of(told_of(change))


@pytest.mark.parametrize(
    "change", [{"malicious": 4}, {"endangered": 400}, {"support_structures": 300}]
)
def test_what_cannot_be_dealt_is_refused(change):
    targets = replace(WHOLE.years[0], **change)
    with pytest.raises(past.BadTargets):
        past.cards(targets, WHOLE.kinds, Random(1))  # noqa: S311 - no secret
