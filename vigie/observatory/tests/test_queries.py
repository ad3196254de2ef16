from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from vigie.establishments.models import Group, GroupMember
from vigie.establishments.rules import Territory
from vigie.observatory import queries
from vigie.observatory.queries import UnknownTerritory
from vigie.observatory.rules.question import Axis, BadQuestion, Question, Unit
from vigie.observatory.tests.factories import (
    NOW,
    CountedFactory,
    EstablishmentFactory,
    EventFactory,
    SiteFactory,
    reader,
)

pytestmark = pytest.mark.django_db


def report(year=2024, **asked):
    if isinstance(asked.get("territory"), str):
        asked["territory"] = Territory.parse(asked["territory"])
    return queries.report_of_everything(Question(year, **asked), as_of=NOW)


def values(year=2024, **asked):
    return {figure.id: figure.value for figure in report(year, **asked).figures}


# what counts


def test_rejected_files_and_duplicates_count_nowhere_but_in_what_is_left_out():
    CountedFactory(origin="malicious")
    CountedFactory(origin="malicious", counts=False)
    found = report()
    assert found["declarations"].value == 1
    assert found["malicious_share"].denominator == 1
    assert found.left_out.rejected_or_duplicate == 1


def test_each_axis_counts_its_own_year():
    CountedFactory(declared_year=2024, occurred_year=2023)
    CountedFactory(declared_year=2024, occurred_year=None)
    assert values(2024)["declarations"] == 2
    assert values(2024, axis=Axis.OCCURRED)["declarations"] == 0
    assert values(2023, axis=Axis.OCCURRED)["declarations"] == 1


def test_a_record_without_year_on_the_axis_is_counted_as_left_out_of_every_year():
    CountedFactory(declared_year=None, occurred_year=2024)
    CountedFactory(declared_year=None, occurred_year=2024, counts=False)
    assert report(2019).left_out.without_year == 1
    assert report(2024, axis=Axis.OCCURRED).left_out.without_year == 0


def test_an_undetermined_origin_counts_in_the_denominator():
    CountedFactory(origin="malicious")
    CountedFactory(origin="undetermined")
    CountedFactory(origin="")
    assert report()["malicious_share"].value == 100 / 3


def test_a_question_answered_by_one_record_is_held_against_all():
    CountedFactory(support_requested=True)
    CountedFactory.create_batch(3)
    assert report()["support_share"].value == 25


def test_care_is_spared_only_where_all_three_questions_are_answered():
    answered = {"structure_impact": "none", "care_interrupted": False}
    CountedFactory(**answered)
    assert values()["care_impact_share"] is None
    CountedFactory(**answered, endangerment="none")
    assert values()["care_impact_share"] == 0
    CountedFactory(endangerment="potential")
    assert values()["care_impact_share"] == 100 / 3


# events


def test_one_supplier_s_outage_is_one_event_and_many_declarations():
    alone = CountedFactory(category="ransomware")
    event = EventFactory()
    CountedFactory.create_batch(3, event=event, category="infrastructure_failure")
    CountedFactory(event=event, category="ransomware", establishment=alone.establishment)
    declarations, events = report(), report(unit=Unit.EVENTS)
    assert declarations["declarations"].value == events["declarations"].value == 5
    assert declarations["events"].value == events["events"].value == 2
    assert declarations["structures"].value == events["structures"].value == 4
    assert declarations["ransomware"].value == 2
    assert events["ransomware"].value == 2
    CountedFactory(event=event, category="ransomware")
    assert report(unit=Unit.EVENTS)["ransomware"].value == 2


def test_the_share_of_events_is_taken_of_events():
    event = EventFactory()
    CountedFactory.create_batch(8, event=event, origin="non_malicious")
    CountedFactory(origin="malicious")
    found = report(unit=Unit.EVENTS)["malicious_share"]
    assert (found.value, found.numerator, found.denominator) == (50, 1, 2)


def test_an_event_that_spans_years_counts_in_each_with_the_declarations_of_that_year():
    event = EventFactory()
    CountedFactory(event=event, declared_year=2023, origin="malicious")
    CountedFactory(event=event, declared_year=2024, origin="non_malicious")
    assert report(2023, unit=Unit.EVENTS)["malicious_share"].value == 100
    assert report(2024, unit=Unit.EVENTS)["malicious_share"].value == 0


# the same figures by an independent count

# where


def test_a_declaration_counts_where_its_site_lies_else_at_the_seat():
    owner = EstablishmentFactory(region="84", department="69")
    CountedFactory(establishment=owner)
    CountedFactory(
        establishment=owner, site=SiteFactory(establishment=owner, region="93", department="13")
    )
    assert values(territory="region:84")["declarations"] == 1
    assert values(territory="region:93")["declarations"] == 1
    assert values(territory="department:13")["declarations"] == 1
    assert values(territory="nation:FR")["declarations"] == 2


def test_everything_is_any_country_and_a_nation_one():
    CountedFactory()
    CountedFactory(establishment=EstablishmentFactory(country="US", region="", department=""))
    assert values()["declarations"] == 2
    assert values(territory="nation:FR")["declarations"] == 1
    assert values(territory="nation:US")["declarations"] == 1


def test_a_legal_entity_counts_with_all_its_sites_and_a_site_alone():
    owner = EstablishmentFactory(finess="690781810")
    site = SiteFactory(establishment=owner, finess="690000245")
    CountedFactory(establishment=owner)
    CountedFactory(establishment=owner, site=site)
    assert values(territory="ej:690781810")["declarations"] == 2
    assert values(territory="et:690000245")["declarations"] == 1
    unnumbered = CountedFactory(establishment=EstablishmentFactory(finess=None)).establishment
    assert values(territory=f"ej:id{unnumbered.pk}")["declarations"] == 1


def test_a_group_counts_its_members_of_that_year():
    group = Group.objects.create(code="GHT-1", name="GHT", kind="ght")
    stays, left, comes = EstablishmentFactory.create_batch(3)
    for owner, since, until in (
        (stays, None, None),
        (left, None, date(2024, 1, 1)),
        (comes, date(2024, 12, 31), None),
    ):
        GroupMember.objects.create(group=group, establishment=owner, joined_on=since, left_on=until)
        CountedFactory(establishment=owner)
        CountedFactory(establishment=owner, declared_year=2023)
    CountedFactory.create_batch(3, establishment=left, declared_year=2023)
    CountedFactory.create_batch(5, establishment=comes, declared_year=2024)
    assert values(2024, territory="group:GHT-1")["declarations"] == 1 + 6
    assert values(2023, territory="group:GHT-1")["declarations"] == 1 + 4


def test_a_structure_type_counts_alone():
    CountedFactory(establishment=EstablishmentFactory(structure_type="EHPAD"))
    CountedFactory(establishment=EstablishmentFactory(structure_type="CH"))
    assert values(structure_type="EHPAD")["declarations"] == 1


@pytest.mark.parametrize(
    "territory",
    ["region:99", "department:999", "group:none", "ej:690781810", "et:690000245", "nation:1"],
)
def test_a_territory_that_nobody_knows_is_refused_rather_than_empty(territory):
    with pytest.raises(UnknownTerritory):
        report(territory=territory)


def test_a_year_or_a_type_that_cannot_be_is_refused():
    with pytest.raises(BadQuestion):
        report(20_245)
    with pytest.raises(BadQuestion):
        report(2024, structure_type="CIRQUE")


# small cells


def test_the_public_sees_no_figure_of_a_region_that_rests_on_few_structures():
    CountedFactory.create_batch(5, origin="malicious", category="human_error")
    CountedFactory(origin="non_malicious", category="ransomware")
    shown = report(territory="region:84", is_public=True)
    assert shown["malicious_share"].value == pytest.approx(500 / 6)
    assert shown["ransomware"].suppressed
    assert shown["ransomware"].value is None
    assert shown.left_out.without_year is None
    assert not report(territory="region:84")["ransomware"].suppressed
    assert report(territory="nation:FR", is_public=True)["ransomware"].value == 1


def test_declarations_of_one_structure_rest_on_one_structure():
    owner = EstablishmentFactory()
    CountedFactory.create_batch(9, establishment=owner, category="ransomware")
    CountedFactory.create_batch(6, category="human_error")
    shown = report(territory="region:84", is_public=True)
    assert shown["ransomware"].suppressed
    assert not shown["declarations"].suppressed


# whose figures


def of(person, year=2024, **asked):
    if "territory" in asked:
        asked["territory"] = Territory.parse(asked["territory"])
    return queries.report_for(person, Question(year, **asked), as_of=NOW)


def test_a_reader_counts_within_their_territory_and_not_beyond():
    CountedFactory(establishment=EstablishmentFactory(region="84", department="69"))
    CountedFactory(establishment=EstablishmentFactory(region="93", department="13"))
    person = reader("region", "84")
    found = of(person)
    assert found["declarations"].value == 1
    assert [str(territory) for territory in found.within] == ["region:84"]
    assert of(person, territory="department:69")["declarations"].value == 1


@pytest.mark.parametrize(
    "territory", ["nation:FR", "region:93", "department:13", "group:GHT-1", "region:99"]
)
def test_a_territory_that_is_not_wholly_the_reader_s_is_as_unknown(territory):
    Group.objects.create(code="GHT-1", name="GHT", kind="ght")
    CountedFactory()
    with pytest.raises(UnknownTerritory):
        of(reader("region", "84"), territory=territory)


def test_a_reader_of_a_structure_counts_its_sites_and_no_neighbour():
    owner = EstablishmentFactory(finess="690781810")
    SiteFactory(establishment=owner, finess="690000245")
    EstablishmentFactory(finess="750712184")
    person = reader("ej", establishment=owner)
    assert of(person, territory="et:690000245")["declarations"].value == 0
    with pytest.raises(UnknownTerritory):
        of(person, territory="ej:750712184")


def test_a_reader_of_a_group_counts_in_the_group():
    group = Group.objects.create(code="GHT-1", name="GHT", kind="ght")
    owner = EstablishmentFactory()
    GroupMember.objects.create(group=group, establishment=owner)
    CountedFactory(establishment=owner)
    CountedFactory()
    person = reader("group", group=group)
    assert of(person)["declarations"].value == 1
    assert of(person, territory="group:GHT-1")["declarations"].value == 1


def test_who_holds_no_right_to_figures_counts_nothing():
    CountedFactory()
    person = reader("nation", "FR")
    person.memberships.update(role="declarant")
    assert of(person)["declarations"].value == 0


def test_left_out_records_of_others_are_not_told():
    CountedFactory(declared_year=None, establishment=EstablishmentFactory(region="93"))
    assert of(reader("region", "84")).left_out.without_year == 0


def test_territories_are_offered_from_the_reader_s_own_down_to_their_parts():
    offered = [str(t) for t in queries.territories_of(reader("region", "94"))]
    assert offered == ["region:94", "department:2A", "department:2B"]
    assert "region:84" in [str(t) for t in queries.territories_of(reader("nation", "FR"))]


def test_the_last_year_is_that_of_what_counts_within_the_territory():
    CountedFactory(declared_year=2019)
    CountedFactory(declared_year=2022, occurred_year=None)
    CountedFactory(declared_year=2024, counts=False)
    person = reader("nation", "FR")
    assert queries.last_year(person, Axis.DECLARED) == 2022
    assert queries.last_year(person, Axis.OCCURRED) == 2024
    assert queries.last_year(reader("nation", "US"), Axis.DECLARED) is None


def test_figures_alone_are_those_of_the_report():
    CountedFactory(origin="malicious")
    person = reader("region", "84")
    question = Question(2024)
    beside, before = queries.report_beside(person, question, as_of=NOW)
    assert beside.figures == of(person).figures
    assert before == queries.report_for(person, question.a_year_before(), as_of=NOW).figures
    with pytest.raises(UnknownTerritory):
        queries.report_beside(person, Question(2024, Territory.parse("region:93")), as_of=NOW)


# cost


@pytest.mark.parametrize(
    ("asked", "most"), [({}, 10), ({"unit": Unit.EVENTS}, 13), ({"structure_type": "CH"}, 10)]
)
def test_a_report_costs_the_same_few_queries_whatever_the_number_of_rows(asked, most):
    CountedFactory.create_batch(20, event=EventFactory())
    with CaptureQueriesContext(connection) as made:
        report(**asked)
    assert len(made) <= most
