"""Posting: one message a recipient, once, in the caller's transaction."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from vigie.messages import operations, queries
from vigie.messages.models import Outgoing
from vigie.messages.rules import Fault, State
from vigie.messages.tests.factories import NOW, hook, mail, posted, sms

pytestmark = pytest.mark.django_db


def test_each_recipient_gets_a_message_of_their_own():
    letters = [mail("a@ch.example"), mail("b@ch.example"), sms(), hook()]
    rows = operations.post(letters=letters, about="incident:42", key="k", now=NOW)
    assert [row.to for row in rows] == ["a@ch.example", "b@ch.example", "+33639981234", "astreinte"]
    assert [row.lane for row in rows] == ["email", "email", "sms", "webhook:astreinte"]
    assert {row.state for row in rows} == {State.WAITING}
    assert len({row.message_id for row in rows}) == 4


def test_posting_twice_queues_once():
    first = posted(mail(), key="k")
    second, other = posted(mail("CAMILLE@ch.example"), mail("b@ch.example"), key="k")
    assert second.pk == first.pk
    assert second.message_id == first.message_id
    assert other.pk != first.pk
    assert Outgoing.objects.count() == 2


def test_another_key_is_another_message():
    assert posted(mail(), key="first").pk != posted(mail(), key="second").pk


def test_an_act_that_fails_leaves_no_message():
    with transaction.atomic():
        posted(mail())
        transaction.set_rollback(True)
    assert not Outgoing.objects.exists()


def test_a_recipient_that_is_none_is_refused_and_harms_nobody():
    bad, phone, good = posted(mail("no address"), sms("standard"), mail())
    assert [bad.state, phone.state, good.state] == [State.REFUSED, State.REFUSED, State.WAITING]
    assert bad.fault == Fault.BAD_ADDRESS
    with translation.override("fr"):
        assert bad.last_error == "ce destinataire n’a pas la forme attendue"


def test_a_social_security_number_is_masked():
    row = posted(mail(subject="Patient 1 84 12 76 451 089 46", text="1 84 12 76 451 089 46"))
    assert "451" not in row.subject + row.text


def test_a_subject_stays_on_one_line():
    assert posted(mail(subject="Incident\r\nBcc: x@y.example")).subject == (
        "Incident Bcc: x@y.example"
    )


def test_a_secret_is_not_readable_in_the_database():
    row = posted(mail(text="https://vigie.example/invitation/s3cret/", secret=True))
    assert "s3cret" not in Outgoing.objects.get(pk=row.pk).text


def test_what_waits_can_be_withdrawn():
    posted(mail(), about="callout:1")
    secret = posted(mail(secret=True), about="callout:1")
    gone = posted(mail(), about="callout:1")
    Outgoing.objects.filter(pk=gone.pk).update(state=State.SENT, next_try_at=None, settled_at=NOW)
    posted(mail(), about="callout:2")
    assert operations.withdraw(about="callout:1", now=NOW) == 2
    assert operations.withdraw(about="callout:1", now=NOW) == 0
    states = queries.sent_about("callout:1").values_list("state", flat=True)
    assert list(states) == [State.WITHDRAWN, State.WITHDRAWN, State.SENT]
    assert Outgoing.objects.get(pk=secret.pk).text == ""
    assert queries.sent_about("callout:2").get().state == State.WAITING


def test_messages_are_found_by_what_they_are_about():
    one, two = posted(mail(), about="callout:1"), posted(sms(), about="callout:2")
    posted(mail(), about="callout:3")
    assert list(queries.sent_about("callout:1")) == [one]
    assert list(queries.sent_about(["callout:2", "callout:1"])) == [one, two]


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "lost"},
        {"channel": "pigeon"},
        {"next_try_at": None},
        {"state": State.SENT},
        {"state": State.SENDING, "next_try_at": None},
        {"settled_at": NOW},
    ],
)
def test_the_database_refuses_what_cannot_be(wrong):
    row = posted(mail())
    with pytest.raises(IntegrityError), transaction.atomic():
        Outgoing.objects.filter(pk=row.pk).update(**wrong)


def test_a_message_cannot_be_queued_twice_behind_our_back():
    row = posted(mail(), key="k")
    row.pk, row.message_id = None, "<another@ch.example>"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
