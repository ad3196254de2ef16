"""What is counted is kept through every act, and found again in what is kept of the past."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings

from vigie.incidents.models import CountedState, Declaration, Incident
from vigie.incidents.operations import amend, store
from vigie.incidents.operations.recount import recount
from vigie.incidents.rules.counted import columns
from vigie.incidents.tests.acts import NAMES, Desk, some_acts
from vigie.incidents.tests.factories import NOW, IncidentFactory, facts, later

pytestmark = pytest.mark.django_db
thoroughly = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
# Nothing keeps the date of declaration that an earlier edition of an import gave.
KEPT = [name for name in NAMES if name != "redate"]


def states(**which):
    """Return every state without its key, in the order of declarations and time."""
    names = [f.attname for f in CountedState._meta.concrete_fields if f.attname != "id"]
    rows = CountedState.objects.filter(**which).order_by("declaration", "known_from")
    return list(rows.values(*names))


def of(incident):
    return states(declaration__incident=incident)


def what_rows_say():
    found = {}
    for row in Declaration.objects.select_related("incident"):
        told = {episode.activity for episode in row.episodes.all() if episode.activity}
        found[row.pk] = columns(row, row.incident, " ".join(sorted(told)), store.zone())
    return found


def in_force(names):
    rows = states(known_until=None)
    return {row["declaration_id"]: {name: row[name] for name in names} for row in rows}


@thoroughly
@given(some_acts())
def test_after_every_act_the_state_in_force_is_what_the_rows_say(acts):
    with transaction.atomic():
        desk = Desk()
        for act in acts:
            desk.act(*act)
            said = what_rows_say()
            assert in_force(next(iter(said.values()))) == said, act
        assert_without_gap(states())
        transaction.set_rollback(True)


def assert_without_gap(rows):
    """Each state of a declaration begins when the one before ended, and says something else."""
    no_time = {"known_from": None, "known_until": None}
    for before, after in pairwise(rows):
        if before["declaration_id"] == after["declaration_id"]:
            assert before["known_until"] == after["known_from"]
            assert before | no_time != after | no_time
        else:
            assert before["known_until"] is None


@thoroughly
@given(some_acts(KEPT))
def test_what_was_counted_is_found_again_in_what_is_kept_of_the_past(acts):
    with transaction.atomic():
        desk = Desk()
        for act in acts:
            desk.act(*act)
        kept = states()
        assert recount() == Declaration.objects.count()
        assert states() == kept
        transaction.set_rollback(True)


def test_an_act_that_changes_nothing_counted_adds_no_state():
    incident = IncidentFactory(title="Panne")
    said = facts(title="Panne du réseau")
    by = incident.declaration.declared_by
    amend(by=by, incident=incident, facts=said, based_on=1, reason="", now=later(hours=1))
    assert len(of(incident)) == 1


@pytest.mark.parametrize("delay", [timedelta(0), timedelta(hours=-1)], ids=["at once", "behind"])
def test_an_act_at_the_same_moment_or_whose_clock_is_behind_takes_the_state_s_place(delay):
    incident = IncidentFactory()
    said = facts(endangerment="proven")
    by = incident.declaration.declared_by
    amend(by=by, incident=incident, facts=said, based_on=1, reason="", now=NOW + delay)
    (state,) = of(incident)
    assert (state["known_from"], state["endangerment"]) == (NOW, "proven")


def test_the_month_is_told_by_the_nation_s_clock():
    (state,) = of(IncidentFactory(occurred="2025-12-31T23:30-05:00"))
    assert (state["occurred_year"], state["occurred_month"]) == (2026, 1)
    (state,) = of(IncidentFactory(occurred="2025"))
    assert (state["occurred_year"], state["occurred_month"]) == (2025, None)


def test_a_declaration_has_one_state_in_force_and_none_that_lasts_no_time():
    state = CountedState.objects.get(declaration__incident=IncidentFactory())
    state.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        state.save(force_insert=True)
    state.known_until = state.known_from
    with pytest.raises(IntegrityError), transaction.atomic():
        state.save(force_insert=True)


def test_files_of_which_no_past_is_kept_count_as_they_are():
    incident = IncidentFactory(endangerment="proven")
    Incident.objects.filter(pk=incident.pk).update(is_open=False, status="closed")
    CountedState.objects.all().delete()
    recount()
    (state,) = of(incident)
    assert (state["is_open"], state["endangerment"]) == (False, "proven")
    incident.declaration.revisions.all().delete()
    recount()
    (state,) = of(incident)
    assert (state["known_from"], state["endangerment"]) == (incident.declared_at, "proven")
