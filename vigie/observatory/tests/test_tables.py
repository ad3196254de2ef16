"""The tables hold what a count by hand of the same rows holds, and hide what points at few."""

from uuid import uuid4

import pytest

from vigie.establishments.models import Designation
from vigie.incidents.models import CountedState, Declaration, Incident
from vigie.observatory import queries
from vigie.observatory.rules import tables as rules
from vigie.observatory.rules.indicators import Clause
from vigie.observatory.rules.question import Axis, Question, Unit
from vigie.observatory.rules.tabulated import Line, Tabulated, protected
from vigie.observatory.tests.factories import (
    NOW,
    CountedFactory,
    EstablishmentFactory,
    EventFactory,
)

ANNOTATED = {"month", "is_ose", "declarations_made"}
FOREIGN = {"establishment"}


def tables(year=2024, **asked):
    report = queries.report_of_everything(Question(year, **asked), as_of=NOW)
    return {one.table.id: one for one in report.tables}


def column(table, name):
    place = table.columns.index(name)
    return {line.row.code: line.numbers[place] for line in table.lines}


# definitions


def test_every_row_reads_columns_that_declarations_have():
    columns = {field.name for field in CountedState._meta.get_fields()} | ANNOTATED
    for table in rules.TABLES:
        for row in table.rows:
            for clause in (clause for part in row.condition for clause in part):
                own, _, other = clause.column.partition("__")
                assert own in (FOREIGN if other else columns), (table.id, clause.column)


def test_every_table_is_said_in_one_sentence_and_its_rows_have_names_of_their_own():
    for table in rules.TABLES:
        assert table.sentence.endswith(".")
        codes = [row.code for row in table.rows]
        assert len(codes) == len(set(codes))


# counts


@pytest.fixture
def rows(db):
    public = EstablishmentFactory(structure_type="CH", legal_status="public", region="84")
    home = EstablishmentFactory(structure_type="EHPAD", legal_status="public", region="75")
    Designation.objects.create(establishment=public, kind="ose")
    shared = EventFactory()
    told = {"structure_impact": "degraded", "declared": "2024-03-02T10:00+01:00"}
    CountedFactory(
        establishment=public,
        activities=("BIO", "URG", "BIO"),
        origin="malicious",
        category="ransomware",
        ransomware_extent="one_server",
        degraded_minutes=3 * 24 * 60,
        delay="same_day",
        care_interrupted=True,
        **told,
    )
    CountedFactory(
        establishment=public,
        event=shared,
        activities=("BIO",),
        origin="non_malicious",
        provider_involved=True,
        **told,
    )
    CountedFactory(
        establishment=home, event=shared, origin="non_malicious", provider_involved=True, **told
    )
    CountedFactory(establishment=public, declared="2024", declared_year=2024)
    CountedFactory(establishment=home, declared_year=2023, declared="2023-05", origin="malicious")


def test_months_are_those_of_the_date_and_years_alone_stand_apart(rows):
    months = column(tables()["T01"], "value")
    assert {code: n for code, n in months.items() if n} == {"03": 3, "unknown": 1}
    assert column(tables()["T01"], "value_before")["05"] == 1


def test_structures_are_counted_by_how_often_they_declared(rows):
    repeats = tables()["T02"]
    assert column(repeats, "value") == {
        "at_least_1": 2,
        "at_least_2": 1,
        "at_least_3": 1,
        "at_least_4": 0,
    }
    assert column(repeats, "value_before")["at_least_1"] == 1
    assert column(repeats, "share")["at_least_2"] == 50
    assert repeats.unit == "structures"


def test_types_and_operators(rows):
    types = column(tables()["T03"], "value")
    assert {code: n for code, n in types.items() if n} == {"public": 3, "EHPAD": 1, "OSE": 3}


def test_regions_hold_their_structures_and_the_share_that_declared(rows):
    EstablishmentFactory(structure_type="CH", region="84")
    regions = tables()["T04"]
    assert column(regions, "value")["84"] == 3
    assert column(regions, "structures")["84"] == 1
    assert column(regions, "obliged")["84"] == 2
    assert column(regions, "rate")["84"] == 50
    assert column(regions, "value")["11"] == 0  # nobody declared there: still a line


def test_shares_are_of_the_whole_that_the_table_names(rows):
    found = tables()
    assert column(found["T05"], "share")["malicious"] == 25
    assert column(found["T05"], "change")["malicious"] == 25 - 100  # points
    assert column(found["T06"], "share")["ransomware"] == 100
    assert column(found["T08"], "value")["one_server"] == 1
    assert column(found["T09"], "value") == {
        "none": 0,
        "other": 0,
        "degraded": 2,
        "interruption": 1,
        "unknown": 1,
    }
    lengths = column(found["T10"], "value")
    assert (lengths["3_to_7_days"], lengths["unknown"]) == (1, 2)
    assert column(found["T14"], "value")["same_day"] == 1
    assert column(found["T16"], "value")["shared"] == 2


def test_an_activity_counts_once_for_a_declaration_the_most_hit_first(rows):
    activities = tables()["T17"]
    assert [line.row.code for line in activities.lines] == ["BIO", "URG"]
    assert column(activities, "value") == {"BIO": 2, "URG": 1}


def test_in_events_one_cause_counts_once(rows):
    assert column(tables(unit=Unit.EVENTS)["T05"], "value")["non_malicious"] == 1
    assert column(tables(unit=Unit.EVENTS)["T04"], "value")["84"] == 3


def test_without_providers_their_incidents_are_left_out(rows):
    found = tables(without_provider=True)
    assert column(found["T05"], "value")["non_malicious"] == 0
    assert column(found["T05"], "value")["malicious"] == 1


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("axis", Axis)
def test_the_parts_of_a_table_are_its_whole(rows, unit, axis):
    for table in tables(axis=axis).values():
        if table.table.kind is not rules.Kind.CONDITIONS or table.table.id == "T02":
            continue
        parts = sum(line.numbers[0] for line in table.lines if line.row.is_part)
        assert parts == whole(table.table.whole, axis), table.table.id


def whole(condition, axis):
    """Count by hand what a table is a table of."""
    rows = CountedState.objects.filter(counts=True, **{axis.column: 2024})
    clauses = [clause for part in condition for clause in part]
    return sum(all(meets(row, clause) for clause in clauses) for row in rows)


def meets(row, clause: Clause):
    return (getattr(row, clause.column) in clause.values) is not clause.excludes


def test_8000_declarations_of_one_supplier_do_not_bend_the_curve_of_events(db):
    structures = EstablishmentFactory.create_batch(4)
    shared = EventFactory()
    for month, number in (("02", 3), ("03", 3), ("04", 3)):
        for rank in range(number):
            CountedFactory(establishment=structures[rank], declared=f"2024-{month}-10")
    template = CountedFactory(establishment=structures[0], declared="2024-03-11", event=shared)
    multiply(template, 7999)
    declared = column(tables()["T01"], "value")
    events = column(tables(unit=Unit.EVENTS)["T01"], "value")
    assert declared["03"] == 8003
    assert (events["02"], events["03"], events["04"]) == (3, 4, 3)


def multiply(template, number):
    """Store so many declarations more like one."""

    incident, declaration = template.incident, template
    files = [copied(incident) for _ in range(number)]
    Incident.objects.bulk_create(files, batch_size=500)
    copies = Declaration.objects.bulk_create(
        [copied(declaration, incident=file, key=uuid4()) for file in files], batch_size=500
    )
    state = declaration.counted_states.get()
    CountedState.objects.bulk_create(
        [copied(state, declaration=one) for one in copies], batch_size=500
    )


def copied(row, **changed):
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    values.pop("id")
    for key in changed:
        values.pop(f"{key}_id", None)
    return type(row)(**{**values, **changed})


# what the public sees


def a_table(*numbers):
    table = rules.BY_ID["T03"]
    lines = tuple(
        Line(rules.Row(str(rank), "x"), (n, None, 0, None, None)) for rank, n in enumerate(numbers)
    )
    columns = ("value", "share", "value_before", "share_before", "change")
    return Tabulated(table, "declarations", columns, lines)


def behind(*numbers):
    return {("T03", str(rank)): number for rank, number in enumerate(numbers)}


def shown(table):
    return [line.numbers[0] for line in table.lines]


def test_a_number_that_rests_on_few_structures_is_hidden_with_the_smallest_beside_it():
    found = protected(a_table(30, 9, 2), behind(20, 8, 1), behind(20, 8, 1))
    assert shown(found) == [30, None, None]  # two alone could be found by subtraction


def test_few_that_are_together_many_enough_hide_no_other():
    found = protected(a_table(30, 4, 4), behind(20, 4, 4), behind(20, 4, 4))
    assert shown(found) == [30, None, None]


def test_nobody_declared_is_hidden_like_few_and_needs_no_other():
    found = protected(a_table(30, 9, 0), behind(20, 8, 0), behind(20, 8, 0))
    assert shown(found) == [30, 9, None]


def test_the_public_sees_regions_only_where_five_structures_declared(db):
    for region, number in (("84", 6), ("75", 2), ("11", 5)):
        for _ in range(number):
            CountedFactory(establishment=EstablishmentFactory(region=region))
    public = column(tables(is_public=True)["T04"], "value")
    assert (public["84"], public["75"]) == (6, None)
    assert public["11"] is None  # the smallest other: 75 would be the total less the rest
    assert column(tables()["T04"], "value")["75"] == 2
    assert column(tables(is_public=True)["T05"], "value")["unknown"] == 13  # one national figure


def test_the_date_is_the_axis_s_own(db):
    CountedFactory(occurred="2024-07-01", declared="2024-08-01")
    assert column(tables(axis=Axis.OCCURRED)["T01"], "value")["07"] == 1
    assert column(tables()["T01"], "value")["08"] == 1
