"""Every figure equals a count made by hand of the same rows."""

import random
from collections import Counter
from statistics import median

import pytest

from vigie.incidents.models import Declaration
from vigie.observatory import queries
from vigie.observatory.rules.question import Axis, Question, Unit
from vigie.observatory.tests.factories import (
    NOW,
    CountedFactory,
    EstablishmentFactory,
    EventFactory,
)

pytestmark = pytest.mark.django_db


def report(year, **asked):
    return queries.report_of_everything(Question(year, **asked), as_of=NOW)


def some_rows(rng, size=300):
    """Store declarations with every answer at random."""
    structures = EstablishmentFactory.create_batch(12)
    events = EventFactory.create_batch(6)
    maybe = [True, False, None]
    for _row in range(size):
        impact = rng.choice(["unknown", "none", "other", "degraded"])
        CountedFactory(
            establishment=rng.choice(structures),
            event=rng.choice([*events, None, None, None]),
            declared_year=rng.choice([2023, 2024, None]),
            occurred_year=rng.choice([2023, 2024]),
            counts=rng.random() > 0.1,
            origin=rng.choice(["", "malicious", "non_malicious", "undetermined"]),
            category=rng.choice(["", "ransomware", "human_error"]),
            major_confirmed=rng.choice(maybe),
            structure_impact=impact,
            care_interrupted=rng.choice(maybe)
            if impact == "degraded"
            else rng.choice([False, None]),
            endangerment=rng.choice(["unknown", "none", "potential", "proven"]),
            data_touched=rng.choice(maybe),
            data_unavailable=rng.choice(maybe),
            data_disclosed=rng.choice(maybe),
            support_requested=rng.choice(maybe),
            same_day=rng.choice(maybe),
            before_impact=rng.choice(maybe),
            seen_by_staff=rng.choice(maybe),
            provider_involved=rng.choice(maybe),
            degraded_minutes=rng.choice([None, 30, 100, 2000]) if impact == "degraded" else None,
        )


SAYS_YES = {
    "malicious_share": lambda d: d.origin == "malicious",
    "ransomware": lambda d: d.category == "ransomware",
    "major": lambda d: d.major_confirmed is True,
    "degraded_mode_share": lambda d: d.structure_impact == "degraded",
    "care_interruption_share": lambda d: d.care_interrupted is True,
    "no_impact_share": lambda d: d.structure_impact == "none",
    "data_impact_share": lambda d: d.data_touched is True,
    "data_unavailable": lambda d: d.data_unavailable is True,
    "care_impact_share": lambda d: (
        d.structure_impact == "degraded"
        or d.care_interrupted is True
        or d.endangerment in ("potential", "proven")
    ),
    "endangerment": lambda d: d.endangerment in ("potential", "proven"),
    "endangerment_share": lambda d: d.endangerment in ("potential", "proven"),
    "endangerment_proven": lambda d: d.endangerment == "proven",
    "data_disclosed": lambda d: d.data_disclosed is True,
    "support_share": lambda d: d.support_requested is True,
    "same_day_share": lambda d: d.same_day is True,
    "detected_before_impact_share": lambda d: d.before_impact is True,
    "seen_by_staff_share": lambda d: d.seen_by_staff is True,
}


@pytest.mark.parametrize("axis", Axis)
@pytest.mark.parametrize("unit", Unit)
def test_every_figure_equals_a_count_made_by_hand(unit, axis):
    some_rows(random.Random(2024))  # noqa: S311 - the same rows every time, nothing secret
    rows = [
        d
        for d in Declaration.objects.all()
        if d.counts and (d.declared_year if axis is Axis.DECLARED else d.occurred_year) == 2024
    ]

    def number(chosen):
        if unit is Unit.DECLARATIONS:
            return len(chosen)
        return len({("event", d.event_id) if d.event_id else ("alone", d.pk) for d in chosen})

    found = report(2024, unit=unit, axis=axis)
    assert found["declarations"].value == len(rows) > 50
    assert found["structures"].value == len({d.establishment_id for d in rows})
    for name, says_yes in SAYS_YES.items():
        part = number([d for d in rows if says_yes(d)])
        assert found[name].numerator == part, name
        if found[name].denominator is not None:
            assert found[name].value == pytest.approx(100 * part / number(rows)), name
    asked = {d.establishment_id for d in rows if d.support_requested}
    assert found["support_structures"].value == len(asked)
    own = [d for d in rows if not d.provider_involved]
    assert found["declarations_without_provider"].value == len(own)
    assert found["structures_without_provider"].value == len({d.establishment_id for d in own})
    made = Counter(d.establishment_id for d in rows)
    assert found["repeat_structures"].value == sum(n > 2 for n in made.values()) > 0
    assert found["repeat_structures_4"].value == sum(n >= 4 for n in made.values()) > 0
    lengths = [d.degraded_minutes for d in rows if d.degraded_minutes is not None]
    assert found["degraded_mode_median_hours"].value == median(lengths) / 60
