"""Years in progress: shown once opened, computed when something changed, never broken down."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from vigie.accounts.models import User
from vigie.audit.models import Event
from vigie.audit.operations import record
from vigie.observatory.models import Snapshot
from vigie.observatory.operations import compute_snapshots, open_years_in_progress, publish
from vigie.observatory.queries import shown
from vigie.observatory.rules.edition import PLAIN, View
from vigie.observatory.rules.question import Axis
from vigie.observatory.tests.factories import CountedFactory, MembershipFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def person(role, **where):
    return User.objects.get(pk=MembershipFactory(role=role, **where).user.pk)


@pytest.fixture
def lead():
    return person("cert_lead", nation="FR")


@pytest.fixture
def year():
    return CountedFactory.create_batch(6, declared_year=2026, declared="2026-02-03")


@pytest.fixture
def opened(lead, year):
    open_years_in_progress(by=lead, is_open=True, now=NOW)
    compute_snapshots(NOW)


def declare_one_more():
    CountedFactory(declared_year=2026, declared="2026-03-01")
    record(actor="system:test", verb="declaration.made", target="declaration:1", at=NOW)


def told():
    found = shown.one(2026)
    return found and found.report(PLAIN)["declarations"].value


def test_nothing_is_shown_before_it_was_opened(year):
    compute_snapshots(NOW)
    assert not Snapshot.objects.exists()
    assert shown.years() == []
    assert shown.one(2026) is None


def test_an_opened_year_is_shown(opened):
    assert [(one.year, one.revision) for one in shown.years()] == [(2026, 0)]
    assert told() == 6


def test_who_may_not_publish_opens_nothing(year):
    with pytest.raises(PermissionDenied):
        open_years_in_progress(by=person("cert_analyst", nation="FR"), is_open=True, now=NOW)


def test_opening_is_in_the_journal_once(lead, year):
    assert open_years_in_progress(by=lead, is_open=True, now=NOW)
    assert open_years_in_progress(by=lead, is_open=True, now=LATER) is None
    assert Event.objects.filter(verb="figures.opened").count() == 1


def test_closing_takes_it_away_at_once(opened, lead):
    open_years_in_progress(by=lead, is_open=False, now=LATER)
    assert shown.one(2026) is None
    compute_snapshots(LATER)
    assert not Snapshot.objects.exists()


def test_what_changed_is_counted_at_the_next_round(opened):
    declare_one_more()
    assert told() == 6
    compute_snapshots(LATER)
    assert told() == 7


def test_nothing_is_computed_again_when_nothing_changed(opened):
    compute_snapshots(LATER)
    assert Snapshot.objects.get().computed_at == NOW


def test_a_year_of_few_structures_is_not_shown(lead):
    CountedFactory.create_batch(4, declared_year=2026)
    open_years_in_progress(by=lead, is_open=True, now=NOW)
    compute_snapshots(NOW)
    assert shown.one(2026) is None


def test_it_holds_neither_breakdowns_nor_the_other_axis(opened):
    found = shown.one(2026)
    tables = {one.table.id for one in found.report(PLAIN).tables}
    assert tables.isdisjoint({"T01", "T03", "T04"})
    assert "T05" in tables
    assert View(axis=Axis.OCCURRED) not in found.edition.reports


def test_a_published_year_is_no_longer_in_progress(lead):
    CountedFactory.create_batch(6, declared_year=2025, declared="2025-02-03")
    open_years_in_progress(by=lead, is_open=True, now=NOW)
    compute_snapshots(NOW)
    publish(year=2025, note="", by=lead, now=LATER)
    assert [(one.year, one.revision) for one in shown.years()] == [(2025, 1)]
    assert shown.one(2025).is_published
    compute_snapshots(LATER)
    assert not Snapshot.objects.exists()
