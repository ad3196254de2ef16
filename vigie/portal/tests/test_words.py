"""What lower floors say, drawn by the parts of the house: every word has its mark."""

from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import Context, Template
from django.utils import timezone, translation

from vigie.incidents.rules.legal import Severity
from vigie.incidents.rules.words import Endangerment, EpisodeKind, Tlp
from vigie.kernel.partial import PartialDate
from vigie.ui import fields, marks


@pytest.fixture(autouse=True)
def in_paris():
    with timezone.override(ZoneInfo("Europe/Paris")), translation.override("fr"):
        yield


def draw(text, **values):
    return Template("{% load ui %}" + text).render(Context(values))


def test_every_danger_has_a_mark_of_its_own():
    assert {str(word) for word in Endangerment} == set(marks.DANGER)


@pytest.mark.parametrize("kind", list(EpisodeKind))
def test_every_kind_of_episode_can_be_drawn(kind):
    assert str(marks.SERVICE[kind].words) in draw("{% service kind %}", kind=kind)


@pytest.mark.parametrize("mark", list(Tlp))
def test_every_tlp_mark_has_a_tone_and_a_meaning(mark):
    drawn = draw("{% tlp mark %}", mark=mark)
    assert f"TLP:{mark}<" in drawn
    assert "title=" in drawn


def test_every_level_of_severity_has_its_word():
    assert [level.value for level in Severity] == list(range(len(marks.SEVERITY)))


class When(forms.Form):
    noticed = fields.PartialMomentField(label="Constaté", read=PartialDate.typed)


def noticed(**boxes):
    return When({f"noticed_{box}": text for box, text in boxes.items()})


@pytest.mark.parametrize(
    ("boxes", "stored"),
    [
        ({"year": "2026"}, "2026"),
        ({"month": "3", "year": "2026"}, "2026-03"),
        ({"day": "14", "month": "3", "year": "2026"}, "2026-03-14"),
        (
            {"day": "14", "month": "03", "year": "2026", "time": "2:10"},
            "2026-03-14T02:10+01:00",
        ),
        (
            {"day": "14", "month": "07", "year": "2026", "time": "02h10"},
            "2026-07-14T02:10+02:00",
        ),
    ],
)
def test_a_date_may_be_known_in_part(boxes, stored):
    form = noticed(**boxes)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["noticed"] == stored


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        ({"day": "31", "month": "2", "year": "2026"}, "calendrier"),
        ({"day": "14", "month": "3", "year": "2026", "time": "25:00"}, "heure"),
        ({"day": "29", "month": "3", "year": "2026", "time": "02:30"}, "n’existe pas"),
        ({"year": "avant"}, "date"),
    ],
)
def test_a_date_that_cannot_be_is_refused_in_words(boxes, said):
    form = noticed(**boxes)
    assert not form.is_valid()
    assert said in form.errors["noticed"][0]
