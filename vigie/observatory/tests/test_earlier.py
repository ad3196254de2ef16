"""What the tables tell of the year before equals that year's own report."""

import random

import pytest

from vigie.incidents.models import CountedState
from vigie.incidents.rules.words import Delay
from vigie.observatory import queries
from vigie.observatory.rules.earlier import PLACES, before
from vigie.observatory.rules.figures import LeftOut, Report
from vigie.observatory.rules.indicators import INDICATORS
from vigie.observatory.rules.question import Question, Unit
from vigie.observatory.tests.factories import NOW
from vigie.observatory.tests.test_by_hand import some_rows

pytestmark = pytest.mark.django_db


def report(year, **asked):
    return queries.report_of_everything(Question(year, **asked), as_of=NOW)


def coherent_rows(size):
    """Store declarations at random whose delay agrees with their day."""
    some_rows(random.Random(7), size=size)  # noqa: S311 - no secret
    CountedState.objects.filter(same_day=True).update(delay=Delay.SAME_DAY)


@pytest.mark.parametrize("unit", list(Unit))
def test_figures_of_the_year_before_are_those_of_its_own_report(unit):
    coherent_rows(120)
    own, told = report(2023, unit=unit), before(report(2024, unit=unit))
    assert len(told) > 10
    for name, value in told.items():
        assert value == pytest.approx(own[name].value), name


def test_it_names_figures_that_exist():
    assert set(PLACES) <= {one.id for one in INDICATORS}


def test_nothing_is_told_where_a_number_is_hidden_or_no_table_came():
    coherent_rows(12)
    whole = report(2024)
    bare = Report(whole.question, NOW, whole.figures, LeftOut(None, None))
    assert before(bare) == {}
    hidden = report(2024, is_public=True, structure_type="CH")
    assert "ransomware" not in before(hidden)
