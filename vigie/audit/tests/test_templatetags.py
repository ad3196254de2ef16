import html
import re

import pytest
from django.template import Context, Template
from django.utils import translation

from vigie.audit import operations, queries
from vigie.audit.rules import Target, words
from vigie.audit.tests.factories import NOW, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def vocabulary(monkeypatch):
    monkeypatch.setitem(words.SENTENCES, "incident.declared", "a déclaré l’incident %(number)s")
    monkeypatch.setitem(words.TARGETS, "incident", Target("Incident"))


def drawn(names=None, **wanted):
    page = queries.events(**wanted)
    template = Template("{% load audit %}{% journal page names %}")
    text = template.render(Context({"page": page, "names": names, "now": NOW}))
    return " ".join(html.unescape(re.sub(r"<(?!time)[^>]*>", " ", text)).split())


def test_an_entry_is_said_in_words():
    write(1, name="<b>é</b>")
    text = drawn(names={"user:42": "Camille Exemple"})
    assert "Camille Exemple" in text
    assert "a déclaré l’incident 0" in text
    assert "Incident 0" in text
    assert "<b>é</b>" in text
    assert "pas encore" in text


def test_details_are_said_with_their_labels_and_fingerprints_shortened():
    details = {"from": "reçu", "reason": "", "sha256": "0123456789abcdef" * 4, "only": ["a", "b"]}
    operations.record(actor="user:1", verb="a.b", target="instance:1", at=NOW, details=details)
    text = drawn()
    assert "de reçu" in text
    assert "SHA-256 0123456789ab…" in text
    assert "only a, b" in text
    assert "motif" not in text
    assert "Instance 1" not in text


def test_details_are_said_in_words_names_and_moments(monkeypatch):
    monkeypatch.setitem(words.SENTENCES, "a.b", "a donné le rôle %(role)s sur %(territory)s")
    monkeypatch.setitem(words.VALUES, "role", {"dpo": "Délégué"}.get)
    monkeypatch.setitem(words.LABELS, "row", "")
    details = {
        "role": "dpo",
        "territory": "ej:690000013",
        "establishment": 7,
        "row": 3,
        "ends": "2027-02-20T06:08+00:00",
        "on": "2027-02-20",
        "broken": "2027-13-45",
        "fields": ["name", "odd"],
    }
    operations.record(actor="user:1", verb="a.b", target="user:2", at=NOW, details=details)
    names = {"ej:690000013": "Valmont", "establishment:7": "Rive Haute", "user:2": "Claire Morel"}
    text = drawn(names=names)
    assert "a donné le rôle Délégué sur Valmont" in text
    assert "établissement Rive Haute" in text
    assert "Claire Morel" in text
    assert "ends sam. 20 févr. 2027, 07:08 (UTC+1)" in text.replace("\xa0", " ")
    assert "on sam. 20 févr. 2027" in text.replace("\xa0", " ")
    assert "broken 2027-13-45" in text
    assert "champs nom, odd" in text
    assert "row" not in text


def test_a_sealed_entry_shows_its_place(settings, tmp_path):
    settings.KEYS_DIR = tmp_path
    write(1)
    operations.seal(NOW)
    text = drawn()
    assert "pas encore" not in text
    assert "user:42" in text


def test_names_beside_an_entry_are_shown_when_they_were_read():
    write(1, people={"reporter": "Jeanne Exemple"})
    assert "Jeanne Exemple" in drawn(with_people=True)
    assert "Jeanne Exemple" not in drawn()


def test_markup_in_an_entry_is_text():
    operations.record(actor="user:1", verb="a.b", target="<script>:1", at=NOW)
    template = Template("{% load audit %}{% journal page %}")
    text = template.render(Context({"page": queries.events(), "now": NOW}))
    assert "<script>" not in text


def test_an_empty_journal_says_so():
    assert "Rien au journal" in drawn()


def test_it_speaks_english():
    write(1)
    with translation.override("en"):
        assert "Did what" in drawn()
