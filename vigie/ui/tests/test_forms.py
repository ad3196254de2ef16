"""Forms: labels, errors and dates known in part, as people and their readers meet them."""

import re
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.utils import timezone, translation

from vigie.ui import fields, widgets


@pytest.fixture(autouse=True)
def in_paris():
    with timezone.override(ZoneInfo("Europe/Paris")), translation.override("fr"):
        yield


class Sample(forms.Form):
    title = forms.CharField(label="Titre", help_text="Pas de nom de patient.")
    story = forms.CharField(label="Récit", required=False, widget=forms.Textarea)
    danger = forms.ChoiceField(
        label="Danger",
        choices=[("yes", "Oui"), ("no", "Non")],
        widget=widgets.Tiles(icons={"yes": "heartbeat"}, hot={"yes"}),
    )
    agree = forms.BooleanField(label="D’accord", required=False)


def read(text, zone):
    """Read what has figures alone; refuse the rest as the real reader does."""
    if not re.fullmatch(r"[0-9/: ]+", text):
        raise ValueError
    return f"{text} {zone.key}"


class When(forms.Form):
    noticed = fields.PartialMomentField(label="Constaté", read=read)


def noticed(**boxes):
    return When({f"noticed_{box}": text for box, text in boxes.items()})


def tag_of(html, name):
    return re.search(rf'<(?:input|textarea|select)[^>]*name="{name}"[^>]*>', html)[0]


def test_every_control_has_its_label():
    html = str(Sample())
    ids = set(re.findall(r'<(?:input|textarea)[^>]* id="([^"]+)"', html))
    assert ids == set(re.findall(r'<label[^>]* for="([^"]+)"', html))


def test_labels_never_stand_inside_labels():
    for label in re.findall(r"<label.*?</label>", str(Sample()), re.DOTALL):
        assert label.count("<label") == 1


def test_only_optional_fields_are_marked():
    html = str(Sample())
    assert html.count("facultatif") == 1
    assert "Récit <span" in html


def test_a_form_of_filters_marks_nothing():
    form = Sample()
    form.mark_optional = False
    assert "facultatif" not in str(form)


def test_help_is_tied_to_its_field():
    assert 'aria-describedby="id_title_helptext"' in tag_of(str(Sample()), "title")


def test_an_error_is_tied_to_its_field_and_leads_there_from_the_top():
    html = str(Sample({"danger": "no"}))
    title = tag_of(html, "title")
    assert 'aria-invalid="true"' in title
    assert "id_title_error" in title
    assert 'id="id_title_error"' in html
    assert '<a href="#id_title">Titre</a>' in html
    assert 'role="alert"' in html


def test_an_error_of_a_choice_leads_to_its_first_tile():
    html = str(Sample({"title": "x"}))
    assert '<a href="#id_danger_0">' in html
    assert 'id="id_danger_0"' in html
    assert '<fieldset aria-describedby="id_danger_error">' in html


def test_an_error_of_the_whole_form_is_on_top():
    class Never(forms.Form):
        def clean(self):
            raise forms.ValidationError("Ces dates se contredisent.")

    assert "<li>Ces dates se contredisent.</li>" in str(Never({}))


def test_a_form_without_error_says_nothing_on_top():
    assert "v-errors" not in str(Sample({"title": "x", "danger": "no"}))


def test_tiles_show_what_was_chosen_and_which_alarms():
    html = str(Sample({"danger": "yes"})["danger"])
    assert html.count("v-opt-hot") == 1
    assert " checked" in tag_of(html, "danger")
    assert "#tabler-heartbeat" in html


def test_a_phone_is_not_filled_by_an_empty_text():
    assert 'rows="4"' in tag_of(str(Sample()), "story")


def test_values_are_escaped():
    html = str(Sample({"title": '"><script>'}))
    assert "<script>" not in html


@pytest.mark.parametrize(
    ("boxes", "read"),
    [
        ({"year": "2026"}, "2026"),
        ({"month": "3", "year": "2026"}, "3/2026"),
        ({"day": "14", "month": "3", "year": " 2026 "}, "14/3/2026"),
        ({"day": "14", "month": "3", "year": "2026", "time": "2:10"}, "14/3/2026 2:10"),
    ],
)
def test_boxes_are_read_as_one_date_in_the_reader_s_zone(boxes, read):
    form = noticed(**boxes)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["noticed"] == f"{read} Europe/Paris"


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        ({}, "obligatoire"),
        ({"day": "14"}, "année"),
        ({"day": "14", "year": "2026"}, "mois"),
        ({"year": "2026", "time": "02:10"}, "jour"),
        ({"month": "3", "year": "2026", "time": "02:10"}, "jour"),
        ({"year": "avant"}, "pas lisible"),
    ],
)
def test_boxes_that_miss_their_neighbour_are_refused_in_words(boxes, said):
    form = noticed(**boxes)
    assert not form.is_valid()
    assert said in form.errors["noticed"][0]


@pytest.mark.parametrize(
    ("stored", "boxes"),
    [
        ("2026", ["", "", "2026", ""]),
        ("2026-03", ["", "03", "2026", ""]),
        ("2026-03-14", ["14", "03", "2026", ""]),
        ("2026-03-14T02:10+01:00", ["14", "03", "2026", "02:10"]),
        ("", ["", "", "", ""]),
        (None, ["", "", "", ""]),
    ],
)
def test_a_stored_date_fills_its_boxes(stored, boxes):
    assert widgets.PartialMoment().decompress(stored) == boxes


def test_what_was_typed_stays_when_it_is_refused():
    html = str(noticed(day="14", year="avant"))
    assert 'value="14"' in tag_of(html, "noticed_day")
    assert 'value="avant"' in tag_of(html, "noticed_year")


def test_an_optional_date_may_stay_empty():
    class Optional(forms.Form):
        seen = fields.PartialMomentField(read=read, required=False)

    form = Optional({"seen_day": " ", "seen_year": ""})
    assert form.is_valid()
    assert form.cleaned_data["seen"] == ""
