import pytest
from django.urls import reverse

from vigie.accounts.tests.factories import EstablishmentFactory, MembershipFactory, person
from vigie.inventory.models import Application, Supplier
from vigie.inventory.tests.factories import ApplicationFactory, SupplierFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def establishment():
    return EstablishmentFactory()


@pytest.fixture
def officer(client, establishment):
    found = person("rssi", establishment)
    client.force_login(found)
    return found


def url(name, *args):
    return reverse(f"inventory:{name}", args=args)


def test_the_list_shows_the_readers_applications_alone(client, officer, establishment):
    ApplicationFactory(establishment=establishment, name="Dossier patient")
    ApplicationFactory(name="Paie voisine")
    page = client.get(url("list")).text
    assert "Dossier patient" in page
    assert "Paie voisine" not in page
    assert "À compléter" in page


def test_htmx_gets_the_same_table_as_the_full_page(client, officer, establishment):
    ApplicationFactory(establishment=establishment)
    SupplierFactory()
    for name in ("list", "suppliers"):
        page = client.get(url(name)).text
        fragment = client.get(url(name), headers=HTMX).text
        assert "<h1" not in fragment
        assert fragment.strip() in page


@pytest.mark.parametrize(("text", "found"), [("dosier", True), ("odalis", True), ("zzz", False)])
def test_the_list_is_narrowed_by_words(client, officer, establishment, text, found):
    supplier = SupplierFactory(name="Odalis")
    ApplicationFactory(establishment=establishment, name="Dossier patient", supplier=supplier.pk)
    page = client.get(url("list"), {"q": text}).text
    assert ("Dossier patient" in page) is found


@pytest.mark.parametrize("name", ["list", "suppliers"])
def test_an_empty_list_says_what_would_stand_there(client, officer, name):
    assert "v-empty" in client.get(url(name)).text
    assert "Aucun" in client.get(url(name), {"q": "zzz"}).text


def test_an_application_is_added_with_a_supplier_nobody_named(client, officer, establishment):
    typed = {
        "establishment": str(establishment.pk),
        "name": "Dossier patient",
        "supplier_name": "Odalis",
        "hosting": "hds",
        "care_activities": ["URG"],
        "availability": "4",
    }
    done = client.post(url("new_application"), typed)
    application = Application.objects.get()
    assert done["Location"] == url("application", application.pk)
    assert (application.supplier.name, application.availability) == ("Odalis", 4)
    assert application.integrity is None


def test_an_application_of_others_cannot_be_added(client, officer):
    elsewhere = EstablishmentFactory()
    page = client.post(url("new_application"), {"establishment": elsewhere.pk, "name": "DPI"})
    assert page.status_code == 422
    assert not Application.objects.exists()


def test_a_taken_name_is_told_at_its_field(client, officer, establishment):
    ApplicationFactory(establishment=establishment, name="DPI")
    typed = {"establishment": str(establishment.pk), "name": "dpi"}
    page = client.post(url("new_application"), typed)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["name"]


def test_an_application_is_corrected_by_those_who_keep_the_inventory(
    client, officer, establishment
):
    application = ApplicationFactory(establishment=establishment, name="DPI")
    page = client.get(url("application", application.pk))
    assert page.context["form"]["name"].value() == "DPI"
    client.post(url("application", application.pk), {"name": "DPI 2", "integrity": "3"})
    application.refresh_from_db()
    assert (application.name, application.integrity) == ("DPI 2", 3)


def test_a_declarant_reads_and_does_not_correct(client, establishment):
    application = ApplicationFactory(establishment=establishment)
    client.force_login(person("declarant", establishment))
    page = client.get(url("application", application.pk))
    assert "application-form" not in page.text
    assert client.post(url("application", application.pk), {"name": "X"}).status_code == 403
    assert client.post(url("retire_application", application.pk)).status_code == 403
    assert client.get(url("new_application")).status_code == 403


def test_an_application_of_another_territory_is_not_found(client, officer):
    application = ApplicationFactory()
    assert client.get(url("application", application.pk)).status_code == 404
    assert client.post(url("retire_application", application.pk)).status_code == 404


def test_an_application_is_retired_and_brought_back(client, officer, establishment):
    application = ApplicationFactory(establishment=establishment, name="DPI")
    client.post(url("retire_application", application.pk))
    assert "DPI" not in client.get(url("list")).text
    assert "DPI" in client.get(url("list"), {"retired": "on"}).text
    client.post(url("retire_application", application.pk))
    assert "DPI" in client.get(url("list")).text


def test_a_supplier_is_added_and_renamed(client, officer):
    client.post(url("new_supplier"), {"name": "Odalys", "aliases": "OD\nGroupe OD\n"})
    supplier = Supplier.objects.get()
    assert {alias.name for alias in supplier.aliases.all()} == {"OD", "Groupe OD"}
    page = client.get(url("supplier", supplier.pk))
    assert page.context["form"]["aliases"].value().split("\n") == ["Groupe OD", "OD"]
    client.post(url("supplier", supplier.pk), {"name": "Odalis", "aliases": "Odalys"})
    supplier.refresh_from_db()
    assert supplier.name == "Odalis"


def test_a_name_of_another_supplier_is_told(client, officer):
    SupplierFactory(name="Odalis")
    page = client.post(url("new_supplier"), {"name": "ODALIS", "aliases": ""})
    assert page.status_code == 422
    assert "Odalis" in str(page.context["form"].errors["name"])


def test_a_shared_supplier_is_read_but_not_renamed(client, officer):
    supplier = SupplierFactory(name="Odalis")
    ApplicationFactory(supplier=supplier.pk)
    page = client.get(url("supplier", supplier.pk))
    assert not page.context["may_amend"]
    assert list(page.context["applications"]) == []
    assert client.post(url("supplier", supplier.pk), {"name": "X"}).status_code == 403
    assert client.post(url("retire_supplier", supplier.pk)).status_code == 403
    client.force_login(person("cert_analyst"))
    client.post(url("retire_supplier", supplier.pk))
    assert Supplier.objects.get().retired_on is not None


def test_the_journal_stands_beside_for_those_who_read_it(client, establishment):
    supplier = SupplierFactory(name="Odalis")
    client.force_login(person("cert_lead"))
    page = client.get(url("supplier", supplier.pk))
    assert [line.event.verb for line in page.context["journal"].lines] == ["supplier.added"]
    assert "a ajouté le fournisseur Odalis" in page.text
    client.force_login(person("rssi", establishment))
    assert "journal" not in client.get(url("supplier", supplier.pk)).context


def test_one_scope_narrows_the_list(client, officer, establishment):
    other = EstablishmentFactory()
    MembershipFactory(user=officer, establishment=other)
    ApplicationFactory(establishment=establishment, name="Ici")
    ApplicationFactory(establishment=other, name="Ailleurs")
    assert "Ailleurs" in client.get(url("list")).text
    officer.scope = f"ej:{establishment.code}"
    officer.save()
    page = client.get(url("list")).text
    assert "Ici" in page
    assert "Ailleurs" not in page


@pytest.mark.parametrize("name", ["list", "suppliers"])
def test_lists_cost_few_queries_whatever_their_length(
    client, officer, establishment, name, django_assert_max_num_queries
):
    for number in range(12):
        supplier = SupplierFactory(aliases=[f"alias {number}"])
        ApplicationFactory(establishment=establishment, supplier=supplier.pk)
    with django_assert_max_num_queries(15):
        client.get(url(name), {"q": "a"})
