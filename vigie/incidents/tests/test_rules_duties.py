"""Which duties apply, and why."""

from datetime import UTC, date, datetime

from vigie.incidents.rules.duties.clocks import Doubt, Ended, State, Waits
from vigie.incidents.rules.duties.predicates import Because
from vigie.incidents.rules.duties.reading import Standing
from vigie.incidents.rules.duties.told import Structure
from vigie.incidents.rules.legal import Answer
from vigie.incidents.tests.law import (
    ATTACK,
    ENTITY,
    KNEW,
    LEAK,
    NIS2_HERE,
    RURITANIA,
    SIGNIFICANT,
    act,
    after,
    answer,
    clocks,
    read,
)

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
SAFE = {
    "data_impacts": [],
    "health_system_impact": False,
    "others_at_risk": False,
}


# the declaration


def test_the_duty_to_declare_starts_at_the_knowledge_and_is_without_delay():
    duty = read({"endangerment": "potential"})["CSP"]
    assert duty.standing is Standing.APPLIES
    assert [one.fact for one in duty.because] == ["structure_obliged", "care_criterion"]
    clock = duty.clocks[0]
    assert (clock.state, clock.start, clock.due) == (State.WITHOUT_DELAY, KNEW, None)
    assert not clock.is_assumed
    assert clock.target == after(hours=24)


def test_beyond_our_own_target_it_is_still_without_delay_and_not_late():
    clock = clocks({"endangerment": "potential"}, now=after(days=9))["CSP.SIGNALEMENT"]
    assert clock.state is State.WITHOUT_DELAY
    assert clock.in_time(after(days=9)) is None


def test_what_meets_no_criterion_need_not_be_declared_and_says_why():
    duty = read(SAFE)["CSP"]
    assert duty.standing is Standing.NOT
    assert {one.fact for one in duty.because} == {
        *("care_criterion", "data_criterion", "functioning_criterion"),
        *("health_system_criterion", "propagation_criterion"),
    }
    assert not duty.clocks


def test_a_criterion_that_nobody_answered_is_to_check():
    clock = clocks({"data_impacts": None})["CSP.SIGNALEMENT"]
    assert (clock.state, clock.doubt) == (State.TO_CHECK, Doubt.UNKNOWN)


def test_a_near_miss_raises_no_doubt():
    assert read({"kind": "near_miss"})["CSP"].standing is Standing.NOT


def test_a_structure_that_the_law_does_not_name_has_no_duty():
    structure = Structure(obliged=NO, sector="other")
    assert read({"endangerment": "proven"}, structure=structure)["CSP"].standing is Standing.NOT


def test_the_resolution_is_told_without_delay_once_there_is_one():
    waiting = clocks({"endangerment": "potential"})["CSP.RESOLUTION"]
    assert (waiting.state, waiting.waits) == (State.COMING, Waits.RESOLVED)
    ended = clocks({"endangerment": "potential"}, resolved_at=after(days=2), now=after(days=3))
    assert ended["CSP.RESOLUTION"].state is State.WITHOUT_DELAY
    assert ended["CSP.RESOLUTION"].start == after(days=2)


# each its own knowledge


def test_each_regime_has_its_own_knowledge():
    acts = [
        act("aware", "RGPD33", at=after(hours=5)),
        act("aware", "LOPMI", at=after(hours=1)),
        answer("cyber_insurance", "yes"),
    ]
    found = clocks(LEAK | ATTACK, acts=acts, now=after(hours=6))
    assert found["RGPD33.INIT"].due == after(hours=77)
    assert found["LOPMI.PLAINTE"].due == after(hours=73)
    assert not found["RGPD33.INIT"].is_assumed
    register = found["RGPD33_5.REGISTER"]
    assert (register.start, register.is_assumed) == (KNEW, True)


def test_the_last_word_on_a_knowledge_counts_and_the_first_is_not_lost():
    acts = [
        act("aware", "RGPD33", at=after(hours=5), key=1),
        act("aware", "RGPD33", at=after(hours=2), key=2),
    ]
    assert clocks(LEAK, acts=acts)["RGPD33.INIT"].due == after(hours=74)
    acts.append(act("retracted", key=3, retracts=2, reason="erreur"))
    assert clocks(LEAK, acts=acts)["RGPD33.INIT"].due == after(hours=77)


def test_a_risk_found_on_the_fifth_day_starts_the_clock_on_that_day():
    fifth = after(days=5)
    clock = clocks({"data_impacts": []}, (fifth, LEAK), now=fifth)["RGPD33.INIT"]
    assert (clock.start, clock.is_assumed) == (fifth, True)
    assert clock.due == after(days=8)
    assert clock.state is State.RUNNING


def test_an_unlikely_risk_needs_no_notification_and_the_register_stays():
    found = read(LEAK, acts=[answer("risk_unlikely", "yes")])
    assert found["RGPD33"].standing is Standing.NOT
    assert found["RGPD33"].because == (Because("risk_unlikely", YES),)
    assert found["RGPD33_5"].standing is Standing.APPLIES


def test_the_declaration_that_says_done_leaves_the_record_to_check():
    clock = clocks(LEAK | {"notice_cnil": "done"}, now=after(days=9))["RGPD33.INIT"]
    assert (clock.state, clock.doubt) == (State.TO_CHECK, Doubt.SAID_DONE)


def test_the_complementary_notice_waits_for_the_initial_one():
    assert clocks(LEAK)["RGPD33.COMPL"].waits is Waits.SENT
    sent = act("sent", "RGPD33", "INIT", at=after(hours=3))
    found = clocks(LEAK, acts=[sent], now=after(hours=4))
    assert found["RGPD33.COMPL"].state is State.RUNNING
    assert found["RGPD33.COMPL"].due is None


# complaint


def test_a_complaint_binds_who_wants_to_be_insured():
    found = read(ATTACK, acts=[answer("cyber_insurance", "yes")])["LOPMI"]
    assert found.standing is Standing.APPLIES
    assert found.clocks[0].due == after(hours=72)


def test_a_complaint_is_advised_to_every_victim_and_is_never_late():
    for insured in ([], [answer("cyber_insurance", "no")]):
        found = read(ATTACK, acts=insured)["LOPMI"]
        assert found.standing is Standing.ADVISED
        assert found.because == (Because("malicious", YES),)
        assert found.clocks[0].state is State.RUNNING
        late = clocks(ATTACK, acts=insured, now=after(days=9))["LOPMI.PLAINTE"]
        assert (late.state, late.doubt) == (State.TO_CHECK, Doubt.ADVISED)
        assert late.in_time(after(days=9)) is None


def test_an_accident_needs_no_complaint():
    assert read({"origin": "non_malicious"})["LOPMI"].standing is Standing.NOT


def test_the_insurer_is_told_only_where_there_is_one():
    assert "LOPMI.ASSUREUR" not in clocks(ATTACK, acts=[answer("cyber_insurance", "no")])
    found = clocks(ATTACK, acts=[answer("cyber_insurance", "yes")])["LOPMI.ASSUREUR"]
    assert (found.state, found.doubt) == (State.TO_CHECK, Doubt.UNVERIFIED)


# what nobody verified


def test_what_nobody_verified_is_never_late():
    acts = [
        answer(name, "yes")
        for name in ("serious_adverse_event", "device_incident", "hosts_health_data")
    ]
    found = clocks({"endangerment": "proven"}, acts=acts, now=after(days=400))
    for key in ("EIGS.PART1", "EIGS.PART2", "MATERIO.SIGNALEMENT", "HDS.CLIENT"):
        assert (found[key].state, found[key].doubt) == (State.TO_CHECK, Doubt.UNVERIFIED), key
        assert found[key].due is None
        assert not found[key].is_counted


# ANSSI


def test_an_operator_of_essential_services_tells_anssi_without_delay():
    operator = Structure(YES, "health", frozenset({"ose"}))
    clock = clocks({"structure_impact": "degraded"}, structure=operator)["OSE.DECLARATION"]
    assert clock.state is State.WITHOUT_DELAY
    assert clock.is_assumed
    assert clock.target is None
    unsure = clocks({}, structure=operator)["OSE.DECLARATION"]
    assert unsure.state is State.TO_CHECK
    said = clocks({}, structure=operator, acts=[answer("essential_service_touched", "no")])
    assert "OSE.DECLARATION" not in said


# NIS 2


def test_nis_2_is_coming_and_runs_for_nobody_until_a_day_is_set():
    entity = Structure(YES, "health", frozenset({"ee"}))
    duty = read(structure=entity, acts=[SIGNIFICANT], now=after(days=400))["NIS2"]
    assert duty.standing is Standing.COMING
    assert {clock.state for clock in duty.clocks} == {State.COMING}
    assert {clock.waits for clock in duty.clocks} == {Waits.LAW}


def test_once_a_day_is_set_incidents_known_from_then_on_are_bound():
    set_for = {"NIS2": date(2026, 3, 14)}
    found = read(acts=[SIGNIFICANT], **ENTITY | {"set_here": set_for})["NIS2"]
    assert found.standing is Standing.APPLIES
    set_for = {"NIS2": date(2026, 3, 15)}
    before = read(acts=[SIGNIFICANT], **ENTITY | {"set_here": set_for})["NIS2"]
    assert before.standing is Standing.COMING


def test_nobody_but_a_registered_entity_is_bound_by_nis_2():
    assert read(acts=[SIGNIFICANT], **NIS2_HERE)["NIS2"].standing is Standing.NOT
    unsure = read(**ENTITY)["NIS2"]
    assert unsure.standing is Standing.TO_CHECK
    assert unsure.because == (Because("significant_incident", UNKNOWN),)


# what people close, and what the facts close


def test_a_stage_that_somebody_closed_stays_with_author_and_reason():
    closing = act("not_applicable", "RGPD33", "INIT", reason="données chiffrées", who="C. Dupont")
    clock = clocks(LEAK, acts=[closing], now=after(days=9))["RGPD33.INIT"]
    assert (clock.state, clock.closed) == (State.NOT_APPLICABLE, closing)
    assert clock.due == after(hours=72)
    assert clock.in_time(after(days=9)) is None


def test_a_whole_regime_can_be_closed():
    closing = act("stopped", "RGPD33", reason="transmis au responsable de traitement")
    found = read(LEAK, acts=[closing])["RGPD33"]
    assert {clock.state for clock in found.clocks} == {State.NOT_APPLICABLE}


def test_what_was_sent_is_done_even_where_it_was_closed():
    acts = [
        act("not_applicable", "RGPD33", reason="rien"),
        act("sent", "RGPD33", "INIT", at=after(hours=1)),
    ]
    clock = clocks(LEAK, acts=acts)["RGPD33.INIT"]
    assert (clock.state, clock.closed) == (State.DONE, None)


def test_a_duty_that_the_facts_took_away_stays_in_sight():
    duty = read(LEAK, (after(hours=9), {"data_impacts": []}), now=after(days=9))["RGPD33"]
    assert duty.standing is Standing.LAPSED
    clock = duty.clocks[0]
    assert (clock.state, clock.ended) == (State.NOT_APPLICABLE, Ended.FACTS)
    assert (clock.start, clock.ended_at) == (KNEW, after(hours=9))


def test_a_notice_sent_for_a_duty_that_does_not_apply_is_kept():
    sent = act("sent", "RGPD33", "INIT", at=after(hours=1))
    clock = clocks({"data_impacts": []}, acts=[sent])["RGPD33.INIT"]
    assert (clock.state, clock.sent) == (State.DONE, (sent,))
    assert clock.in_time(after(days=1)) is None


# another country


def test_another_country_is_data_only():
    found = clocks(ATTACK, law=RURITANIA, now=after(hours=7))
    assert found["CROWN.FIRST"].state is State.LATE
    assert found["CROWN.FIRST"].due == after(hours=6)
    assert found["CROWN.LAST"].waits is Waits.SENT
    assert read(law=RURITANIA)["NIS2"].regime.title.en == "NIS 2 of Ruritania"
    sent = act("sent", "CROWN", "FIRST", at=after(hours=5))
    last = clocks(ATTACK, law=RURITANIA, acts=[sent], now=after(hours=7))["CROWN.LAST"]
    assert last.due == datetime(2026, 5, 14, 5, 0, tzinfo=UTC)  # 07:00 in both months in Paris


def test_the_edition_of_the_day_binds():
    early = read(ATTACK, law=RURITANIA, known=datetime(2026, 12, 31, 22, tzinfo=UTC))["CROWN"]
    assert early.regime.law.en == "Act of Ruritania, 7"
    # Half an hour later it is the first of January in Paris.
    new = read(ATTACK, law=RURITANIA, known=datetime(2026, 12, 31, 23, tzinfo=UTC))["CROWN"]
    assert new.regime.law.en == "Act of Ruritania, 8"


def test_the_questions_of_a_duty_are_those_of_its_predicates():
    assert read(ATTACK)["LOPMI"].asks == ("malicious", "cyber_insurance")
