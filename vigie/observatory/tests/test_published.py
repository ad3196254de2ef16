"""What the ANS published stands beside the same question alone, and says how sure it is."""

from datetime import UTC, datetime

import pytest

from vigie.establishments.rules import Territory
from vigie.observatory.exports import quoted
from vigie.observatory.rules import published as rules
from vigie.observatory.rules.figures import LeftOut, Report
from vigie.observatory.rules.indicators import INDICATORS
from vigie.observatory.rules.question import Axis, Question, Unit
from vigie.observatory.tests.factories import CountedFactory, EstablishmentFactory, reader
from vigie.reference.published import Certainty, series

NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
FRANCE, REGION = Territory.parse("nation:FR"), Territory.parse("region:84")
PAGE = "/observatory/"


def asked(within=(), **question):
    return Report(Question(2021, **question), NOW, (), LeftOut(None, None), within=within)


def test_a_published_number_is_found_by_figure_and_year():
    assert rules.published("declarations", 2021).value == 733
    assert rules.published("structures_without_provider", 2021).certainty is Certainty.INFERRED
    assert rules.published("ransomware", 2018) is None  # not found is no number, never 0
    assert rules.published("declarations", 2017) is None
    assert rules.published("events", 2021) is None
    assert rules.published("no_such_figure", 2021) is None


def test_a_series_goes_with_a_figure_of_the_same_kind():
    figures = {one.id: one for one in INDICATORS}
    mapped = [one for one in series().values() if one.indicator]
    assert mapped
    for one in mapped:
        assert one.is_share == figures[one.indicator].is_share
        assert (one.unit == "structures") == ("structures" in one.indicator)


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (asked(), True),
        (asked(territory=FRANCE), True),
        (asked(within=(FRANCE,)), True),
        (asked(within=(REGION,)), False),
        (asked(within=(FRANCE, REGION)), False),
        (asked(territory=REGION), False),
        (asked(territory=REGION, within=(FRANCE,)), False),
        (asked(territory=Territory.parse("nation:BE")), False),
        (asked(unit=Unit.EVENTS), False),
        (asked(axis=Axis.OCCURRED), False),
        (asked(structure_type="CH"), False),
        (asked(without_provider=True), False),
    ],
)
def test_it_stands_beside_the_same_question_alone(report, expected):
    assert rules.stands_beside(report) is expected


def test_every_degree_of_certainty_has_its_own_word_icon_and_meaning():
    told = quoted.meanings()
    for parts in zip(*told, strict=True):
        assert len(set(parts)) == len(Certainty)


@pytest.mark.django_db
class TestPage:
    def page(self, client, **question):
        answer = client.get(PAGE, {"year": 2021, **question})
        assert answer.status_code == 200
        return answer.text

    def test_the_nation_s_figures_stand_beside_those_published(self, client):
        CountedFactory(declared_year=2021)
        client.force_login(reader("nation", "FR"))
        page = self.page(client)
        assert "Publié par l’ANS" in page
        assert "733" in page
        assert "déduit" in page
        assert "n’est vraie que d’environ 325 structures" in page
        assert 'href="https://www.ticsante.com/story?ID=6165"' in page

    def test_an_english_reader_reads_the_notes_in_english(self, client):
        CountedFactory(declared_year=2021)
        person = reader("nation", "FR")
        person.language = "en"
        person.save()
        client.force_login(person)
        page = self.page(client)
        assert "Published by the ANS" in page
        assert "inferred" in page
        assert "about 325 structures only" in page

    @pytest.mark.parametrize("question", [{"unit": "events"}, {"axis": "occurred"}])
    def test_another_question_has_nothing_published_beside_it(self, client, question):
        CountedFactory(declared_year=2021, occurred_year=2021)
        client.force_login(reader("nation", "FR"))
        assert "Publié par l’ANS" not in self.page(client, **question)

    def test_a_region_s_figures_have_nothing_published_beside_them(self, client):
        CountedFactory(declared_year=2021, establishment=EstablishmentFactory(region="84"))
        client.force_login(reader("region", "84"))
        assert "Publié par l’ANS" not in self.page(client)
