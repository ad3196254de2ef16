"""Somebody is woken: at once for danger, together for what can wait, and no longer than needed."""

from datetime import timedelta

import pytest

from vigie.establishments.models import Callout
from vigie.establishments.operations import escalate_due
from vigie.establishments.tests.factories import DutyFactory, RotaFactory
from vigie.messages.models import Outgoing
from vigie.messages.rules import State
from vigie.reports import operations, queries
from vigie.reports.queries import Whereabouts
from vigie.reports.queries.woken import woken_for
from vigie.reports.tests.factories import (
    NOW,
    IncidentFactory,
    ReportFactory,
    SiteFactory,
    later,
    person,
    send,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return SiteFactory()


def on_duty(**more):
    return DutyFactory(starts_at=NOW - timedelta(hours=6), ends_at=NOW + timedelta(days=1), **more)


@pytest.fixture
def duty(site):
    """The officer on call for the hospital of the site."""
    rota = RotaFactory(establishment=site.establishment)
    return on_duty(rota=rota, phone="05 36 49 01 12", function="Astreinte informatique")


@pytest.fixture
def cert():
    rota = RotaFactory(kind="nation", establishment=None, country="FR")
    return on_duty(rota=rota, function="Astreinte du CERT")


def letters():
    return Outgoing.objects.count()


def test_the_number_to_call_is_that_of_whoever_is_on_call(site, duty):
    found = queries.telephone_at(Whereabouts(site.establishment, site), now=NOW)
    assert (found.number, found.who.fr) == ("05 36 49 01 12", "Astreinte informatique")
    assert duty.name not in str(found)


def test_without_a_rota_it_is_the_national_number(site):
    found = queries.telephone_at(Whereabouts(site.establishment, site), now=NOW)
    assert found.number == "09 72 43 91 25"
    assert queries.telephone_at(None, now=NOW).number == "09 72 43 91 25"


def test_what_hangs_on_a_wall_is_never_whose_turn_it_is(site, duty):
    where = Whereabouts(site.establishment, site)
    assert queries.printed_telephone(where, now=NOW).number == "09 72 43 91 25"
    duty.rota.standing_name, duty.rota.standing_phone = "Standard", "05 36 49 00 00"
    duty.rota.save()
    assert queries.printed_telephone(where, now=NOW).number == "05 36 49 00 00"


@pytest.mark.parametrize(
    ("danger", "device", "reason"),
    [
        ("yes", "", "danger"),
        ("unsure", "no", "urgent"),
        ("no", "yes", "urgent"),
        ("no", "unsure", "urgent"),
        ("no", "no", "report"),
    ],
)
def test_why_somebody_is_called_follows_from_the_answers(site, duty, danger, device, reason):
    report = ReportFactory(site=site, danger=danger, device=device)
    call = Callout.objects.get()
    assert call.reason == reason
    assert report.reference in call.title
    assert call.path == f"/reports/{report.pk}/"
    assert call.steps.get().function == "Astreinte informatique"


def test_a_flood_is_told_together_and_danger_by_itself(site, duty):
    for minute in range(8):
        ReportFactory(site=site, text=f"Écran {minute}", now=later(minutes=minute))
    assert Callout.objects.count() == 1
    woken = letters()
    ReportFactory(site=site, danger="yes", now=later(minutes=9))
    assert Callout.objects.count() == 2
    assert letters() > woken
    ReportFactory(site=site, danger="yes", text="Un autre", now=later(minutes=9))
    assert Callout.objects.count() == 3


def test_sending_twice_calls_once_and_a_rise_to_danger_calls_again(site, duty):
    key = operations.new_key()
    send(site, key=key)
    woken = letters()
    send(site, key=key)
    assert letters() == woken
    send(site, key=key, danger="yes", now=later(minutes=2))
    assert Callout.objects.filter(reason="danger").count() == 1
    assert letters() > woken


def test_the_title_of_a_call_names_nobody(site, duty):
    ReportFactory(site=site, name="Camille", phone="2417", text="Écran bleu", danger="yes")
    call = Callout.objects.get()
    assert not [word for word in ("Camille", "2417", "Écran bleu") if word in call.title]


def test_a_doubtful_danger_is_called_all_the_same_and_says_so(site, duty):
    ReportFactory(site=site, danger="yes", marks={"unsigned"})
    assert "peut-être un robot" in Callout.objects.get().title
    assert letters()


@pytest.mark.parametrize("act", ["reject", "attach", "turn"])
def test_once_somebody_deals_with_it_nobody_else_is_called(site, duty, cert, act):
    report = ReportFactory(site=site, danger="yes")
    officer = person("rssi", site.establishment)
    more = {"reason": "Fausse alerte"} if act == "reject" else {}
    if act == "attach":
        more["incident"] = IncidentFactory(establishment=site.establishment, by=officer)
    getattr(operations, act)(by=officer, report=report, now=later(minutes=3), **more)
    assert Callout.objects.filter(items__about=f"report:{report.pk}", closed_at=None).count() == 0
    assert escalate_due(later(minutes=30)) == 0


def test_nobody_answers_so_danger_climbs_to_the_nation_and_a_mere_report_does_not(site, duty, cert):
    ReportFactory(site=site)
    for minute in (11, 22, 33):
        escalate_due(later(minutes=minute))
    assert {step.function for step in Callout.objects.get().steps.all()} == {
        "Astreinte informatique"
    }
    ReportFactory(site=site, danger="yes", now=later(minutes=40))
    for minute in (51, 62, 73):
        escalate_due(later(minutes=minute))
    danger = Callout.objects.get(reason="danger")
    assert "Astreinte du CERT" in {step.function for step in danger.steps.all()}


def test_without_anyone_to_call_a_report_is_received_all_the_same(site):
    assert send(site, danger="yes").created


def test_the_sender_is_told_of_the_call_only_when_a_message_surely_left(site, duty):
    report = ReportFactory(site=site, danger="yes")
    assert woken_for(report).told_at is None
    Outgoing.objects.update(state=State.PRINTED, settled_at=later(minutes=1), next_try_at=None)
    assert woken_for(report).told_at is None
    Outgoing.objects.update(state=State.SENT)
    woken = woken_for(report)
    assert (woken.told_at, woken.function) == (later(minutes=1), "Astreinte informatique")
    assert woken.taken_at is None
    Callout.objects.update(
        taken_at=later(minutes=2), taken_by="user:1", taken_name="X", escalate_at=None
    )
    assert woken_for(report).taken_at == later(minutes=2)
