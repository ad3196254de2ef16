import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.incidents.feeds import observables as feed
from vigie.incidents.rules.observables import Sort

MAIL = """
Bonjour,
le message vient de faux.support(at)evil-portail[.]site, serveur 185[.]220.101[.]45.
Le lien : hxxps://evil-portail[.]site/login?id=1, puis http://203.0.113.9/a.exe.
SHA-256 : 275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f
Compte touché : CHVALMONT\\jdupont. Faille cve-2024-3400. IPv6 2a03:2880:f12f::25de.
Revendiqué par LockBit 3.0. Passerelle 10.0.0.254, DNS 8.8.8.8.
"""


def values(*texts):
    return {(one.sort, one.value) for one in feed.read(texts).found}


def test_a_mail_gives_what_it_names_whatever_its_defanging():
    assert values(MAIL) == {
        (Sort.EMAIL, "faux.support@evil-portail.site"),
        (Sort.IPV4, "185.220.101.45"),
        (Sort.IPV4, "203.0.113.9"),
        (Sort.IPV4, "10.0.0.254"),
        (Sort.IPV4, "8.8.8.8"),
        (Sort.IPV6, "2a03:2880:f12f::25de"),
        (Sort.DOMAIN, "evil-portail.site"),
        (Sort.URL, "https://evil-portail.site/login?id=1"),
        (Sort.URL, "http://203.0.113.9/a.exe"),
        (
            Sort.SHA256,
            "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f",
        ),
        (Sort.CVE, "CVE-2024-3400"),
        (Sort.ACCOUNT, "chvalmont\\jdupont"),
        (Sort.STRAIN, "LockBit"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "Le service est rétabli dans l’hôpital.Il reste à vérifier les postes.",
        "Ouvrir rapport.docx puis svchost.exe, version 2.1, à 14:30:22.",
        "Le fichier C:\\Windows\\System32\\cmd.exe et \\\\serveur\\partage",
        "Un cactus dans le hall, un play-back, le royal palace.",
        "Rappeler au 01 99 00 12 34 ; dossier 2026-0417.",
        "",
    ],
)
def test_everyday_french_gives_nothing(text):
    assert values(text) == set()


def test_an_everyday_word_is_a_family_only_beside_its_kind():
    assert values("attaque du rançongiciel Cactus") == {(Sort.STRAIN, "Cactus")}
    assert values("groupe « Play »") == {(Sort.STRAIN, "Play")}
    assert values("le Royal ransomware") == {(Sort.STRAIN, "Royal")}


def test_accents_do_not_cut_a_name_in_two():
    assert values("www[.]évian-soins[.]site") == {(Sort.DOMAIN, "www.xn--vian-soins-96a.site")}


def test_several_texts_give_each_observable_once():
    assert values("evil.site", "EVIL[.]SITE", "evil . site") == {(Sort.DOMAIN, "evil.site")}


def test_a_reading_has_limits_and_says_when_it_reached_them():
    many = feed.read([" ".join(f"203.0.{n // 250}.{n % 250 + 1}" for n in range(1000))])
    assert len(many.found) == feed.MOST
    assert many.is_cut
    late = feed.read(["mot " * (feed.LONGEST_TEXT // 4) + "evil.site"])
    assert late.found == []
    assert late.is_cut
    assert not feed.read([MAIL]).is_cut


BITS = ["(", "[", "a", "1", "://", "http", ".", "@", "[.]", "{", "]", "/", ":", "-", "é", " ", "%"]


@given(st.lists(st.sampled_from(BITS), min_size=1, max_size=3), st.sampled_from([" ", "", "\n"]))
@settings(max_examples=60, deadline=None)
def test_no_text_however_hostile_holds_a_reading_up(bits, between):
    unit = "".join(bits)
    word = unit * (feed.LONGEST_WORD // len(unit))
    hostile = f"{word}{between}" * (20_000 // len(word))
    start = time.process_time()
    feed.read([hostile])
    assert time.process_time() - start < 5  # a fifth of the longest text


@given(st.text(max_size=2000))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_read(text):
    reading = feed.read([text])
    assert len(set(reading.found)) == len(reading.found)
