"""An edition is frozen as text: nothing is lost, the same content has the same hash."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from vigie.observatory.queries import report_of_everything
from vigie.observatory.rules.edition import PLAIN, VIEWS, BadEdition, Edition, View
from vigie.observatory.rules.question import Axis, Unit
from vigie.observatory.tests.factories import NOW, CountedFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    CountedFactory.create_batch(6, declared_year=2023, declared="2023-02-03")
    reports = {view: report_of_everything(view.question(2023), as_of=NOW) for view in VIEWS}
    return Edition(2023, NOW, reports)


def test_every_view_is_there_once():
    assert len(set(VIEWS)) == 8
    assert View(Unit.EVENTS, Axis.OCCURRED, without_provider=True) in VIEWS


def test_what_was_frozen_is_read_back_as_it_was(edition):
    read = Edition.parse(edition.text())
    assert read == edition
    assert read[PLAIN]["declarations"].value == 6


def test_the_same_content_has_the_same_hash(edition):
    turned = Edition(edition.year, edition.as_of, dict(reversed(edition.reports.items())))
    assert turned.text() == edition.text()
    assert turned.sha256 == edition.sha256


def test_another_content_has_another_hash(edition):
    later = replace(edition, as_of=NOW + timedelta(seconds=1))
    assert later.sha256 != edition.sha256


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "x"}', '{"format": "vigie-observatory-edition/1"}']
)
def test_another_text_is_no_edition(text):
    with pytest.raises(BadEdition):
        Edition.parse(text)


def test_a_definition_that_went_does_not_stop_the_reading(edition):
    content = json.loads(edition.text())
    content["views"][0]["figures"]["no_longer_defined"] = [1, 1, None, False]
    content["views"][0]["tables"]["T05"]["lines"].append(["gone", False, 1, 2.0, 3, 4.0, 5])
    read = Edition.parse(json.dumps(content))
    assert len(next(iter(read.reports.values())).figures) == len(edition[PLAIN].figures)
