"""What officers do with a report: each act asks the right, writes once and tells the sender."""

from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied

from vigie.accounts.rules import ROLES, Permission
from vigie.audit.models import Event
from vigie.incidents import operations as incidents
from vigie.incidents.models import Draft
from vigie.incidents.tests.factories import submission
from vigie.reports import operations, queries
from vigie.reports.models import Report
from vigie.reports.queries import state_of
from vigie.reports.queries.linked import told_of_file
from vigie.reports.queries.officer import settled_reports, with_outcome
from vigie.reports.rules import BadWord, Settled, State
from vigie.reports.tests.factories import (
    NIR,
    IncidentFactory,
    ReportFactory,
    SiteFactory,
    again,
    later,
    person,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return SiteFactory()


@pytest.fixture
def report(site):
    return ReportFactory(site=site, text="Le moniteur du box 3 affiche un message.", danger="yes")


@pytest.fixture
def officer(site):
    return person("rssi", site.establishment)


def state(report):
    return state_of(with_outcome(Report.objects.filter(pk=report.pk)).get())


def test_the_first_to_see_it_is_told_by_function(report, officer, site):
    officer.job = "RSSI d’astreinte"
    operations.mark_seen(by=officer, report=report, now=later(minutes=4))
    other = person("director", site.establishment)
    operations.mark_seen(by=other, report=report, now=later(minutes=9))
    report.refresh_from_db()
    assert (report.seen_at, report.seen_by) == (later(minutes=4), officer)
    assert report.seen_as == "RSSI d’astreinte"
    assert Event.objects.filter(verb="report.seen").count() == 1


def test_without_a_job_the_role_is_told(report, officer):
    operations.mark_seen(by=officer, report=report, now=later(minutes=4))
    report.refresh_from_db()
    assert report.seen_as == "Responsable de la sécurité (RSSI)"


def test_an_answer_shows_the_name_only_to_whom_chooses(report, officer):
    for key, with_name in (("a" * 48, False), ("b" * 48, True)):
        operations.answer(
            by=officer, report=report, text=key, key=key, with_name=with_name, now=later(minutes=5)
        )
    plain, named = report.words.order_by("id")
    assert officer.last_name not in plain.shown_as
    assert named.shown_as == officer.full_name


def test_an_answer_is_written_once_masked_and_counts_as_seen(report, officer):
    for _try in range(2):
        operations.answer(
            by=officer, report=report, text=f"Vu {NIR}", key="a" * 48, now=later(minutes=5)
        )
    assert "451 089" not in report.words.get().text
    report.refresh_from_db()
    assert report.seen_at == later(minutes=5)


def test_a_rejection_needs_a_reason_and_ends_the_report(report, officer):
    with pytest.raises(BadWord):
        operations.reject(by=officer, report=report, reason=" ", now=later(minutes=5))
    assert state(report) is State.WAITING
    operations.reject(by=officer, report=report, reason="Panne connue", now=later(minutes=5))
    assert state(report) is State.REJECTED
    for act in (operations.turn, operations.attach, operations.reject):
        more = {"reason": "x"} if act is operations.reject else {}
        more |= {"incident": IncidentFactory()} if act is operations.attach else {}
        with pytest.raises(Settled):
            act(by=officer, report=report, now=later(minutes=6), **more)


def test_a_rejection_can_be_taken_back(report, officer):
    with pytest.raises(Settled):
        operations.reopen(by=officer, report=report, reason="x", now=later(minutes=5))
    operations.reject(by=officer, report=report, reason="Panne connue", now=later(minutes=5))
    operations.reopen(by=officer, report=report, reason="Erreur", now=later(minutes=6))
    assert state(report) is State.WAITING
    assert report in queries.waiting_reports(again(officer))


def test_a_report_is_attached_to_a_file_of_its_establishment_alone(report, officer, site):
    elsewhere = IncidentFactory()
    with pytest.raises(PermissionDenied):
        operations.attach(by=officer, report=report, incident=elsewhere, now=later(minutes=5))
    file = IncidentFactory(establishment=site.establishment, by=officer)
    operations.attach(by=officer, report=report, incident=file, now=later(minutes=5))
    assert state(report) is State.ATTACHED
    assert list(queries.reports_of_file(file.pk)) == [report]
    verbs = Event.objects.filter(target=f"incident:{file.pk}").values_list("verb", flat=True)
    assert "incident.report_attached" in verbs


def test_a_declaration_begins_with_what_the_report_says(report, officer, site):
    turned = operations.turn(by=officer, report=report, now=later(minutes=5))
    draft = Draft.objects.get(key=turned.key, by=officer)
    answers = draft.content["essential"]
    assert answers["structure"] == [f"et:{site.pk}"]
    assert answers["description"] == ["Le moniteur du box 3 affiche un message."]
    assert answers["endangerment"] == ["potential"]
    noticed = [answers[f"noticed_{box}"] for box in ("day", "month", "year", "time")]
    assert noticed == [["14"], ["03"], ["2026"], ["02:10"]]
    assert state(report) is State.DRAFTED


def test_turning_again_leads_to_the_same_draft_until_it_is_discarded(report, officer):
    first = operations.turn(by=officer, report=report, now=later(minutes=5))
    assert operations.turn(by=officer, report=report, now=later(minutes=6)).key == first.key
    incidents.discard_draft(
        by=officer, draft=Draft.objects.get(key=first.key), now=later(minutes=7)
    )
    assert operations.turn(by=officer, report=report, now=later(minutes=8)).key != first.key


def test_once_declared_the_file_and_the_report_know_each_other(report, officer, site):
    turned = operations.turn(by=officer, report=report, now=later(minutes=5))
    asked = submission(site.establishment, key=UUID(str(turned.key)), site=site)
    file = incidents.declare(by=officer, submission=asked, now=later(minutes=9)).incident
    assert state(report) is State.DECLARED
    assert queries.one_report(officer, report.pk).file == file
    assert list(queries.reports_of_file(file.pk)) == [report]
    assert report not in queries.waiting_reports(officer)
    assert report in settled_reports(officer)
    with pytest.raises(Settled):
        operations.reject(by=officer, report=report, reason="Trop tard", now=later(minutes=10))


def test_two_officers_may_begin_and_the_first_to_declare_settles_it(report, officer, site):
    director = person("director", site.establishment)
    operations.turn(by=director, report=report, now=later(minutes=4))
    turned = operations.turn(by=officer, report=report, now=later(minutes=5))
    asked = submission(site.establishment, key=turned.key, site=site)
    incidents.declare(by=officer, submission=asked, now=later(minutes=9))
    assert state(report) is State.DECLARED


@pytest.mark.parametrize("role", sorted(ROLES))
def test_only_those_who_handle_reports_act_and_only_at_home(role, report, site):
    may = Permission.HANDLE_REPORTS in ROLES[role].permissions
    assert may is (role in {"rssi", "dsi", "director"})
    try:
        somebody = person(role, site.establishment)
    except Exception:  # noqa: BLE001 - a role that is not given on an establishment
        somebody = person(role)
    acts = [
        lambda: operations.mark_seen(by=somebody, report=report, now=later(minutes=1)),
        lambda: operations.answer(
            by=somebody, report=report, text="x", key="c" * 48, now=later(minutes=1)
        ),
        lambda: operations.erase_caller(by=somebody, report=report, now=later(minutes=1)),
    ]
    for act in acts:
        if may:
            act()
            continue
        with pytest.raises(PermissionDenied):
            act()


def test_an_officer_of_another_hospital_sees_and_does_nothing(report):
    stranger = person("rssi", SiteFactory().establishment)
    assert not queries.visible_reports(stranger).exists()
    assert queries.one_report(stranger, report.pk) is None
    with pytest.raises(PermissionDenied):
        operations.reject(by=stranger, report=report, reason="x", now=later(minutes=1))


def test_the_cert_reads_a_report_only_once_it_belongs_to_a_file(report, officer, site):
    analyst = person("cert_analyst")
    assert not queries.visible_reports(analyst).exists()
    file = IncidentFactory(establishment=site.establishment, by=officer)
    operations.attach(by=officer, report=report, incident=file, now=later(minutes=5))
    assert queries.one_report(analyst, report.pk) is None
    told = told_of_file(analyst, file)[0]
    assert (told.text, told.route) == (report.text, "")
    assert told_of_file(officer, file)[0].route == "reports:one"


def test_danger_comes_first_then_the_oldest(officer, site):
    quiet = ReportFactory(site=site, danger="no", now=later(minutes=1))
    late = ReportFactory(site=site, danger="yes", now=later(minutes=3))
    unsure = ReportFactory(site=site, danger="unsure", now=later(minutes=2))
    first = ReportFactory(site=site, danger="yes", now=later(minutes=2))
    assert list(queries.waiting_reports(officer)) == [first, late, unsure, quiet]
