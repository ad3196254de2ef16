import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.incidents.rules.observables import (
    BadObservable,
    Mark,
    Named,
    Sort,
    is_own,
    mark,
    named,
    readings,
    typed,
)

MD5 = "9e107d9d372bb6826bd81d3542a419d6"


@pytest.mark.parametrize(
    ("text", "sort", "value"),
    [
        ("185.220.101.45", Sort.IPV4, "185.220.101.45"),
        ("185[.]220[.]101[.]45", Sort.IPV4, "185.220.101.45"),
        ("2A03:2880:0:0::1", Sort.IPV6, "2a03:2880::1"),
        ("EVIL[.]Site", Sort.DOMAIN, "evil.site"),
        ("evil (dot) site", Sort.DOMAIN, "evil.site"),
        ("évil.site", Sort.DOMAIN, "xn--vil-9la.site"),
        ("hxxps://Evil[.]site/Login?a=B", Sort.URL, "https://evil.site/Login?a=B"),
        ("HTTP://evil.site:8080/", Sort.URL, "http://evil.site:8080"),
        ("hXXp[://]evil[.]site", Sort.URL, "http://evil.site"),
        ("Faux(at)evil[.]site", Sort.EMAIL, "faux@evil.site"),
        (MD5.upper(), Sort.MD5, MD5),
        ("a" * 40, Sort.SHA1, "a" * 40),
        ("b" * 64, Sort.SHA256, "b" * 64),
        ("c" * 128, Sort.SHA512, "c" * 128),
        ("cve-2024-3400", Sort.CVE, "CVE-2024-3400"),
    ],
)
def test_a_typed_value_is_known_by_its_shape_and_has_one_spelling(text, sort, value):
    assert typed(text) == Named(sort, value)


@pytest.mark.parametrize(
    "text", ["", "un mot", "1.2.3", "999.1.1.1", "serveur", "a" * 33, "CVE-24-1", "http://", "@"]
)
def test_other_words_are_no_observable(text):
    assert typed(text) is None


@pytest.mark.parametrize(
    ("sort", "text"),
    [
        (Sort.IPV4, "2001:db8::1"),
        (Sort.IPV6, "10.0.0.1"),
        (Sort.SHA1, MD5),
        (Sort.DOMAIN, "deux mots.fr"),
        (Sort.URL, "javascript://evil.site/%0aalert(1)"),
        (Sort.URL, "https://evil.site/" + "a" * 2000),
        (Sort.URL, "http://evil.site:99999999/"),
        (Sort.STRAIN, "  "),
        (Sort.GROUP, "x" * 121),
        (Sort.ACCOUNT, "---"),
    ],
)
def test_a_value_that_is_not_of_its_kind_is_refused(sort, text):
    with pytest.raises(BadObservable):
        named(sort, text)


def test_a_family_has_one_name_under_all_its_spellings():
    assert named(Sort.STRAIN, "lockbit 3.0") == named(Sort.STRAIN, " LockBit ")
    assert named(Sort.STRAIN, "BlackCat").value == "ALPHV"
    assert named(Sort.GROUP, "Un  Inconnu").value == "un inconnu"
    assert named(Sort.ACCOUNT, "CH\\Dupont").value == "ch\\dupont"


def test_what_is_shown_is_no_link():
    seen = [
        named(Sort.URL, "https://evil.site:8443/a.exe"),
        named(Sort.DOMAIN, "evil.site"),
        named(Sort.EMAIL, "faux@evil.site"),
        named(Sort.IPV4, "185.220.101.45"),
        named(Sort.IPV6, "2a03::1"),
        named(Sort.ACCOUNT, "jean@evil"),
    ]
    assert [one.shown for one in seen] == [
        "hxxps://evil[.]site[:]8443/a.exe",
        "evil[.]site",
        "faux[@]evil[.]site",
        "185[.]220[.]101[.]45",
        "2a03[:][:]1",
        "jean[@]evil",
    ]
    assert [typed(one.shown) for one in seen[:4]] == seen[:4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.1.2.3", Mark.PRIVATE),
        ("172.16.0.9", Mark.PRIVATE),
        ("192.168.1.1", Mark.PRIVATE),
        ("127.0.0.1", Mark.PRIVATE),
        ("169.254.1.1", Mark.PRIVATE),
        ("fe80::1", Mark.PRIVATE),
        ("fd00::1", Mark.PRIVATE),
        ("::1", Mark.PRIVATE),
        ("224.0.0.1", Mark.RESERVED),
        ("0.0.0.0", Mark.RESERVED),  # noqa: S104 - an address, nobody listens
        ("8.8.8.8", Mark.KNOWN),
        ("203.0.113.9", Mark.NONE),  # of fiction: exercises work with it
        ("185.220.101.45", Mark.NONE),
        ("srv-ad.chu.local", Mark.PRIVATE),
        ("login.microsoftonline.com", Mark.KNOWN),
        ("microsoftonline.com.evil.site", Mark.NONE),
        ("notgoogle.com", Mark.NONE),
        ("http://192.168.1.1/x", Mark.PRIVATE),
        ("https://docs.google.com/x", Mark.KNOWN),
        ("quelqu.un@gmail.com", Mark.NONE),  # anybody may write from there
        ("d41d8cd98f00b204e9800998ecf8427e", Mark.KNOWN),
    ],
)
def test_noise_is_marked(text, expected):
    found = typed(text)
    assert found.mark is expected
    assert found.links is (expected is Mark.NONE)


def test_what_many_share_by_chance_brings_no_files_together():
    for sort, text in (
        (Sort.CVE, "CVE-2024-3400"),
        (Sort.STRAIN, "LockBit"),
        (Sort.GROUP, "LockBit"),
        (Sort.ACCOUNT, "administrateur"),
    ):
        assert not named(sort, text).links
        assert mark(sort, named(sort, text).value) is Mark.NONE


def test_a_structures_own_addresses():
    own = frozenset({"ch-valmont.example"})
    assert is_own(typed("webmail.ch-valmont.example"), own)
    assert is_own(typed("a@ch-valmont.example"), own)
    assert is_own(typed("https://ch-valmont.example/x"), own)
    assert not is_own(typed("ch-valmont.example.evil.site"), own)
    assert not is_own(typed("faux-ch-valmont.example"), own)
    assert not is_own(typed(MD5), own)


def test_a_question_may_be_a_value_or_a_name():
    assert {one.sort for one in readings("evil[.]site")} == {
        Sort.DOMAIN,
        Sort.STRAIN,
        Sort.GROUP,
        Sort.ACCOUNT,
    }
    assert readings("   ") == []
    assert readings("...") == []


@given(st.text(max_size=300))
def test_whatever_is_typed_is_understood_or_refused(text):
    found = typed(text)
    if found is not None:
        assert typed(found.value) == found
        assert not re.match(r"https?://", found.shown)
    for sort in Sort:
        try:
            once = named(sort, text)
        except BadObservable:
            continue
        assert named(sort, once.value) == once
        assert len(once.digest) == 64
