"""The public set of a year, made from the register."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from vigie.observatory.exports import tabular
from vigie.observatory.queries import editions
from vigie.observatory.queries.groups import groups
from vigie.observatory.rules.disclosure import Number
from vigie.observatory.rules.disclosure.cells import Spot, blocks
from vigie.observatory.rules.disclosure.masks import numbers_of
from vigie.observatory.rules.edition import PLAIN, VIEWS, Edition, View
from vigie.observatory.rules.question import Axis, Unit
from vigie.observatory.tests.factories import (
    NOW,
    CountedFactory,
    EstablishmentFactory,
    EventFactory,
    SiteFactory,
)

pytestmark = pytest.mark.django_db
PLACES = [("84", "CH", "public"), ("84", "EHPAD", ""), ("93", "CLINIQUE_MCO", "prive_lucratif"),
          ("11", "LBM", ""), ("93", "CH", ""), ("", "CABINET", "")]  # fmt: skip


@pytest.fixture
def register():
    """Declarations that differ in all that is looked at, some with a site in another region."""
    event, other = EventFactory(), EventFactory()
    for number, (region, kind, status) in enumerate(PLACES * 4):
        place = EstablishmentFactory(region=region, structure_type=kind, legal_status=status)
        site = SiteFactory(establishment=place, region="11") if number % 7 == 3 else None
        for month in range(1, 2 + number % 3):
            CountedFactory(
                establishment=place,
                site=site,
                declared=f"2024-{month + number % 5:02d}-10" if number % 6 else "2024",
                occurred=f"2024-{month:02d}-01",
                occurred_year=2024 if number % 4 else 2023,
                provider_involved=[True, False, None][(number + month) % 3],
                event=[event, None, other, None, None][(number + month) % 5],
                origin=["malicious", "non_malicious"][month % 2],
                category=["ransomware", ""][number % 2],
                structure_impact=["degraded", "none", "unknown"][number % 3],
                endangerment=["potential", "none"][number % 2],
            )
    CountedFactory(counts=False, declared="2024-02-01")
    CountedFactory(declared_year=2023, occurred_year=2023)


def lines(report, code):
    table = next(one for one in report.tables if one.table.id == code)
    return {
        line.row.code: dict(zip(table.columns, line.numbers, strict=True)) for line in table.lines
    }


def test_disclosure_control_counts_what_the_tables_count(register):
    whole = editions.unprotected(2024, as_of=NOW)
    found = blocks(groups(2024, as_of=NOW), lines(whole[PLAIN], "T04"))
    assert whole[PLAIN]["declarations"].value > 40
    for block in found:
        for view in VIEWS:
            if view.axis is block.axis:
                shown = lines(whole[view], block.table)
                for row in block.rows:
                    for column, number in numbers_of(view).items():
                        if column in shown.get(row, {}):
                            told = shown[row][column]
                            assert block.values[Spot(number, row)] == told, (block, view, row)


def test_key_figures_by_region_add_up_to_those_of_the_nation(register):
    whole = editions.unprotected(2024, as_of=NOW)
    found = blocks(groups(2024, as_of=NOW), [])
    block = next(one for one in found if one.table == "T04" and one.axis is Axis.DECLARED)
    report = whole[PLAIN]
    for number, indicator in (
        (Number.DECLARATIONS, "declarations"),
        (Number.MALICIOUS, "malicious_share"),
        (Number.RANSOMWARE, "ransomware"),
        (Number.DEGRADED, "degraded_mode_share"),
        (Number.ENDANGERMENT, "endangerment"),
    ):
        by_region = sum(block.values[Spot(number, row)] for row in block.rows)
        assert by_region == block.nation[number] == report[indicator].numerator


def test_key_figures_by_region_stand_in_the_view_that_counts_everything(register):
    made = editions.edition(2024, as_of=NOW)
    for view in VIEWS:
        codes = [one.table.id for one in made[view].tables]
        assert ("R01" in codes) is (view == PLAIN)
    assert Edition.parse(made.text()) == made
    words = next(one for one in tabular.tables(made[PLAIN]) if one.id == "R01")
    assert words.heads[0] == "Déclarations"


def test_a_table_by_region_hides_the_same_rows_whatever_is_counted():
    """A region whose provider declared in one structure: with less without would be that one."""
    for region, number in (("84", 8), ("93", 7), ("11", 6)):
        for rank in range(number):
            CountedFactory(
                establishment=EstablishmentFactory(region=region),
                provider_involved=region == "84" and rank == 0,
            )
    for region in ("75", "76"):  # few declare there: two hidden rows hide each other
        for _ in range(4):
            CountedFactory(establishment=EstablishmentFactory(region=region))
    made = editions.edition(2024, as_of=NOW)
    plain = lines(made[PLAIN], "T04")
    without = lines(made[View(without_provider=True)], "T04")
    assert (plain["84"]["value"], plain["75"]["value"], plain["76"]["value"]) == (8, None, None)
    assert without["84"]["value"] is None
    assert plain["84"]["structures"] == 8
    assert without["75"]["value"] is None


def test_a_year_beside_shows_nothing_by_region_before_that_year_is_published():
    for year in (2023, 2024):
        for region in ("84", "93"):
            for _ in range(8):
                place = EstablishmentFactory(region=region)
                CountedFactory(establishment=place, declared_year=year)
    alone = lines(editions.edition(2024, as_of=NOW)[PLAIN], "T04")
    assert {line["value_before"] for line in alone.values()} == {None}
    assert alone["84"]["change"] is None


def test_an_edition_costs_the_same_queries_whatever_the_number_of_declarations(register):
    with CaptureQueriesContext(connection) as few:
        editions.edition(2024, as_of=NOW)
    event = EventFactory()
    CountedFactory.create_batch(20, event=event)
    with CaptureQueriesContext(connection) as many:
        editions.edition(2024, as_of=NOW)
    assert len(few) == len(many)


def test_events_of_several_regions_are_counted_in_each(register):
    event = EventFactory()
    for region in ("84", "93"):
        CountedFactory(establishment=EstablishmentFactory(region=region), event=event)
    whole = editions.unprotected(2024, as_of=NOW)[View(Unit.EVENTS)]
    assert sum(line["value"] for line in lines(whole, "T04").values()) > whole["events"].value
