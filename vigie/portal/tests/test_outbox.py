"""The page of the outbox: for whoever keeps a nation's instance running, without what was said."""

from datetime import timedelta

import pytest

from vigie.audit.models import Event
from vigie.kernel import clock
from vigie.messages import operations
from vigie.messages.models import Outgoing
from vigie.messages.operations import Letter
from vigie.messages.rules import Channel, Fault, State
from vigie.portal.queries import needs
from vigie.portal.tests.register import page, post

pytestmark = pytest.mark.django_db


def queued(state=State.REFUSED, to="camille@ch.example", **columns):
    letter = Letter(Channel.EMAIL, to, "Biologie à l’arrêt", "Le texte.")
    key = f"test:{Outgoing.objects.count()}"
    now = clock.now()
    (message,) = operations.post(letters=[letter], about="invitation:7", key=key, now=now)
    waits = now + timedelta(minutes=4) if state in {State.WAITING, State.RETRIED} else None
    columns |= {"state": state, "next_try_at": waits, "settled_at": None if waits else now}
    Outgoing.objects.filter(pk=message.pk).update(**columns)
    message.refresh_from_db()
    return message


def test_it_shows_first_what_did_not_arrive(client, sign):
    sign("administrator")
    queued(fault=Fault.UNKNOWN_ADDRESS, answer="550 5.1.1 <•••>: unknown")
    queued(State.SENT, to="other@ch.example")
    shown = page(client, "outbox").text
    assert "c•••@ch.example" in shown
    assert "adresse inconnue" in shown
    assert "550 5.1.1" in shown
    assert "Invitation 7" in shown
    assert "o•••@ch.example" not in shown
    assert "o•••@ch.example" in page(client, "outbox", part="sent").text


def test_it_shows_neither_the_address_nor_what_was_said(client, sign):
    sign("administrator")
    queued()
    shown = page(client, "outbox", part="all").text
    assert not {word for word in ("camille@", "Biologie", "Le texte") if word in shown}


def test_a_refused_message_is_sent_again_once(client, sign):
    me = sign("cert_lead")
    message = queued()
    assert post(client, "send_again", message.pk).status_code == 302
    message.refresh_from_db()
    assert message.state == State.WAITING
    assert Event.objects.get(verb="message.sent_again").actor == me.journal_name
    again = client.post(f"/administration/messages/{message.pk}/again/", follow=True)
    assert "ne peut plus être envoyé" in again.text
    assert Event.objects.filter(verb="message.sent_again").count() == 1


def test_whoever_administers_a_hospital_alone_does_not_see_it(client, sign, lyon):
    sign("administrator", lyon)
    message = queued()
    assert page(client, "outbox").status_code == 404
    assert post(client, "send_again", message.pk).status_code == 404
    message.refresh_from_db()
    assert message.state == State.REFUSED
    assert "administration/messages/" not in client.get("/account/administration/").text


def test_a_long_list_is_cut_and_goes_on(client, sign):
    sign("administrator")
    made = [queued(to=f"person{number}@ch.example") for number in range(52)]
    first = page(client, "outbox")
    assert first.text.count("<tr>") == 51  # with its head
    assert f"part=trouble&amp;before={made[2].pk}" in first.text
    rest = page(client, "outbox", before=made[2].pk)
    assert rest.text.count("<tr>") == 3
    assert "Plus anciens" not in rest.text


def test_its_queries_do_not_grow_with_the_messages(client, sign, django_assert_max_num_queries):
    sign("administrator")
    queued()
    page(client, "outbox")
    counts = []
    for _ in range(2):
        with django_assert_max_num_queries(15) as asked:
            page(client, "outbox")
        counts.append(len(asked))
        for number in range(20):
            queued(to=f"person{number}@ch.example")
    assert counts[0] == counts[1]


def test_the_home_page_counts_what_did_not_arrive(client, sign, lyon):
    queued(fault=Fault.UNKNOWN_ADDRESS)
    queued(State.SENT, to="other@ch.example")
    me = sign("administrator")
    (card,) = [card for card in needs(me, now=clock.now()) if card.code == "outbox"]
    assert [item.text for item in card.items] == ["c•••@ch.example, Invitation 7"]
    assert "Messages non arrivés" in client.get("/").text
    local = sign("administrator", lyon)
    assert "outbox" not in {card.code for card in needs(local, now=clock.now())}


def test_what_is_erased_is_no_longer_to_be_looked_at(client, sign, settings):
    sign("administrator")
    queued()
    operations.forget_expired(clock.now() + timedelta(days=settings.MESSAGES_KEPT_DAYS + 1))
    assert "Rien n’a échoué" in page(client, "outbox").text


def test_a_message_to_nobody_cannot_be_sent_again(client, sign):
    sign("administrator")
    message = queued(fault=Fault.BAD_ADDRESS)
    assert "Envoyer à nouveau" not in page(client, "outbox").text
    post(client, "send_again", message.pk)
    message.refresh_from_db()
    assert message.state == State.REFUSED


def test_nonsense_in_the_address_bar_counts_as_nothing(client, sign):
    sign("administrator")
    queued()
    assert "c•••@ch.example" in page(client, "outbox", part="?", before="x").text


def test_without_a_mail_server_the_page_says_so(client, sign, settings):
    sign("administrator")
    assert "Aucun serveur de messagerie" in page(client, "outbox").text
    settings.SMTP_HOST = "mail.ch.example"
    assert "Aucun serveur de messagerie" not in page(client, "outbox").text
