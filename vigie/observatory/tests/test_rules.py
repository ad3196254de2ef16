from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.establishments.rules import Territory
from vigie.incidents.models import CountedState
from vigie.observatory.rules import figures
from vigie.observatory.rules.figures import Count, LeftOut, Report
from vigie.observatory.rules.indicators import DECLARATIONS_MADE, EVERY, INDICATORS, Counted
from vigie.observatory.rules.question import Axis, BadQuestion, Question, Unit

WANTED = [
    "declarations",
    "events",
    "structures",
    "malicious_share",
    "ransomware",
    "major",
    "degraded_mode_share",
    "care_interruption_share",
    "no_impact_share",
    "data_impact_share",
    "data_unavailable",
    "care_impact_share",
    "endangerment",
    "endangerment_share",
    "endangerment_proven",
    "data_disclosed",
    "support_structures",
    "support_share",
    "same_day_share",
    "detected_before_impact_share",
    "seen_by_staff_share",
    "declarations_without_provider",
    "structures_without_provider",
    "repeat_structures",
    "repeat_structures_4",
    "degraded_mode_median_hours",
]
BY_ID = {indicator.id: indicator for indicator in INDICATORS}


def counted(unit=Unit.DECLARATIONS, default=0, **numbers):
    """Return counts of everything a report needs: those named, and a default for the rest."""
    counts = Counter(dict.fromkeys(figures.counts_needed(unit), default))
    for name, number in numbers.items():
        indicator = BY_ID[name]
        counts[Count(figures.counted(indicator, unit), indicator.yes)] = number
    return counts


# definitions


def test_the_figures_are_those_of_the_contract_in_its_order():
    assert [indicator.id for indicator in INDICATORS] == WANTED


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.id)
def test_every_figure_says_what_it_means(indicator):
    assert indicator.label
    assert indicator.sentence.endswith(".")
    assert indicator.is_share == indicator.id.endswith("_share")


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.id)
def test_every_condition_reads_columns_that_declarations_have(indicator):
    columns = {field.name for field in CountedState._meta.get_fields()} | {DECLARATIONS_MADE}
    clauses = [c for part in (*indicator.yes, *indicator.told) for c in part]
    assert {clause.column for clause in clauses} <= columns


# from counts to figures


def test_a_share_is_a_percentage_of_the_whole_year_not_rounded():
    counts = counted(default=1, declarations=3, malicious_share=1)
    found = figures.figure(BY_ID["malicious_share"], counts, Unit.DECLARATIONS)
    assert found.value == 100 / 3
    assert (found.numerator, found.denominator) == (1, 3)


def test_a_count_that_records_can_answer_may_be_zero():
    counts = counted(default=1, declarations=3, ransomware=0)
    found = figures.figure(BY_ID["ransomware"], counts, Unit.DECLARATIONS)
    assert (found.value, found.numerator, found.denominator) == (0, 0, None)


@pytest.mark.parametrize("name", [name for name in WANTED if BY_ID[name].told != EVERY])
@pytest.mark.parametrize("unit", Unit)
def test_a_figure_that_no_record_can_answer_is_unknown_never_zero(name, unit):
    counts = counted(unit, declarations=7)
    counts[Count(unit.counted, EVERY)] = 7
    found = figures.figure(BY_ID[name], counts, unit)
    assert found.value is None
    assert found.numerator is None
    assert found.denominator == (7 if BY_ID[name].is_share else None)


@pytest.mark.parametrize("unit", Unit)
def test_in_an_empty_year_only_what_asks_no_question_is_zero(unit):
    found = {figure.id: figure.value for figure in figures.figures(counted(unit), unit)}
    known = {name for name, value in found.items() if value is not None}
    assert known == {
        "declarations",
        "events",
        "structures",
        "repeat_structures",
        "repeat_structures_4",
    }
    assert {found[name] for name in known} == {0}


def test_what_is_counted_follows_the_unit_but_for_the_figures_that_name_theirs():
    assert figures.counted(BY_ID["ransomware"], Unit.EVENTS) is Counted.EVENTS
    assert figures.counted(BY_ID["ransomware"], Unit.DECLARATIONS) is Counted.DECLARATIONS
    assert figures.counted(BY_ID["declarations"], Unit.EVENTS) is Counted.DECLARATIONS
    assert figures.counted(BY_ID["events"], Unit.DECLARATIONS) is Counted.EVENTS
    assert figures.counted(BY_ID["support_structures"], Unit.EVENTS) is Counted.STRUCTURES


def test_every_count_is_asked_once():
    for unit in Unit:
        needed = figures.counts_needed(unit)
        assert len(needed) == len(set(needed))


def test_the_change_of_a_share_is_in_points():
    before, now = (
        figures.figure(
            BY_ID["malicious_share"],
            counted(default=1, declarations=100, malicious_share=part),
            Unit.DECLARATIONS,
        )
        for part in (39, 32)
    )
    assert figures.change(now, before) == -7


def test_nobody_can_tell_the_change_of_an_unknown_figure():
    known = figures.figure(BY_ID["major"], counted(default=1, major=3), Unit.DECLARATIONS)
    unknown = figures.figure(BY_ID["major"], counted(), Unit.DECLARATIONS)
    assert figures.change(known, unknown) is None
    assert figures.change(unknown, known) is None
    assert figures.change(known, known) == 0


# small cells


def suppressed(**structures):
    """Return the figures of a year in which everything was 3, behind so many structures."""
    counts = counted(default=3)
    behind = Counter(dict.fromkeys(figures.structures_needed(), 9))
    for name, number in structures.items():
        behind[Count(Counted.STRUCTURES, BY_ID[name].yes)] = number
    found = figures.suppress(figures.figures(counts, Unit.DECLARATIONS), behind)
    return {figure.id: figure for figure in found}


@pytest.mark.parametrize(("behind", "hidden"), [(0, True), (1, True), (4, True), (5, False)])
def test_a_figure_that_rests_on_fewer_than_five_structures_is_hidden(behind, hidden):
    found = suppressed(ransomware=behind)["ransomware"]
    assert found.suppressed is hidden
    assert (found.value is None) is hidden


def test_what_is_hidden_tells_neither_part_nor_whole():
    found = suppressed(malicious_share=2)["malicious_share"]
    assert (found.value, found.numerator, found.denominator) == (None, None, None)


def test_figures_with_the_same_numerator_are_hidden_together():
    found = suppressed(endangerment=2)
    assert found["endangerment"].suppressed
    assert found["endangerment_share"].suppressed
    assert not found["endangerment_proven"].suppressed


def test_where_few_structures_declared_nothing_is_shown():
    assert all(figure.suppressed for figure in suppressed(structures=4).values())


ASKING = [name for name in WANTED if BY_ID[name].yes != EVERY]


@given(st.dictionaries(st.sampled_from(ASKING), st.integers(0, 12)), st.integers(0, 12))
def test_whatever_is_shown_rests_on_five_structures_or_more(structures, among):
    behind = {BY_ID[name].yes: number for name, number in structures.items()}
    for figure in suppressed(**structures, structures=among).values():
        if not figure.suppressed:
            assert among >= 5
            assert behind.get(figure.indicator.yes, 9) >= 5


# the question


@pytest.mark.parametrize(
    ("territory", "structure_type", "narrow"),
    [
        ("", "", False),
        ("nation:FR", "", False),
        ("nation:FR", "CH", True),
        ("", "CH", True),
        ("region:84", "", True),
        ("group:GHT1", "", True),
    ],
)
def test_small_cells_are_hidden_from_the_public_below_a_nation(territory, structure_type, narrow):
    question = Question(
        2024, Territory.parse(territory) if territory else None, structure_type, is_public=True
    )
    assert question.hides_small_cells is narrow
    assert not Question(2024, question.territory, structure_type).hides_small_cells


@pytest.mark.parametrize("question", [Question(1789), Question(12_345), Question(2024, None, "X")])
def test_a_question_about_nothing_that_exists_is_refused(question):
    with pytest.raises(BadQuestion):
        question.check()


def test_the_year_before_is_the_same_question():
    question = Question(2024, Territory.parse("region:84"), "CH", Unit.EVENTS, Axis.OCCURRED)
    before = question.a_year_before()
    assert before == Question(2023, Territory.parse("region:84"), "CH", Unit.EVENTS, Axis.OCCURRED)


def test_a_report_finds_its_figures_by_name_and_knows_when_it_is_empty():
    made = figures.figures(counted(), Unit.DECLARATIONS)
    report = Report(Question(2024), datetime(2026, 1, 1, tzinfo=UTC), made, LeftOut(0, 0))
    assert report["structures"].value == 0
    assert report.is_empty
    with pytest.raises(KeyError):
        report["unheard_of"]
