"""Tags and fragments of pages."""

import re
from types import SimpleNamespace

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString

from vigie.ui import marks
from vigie.ui.tests import style_page


@pytest.fixture(autouse=True)
def in_french():
    with translation.override("fr"):
        yield


def draw(text, **values):
    drawn = Template("{% load ui %}" + text).render(Context(values))
    return drawn.replace("\N{NO-BREAK SPACE}", " ")  # French typography is tested apart


def test_an_icon_is_decoration_unless_it_has_a_label():
    assert 'aria-hidden="true"' in draw('{% icon "clock" %}')
    spoken = draw('{% icon "clock" label="En retard" %}')
    assert 'role="img" aria-label="En retard"' in spoken
    assert "aria-hidden" not in spoken


def test_an_icon_comes_from_the_sprite():
    assert 'packages/icons.svg#tabler-heartbeat"' in draw('{% icon "heartbeat" %}')


def test_words_are_escaped():
    assert "&lt;b&gt;" in draw('{% state "ok" words icon="check" %}', words="<b>")


def test_a_picture_drawn_before_is_drawn_in_the_language_of_the_page():
    french = draw("{% danger value %}", value="proven")
    with translation.override("en"):
        assert draw("{% danger value %}", value="proven") != french
    assert draw("{% danger value %}", value="proven") == french


def test_a_label_drawn_before_as_html_is_escaped_where_it_is_text():
    label = "<b>&</b>"
    assert label in draw('{% icon "clock" label=label %}', label=SafeString(label))
    assert label not in draw('{% icon "clock" label=label %}', label=label)


@pytest.mark.parametrize("value", ["proven", "potential", "none", "unknown"])
def test_danger_is_said_with_icon_and_word(value):
    drawn = draw("{% danger value %}", value=value)
    assert "<use" in drawn
    assert str(marks.DANGER[value].words) in drawn


def test_danger_that_nobody_stated_is_unknown_never_none():
    assert "Inconnue" in draw("{% danger value %}", value="")
    assert "Inconnue" in draw("{% danger value %}", value=None)


def test_solid_red_is_kept_for_proven_danger_and_interruption():
    solid = {name for name, mark in (marks.DANGER | marks.SERVICE).items() if mark.tone == "stop"}
    assert solid == {"proven", "interruption", "stop", "endangerment_proven"}


@pytest.mark.parametrize(("level", "bars"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4)])
def test_severity_rises_with_its_bars(level, bars):
    drawn = draw("{% severity level %}", level=level)
    assert drawn.count('class="on"') == bars
    assert f"{level} {marks.SEVERITY[level]}" in drawn
    assert ("v-sev-high" in drawn) is (level >= 3)


def test_a_severity_that_nobody_judged_has_no_bars():
    assert "rect" not in draw("{% severity None %}")


def test_an_unknown_tone_stops_the_page():
    with pytest.raises(TemplateSyntaxError):
        draw('{% state "pink" "x" icon="check" %}')


def test_steps_say_where_the_file_stands_also_to_who_cannot_see():
    drawn = draw("{% steps steps %}", steps=style_page.context()["steps"], now=style_page.NOW)
    assert drawn.count('aria-current="step"') == 1
    assert drawn.count("fait :") == 2
    assert drawn.count("à venir :") == 2


def test_the_pager_says_more_than_when_the_count_is_capped():
    page = SimpleNamespace(shown=25, total=1000, capped=True, next_url="?after=9")
    drawn = draw("{% pager page %}", page=page)
    assert "25 sur plus de 1 000" in drawn
    assert 'rel="next"' in drawn
    assert 'rel="prev"' not in drawn


def test_lanes_tell_every_episode_in_words_too():
    context = style_page.context()
    drawn = draw("{% lanes episodes first_sign now %}", **context)
    told = re.findall(r"<li>(.*?)</li>", drawn)
    assert len(told) == len(context["episodes"])
    assert any("Arrêt, envois au CH voisin, depuis" in words for words in told)
    assert "style=" not in drawn


def test_two_drawings_on_a_page_do_not_share_patterns():
    both = draw("{% lanes e None n %}{% lanes e None n %}", e=[], n=style_page.NOW)
    names = re.findall(r'pattern id="([^"]+)"', both)
    assert len(names) == len(set(names)) == 4


@pytest.mark.parametrize("code", ["400", "403", "404", "429", "500", "csrf"])
def test_a_page_of_error_needs_no_database_and_says_what_to_do(code):
    page = render_to_string(f"ui/{code}.html", {"contacts": []})
    assert page.count("<h1") == 1
    assert 'href="/"' in page


def test_the_number_to_call_is_on_pages_of_error():
    contact = {"label": "CERT", "phone": "05 36 49 01 12", "dialled": "0536490112", "url": ""}
    page = render_to_string("ui/500.html", {"contacts": [contact]})
    assert 'href="tel:0536490112"' in page


def test_a_demo_says_so_on_the_screen_and_on_paper():
    frame = {"is_demo": True}
    page = render_to_string("ui/base.html", {"frame": frame, "now": style_page.NOW})
    assert "Instance de démonstration" in page
    paper = page[page.index("v-print-line") : page.index("</p>", page.index("v-print-line"))]
    assert "données fictives" in paper
    assert "imprimé le" in paper


def test_a_real_instance_does_not_call_itself_a_demo():
    page = render_to_string("ui/base.html", {"frame": {"is_demo": False}, "now": style_page.NOW})
    assert "démonstration" not in page


def test_the_law_is_named_where_the_portal_is_elsewhere():
    frame = {"legal": {"name": "Portail", "url": "https://portail.example/"}}
    page = render_to_string("ui/base.html", {"frame": frame, "now": style_page.NOW})
    assert "ne remplace pas la déclaration légale" in page
    assert 'href="https://portail.example/"' in page


def test_no_page_carries_code_or_style_in_itself():
    page = style_page_text()
    assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:", page)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))


def style_page_text():
    text = (style_page.PAGES / "style.html").read_text(encoding="utf-8")
    return Template(text).render(Context(style_page.context()))
