"""The open pages: nothing typed is lost, nothing is doubled, no patient in danger waits."""

import re
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation

from vigie.establishments.operations import index_establishments
from vigie.kernel import clock
from vigie.reference import advice
from vigie.reports import guards, operations
from vigie.reports.models import Report
from vigie.reports.queries import Whereabouts
from vigie.reports.tests.factories import NIR, ShortLinkFactory, WardFactory, person, send

pytestmark = pytest.mark.django_db
STYLE = Path(__file__).parents[1] / "static/reports/reports.css"
CARRIED = re.compile(r'name="form"\s+value="([^"]+)"')
ANSWERS = {"danger": "no", "device": "no", "picture": "software"}


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def ward():
    return WardFactory(name="Urgences adultes")


@pytest.fixture
def address(ward):
    return reverse("reports:short_link", args=[ShortLinkFactory(site=ward.site, ward=ward).code])


@pytest.fixture
def phone():
    """A browser that checks forms as a real one would meet them, with no cookie at all."""
    return Client(enforce_csrf_checks=True)


def carried(page):
    return CARRIED.search(page.content.decode())[1]


def filled(client, address, **answers):
    """Return what a person sends from a page that they opened."""
    return {**ANSWERS, "form": carried(client.get(address)), **answers}


def test_the_page_says_where_one_is_and_whom_to_call(phone, address, ward):
    page = phone.get(address).content.decode()
    assert "Urgences adultes" in page
    assert ward.site.name in page
    assert 'href="tel:0972439125"' in page


def test_a_report_is_received_without_cookie_or_session(phone, address):
    answer = phone.post(address, filled(phone, address, text="Le logiciel ne répond plus."))
    assert answer.status_code == 302
    report = Report.objects.get()
    receipt = phone.get(answer["Location"])
    page = receipt.content.decode()
    assert report.reference in page
    assert 'href="tel:0972439125"' in page
    assert "Le logiciel ne répond plus." in page
    assert not report.marks or report.marks == ["quick"]
    assert "sessionid" not in phone.cookies


def test_sending_the_same_page_twice_is_one_report_and_one_receipt(phone, address):
    sent = filled(phone, address, text="Écran bleu")
    first, again = phone.post(address, sent), phone.post(address, sent)
    assert first["Location"] == again["Location"]
    assert Report.objects.count() == 1


def test_the_secret_page_is_kept_by_nobody_else(phone, address):
    receipt = phone.get(phone.post(address, filled(phone, address))["Location"])
    assert receipt["Referrer-Policy"] == "no-referrer"
    assert "noindex" in receipt["X-Robots-Tag"]
    assert receipt["Cache-Control"] == "private, no-store"
    page = receipt.content.decode()
    assert re.search(r'<meta name="referrer"\s+content="no-referrer">', page), page[:900]


@pytest.mark.parametrize("missing", ["danger", "device", "picture"])
def test_a_missing_answer_is_asked_for_and_nothing_typed_is_lost(phone, address, missing):
    sent = filled(phone, address, text="Écran bleu", where="box 3", phone="2417")
    del sent[missing]
    answer = phone.post(address, sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert not Report.objects.exists()
    assert [text for text in ("Écran bleu", "box 3", "2417") if text not in page] == []
    assert carried(answer) == sent["form"]


def test_a_patient_in_danger_is_taken_with_that_answer_alone(phone, address):
    answer = phone.post(address, {"danger": "yes", "form": carried(phone.get(address))})
    assert answer.status_code == 302
    page = phone.get(answer["Location"]).content.decode()
    assert "Ne débranchez rien, n’éteignez rien." in page
    assert "Ne débranchez pas, n’éteignez pas." in page


def test_a_patient_in_danger_is_taken_whatever_is_wrong_with_the_form(phone, address):
    sent = {
        "danger": "yes",
        "picture": "made-up",
        "text": "x" * 9_000,
        "phone": "1" * 90,
        guards.TRAP: "http://spam.example",
    }
    assert phone.post(address, sent).status_code == 302
    report = Report.objects.get()
    assert (report.danger, report.picture, len(report.text)) == ("yes", "", 4_000)
    assert report.marks == ["trap", "unsigned"]


def test_a_form_that_was_not_drawn_here_comes_back_with_all_that_was_typed(phone, address):
    sent = {**ANSWERS, "text": "Écran bleu", "form": "forged"}
    answer = phone.post(address, sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Écran bleu" in page
    assert "Appuyez encore une fois" in page
    assert phone.post(address, {**sent, "form": carried(answer)}).status_code == 302


def test_the_form_of_one_place_is_not_taken_for_another(phone, address):
    other = WardFactory()
    elsewhere = reverse(
        "reports:short_link", args=[ShortLinkFactory(site=other.site, ward=other).code]
    )
    sent = filled(phone, address)
    assert phone.post(elsewhere, sent).status_code == 422


def test_a_machine_that_fills_every_field_is_asked_again(phone, address):
    sent = filled(phone, address, **{guards.TRAP: "http://spam.example"})
    answer = phone.post(address, sent)
    assert answer.status_code == 422
    assert "spam.example" not in answer.content.decode()
    assert not Report.objects.exists()


def test_a_flood_is_told_to_wait_but_never_a_patient_in_danger(phone, address, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"report": "2/m/key"}
    for number in range(2):
        sent = filled(phone, address, text=str(number))
        assert phone.post(address, sent).status_code == 302
    sent = filled(phone, address, text="Le troisième")
    held = phone.post(address, sent)
    assert held.status_code == 429
    assert "Le troisième" in held.content.decode()
    assert phone.post(address, {**sent, "danger": "yes"}).status_code == 302
    assert Report.objects.get(danger="yes").marks == ["flood", "quick"]


def test_when_many_come_faster_than_people_type_one_looks_twice(phone, address, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"report_quick": "1/m/key"}
    assert phone.post(address, filled(phone, address, text="1")).status_code == 302
    sent = filled(phone, address, text="2")
    assert phone.post(address, sent).status_code == 422
    assert phone.post(address, {**sent, "danger": "yes"}).status_code == 302


def test_numbers_of_patients_are_masked_with_a_warning(phone, address):
    answer = phone.post(address, filled(phone, address, text=f"Le patient {NIR}"))
    page = phone.get(answer["Location"]).content.decode()
    assert "451 089" not in page
    assert "a été masqué" in page


@pytest.mark.parametrize(
    ("danger", "device", "order", "advice"),
    [
        ("no", "no", False, True),
        ("no", "yes", True, False),
        ("no", "unsure", True, False),
        ("unsure", "no", True, False),
    ],
)
def test_advice_on_equipment_comes_only_after_two_clear_noes(
    phone, address, danger, device, order, advice
):
    sent = filled(phone, address, danger=danger, device=device, picture="ransom")
    page = phone.get(phone.post(address, sent)["Location"]).content.decode()
    assert ("n’éteign" in page) is order
    assert ("Débranchez le câble réseau" in page) is advice
    assert "Personne n’a encore validé cette consigne." in page


def test_every_picture_has_its_place_in_the_style(phone, address):
    pictures = advice.report_pictures()
    page = phone.get(address).content.decode()
    style = STYLE.read_text(encoding="utf-8")
    for number, picture in enumerate(pictures.values(), start=1):
        assert picture.title.fr in page
        assert f".r-advice > :nth-child({number})" in style


def test_the_page_speaks_english(phone, address):
    page = phone.get(address, headers={"accept-language": "en-GB"}).content.decode()
    assert "Is a patient in danger now?" in page
    assert "Do not unplug it, do not switch it off." in page


def test_what_is_sent_in_english_is_answered_in_english(phone, address, ward):
    sent = filled(phone, address)
    phone.post(address, sent, headers={"accept-language": "en-GB"})
    report = Report.objects.get()
    assert report.language == "en"
    officer = person("rssi", ward.site.establishment)
    with translation.override("fr"):
        operations.mark_seen(by=officer, report=report, now=clock.now())
    report.refresh_from_db()
    assert report.seen_as == "Security officer (RSSI)"


def test_the_sender_adds_words_and_reads_the_answers(phone, ward):
    receipt = send(ward.site, now=clock.now(), text="Écran bleu")
    officer = person("rssi", ward.site.establishment)
    officer.job = "RSSI d’astreinte"
    operations.answer(
        by=officer, report=receipt.report, text="J’arrive.", key="a" * 48, now=clock.now()
    )
    follow = reverse("reports:follow", args=[receipt.token])
    page = phone.get(follow).content.decode()
    assert "Vu par RSSI d’astreinte" in page
    assert "J’arrive." in page
    assert officer.last_name not in page
    sent = {"text": "Le voisin aussi.", "key": "b" * 48}
    for _try in range(2):
        assert phone.post(follow, sent).status_code == 302
    assert receipt.report.words.filter(side="sender").count() == 1
    assert "Le voisin aussi." in phone.get(follow).content.decode()


def test_the_sender_reads_why_a_report_is_rejected(phone, ward):
    receipt = send(ward.site, now=clock.now())
    officer = person("rssi", ward.site.establishment)
    operations.reject(
        by=officer, report=receipt.report, reason="Panne connue, réparée à 3 h.", now=clock.now()
    )
    page = phone.get(reverse("reports:follow", args=[receipt.token])).content.decode()
    assert "Panne connue, réparée à 3 h." in page


def test_empty_words_and_a_flood_of_words_come_back(phone, ward, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"report_words": "1/m/key"}
    receipt = send(ward.site, now=clock.now())
    follow = reverse("reports:follow", args=[receipt.token])
    assert phone.post(follow, {"text": " ", "key": "b" * 48}).status_code == 422
    assert phone.post(follow, {"text": "Un", "key": "b" * 48}).status_code == 302
    held = phone.post(follow, {"text": "Deux", "key": "c" * 48})
    assert held.status_code == 429
    assert "Deux" in held.content.decode()


@pytest.mark.parametrize("token", ["x", "A" * 32, "A" * 31 + "=", "%00"])
def test_an_unknown_secret_leads_nowhere_and_still_gives_the_number(phone, token):
    page = phone.get(reverse("reports:follow", args=[token]))
    assert page.status_code == 404
    assert "09 72 43 91 25" in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"


def test_a_revoked_poster_leads_to_the_search_and_the_number(phone):
    page = phone.get(reverse("reports:short_link", args=["ZZZZZZZZ"]))
    assert page.status_code == 404
    assert "Cette affiche n’est plus valable." in page.content.decode()
    assert "09 72 43 91 25" in page.content.decode()


def test_without_a_poster_one_searches_the_establishment(phone, ward):
    site = ward.site
    index_establishments([site.establishment_id])
    page = phone.get(reverse("reports:start"), {"q": site.establishment.name}).content.decode()
    leads = reverse("reports:place", args=["ej", site.establishment_id])
    assert leads in page
    assert phone.post(leads, filled(phone, leads)).status_code == 302
    assert Report.objects.get().establishment == site.establishment


def test_from_a_site_one_names_the_ward(phone, ward):
    address = reverse("reports:place", args=["et", ward.site.pk])
    sent = filled(phone, address, ward=str(ward.pk))
    phone.post(address, sent)
    assert Report.objects.get().ward == ward


def test_the_ward_of_another_site_is_not_taken(phone, ward):
    other = WardFactory()
    address = reverse("reports:place", args=["et", ward.site.pk])
    assert phone.post(address, filled(phone, address, ward=str(other.pk))).status_code == 422
    assert (
        phone.post(address, filled(phone, address, ward=str(other.pk), danger="yes")).status_code
        == 302
    )
    assert Report.objects.get().ward is None


@pytest.mark.parametrize("place", ["ej/999999", "et/999999", "xx/1"])
def test_a_place_that_is_not_there_is_not_found(phone, place):
    assert phone.get(f"/signaler/{place}/").status_code == 404


def test_a_form_says_where_and_when_it_was_drawn():
    ward = WardFactory()
    where = Whereabouts(ward.site.establishment, ward.site, ward)
    now = clock.now().replace(microsecond=0)
    key = operations.new_key()
    drawn = guards.read_form(guards.draw_form(where, key, now=now), where)
    assert (drawn.key, drawn.at) == (key, now)


@pytest.mark.parametrize("route", ["short_link", "follow"])
def test_open_pages_ask_the_database_little(
    phone, address, ward, route, django_assert_max_num_queries
):
    receipt = send(ward.site, now=clock.now())
    for number in range(5):
        operations.add_words(report=receipt.report, text="x", key=f"{number}" * 48, now=clock.now())
    asked = address if route == "short_link" else reverse("reports:follow", args=[receipt.token])
    with django_assert_max_num_queries(12):
        phone.get(asked)
