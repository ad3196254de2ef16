"""French typography and what the check of translations finds."""

import pytest
from babel.messages.catalog import Message
from messages import faults_of, faults_of_french, messages_in, typeset

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Déclaré : oui", "Déclaré~: oui"),
        ("Vraiment ? Oui ! Non ; si", "Vraiment~? Oui~! Non~; si"),
        ("« Avérée »", "«~Avérée~»"),
        ("50 % des lits", "50~% des lits"),
        ("50 %% des %(count)s lits", "50~%% des %(count)s lits"),
        ("depuis 3 h 20", "depuis 3~h 20"),
        ("depuis %(hours)s h", "depuis %(hours)s~h"),
        ("1 200 dossiers", "1~200 dossiers"),
        ("le %(day)s à %(time)s", "le %(day)s à %(time)s"),
        ("Reste %d dossiers", "Reste %d dossiers"),
        ("https://example.org:8000/", "https://example.org:8000/"),
        ("à 03:41", "à 03:41"),
        ("appelez le 15 ou le 112", "appelez le 15 ou le 112"),
    ],
)
def test_spaces_that_must_not_break(typed, shown):
    assert typeset(typed) == shown.replace("~", NBSP)


@pytest.mark.parametrize("typed", ["Déclaré : « oui » ? 50 %", "3 h 20", "1 200 000"])
def test_typesetting_twice_changes_nothing(typed):
    assert typeset(typeset(typed)) == typeset(typed)


@pytest.mark.parametrize(
    ("french", "english", "fault"),
    [
        ("Ville", "", "not translated"),
        ("Reste %(days)s", "Some left", "other placeholders"),
        ("Reste {days}", "{weeks} left", "other placeholders"),
        (("%(n)s lit", "%(n)s lits"), ("%(n)s bed",), "singular and plural"),
    ],
)
def test_a_broken_translation_is_named(french, english, fault):
    assert [found for found in faults_of(Message(french, english)) if fault in found]


def test_a_singular_may_leave_the_number_out():
    assert not list(faults_of(Message(("Un lit", "%(n)s lits"), ("One bed", "%(n)s beds"))))


def test_a_fuzzy_translation_is_named():
    assert list(faults_of(Message("Ville", "City", flags=["fuzzy"]))) == ["fuzzy"]


def test_a_straight_apostrophe_and_a_typed_no_break_space_are_named():
    assert list(faults_of_french(Message("l'hôpital")))
    assert list(faults_of_french(Message(f"Déclaré{NBSP}: oui")))
    assert not list(faults_of_french(Message("l’hôpital : oui")))


TEMPLATE = """{% load i18n %}
<p>{% translate "Première ligne" %}</p>
    <p>
      {% if x %}{% translate "En retrait" context "garde" %}{% endif %}
    </p>
{% blocktranslate count n=beds trimmed %}
  {{ n }} lit
  {% plural %}
  {{ n }} lits
{% endblocktranslate %}
"""


def test_messages_of_an_indented_template_are_found(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(TEMPLATE, encoding="utf-8")
    found = [(message.context, message.id) for message in messages_in(page)]
    assert found == [
        (None, "Première ligne"),
        ("garde", "En retrait"),
        (None, ("%(n)s lit", "%(n)s lits")),
    ]
