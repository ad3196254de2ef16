"""What the law files must hold, and what a broken one is refused for."""

from datetime import date

import pytest
import yaml

from vigie.reference import duties
from vigie.reference.catalogue import BadReference
from vigie.reference.duties import Coming, DueKind, Join, StartKind

FRANCE = duties.law("FR")
BY_CODE = {regime.code: regime for regime in FRANCE.regimes}
STAGES = [(regime, stage) for regime in FRANCE.regimes for stage in regime.stages.values()]


def test_france_knows_the_duties_of_a_hospital():
    assert list(BY_CODE) == [
        *("CSP", "OSE", "OIV", "LOPMI", "EIGS", "MATERIO", "CASF", "HDS"),
        *("NIS2", "RGPD33", "RGPD34", "RGPD33_2", "RGPD33_5"),
    ]


@pytest.mark.parametrize(("regime", "stage"), STAGES, ids=lambda one: one.code)
def test_every_stage_speaks_both_languages_and_says_what_it_holds(regime, stage):
    for title in (regime.title, regime.law, regime.aware, stage.title):
        assert title.fr.strip()
        assert title.en.strip()
        assert "'" not in title.fr
    assert any(wanted.is_required for wanted in stage.items)
    assert regime.checked_on <= date(2026, 11, 22)


@pytest.mark.parametrize("regime", FRANCE.regimes, ids=lambda regime: regime.code)
def test_what_is_found_says_where(regime):
    assert regime.url.startswith("https://") is regime.is_certain


def test_what_nobody_verified_is_marked():
    unsure = {regime.code for regime in FRANCE.regimes if not regime.is_certain}
    assert unsure == {"EIGS", "MATERIO", "CASF", "HDS"}
    assert {stage.code for _, stage in STAGES if not stage.is_certain} == {
        *("PART1", "PART2", "SIGNALEMENT", "INFORMATION", "CLIENT", "ASSUREUR")
    }


def test_nis_2_has_no_day_and_no_recipient_in_france_but_all_its_stages():
    nis2 = BY_CODE["NIS2"]
    assert nis2.starts is Coming.COMING
    assert nis2.begins() is None
    assert nis2.begins(date(2027, 3, 1)) == date(2027, 3, 1)
    assert list(nis2.stages) == ["EW", "IN", "IR", "FR", "PR", "FR2", "REC"]
    assert not any(stage.recipients for stage in nis2.stages.values())
    assert [regime.code for regime in duties.settable([FRANCE])] == ["NIS2"]


def test_the_final_report_runs_from_the_notice_of_72_hours():
    stages = BY_CODE["NIS2"].stages
    assert (stages["EW"].due.hours, stages["IN"].due.hours) == (24, 72)
    assert stages["EW"].start.kind is stages["IN"].start.kind is StartKind.AWARE
    final = stages["FR"]
    assert (final.start.kind, final.start.of) == (StartKind.SENT, "IN")
    assert final.due.months == 1


def test_the_declaration_is_without_delay_and_its_aim_is_ours():
    stage = BY_CODE["CSP"].stages["SIGNALEMENT"]
    assert stage.due.kind is DueKind.WITHOUT_DELAY
    assert stage.target.hours == 24
    assert stage.is_declaration
    assert [s for _, s in STAGES if s.is_declaration] == [stage]


def test_the_authority_has_its_name_in_its_country():
    stages = BY_CODE["RGPD33"].stages
    assert stages["INIT"].title.fr == "CNIL, notification initiale"
    assert [recipient.code for recipient in stages["INIT"].recipients] == ["cnil"]
    assert stages["INIT"].late_item.code == "late_reasons"


def test_a_country_without_a_file_and_the_union_have_no_duties_here():
    assert duties.law("BE") is None
    assert duties.law("EU") is None


def test_a_stage_is_found_by_its_codes():
    assert FRANCE.stage("RGPD33", "INIT").due.hours == 72
    assert FRANCE.stage("RGPD33", "NOTHING") is None


# dates

OLD_AND_NEW = [{"from": date(2020, 1, 1), "until": date(2027, 1, 1)}, {"from": date(2027, 1, 1)}]


def test_two_editions_of_a_regime_follow_each_other(country):
    law = country(*OLD_AND_NEW)
    assert [r.starts for r in law.held_on(date(2026, 12, 31))] == [date(2020, 1, 1)]
    assert [r.starts for r in law.held_on(date(2027, 1, 1))] == [date(2027, 1, 1)]


def test_a_coming_regime_is_looked_at_until_it_begins(country):
    law = country({"from": "coming"})
    assert law.held_on(date(2026, 1, 1))
    assert not duties.has_begun(law.regimes[0], date(2026, 1, 1), {})
    assert duties.has_begun(law.regimes[0], date(2026, 1, 1), {"TELL": date(2026, 1, 1)})


def test_a_regime_in_force_without_a_first_day_always_holds(country):
    assert duties.has_begun(country({"from": "in_force"}).regimes[0], date(1950, 1, 1), {})


def test_what_is_over_is_not_looked_at(country):
    law = country({"from": date(2020, 1, 1), "until": date(2021, 1, 1)})
    assert law.held_on(date(2021, 1, 1)) == []


# a country is a file

REGIME = {
    "code": "TELL",
    "fr": "Dire",
    "en": "Tell",
    "law": {"fr": "Loi de Ruritanie, 7", "en": "Act of Ruritania, 7"},
    "url": "https://law.example/7",
    "certainty": "found",
    "checked_on": date(2026, 11, 22),
    "from": date(2020, 1, 1),
    "applies": "malicious",
    "aware": {"fr": "le moment", "en": "the moment"},
    "stages": [
        {
            "code": "FIRST",
            "fr": "Premier avis",
            "en": "First notice",
            "law": "7(1)",
            "start": "aware",
            "due": {"hours": 6},
            "recipients": ["guard"],
            "items": ["structure", {"code": "oath", "required": False}],
        }
    ],
}
COUNTRY = {
    "id": "regimes-rr",
    "version": "1",
    "title": {"fr": "Ruritanie", "en": "Ruritania"},
    "source": "https://law.example",
    "licence": "invented",
    "retrieved": date(2026, 11, 22),
    "country": "RR",
    "recipients": [{"code": "guard", "fr": "la garde", "en": "the guard"}],
    "items": [{"code": "oath", "from": [], "fr": "Serment", "en": "Oath"}],
}


@pytest.fixture
def country(tmp_path):
    """Write the file of a country whose regimes differ from REGIME as told, and read it."""

    def write(*differences, **more):
        regimes = [REGIME | difference for difference in differences]
        raw = yaml.safe_dump(COUNTRY | {"regimes": regimes} | more, allow_unicode=True)
        (tmp_path / "rr.yaml").write_text(raw, encoding="utf-8")
        return duties.law("RR", tmp_path)

    return write


def test_a_country_is_a_file_with_its_own_recipients_and_items(country):
    stage = country({}).regimes[0].stages["FIRST"]
    assert [recipient.title.en for recipient in stage.recipients] == ["the guard"]
    assert [(w.item.code, w.is_required) for w in stage.items] == [
        ("structure", True),
        ("oath", False),
    ]


def test_a_country_takes_over_what_the_union_shares(country):
    taken = {
        "regime": "NIS2",
        "from": date(2025, 1, 1),
        "fr": "NIS 2 de Ruritanie",
        "en": "NIS 2 of Ruritania",
        "recipients": {"EW": ["guard"]},
        "titles": {"EW": {"fr": "Alerte à la garde", "en": "Warning to the guard"}},
    }
    nis2 = country(adopts=[taken], regimes=[]).regimes[0]
    assert nis2.starts == date(2025, 1, 1)
    assert nis2.title.en == "NIS 2 of Ruritania"
    assert nis2.stages["EW"].title.en == "Warning to the guard"
    assert nis2.stages["EW"].recipients[0].code == "guard"
    assert nis2.stages["IN"].due.hours == 72


def stages(**difference):
    return {"stages": [REGIME["stages"][0] | difference]}


BROKEN = {
    "unknown fact": {"applies": "is_raining"},
    "two words in a predicate": {"applies": {"all": ["malicious"], "any": ["malicious"]}},
    "empty predicate": {"applies": {"all": []}},
    "no stage": {"stages": []},
    "one code twice": {"stages": REGIME["stages"] * 2},
    "found nowhere": {"url": ""},
    "certainty of its own": {"certainty": "maybe"},
    "no English": {"en": ""},
    "no day": {"from": "tomorrow"},
    "checked at no day": {"checked_on": "yesterday"},
    "ends before it starts": {"until": date(2019, 1, 1)},
    "starts from nothing": stages(start="sent:LAST"),
    "starts from itself": stages(start="due:FIRST"),
    "starts at an unknown kind": stages(start="dawn"),
    "event without words": stages(start="event:request"),
    "start that names too much": stages(start="aware:FIRST"),
    "deadline in fortnights": stages(due={"fortnights": 1}),
    "deadline before its start": stages(due={"hours": -1}),
    "deadline without a number": stages(due="within"),
    "unknown item": stages(items=["song"]),
    "unknown recipient": stages(recipients=["king"]),
    "unknown late item": stages(late_item="song"),
    "ongoing at no stage": stages(if_ongoing_at="LAST"),
}


@pytest.mark.parametrize("difference", BROKEN.values(), ids=BROKEN)
def test_a_broken_regime_is_refused_by_the_name_of_its_file(country, difference):
    with pytest.raises(BadReference, match=r"regimes/rr\.yaml"):
        country(difference)


def test_two_editions_at_once_are_refused(country):
    with pytest.raises(BadReference, match="TELL"):
        country({}, {"from": date(2021, 1, 1)})


@pytest.mark.parametrize(
    "line", [{"regime": "NIS3"}, {"regime": "NIS2", "recipients": {"XX": []}}], ids=str
)
def test_what_the_union_does_not_share_cannot_be_taken_over(country, line):
    with pytest.raises(BadReference):
        country(adopts=[line])


# facts and items


def test_every_fact_is_said_as_true_as_false_and_as_unknown():
    for code, fact in duties.duty_facts().items():
        assert fact.code == code
        for title in (fact.title, fact.yes, fact.no, fact.unknown):
            assert title.fr.strip()
            assert title.en.strip()
        if fact.presume:
            assert not any(duties.duty_facts()[name].is_asked for name in fact.presume.facts)


def test_a_presumption_is_read_as_a_predicate():
    presumed = duties.duty_facts()["essential_service_touched"].presume
    assert presumed.join is Join.ANY
    assert presumed.facts == ("care_criterion", "functioning_criterion")
    assert duties.duty_facts()["risk_unlikely"].default == "no"


def test_every_fact_and_every_item_serves_some_duty():
    used = {name for r in FRANCE.regimes for name in r.applies.facts}
    used |= {name for r in FRANCE.regimes if r.advises for name in r.advises.facts}
    used |= {name for _, stage in STAGES if stage.when for name in stage.when.facts}
    presumed = [fact.presume for fact in duties.duty_facts().values() if fact.presume]
    used |= {name for predicate in presumed for name in predicate.facts}
    assert used == duties.duty_facts().keys()
    held = {wanted.item.code for _, stage in STAGES for wanted in stage.items}
    held |= {stage.late_item.code for _, stage in STAGES if stage.late_item}
    assert held == duties.notice_items().keys()
