from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.incidents.feeds import mail as mails
from vigie.incidents.feeds.html_text import as_text
from vigie.incidents.feeds.mail import NotMail, Problem, parse
from vigie.kernel.clock import countdown

DATA = Path(__file__).parent / "data" / "mail"
HEAD = b"From: a@b.example\nSubject: x\nDate: Sat, 14 Mar 2026 02:10:00 +0100\n"
IN_TIME = 8.0  # seconds that the worst mail may take on a busy machine


def never():
    return False


def read(name):
    return parse((DATA / f"{name}.eml").read_bytes(), never)


def test_a_sound_mail_gives_its_words_and_keeps_its_files():
    found = read("sound")
    assert found.subject == "Serveur chiffré à Valmont"
    assert (found.sender_name, found.sender_address) == ("Camille Péron", "dsi@ch-valmont.example")
    assert found.sent_at == datetime(2026, 3, 14, 1, 10, tzinfo=UTC)
    assert found.text == "Les dossiers partagés ne s’ouvrent plus."
    assert [(part.name, part.content[:2]) for part in found.parts] == [("note.exe", b"MZ")]
    assert found.problems == []


def test_html_becomes_text_without_scripts_and_nothing_is_fetched():
    text = read("html-only").text
    assert text.splitlines()[0] == "Le PACS est arrêté."
    assert "[https://evil.example/x] ici" in text
    assert "[logo]" in text
    for hidden in ("steal", "color", "track.example"):
        assert hidden not in text


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("bad-charset", "Le réseau est coupé.", Problem.CHARSET),
        ("no-boundary", "La biologie est a l'arret.", Problem.NO_BOUNDARY),
        ("winmail", "Piece jointe.", Problem.OUTLOOK_PARTS),
        ("bad-headers", "Rien ne va.", Problem.DATE),
    ],
)
def test_what_is_broken_is_named_and_the_rest_is_read(name, text, problem):
    found = read(name)
    assert text in found.text
    assert problem in found.problems


def test_a_cut_attachment_is_kept_as_far_as_it_came():
    found = read("truncated-base64")
    assert found.text == "Voir la note."
    assert found.parts[0].name == "note.pdf"
    assert found.parts[0].content.startswith(b"%PDF-1.7")


def test_a_mail_within_a_mail_is_kept_whole_and_read_where_there_is_no_other_text():
    found = read("forwarded")
    assert found.parts[0].name == "Facture impayée.eml"
    assert b"attaquant@evil.example" in found.parts[0].content
    assert found.text == "Cliquez sur le lien."
    assert found.subject == "Serveur chiffré à Valmont"


def test_headers_that_nobody_encoded_are_read_as_they_were_meant():
    found = read("raw-8bit")
    assert found.subject == "Panne téléphonie"
    assert found.sender_name == "Garde été"
    assert found.sent_at == datetime(2026, 3, 14, 1, 10, tzinfo=UTC)


def test_an_encrypted_mail_says_that_it_was_not_read():
    found = read("encrypted")
    assert {Problem.ENCRYPTED, Problem.NO_TEXT} <= set(found.problems)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 50, "outlook"),
        (b"PK\x03\x04" + b"x" * 50, "other"),
        (b"Bonjour, tout va bien.", "other"),
        (HEAD + b"\n" + b"x" * mails.LARGEST, "large"),
    ],
)
def test_what_is_no_mail_is_refused(raw, problem):
    with pytest.raises(NotMail) as refused:
        parse(raw, never)
    assert refused.value.problem == problem


def nested(levels):
    return b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(levels)
    )


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"".join(b"X-%d: y\n" % n for n in range(100_000)) + HEAD + b"\nx", "many_headers"),
        (HEAD + nested(5_000), "deep"),
        (HEAD + nested(59) + b"\n" + b"x\n" * 300_000, "deep"),
        (HEAD + b"Content-Type: message/rfc822\n\n" * 3_000, "deep"),
        (HEAD + b"\n" + b"x\n" * 3_000_000, "long"),
        (
            HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 5_000,
            "many_parts",
        ),
        (HEAD + b"\n" + b"x" * 21_000, "text_cut"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mail_made_to_exhaust_the_reader_is_cut_in_time(raw, problem):
    late = countdown(IN_TIME)
    found = parse(raw, countdown(5))
    assert not late()
    assert problem in found.problems
    assert len(found.text) <= mails.TEXT_LENGTH
    assert len(found.parts) <= mails.MOST_PARTS


def test_when_the_time_is_over_what_was_read_is_given():
    found = parse(HEAD + b"\nBonjour", lambda: True)
    assert found.subject == "x"
    assert Problem.SLOW in found.problems


@pytest.mark.parametrize("junk", ["<a ", "<a href=", "<!--", "<!", "<?", "</", "&#", "<script>"])
def test_html_that_never_ends_costs_no_more_than_its_length(junk):
    late = countdown(2)
    as_text(junk * (200_000 // len(junk)))
    assert not late()


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600), st.sampled_from(["", "multipart/mixed; boundary=x", "text/html"]))
def test_no_bytes_stop_the_reader(body, kind):
    head = HEAD + (f"Content-Type: {kind}\n".encode() if kind else b"")
    found = parse(head + b"\n" + body, never)
    assert found.subject == "x"


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_no_header_stops_the_reader(value):
    plain = value.replace(b"\n", b"").replace(b"\r", b"")
    head = b"Subject: " + plain + b"\nFrom: " + plain + b"\nDate: " + plain
    head += b"\nContent-Type: " + plain + b"\nContent-Disposition: " + plain
    parse(head + b"\n\nx", never)


@given(st.text(max_size=300))
def test_text_that_holds_no_tag_is_kept_word_for_word(text):
    plain = text.replace("<", " ").replace("&", " ")
    assert as_text(plain).split() == plain.split()
