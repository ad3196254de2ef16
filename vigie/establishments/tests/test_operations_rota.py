from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from vigie.audit.models import Event, People
from vigie.establishments import operations, queries
from vigie.establishments.models import Duty, Rota
from vigie.establishments.operations import DutyFacts, NewDuty, StandingFacts
from vigie.establishments.rules import (
    BadTerritory,
    Level,
    Slot,
    Territory,
    TerritoryKind,
    week_of,
)
from vigie.establishments.tests.factories import (
    DutyFactory,
    EstablishmentFactory,
    RotaFactory,
    SiteFactory,
    Somebody,
)

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEEPER = Somebody()
NOBODY = Somebody(permissions=frozenset({"rota.read", "calls.answer"}))
BRETON = Somebody(region="53", journal_name="user:53")
WHO = DutyFacts("RSSI d’astreinte", "Alix Martin", "01 99 00 00 01", email="alix@ch.example")
DEPUTY = DutyFacts("Directrice de garde", "Sacha Morel", "01 99 00 00 02", language="en")


@pytest.fixture
def hospital():
    return EstablishmentFactory()


@pytest.fixture
def ej(hospital):
    return Territory(TerritoryKind.EJ, hospital.code)


def slot(begins=0, ends=12, level=Level.FIRST):
    return Slot(NOW + begins * HOUR, NOW + ends * HOUR, level)


def add(ej, *, by=KEEPER, facts=WHO, deputy=None, **hours):
    return operations.add_duty(
        by=by, territory=ej, slot=slot(**hours), facts=facts, deputy=deputy, now=NOW
    )


def last_event():
    return Event.objects.order_by("-id")[0]


def test_a_duty_stands_in_the_rota_with_its_deputy(ej, hospital):
    first, second = add(ej, deputy=DEPUTY)
    assert (first.level, second.level) == (1, 2)
    assert (first.starts_at, first.ends_at) == (second.starts_at, second.ends_at)
    assert second.language == "en"
    event = last_event()
    assert (event.verb, event.target) == ("rota.duty_added", f"establishment:{hospital.pk}")
    assert "Morel" not in str(event.details)
    assert "Morel" in str(People.objects.get(entry=event.pk).content)


@pytest.mark.parametrize("who", [NOBODY, BRETON])
def test_nobody_writes_in_the_rota_of_others(ej, who):
    with pytest.raises(PermissionDenied):
        add(ej, by=who)
    assert not Rota.objects.exists()


def test_a_territory_without_rota_is_named():
    for text in ("department:69", "ej:nowhere", "region:zz"):
        with pytest.raises(BadTerritory):
            add(Territory.parse(text))


def test_two_people_of_one_level_never_stand_at_the_same_time(ej):
    add(ej)
    with pytest.raises(ValidationError) as refused:
        add(ej, begins=6, ends=18)
    assert "Alix Martin est déjà d’astreinte" in refused.value.message_dict["starts_at"][0]
    add(ej, begins=12, ends=24)
    add(ej, begins=6, ends=18, level=Level.DEPUTY)
    assert Duty.objects.count() == 3


def test_a_deputy_in_the_way_keeps_both_out(ej):
    add(ej, level=Level.DEPUTY)
    with pytest.raises(ValidationError):
        add(ej, deputy=DEPUTY)
    assert Duty.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "hours", "field"),
    [
        (WHO, {"ends": 0}, "ends_at"),
        (WHO, {"ends": 24 * 40}, "ends_at"),
        (DutyFacts("RSSI", "Alix"), {}, "phone"),
        (DutyFacts("", "Alix", "01"), {}, "function"),
        (DutyFacts("RSSI", " ", "01"), {}, "name"),
        (DutyFacts("RSSI", "Alix", email="nothing"), {}, "email"),
        (DutyFacts("RSSI", "Alix", "01", language="xx"), {}, "language"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(ej, facts, hours, field):
    with pytest.raises(ValidationError) as refused:
        add(ej, facts=facts, **hours)
    assert field in refused.value.message_dict
    assert not Duty.objects.exists()


def test_a_duty_changes_hands_and_hours(ej):
    (duty,) = add(ej)
    moved = operations.amend_duty(
        by=KEEPER, duty=duty, slot=slot(begins=1, ends=13), facts=DEPUTY, now=NOW
    )
    assert (moved.pk, moved.name) == (duty.pk, "Sacha Morel")
    assert Duty.objects.get().starts_at == NOW + HOUR
    with pytest.raises(PermissionDenied):
        operations.amend_duty(by=BRETON, duty=duty, slot=slot(), facts=WHO, now=NOW)


def test_a_duty_that_runs_ends_now_and_one_to_come_goes(ej):
    (running,) = add(ej, begins=-2, ends=2)
    (coming,) = add(ej, begins=2, ends=4)
    operations.end_duty(by=KEEPER, duty=coming, now=NOW)
    operations.end_duty(by=KEEPER, duty=running, now=NOW)
    assert Duty.objects.get().ends_at == NOW
    with pytest.raises(ValidationError, match="déjà terminée"):
        operations.end_duty(by=KEEPER, duty=Duty.objects.get(), now=NOW)
    with pytest.raises(PermissionDenied):
        operations.end_duty(by=NOBODY, duty=running, now=NOW)


def repeat(ej, times=3, by=KEEPER):
    week = week_of(date(2026, 3, 18), PARIS)
    return operations.repeat_week(by=by, territory=ej, week=week, times=times, zone=PARIS, now=NOW)


def test_a_week_is_repeated_by_the_clock_and_leaves_what_stands(ej, hospital):
    rota = RotaFactory(establishment=hospital)
    monday = datetime(2026, 3, 16, 8, tzinfo=PARIS)
    DutyFactory(rota=rota, starts_at=monday, ends_at=monday + timedelta(days=7))
    DutyFactory(rota=rota, level=2, starts_at=monday, ends_at=monday + timedelta(days=7))
    stays = DutyFactory(
        rota=rota,
        starts_at=monday + timedelta(days=15),
        ends_at=monday + timedelta(days=16),
        name="Déjà là",
    )
    done = repeat(ej)
    assert (done.created, done.taken) == (5, 1)
    firsts = Duty.objects.filter(level=1).order_by("starts_at")
    local = [duty.starts_at.astimezone(PARIS) for duty in firsts]
    assert [f"{at:%d %H:%M}" for at in local] == ["16 08:00", "23 08:00", "31 08:00", "06 08:00"]
    assert Duty.objects.get(name="Déjà là").starts_at == stays.starts_at
    assert last_event().details["duties"] == 5
    assert repeat(ej).created == 0


def test_an_empty_week_and_a_wild_number_are_refused(ej):
    with pytest.raises(ValidationError, match="rien à répéter"):
        repeat(ej)
    for times in (0, 27):
        with pytest.raises(ValidationError):
            repeat(ej, times=times)
    with pytest.raises(PermissionDenied):
        repeat(ej, by=BRETON)


def test_many_duties_come_at_once(ej, django_assert_max_num_queries):
    many = [NewDuty(Slot(NOW + n * 12 * HOUR, NOW + (n + 1) * 12 * HOUR), WHO) for n in range(100)]
    with django_assert_max_num_queries(15):
        done = operations.add_duties(by=KEEPER, territory=ej, duties=many, now=NOW)
    assert done.created == Duty.objects.count() == 100
    bad = [NewDuty(Slot(NOW, NOW), WHO)]
    with pytest.raises(ValidationError):
        operations.add_duties(by=KEEPER, territory=ej, duties=bad, now=NOW)


STANDARD = StandingFacts("Standard", "01 99 00 00 00", "standard@ch.example", 5, "pager")


def test_a_permanent_contact_answers_when_nobody_is_on_call(ej):
    rota = operations.set_standing(by=KEEPER, territory=ej, facts=STANDARD, now=NOW)
    assert rota.minutes == 5
    found = queries.on_call_at(ej, NOW)
    assert (found.function, found.phone, found.name) == ("Standard", "01 99 00 00 00", "")
    add(ej)
    assert queries.on_call_at(ej, NOW).name == "Alix Martin"
    assert queries.on_call_at(ej, NOW + 12 * HOUR).function == "Standard"
    assert last_event().verb == "rota.duty_added"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (StandingFacts("", "01 99 00 00 00"), "standing_name"),
        (StandingFacts("Standard", "01", "nothing"), "standing_email"),
        (StandingFacts(minutes=0), "__all__"),
    ],
)
def test_a_permanent_contact_that_cannot_be_is_refused(ej, facts, field):
    with pytest.raises(ValidationError) as refused:
        operations.set_standing(by=KEEPER, territory=ej, facts=facts, now=NOW)
    assert field in refused.value.message_dict


def test_whom_to_call_climbs_from_the_site_to_the_nation(ej, hospital):
    site = SiteFactory(establishment=hospital)
    et = Territory(TerritoryKind.ET, site.code)
    assert queries.on_call_at(et, NOW).phone == "09 72 43 91 25"  # the public contact
    nation = RotaFactory(kind="nation", establishment=None, country="FR")
    for rota, name in (
        (nation, "CERT"),
        (RotaFactory(kind="region", establishment=None, country="FR", region="84"), "ARS"),
        (RotaFactory(establishment=hospital), "EJ"),
        (RotaFactory(kind="et", establishment=None, site=site), "ET"),
    ):
        DutyFactory(rota=rota, name=name, starts_at=NOW, ends_at=NOW + HOUR)
        assert queries.on_call_at(et, NOW).name == name
    assert queries.on_call_at(ej, NOW).name == "EJ"
    assert queries.on_call_at(Territory.parse("region:84"), NOW).name == "ARS"
    assert queries.on_call_at(Territory.parse("region:53"), NOW).name == "CERT"
    assert queries.on_call_at(Territory.parse("ej:nowhere"), NOW).phone == "09 72 43 91 25"


def test_somebody_without_a_phone_is_not_the_number_to_call(ej, hospital):
    rota = RotaFactory(establishment=hospital)
    DutyFactory(rota=rota, phone="", starts_at=NOW, ends_at=NOW + HOUR)
    DutyFactory(rota=rota, level=2, name="Suppléant", starts_at=NOW, ends_at=NOW + HOUR)
    assert queries.on_call_at(ej, NOW).name == "Suppléant"


def test_whom_to_call_costs_few_queries(ej, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        queries.on_call_at(ej, NOW)


def test_duties_are_erased_after_their_retention(ej, settings):
    settings.PEOPLE_KEPT_DAYS = 30
    add(ej)
    assert operations.forget_expired_duties(NOW + timedelta(days=29)) == 0
    assert operations.forget_expired_duties(NOW + timedelta(days=31)) == 1
    assert not Duty.objects.exists()
    assert last_event().verb == "rota.people_expired"
