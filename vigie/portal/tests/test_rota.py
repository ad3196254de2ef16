"""Pages of the rota: who sees it, who changes it, what it shows."""

from datetime import timedelta

import pytest
from django.urls import reverse

from vigie.establishments.models import Duty, Rota
from vigie.establishments.rules import week_of
from vigie.establishments.tests.factories import DutyFactory, RotaFactory
from vigie.kernel import clock
from vigie.portal.tests.register import page, post

pytestmark = pytest.mark.django_db
WHO = {
    "level": "1",
    "function": "RSSI d’astreinte",
    "name": "Alix Martin",
    "phone": "06 39 98 00 01",
    "language": "fr",
}


@pytest.fixture
def monday():
    zone = clock.timezone.get_current_timezone()
    return week_of(clock.now().astimezone(zone).date(), zone).start


@pytest.fixture
def duty(lyon, monday):
    """Somebody on call at Lyon all this week."""
    rota = RotaFactory(establishment=lyon)
    return DutyFactory(
        rota=rota, name="Alix Martin", starts_at=monday, ends_at=monday + timedelta(days=7)
    )


def at(establishment):
    return f"ej:{establishment.code}"


def local(moment):
    return moment.strftime("%Y-%m-%dT%H:%M")


def test_the_calendar_shows_who_is_there_and_when_nobody_is(client, sign, lyon, duty):
    sign("rssi", lyon)
    text = page(client, "rota", at(lyon)).text
    assert "Alix Martin" in text
    assert f'href="tel:{duty.phone.replace(" ", "")}"' in text
    assert "1 moment sans personne" in text
    assert "Auvergne-Rhône-Alpes, CERT national, France" in text
    assert text.count('<svg class="v-svg"') == 1


def test_a_month_is_drawn_week_by_week_and_nonsense_shows_the_present(client, sign, lyon, duty):
    sign("rssi", lyon)
    month = page(client, "rota", at(lyon), day="2026-03-14", show="month").text
    assert month.count('<svg class="v-svg"') == 6
    for day in ("never", "0001-01-01", "9999-12-31"):
        assert page(client, "rota", at(lyon), day=day, show="year").status_code == 200


def test_an_empty_rota_says_what_to_do(client, sign, lyon):
    sign("rssi", lyon)
    text = page(client, "rota", at(lyon)).text
    assert "Personne n’est inscrit sur cette période" in text
    assert "09 72 43 91 25" in text  # the public contact answers
    assert not Rota.objects.exists()


def test_others_do_not_know_of_it(client, sign, lyon, rennes, duty):
    sign("rssi", rennes)
    for where in (at(lyon), "ej:nowhere", "moon", "region:84"):
        assert page(client, "rota", where).status_code == 404
    sign("declarant", lyon)
    assert page(client, "rota", at(lyon)).status_code == 200
    assert "Inscrire" not in page(client, "rota", at(lyon)).text
    assert page(client, "new_duty", at(lyon)).status_code == 403
    assert page(client, "duty", duty.pk).status_code == 403


def test_a_duty_is_entered_changed_and_taken_out(client, sign, lyon, monday):
    sign("rssi", lyon)
    later = monday + timedelta(days=20)
    times = {"starts_at": local(later), "ends_at": local(later + timedelta(hours=12))}
    deputy = {"deputy_name": "Sacha Morel", "deputy_email": "sacha@ch.example"}
    answer = post(client, "new_duty", at(lyon), **WHO, **times, **deputy)
    assert answer.url == reverse("portal:rota", args=[at(lyon)])
    first, second = Duty.objects.order_by("level")
    assert (first.name, first.starts_at) == ("Alix Martin", later)
    assert (second.name, second.function) == ("Sacha Morel", "RSSI d’astreinte")
    post(client, "duty", first.pk, **WHO | {"name": "Noa"}, **times)
    assert Duty.objects.get(pk=first.pk).name == "Noa"
    post(client, "end_duty", first.pk)
    assert not Duty.objects.filter(pk=first.pk).exists()


def test_what_is_wrong_stands_at_its_field(client, sign, lyon, duty):
    sign("rssi", lyon)
    inside = duty.starts_at + timedelta(hours=8)
    times = {"starts_at": local(inside), "ends_at": local(inside + timedelta(hours=9))}
    answer = post(client, "new_duty", at(lyon), **WHO, **times)
    assert answer.status_code == 422
    assert "est déjà d’astreinte à ce rang" in answer.text
    lonely = {"deputy_name": "Sacha"}
    answer = post(client, "new_duty", at(lyon), **WHO | {"level": "2"}, **times, **lonely)
    assert "Un suppléant n’a pas lui-même de suppléant" in answer.text
    assert "Donnez un téléphone ou un courriel" in answer.text


def test_a_gap_leads_to_a_form_that_fills_it(client, sign, lyon, duty):
    sign("rssi", lyon)
    form = page(client, "new_duty", at(lyon)).text
    assert f'value="{local(duty.ends_at.astimezone(duty.starts_at.tzinfo))}"' in form
    asked = page(client, "new_duty", at(lyon), start="2026-06-01T06:00:00Z").text
    assert 'value="2026-06-01T08:00"' in asked


def test_a_week_is_repeated(client, sign, lyon, duty, monday):
    sign("rssi", lyon)
    answer = post(client, "repeat_week", at(lyon), week=f"{monday:%Y-%m-%d}", times="3")
    assert answer.status_code == 302
    assert Duty.objects.count() == 4
    text = client.get(answer.url).text
    assert "3 astreintes inscrites" in text
    post(client, "repeat_week", at(lyon), week="x", times="99")
    assert Duty.objects.count() == 4


def test_a_permanent_contact_is_set(client, sign, lyon):
    sign("director", lyon)
    said = {"standing_name": "Standard", "standing_phone": "01 99 00 12 00", "escalate_after": "5"}
    post(client, "set_rota", at(lyon), **said)
    text = page(client, "rota", at(lyon)).text
    assert "01 99 00 12 00" in text
    assert "5 minutes" in text
    answer = post(client, "set_rota", at(lyon), standing_phone="01 99 00 12 00")
    assert answer.status_code == 422


def test_the_list_shows_own_territories_first_even_without_a_rota(client, sign, lyon, rennes, duty):
    sign("rssi", rennes)
    text = page(client, "rotas").text
    assert rennes.name in text
    assert lyon.name not in text
    sign("ars_officer", region="84")
    text = page(client, "rotas").text
    assert text.index("Auvergne-Rhône-Alpes") < text.index(lyon.name)
    assert "Alix Martin" in text


def test_the_page_of_an_establishment_says_who_is_on_call(client, sign, lyon, duty):
    sign("declarant", lyon)
    text = page(client, "place", lyon.pk).text
    assert "Alix Martin" in text
    sign("auditor", lyon)
    assert "Alix Martin" not in page(client, "place", lyon.pk).text


@pytest.mark.parametrize("many", [1, 40])
def test_pages_cost_the_same_however_full(
    client, sign, lyon, monday, django_assert_max_num_queries, many
):
    for number in range(many):
        own = RotaFactory()
        starts = monday + timedelta(hours=4 * number)
        DutyFactory(rota=own, starts_at=starts, ends_at=starts + timedelta(days=2))
    rota = RotaFactory(establishment=lyon)
    for number in range(many):
        starts = monday + timedelta(hours=4 * number)
        DutyFactory(rota=rota, starts_at=starts, ends_at=starts + timedelta(hours=4))
    sign("cert_lead")
    with django_assert_max_num_queries(15):
        page(client, "rotas")
    with django_assert_max_num_queries(15):
        page(client, "rota", at(lyon), show="month")
