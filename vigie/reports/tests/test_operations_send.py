"""Sending a report: once, whole, masked, and found again by its secret link alone."""

import pytest
from django.db import connection

from vigie.audit.models import Event
from vigie.incidents.tests.factories import at_once
from vigie.reports import operations, queries
from vigie.reports.models import Report
from vigie.reports.rules import BadWord, Mark, fingerprint
from vigie.reports.tests.factories import (
    NIR,
    NOW,
    ReportFactory,
    ShortLinkFactory,
    SiteFactory,
    WardFactory,
    later,
    send,
)

pytestmark = pytest.mark.django_db


def test_a_report_keeps_what_was_said_and_where():
    ward = WardFactory()
    link = ShortLinkFactory(site=ward.site, ward=ward)
    report = send(
        ward.site,
        ward=ward,
        link=link,
        danger="unsure",
        device="yes",
        text="Écran bleu",
        phone="2417",
    ).report
    report.refresh_from_db()
    assert (report.danger, report.danger_rank, report.device) == ("unsure", 1, "yes")
    assert (report.text, report.caller_phone) == ("Écran bleu", "2417")
    assert (report.ward, report.link) == (ward, link)
    assert (report.establishment_id, report.region) == (ward.site.establishment_id, "84")
    assert report.reference == f"S-26-{report.pk:04d}"


def test_sending_twice_creates_one_and_gives_the_same_link():
    site, key = SiteFactory(), operations.new_key()
    first = send(site, key=key, text="Écran bleu")
    again = send(site, key=key, text="Écran bleu", now=later(minutes=3))
    assert (first.created, again.created) == (True, False)
    assert again.report == first.report
    assert again.token == first.token
    assert not first.report.words.exists()
    assert Event.objects.filter(verb="report.received").count() == 1


def test_other_words_under_the_same_key_are_added_once_and_danger_rises():
    site, key = SiteFactory(), operations.new_key()
    first = send(site, key=key, text="Écran bleu", phone="2417")
    for _try in range(2):
        send(site, key=key, danger="yes", text="Écran bleu partout", now=later(minutes=3))
    report = Report.objects.get(pk=first.report.pk)
    assert (report.danger, report.danger_rank) == ("yes", 2)
    assert report.text == "Écran bleu"
    assert [word.text for word in report.words.order_by("id")] == ["Écran bleu partout"]
    assert report.caller_phone == "2417"


def test_changed_answers_alone_leave_a_word_too():
    site, key = SiteFactory(), operations.new_key()
    first = send(site, key=key)
    send(site, key=key, device="yes")
    assert first.report.words.get().text


@pytest.mark.django_db(transaction=True)
def test_sent_twice_at_the_same_moment_it_is_one():
    site, key = SiteFactory(), operations.new_key()
    outcomes = at_once(*[lambda: send(site, key=key, text="Écran bleu") for _ in range(4)])
    assert {outcome.report.pk for outcome in outcomes} == {Report.objects.get().pk}
    assert len({outcome.token for outcome in outcomes}) == 1
    assert sum(outcome.created for outcome in outcomes) == 1
    connection.close()


def test_the_database_holds_neither_the_key_nor_the_link():
    key = operations.new_key()
    receipt = send(SiteFactory(), key=key)
    row = Report.objects.filter(pk=receipt.report.pk).values_list()[0]
    assert key not in map(str, row)
    assert receipt.token not in map(str, row)
    assert fingerprint(receipt.token) in map(str, row)
    assert len(receipt.token) * 6 >= 128  # bits, six a sign


def test_the_link_is_not_the_fingerprint_of_the_key_alone():
    keys = [operations.new_key() for _ in range(20)]
    tokens = {send(SiteFactory(), key=key).token for key in keys}
    assert len(tokens) == 20
    assert not {fingerprint(key)[:32] for key in keys} & tokens


def test_a_link_opens_its_report_until_its_time_is_over(settings):
    settings.REPORTERS_KEPT_DAYS = 7
    receipt = send(SiteFactory())
    assert queries.followed(receipt.token, now=later(days=6)).report == receipt.report
    assert queries.followed(receipt.token, now=later(days=7)) is None
    assert queries.followed("A" * 32, now=NOW) is None
    assert queries.followed("", now=NOW) is None


def test_numbers_of_patients_are_masked_and_counted():
    report = ReportFactory(text=f"Le patient {NIR} attend")
    report.refresh_from_db()
    assert "451 089" not in report.text
    assert report.masked == 1


def test_a_doubtful_report_says_why():
    report = ReportFactory(danger="yes", marks={Mark.FLOOD, Mark.UNSIGNED})
    report.refresh_from_db()
    assert report.marks == ["flood", "unsigned"]


def test_a_key_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="key"):
        send(SiteFactory(), key="1")


def test_neither_name_nor_phone_nor_text_is_in_the_journal():
    ReportFactory(name="Camille", phone="01 99 00 12 34", text="Écran bleu")
    told = str(Event.objects.get(verb="report.received").details)
    assert not [secret for secret in ("Camille", "01 99", "Écran") if secret in told]


def test_the_sender_adds_words_once():
    report = ReportFactory()
    for _try in range(2):
        operations.add_words(report=report, text=f"Aussi {NIR}", key="a" * 48, now=later(minutes=5))
    word = report.words.get()
    assert word.masked == 1
    assert (word.side, word.by) == ("sender", None)


def test_empty_words_are_refused():
    with pytest.raises(BadWord):
        operations.add_words(report=ReportFactory(), text="  ", key="a" * 48, now=NOW)


def test_who_to_call_back_and_the_link_are_erased_in_time(settings):
    settings.REPORTERS_KEPT_DAYS = 7
    old, young = ReportFactory(name="Camille", phone="2417"), ReportFactory(now=later(days=3))
    token_hash = young.token_hash
    assert operations.forget_expired_callers(later(days=8)) == 1
    assert operations.forget_expired_callers(later(days=8)) == 0
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.caller_name, old.caller_phone, old.token_hash) == ("", "", None)
    assert young.token_hash == token_hash
    assert Event.objects.get(verb="report.callers_expired").details == {"reports": 1}


def test_sending_again_after_the_time_is_over_creates_nothing(settings):
    settings.REPORTERS_KEPT_DAYS = 7
    site, key = SiteFactory(), operations.new_key()
    send(site, key=key, text="Écran bleu")
    operations.forget_expired_callers(later(days=8))
    again = send(site, key=key, text="Écran bleu", now=later(days=8))
    assert not again.created
    assert queries.followed(again.token, now=later(days=8)) is None
