import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from vigie.audit.models import Event, People
from vigie.establishments import operations
from vigie.establishments.models import Callout, CallStep
from vigie.establishments.operations import AlreadyTaken, CallReason, LinkOver
from vigie.establishments.rules import Territory, TerritoryKind
from vigie.establishments.tests.factories import (
    DutyFactory,
    EstablishmentFactory,
    RotaFactory,
    SiteFactory,
    Somebody,
)
from vigie.messages.operations.queue import open_text
from vigie.messages.queries import sent_about

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 14, 2, 41, tzinfo=UTC)
DANGER, URGENT, REPORT = CallReason.DANGER, CallReason.URGENT, CallReason.REPORT
OFFICER = Somebody(journal_name="user:42")
REGION, NATION = Territory.parse("region:84"), Territory.parse("nation:FR")


def after(minutes):
    return NOW + timedelta(minutes=minutes)


@pytest.fixture
def hospital():
    return EstablishmentFactory(name="Hôpital du Lac")


@pytest.fixture
def ej(hospital):
    return Territory(TerritoryKind.EJ, hospital.code)


@pytest.fixture
def ladder(hospital):
    """Officer and deputy of the hospital, officers of the region and of the CERT, all on call."""
    own = RotaFactory(establishment=hospital)
    region = RotaFactory(kind="region", establishment=None, country="FR", region="84")
    nation = RotaFactory(kind="nation", establishment=None, country="FR")
    rungs = ((own, 1, "alix"), (own, 2, "sacha"), (region, 1, "region"), (nation, 1, "cert"))
    return [
        DutyFactory(
            rota=rota,
            level=level,
            name=name,
            email=f"{name}@ch.example",
            starts_at=after(-600),
            ends_at=after(60 * 48),
        )
        for rota, level, name in rungs
    ]


def call(*places, reason=URGENT, about="incident:5", title="Serveurs chiffrés", now=NOW):
    return operations.call_out(
        places=places, reason=reason, about=about, title=title, path="/incidents/5/", now=now
    )


def called(callout):
    return list(callout.steps.order_by("number").values_list("name", flat=True))


def sent(callout, channel):
    return [letter for letter in sent_about(callout.about) if letter.channel == channel]


def secret_of(callout, number=1):
    letter = next(
        letter
        for letter in sent(callout, "email")
        if letter.key == f"{callout.about}:{number}" and letter.is_secret
    )
    return re.search(r"/a/([\w-]+)/", open_text(letter))[1]


def verbs():
    return list(Event.objects.order_by("id").values_list("verb", flat=True))


def test_whoever_is_on_call_is_told_by_mail_and_short_message(ej, ladder):
    (callout,) = call(ej)
    assert called(callout) == ["alix"]
    (mail,), (sms,) = sent(callout, "email"), sent(callout, "sms")
    assert mail.to == "alix@ch.example"
    assert "Hôpital du Lac" in mail.subject
    text = open_text(mail)
    assert "Serveurs chiffrés" in text
    assert "/incidents/5/" in text
    assert secret_of(callout) in open_text(sms)
    assert len(open_text(sms)) <= 306  # two short messages
    assert verbs() == ["callout.opened", "callout.step"]


def test_the_secret_of_a_link_is_not_kept(ej, ladder):
    (callout,) = call(ej)
    secret, step = secret_of(callout), callout.steps.get()
    assert len(secret) >= 22  # 128 bits
    assert secret not in str(CallStep.objects.values_list())
    assert secret not in str(list(Event.objects.values_list("details", flat=True)))
    assert step.link_expires_at == NOW + timedelta(hours=24)


def test_letters_are_in_the_language_of_whom_they_go_to(ej, ladder):
    ladder[0].language = "en"
    ladder[0].save()
    (callout,) = call(ej, reason=DANGER)
    assert "PATIENT IN DANGER" in sent(callout, "email")[0].subject


def test_nothing_is_sent_when_the_act_is_taken_back(ej, ladder):
    with transaction.atomic():
        call(ej)
        transaction.set_rollback(True)
    assert not Callout.objects.exists()
    assert not sent_about("callout:1").exists()


def test_without_an_answer_deputy_region_and_cert_are_called_each_once(ej, ladder):
    (callout,) = call(ej)
    assert operations.escalate_due(after(9)) == 0
    for minutes in range(10, 120, 5):
        operations.escalate_due(after(minutes))
    assert called(callout) == ["alix", "sacha", "region", "cert"]
    times = [step.at for step in callout.steps.order_by("number")]
    assert times == [after(0), after(10), after(20), after(30)]
    assert len(sent(callout, "email")) == 4


def test_looking_twice_at_the_same_moment_calls_once(ej, ladder):
    (callout,) = call(ej)
    assert operations.escalate_due(after(10)) == 1
    assert operations.escalate_due(after(10)) == 0
    assert called(callout) == ["alix", "sacha"]


def test_a_worker_killed_before_the_commit_calls_again_once(ej, ladder):
    (callout,) = call(ej)
    with transaction.atomic():
        operations.escalate_due(after(10))
        transaction.set_rollback(True)
    assert called(callout) == ["alix"]
    operations.escalate_due(after(11))
    assert called(callout) == ["alix", "sacha"]
    assert len(sent(callout, "email")) == 2


def test_where_nobody_is_on_call_the_territory_above_is_called_at_once(ej, ladder):
    for duty in ladder[:2]:
        duty.delete()
    (callout,) = call(ej)
    assert called(callout) == ["region"]


def test_a_permanent_contact_with_an_address_comes_after_the_people(ej, ladder):
    facts = operations.StandingFacts("Standard", "01 99 00 00 00", "standard@ch.example", 5)
    operations.set_standing(by=Somebody(), territory=ej, facts=facts, now=NOW)
    (callout,) = call(ej)
    for minutes in (5, 10):
        operations.escalate_due(after(minutes))
    last = callout.steps.get(number=3)
    assert (last.level, last.function, last.name) == (3, "Standard", "")
    assert len(sent(callout, "sms")) == 2  # none to the switchboard


def test_whoever_comes_on_call_later_is_called_for_what_nobody_took(ej, ladder):
    for duty in ladder[1:]:
        duty.delete()
    ladder[0].ends_at = after(60)
    ladder[0].save()
    DutyFactory(rota=ladder[0].rota, name="relève", starts_at=after(60), ends_at=after(600))
    (callout,) = call(ej)
    for minutes in range(10, 80, 10):
        operations.escalate_due(after(minutes))
    assert called(callout) == ["alix", "relève"]
    operations.escalate_due(after(60 * 25))
    callout.refresh_from_db()
    assert callout.escalate_at is None


def test_without_any_rota_the_call_stands_on_the_pages(ej):
    (callout,) = call(ej)
    assert callout.is_open
    assert called(callout) == []
    assert operations.escalate_due(after(10)) == 0


def test_territories_with_a_call_of_their_own_are_not_called_twice(ej, ladder):
    own, region, nation = call(ej, REGION, NATION)
    for minutes in range(10, 100, 10):
        operations.escalate_due(after(minutes))
    assert called(own) == ["alix", "sacha"]
    assert called(region) == ["region"]
    assert called(nation) == ["cert"]


def test_a_site_without_rota_counts_as_its_establishment(hospital, ej, ladder):
    site = SiteFactory(establishment=hospital)
    (callout,) = call(Territory(TerritoryKind.ET, site.code), ej)
    assert callout.rota.establishment == hospital
    RotaFactory(kind="et", establishment=None, site=site)
    (own,) = call(Territory(TerritoryKind.ET, site.code), about="incident:6", reason=DANGER)
    assert own.rota.site == site
    assert called(own) == ["alix"]


def test_the_same_matter_calls_once_unless_it_gets_graver(ej, ladder):
    (first,) = call(ej)
    assert call(ej, now=after(30)) == [first]
    assert call(ej, reason=REPORT, now=after(30)) == [first]
    (graver,) = call(ej, reason=DANGER, now=after(30))
    assert graver != first
    assert call(ej, now=after(31)) == [graver]


def test_a_flood_of_reports_is_one_call_and_one_further_message(ej, ladder):
    calls = {call(ej, reason=REPORT, about=f"report:{n}", now=after(n / 10))[0] for n in range(50)}
    (callout,) = calls
    assert callout.items.count() == 50
    assert operations.escalate_due(after(14)) == 1  # the deputy
    assert operations.escalate_due(after(15)) == 0  # all of it was in the deputy's letter
    assert len(sent(callout, "email")) == 2


def test_what_joins_is_told_to_who_was_called(ej, ladder):
    (callout,) = call(ej, reason=REPORT, about="report:1")
    operations.take_call(by=OFFICER, name="Camille", call=callout, now=after(1))
    call(ej, reason=REPORT, about="report:2", title="Écran noir", now=after(2))
    call(ej, reason=REPORT, about="report:3", title="Rançon", now=after(3))
    assert Callout.objects.count() == 1
    assert operations.escalate_due(after(15)) == 1
    assert operations.escalate_due(after(40)) == 0
    (joined,) = [m for m in sent(callout, "email") if m.key.endswith(":joined")]
    assert "2 autres signalements" in joined.subject
    assert "Écran noir" in joined.text
    assert "Rançon" in joined.text


def test_danger_is_never_told_with_others(ej, ladder):
    first = call(ej, reason=REPORT, about="report:1")
    second = call(ej, reason=DANGER, about="report:2", now=after(1))
    third = call(ej, reason=REPORT, about="report:3", now=after(2))
    assert first == third != second
    assert called(second[0]) == ["alix"]


def test_an_urgent_matter_lifts_the_call_that_it_joins(ej, ladder):
    call(ej, reason=REPORT, about="report:1")
    (callout,) = call(ej, reason=URGENT, about="incident:5", now=after(1))
    callout.refresh_from_db()
    assert callout.reason == URGENT


def test_a_call_taken_in_the_application_stops_and_is_told(ej, ladder):
    (callout,) = call(ej)
    operations.escalate_due(after(10))
    taken = operations.take_call(by=OFFICER, name="Camille Personne", call=callout, now=after(12))
    assert (taken.taken_by, taken.taken_at) == ("user:42", after(12))
    assert operations.escalate_due(after(60)) == 0
    told = [m for m in sent(callout, "email") if m.key.endswith(":taken")]
    assert {m.to for m in told} == {"alix@ch.example", "sacha@ch.example"}
    assert all("Camille Personne" in m.text for m in told)
    event = Event.objects.get(verb="callout.taken")
    assert event.details == {"waited": 12}
    assert "Personne" in str(People.objects.get(entry=event.pk).content)
    withdrawn = [m.state for m in sent(callout, "email") if not m.key.endswith(":taken")]
    assert withdrawn == ["withdrawn", "withdrawn"]


def test_a_call_taken_by_link_names_who_was_called(ej, ladder):
    (callout,) = call(ej)
    taken = operations.take_call_by_link(secret=secret_of(callout), now=after(3))
    assert taken.taken_name == "RSSI d’astreinte, alix"
    assert taken.taken_by == f"step:{callout.steps.get().pk}"
    assert [m for m in sent(callout, "email") if m.key.endswith(":taken")] == []
    assert Event.objects.get(verb="callout.taken").actor == "system:call-link"


def test_the_second_answer_hears_who_came_first(ej, ladder):
    (callout,) = call(ej)
    secret = secret_of(callout)
    operations.take_call(by=OFFICER, name="Camille", call=callout, now=after(2))
    with pytest.raises(AlreadyTaken) as refused:
        operations.take_call_by_link(secret=secret, now=after(3))
    assert (refused.value.call.taken_name, refused.value.call.taken_at) == ("Camille", after(2))
    with pytest.raises(AlreadyTaken):
        operations.take_call(by=OFFICER, name="Sacha", call=callout, now=after(4))


def test_a_link_ends_after_a_day_and_a_guess_opens_nothing(ej, ladder):
    (callout,) = call(ej)
    secret = secret_of(callout)
    with pytest.raises(LinkOver):
        operations.take_call_by_link(secret=secret, now=after(24 * 60))
    with pytest.raises(LinkOver):
        operations.take_call_by_link(secret=secret[:-1] + "_", now=after(1))
    callout.refresh_from_db()
    assert callout.is_open


@pytest.mark.parametrize(
    "who", [Somebody(region="53"), Somebody(permissions=frozenset({"rota.manage"}))]
)
def test_nobody_takes_the_calls_of_others(ej, ladder, who):
    (callout,) = call(ej)
    with pytest.raises(PermissionDenied):
        operations.take_call(by=who, name="x", call=callout, now=NOW)


def test_a_settled_matter_stops_its_calls(ej, ladder):
    own, region = call(ej, REGION)
    assert operations.close_calls(about="incident:5", now=after(1)) == 2
    assert operations.close_calls(about="incident:5", now=after(2)) == 0
    assert operations.escalate_due(after(60)) == 0
    assert {m.state for m in sent(own, "email")} == {"withdrawn"}
    with pytest.raises(AlreadyTaken):
        operations.take_call(by=OFFICER, name="x", call=region, now=after(3))


def test_a_call_stays_while_one_of_its_matters_is_not_settled(ej, ladder):
    (callout,) = call(ej, reason=REPORT, about="report:1")
    call(ej, reason=REPORT, about="report:2", now=after(1))
    assert operations.close_calls(about="report:1", now=after(2)) == 0
    assert operations.escalate_due(after(10)) == 1
    assert operations.close_calls(about="report:2", now=after(11)) == 1
    callout.refresh_from_db()
    assert not callout.is_open


def test_programs_hear_of_a_call_without_its_secret(ej, ladder):
    ladder[0].rota.webhook = "pager"
    ladder[0].rota.save()
    (callout,) = call(ej)
    secret = secret_of(callout)
    operations.take_call(by=OFFICER, name="Camille", call=callout, now=after(1))
    opened, taken = sent(callout, "webhook")
    assert opened.to == "pager"
    assert opened.payload["event"] == "callout.step"
    assert taken.payload["event"] == "callout.taken"
    assert opened.is_urgent
    assert taken.is_urgent
    assert secret not in str(opened.payload)
    assert "Camille" not in str(taken.payload)


def test_a_title_never_holds_a_social_security_number(ej, ladder):
    (callout,) = call(ej, title="Dossier 1 84 12 76 451 089 46 illisible")
    assert "451" not in callout.title


def test_one_broken_call_keeps_no_other_from_going_on(ej, ladder, caplog):
    (broken,) = call(ej, about="incident:1", reason=DANGER)
    (whole,) = call(ej, about="incident:2", reason=DANGER)
    # A step of the same number that was written by somebody else: the next one cannot be.
    CallStep.objects.filter(callout=broken).update(number=2)
    assert operations.escalate_due(after(10)) == 1
    assert called(whole) == ["alix", "sacha"]
    assert f"The call {broken.pk} did not go on" in caplog.text


def test_who_was_called_is_erased_after_the_retention(ej, ladder, settings):
    settings.PEOPLE_KEPT_DAYS = 30
    (callout,) = call(ej)
    (waits,) = call(ej, about="incident:6", reason=DANGER)
    operations.take_call(by=OFFICER, name="Camille", call=callout, now=after(1))
    assert operations.forget_expired_calls(NOW + timedelta(days=29)) == 0
    assert operations.forget_expired_calls(NOW + timedelta(days=31)) == 1
    step = callout.steps.get()
    assert (step.name, step.phone, step.email, step.who) == ("", "", "", "RSSI d’astreinte")
    callout.refresh_from_db()
    assert (callout.taken_name, callout.taken_by) == ("", "user:42")
    assert called(waits) == ["alix"]  # nobody took it yet


def test_calls_for_three_territories_cost_few_queries(ej, ladder, django_assert_max_num_queries):
    with django_assert_max_num_queries(85):
        call(ej, REGION, NATION)
