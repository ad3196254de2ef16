"""The officers' pages: what waits, one report, what is done with it, posters."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from vigie.audit.models import Event
from vigie.incidents.models import Draft
from vigie.reports import operations
from vigie.reports.models import Report, ShortLink
from vigie.reports.tests.factories import (
    IncidentFactory,
    MembershipFactory,
    ReportFactory,
    ShortLinkFactory,
    WardFactory,
    later,
    person,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    return WardFactory(name="Urgences adultes")


@pytest.fixture
def officer(ward):
    return person("rssi", ward.site.establishment)


@pytest.fixture
def desk(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def report(ward):
    return ReportFactory(
        site=ward.site,
        ward=ward,
        text="Le moniteur affiche un message.",
        danger="yes",
        name="Camille",
        phone="2417",
    )


def page_of(client, report, **asked):
    return client.get(reverse("reports:one", args=[report.pk]), **asked)


def test_the_list_shows_what_waits_with_danger_and_place(desk, report):
    page = desk.get(reverse("reports:list")).content.decode()
    for words in (report.reference, "Patient en danger", "Urgences adultes", "Nouveau"):
        assert words in page


def test_a_number_said_on_the_telephone_finds_a_report_dealt_with_too(desk, officer, report):
    operations.reject(by=officer, report=report, reason="Panne connue", now=later(minutes=5))
    assert report.reference not in desk.get(reverse("reports:list")).content.decode()
    asked = desk.get(reverse("reports:list"), {"q": report.reference}).content.decode()
    assert f"/reports/{report.pk}/" in asked
    assert (
        f"/reports/{report.pk}/"
        not in desk.get(reverse("reports:list"), {"q": "rien"}).content.decode()
    )


def test_dealt_with_reports_have_a_list_of_their_own(desk, officer, report):
    operations.reject(by=officer, report=report, reason="Panne connue", now=later(minutes=5))
    page = desk.get(reverse("reports:list"), {"show": "settled"}).content.decode()
    assert report.reference in page
    assert "Écarté" in page


def test_opening_is_journalled_and_only_a_post_says_that_it_was_seen(desk, report):
    page_of(desk, report)
    assert Event.objects.filter(verb="report.opened", target=f"report:{report.pk}").count() == 1
    report.refresh_from_db()
    assert report.seen_at is None
    assert desk.post(reverse("reports:seen", args=[report.pk])).status_code == 302
    report.refresh_from_db()
    assert report.seen_at


def test_htmx_says_that_it_was_seen_and_gets_the_outcome_back(desk, report):
    answer = desk.post(
        reverse("reports:seen", args=[report.pk]), headers={"hx-request": "true"}
    ).content.decode()
    assert 'id="outcome"' in answer
    assert 'hx-swap-oob="true"' in answer
    assert "pas encore" not in answer


def test_officers_see_whom_to_call_back_and_auditors_do_not(desk, client, ward, report):
    assert "2417" in page_of(desk, report).content.decode()
    auditor = MembershipFactory(role="auditor", establishment=ward.site.establishment).user
    client.force_login(auditor)
    page = page_of(client, report).content.decode()
    assert report.text in page
    assert "2417" not in page
    assert "Camille" not in page


def test_an_answer_comes_back_when_it_is_empty_and_is_sent_once(desk, report):
    address = reverse("reports:answer", args=[report.pk])
    assert desk.post(address, {"text": " ", "key": "a" * 48}).status_code == 422
    for _try in range(2):
        assert desk.post(address, {"text": "J’arrive.", "key": "a" * 48}).status_code == 302
    assert report.words.count() == 1
    assert "J’arrive." in page_of(desk, report).content.decode()


def test_an_officer_turns_a_report_into_a_declaration(desk, officer, report):
    answer = desk.post(reverse("reports:turn", args=[report.pk]))
    draft = Draft.objects.get(by=officer)
    assert answer["Location"] == reverse("incidents:draft", args=[draft.key])
    form = desk.get(reverse("incidents:step", args=[draft.key, "essential"])).content.decode()
    assert "Le moniteur affiche un message." in form
    assert "Le vôtre" in page_of(desk, report).content.decode()


def test_an_officer_attaches_a_report_to_a_file(desk, officer, ward, report):
    file = IncidentFactory(establishment=ward.site.establishment, by=officer)
    address = reverse("reports:attach", args=[report.pk])
    assert desk.post(address, {"incident": "999999"}).status_code == 422
    assert desk.post(address, {"incident": file.pk}).status_code == 302
    assert file.reference in page_of(desk, report).content.decode()
    shown = desk.get(reverse("incidents:file", args=[file.pk])).content.decode()
    assert report.reference in shown
    assert report.text in shown


def test_the_cert_reads_the_words_on_the_file_alone(desk, client, officer, ward, report):
    file = IncidentFactory(establishment=ward.site.establishment, by=officer)
    operations.attach(by=officer, report=report, incident=file, now=later(minutes=5))
    client.force_login(person("cert_analyst"))
    shown = client.get(reverse("incidents:file", args=[file.pk])).content.decode()
    assert report.text in shown
    assert "2417" not in shown
    assert f"/reports/{report.pk}/" not in shown
    assert page_of(client, report).status_code == 403


def test_a_rejection_asks_why_and_can_be_taken_back(desk, report):
    address = reverse("reports:reject", args=[report.pk])
    assert desk.post(address, {"reason": ""}).status_code == 422
    assert desk.post(address, {"reason": "Panne connue"}).status_code == 302
    again = desk.post(address, {"reason": "Encore"}, follow=True).content.decode()
    assert "Une autre personne l’a traité" in again
    assert desk.post(reverse("reports:reopen", args=[report.pk]), {"reason": "Erreur"})
    report.refresh_from_db()
    assert (report.state, report.reason) == ("waiting", "")


def test_who_to_call_back_is_erased_on_demand(desk, report):
    desk.post(reverse("reports:erase", args=[report.pk]))
    report.refresh_from_db()
    assert (report.caller_name, report.caller_phone) == ("", "")


@pytest.mark.parametrize("act", ["seen", "answer", "turn", "attach", "reject", "reopen", "erase"])
def test_those_elsewhere_find_no_report(client, report, act):
    client.force_login(person("rssi"))
    assert client.post(reverse(f"reports:{act}", args=[report.pk])).status_code == 404
    assert page_of(client, report).status_code == 404


def test_the_home_page_counts_what_waits(desk, report):
    page = desk.get("/").content.decode()
    assert "Signalements à traiter" in page
    assert report.reference in page


def test_reports_are_in_the_menu_of_those_who_read_them(desk, client, report):
    assert 'href="/reports/"' in desk.get("/").content.decode()
    client.force_login(person("cert_analyst"))
    assert 'href="/reports/"' not in client.get("/").content.decode()


def test_posters_are_made_printed_renewed_and_revoked(desk, ward):
    site = ward.site
    page = desk.get(reverse("reports:links")).content.decode()
    assert "Créer les liens de ce site" in page
    desk.post(reverse("reports:open_links", args=[site.pk]))
    link = ShortLink.objects.get(ward=ward)
    assert f"/s/{link.code}" in desk.get(reverse("reports:links")).content.decode()
    for address in (
        reverse("reports:poster", args=[link.pk]),
        reverse("reports:posters", args=[site.pk]),
    ):
        made = desk.get(address)
        assert made["Content-Type"] == "application/pdf"
        assert made.content.startswith(b"%PDF")
    desk.post(reverse("reports:renew_link", args=[link.pk]))
    new = ShortLink.objects.get(ward=ward, revoked_at=None)
    assert new.code != link.code
    desk.post(reverse("reports:revoke_link", args=[new.pk]))
    assert desk.get(reverse("reports:poster", args=[new.pk])).status_code == 404
    assert "Créer les liens qui manquent" in desk.get(reverse("reports:links")).content.decode()


@pytest.mark.parametrize("route", ["list", "one", "links"])
def test_pages_ask_the_database_the_same_however_much_there_is(
    desk, officer, ward, report, route, django_assert_max_num_queries
):
    address = reverse(f"reports:{route}", args=[report.pk] if route == "one" else [])
    for number in range(8):
        other = WardFactory(site=ward.site)
        ShortLinkFactory(site=ward.site, ward=other)
        ReportFactory(site=ward.site, ward=other, text=str(number))
        operations.answer(
            by=officer, report=report, text="x", key=f"{number}" * 48, now=later(minutes=5)
        )
    cache.clear()
    with django_assert_max_num_queries(15):
        assert desk.get(address).status_code == 200
    assert Report.objects.count() == 9
