"""Anything that a structure may say, for property tests."""

from datetime import UTC, datetime
from enum import StrEnum

from hypothesis import strategies as st

from vigie.incidents.rules import facts as facts_rules
from vigie.incidents.rules.facts import EpisodeFacts, Facts
from vigie.incidents.rules.words import (
    DataImpact,
    DataType,
    EpisodeKind,
)
from vigie.reference import catalogue

NOW = datetime(2026, 3, 14, 1, 10, tzinfo=UTC)
DATES = st.sampled_from(
    ["", "2026", "2026-03", "2026-03-14", "2026-03-14T02:10+01:00", "2025-12-31T23:59-05:00"]
)
ACTIVITIES = st.sampled_from(sorted(catalogue.care_activities()))
MAYBE = st.sampled_from([None, False, True])


@st.composite
def episodes(draw):
    start, end = draw(DATES), draw(DATES)
    if start and end and facts_rules.surely_after(start, end):
        start, end = end, start
    return EpisodeFacts(
        kind=draw(st.sampled_from(EpisodeKind)),
        activity=draw(st.one_of(st.just(""), ACTIVITIES)),
        start=start,
        end=end,
    )


def some_facts():
    """Anything that a structure may say, on every question that a rule reads."""
    words = {
        name: st.sampled_from(list(field.annotation))
        for name, field in Facts.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, StrEnum)
    }
    answers = {name: MAYBE for name, f in Facts.model_fields.items() if f.annotation == bool | None}
    return st.builds(
        Facts,
        **words,
        **answers,
        title=st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20),
        occurred=DATES,
        noticed=DATES,
        care_activities=st.lists(ACTIVITIES, max_size=4, unique=True),
        episodes=st.lists(episodes(), max_size=3),
        data_impacts=st.none() | st.lists(st.sampled_from(DataImpact), max_size=3, unique=True),
        data_types=st.none() | st.lists(st.sampled_from(DataType), max_size=2, unique=True),
        transfers=st.none() | st.integers(0, 9),
        category=st.sampled_from(["", *catalogue.incident_categories()]),
    )
