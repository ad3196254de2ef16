"""What a page says of its messages."""

from datetime import timedelta

import pytest
from django.template import engines
from django.utils import translation

from vigie.messages import operations
from vigie.messages.models import Outgoing
from vigie.messages.rules import Fault, State
from vigie.messages.tests.factories import NOW, mail, posted, sms

pytestmark = pytest.mark.django_db
PAGE = "{% load outbox %}{% message_states messages %}"


def drawn(*messages, now=NOW):
    return engines["django"].from_string(PAGE).render({"messages": messages, "now": now})


def put(state, fault="", next_try_at=None):
    message = posted(mail())
    settled = None if next_try_at else NOW
    Outgoing.objects.filter(pk=message.pk).update(
        state=state, fault=fault, next_try_at=next_try_at, settled_at=settled
    )
    message.refresh_from_db()
    return message


@pytest.mark.parametrize(
    ("state", "fault", "said"),
    [
        (State.SENT, "", "envoyé 03:10"),
        (State.REFUSED, Fault.UNKNOWN_ADDRESS, "refusé"),
        (State.UNKNOWN, Fault.NO_ANSWER, "sort inconnu"),
        (State.PRINTED, Fault.NOT_SET, "non envoyé"),
        (State.WITHDRAWN, "", "annulé avant l’envoi"),
    ],
)
def test_a_settled_message_says_how_it_ended(state, fault, said):
    message = put(state, fault)
    page = drawn(message)
    assert said in page
    assert message.last_error in page


def test_a_message_that_waits_says_for_how_long():
    assert "en attente" in drawn(posted(mail()))
    message = put(State.RETRIED, Fault.LATER, NOW + timedelta(minutes=4))
    page = drawn(message)
    assert "nouvel essai dans 4\u00a0min" in page
    assert "réessayer plus tard" in page
    assert "nouvel essai imminent" in drawn(message, now=NOW + timedelta(minutes=5))


def test_the_reader_recognises_whom_it_goes_to_without_the_whole_address():
    page = drawn(posted(mail()), posted(sms()))
    assert "c•••@ch.example" in page
    assert "camille" not in page
    assert "+33\u00a0•••\u00a034" in page


def test_an_erased_recipient_says_so(settings):
    message = put(State.SENT)
    operations.forget_expired(NOW + timedelta(days=settings.MESSAGES_KEPT_DAYS))
    message.refresh_from_db()
    assert "destinataire effacé" in drawn(message)


def test_it_is_said_in_english_too():
    with translation.override("en"):
        page = drawn(put(State.REFUSED, Fault.UNKNOWN_ADDRESS), put(State.SENT))
    assert "refused" in page
    assert "unknown address" in page
    assert "sent 03:10" in page
