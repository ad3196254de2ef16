"""Which icons are in use, and what becomes of them."""

import pytest
import static_packages

PYTHON = """
from dataclasses import dataclass
STATE_ICONS = {"proven": "heartbeat", "none": "minus"}
ICON: str = "alert-triangle"
menu = [Entry(title="Accueil", icon="home")]
other = {"icon": "not-this-one"}
"""


def names(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return sorted(static_packages.names_in(path))


def test_icons_of_a_template(tmp_path):
    page = """{% icon "heartbeat" %} {% include "ui/_x.html" with icon="bell" %} class="icon" """
    assert names(tmp_path, "page.html", page) == ["bell", "heartbeat"]


def test_icons_of_a_python_file(tmp_path):
    assert names(tmp_path, "menu.py", PYTHON) == ["alert-triangle", "heartbeat", "home", "minus"]


def test_icons_of_a_list(tmp_path):
    assert names(tmp_path, "list.yaml", "- code: a\n  icon: bolt\n- icon: 'home'\n") == [
        "bolt",
        "home",
    ]


def test_an_icon_that_does_not_exist_stops_with_its_place():
    with pytest.raises(SystemExit, match=r"page\.html: Tabler has no icon 'no-such-icon'"):
        static_packages.symbol("no-such-icon", "page.html")


def test_a_symbol_takes_its_colour_from_the_text():
    one = static_packages.symbol("heartbeat", "page.html")
    assert one.attrib["id"] == "tabler-heartbeat"
    assert one.attrib["stroke"] == "currentColor"
    assert len(one) == 2, "the empty frame that Tabler draws first is left out"
