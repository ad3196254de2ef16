from datetime import date
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from vigie.accounts.tests.factories import (
    EstablishmentFactory,
    MembershipFactory,
    SiteFactory,
    UserFactory,
    person,
)
from vigie.audit.models import Event
from vigie.inventory import operations, queries
from vigie.inventory.models import Application, Supplier
from vigie.inventory.rules import ApplicationFacts, BadName
from vigie.inventory.tests.factories import NOW, ApplicationFactory, SupplierFactory

pytestmark = pytest.mark.django_db


def add_supplier(by, name="Odalis", aliases=()):
    return operations.add_supplier(by=by, name=name, aliases=list(aliases), now=NOW)


def amend_supplier(by, supplier, name="Odalis", aliases=()):
    return operations.amend_supplier(
        by=by, supplier=supplier, name=name, aliases=list(aliases), now=NOW
    )


# suppliers


def test_adding_a_supplier_is_written_in_the_journal():
    by = person("cert_analyst")
    supplier = add_supplier(by, " Odalis  Santé", ["OD"])
    assert supplier.name == "Odalis Santé"
    event = Event.objects.get(target=f"supplier:{supplier.pk}")
    assert (event.verb, event.actor) == ("supplier.added", by.journal_name)
    assert event.details == {"name": "Odalis Santé", "aliases": ["OD"]}


@pytest.mark.parametrize("role", ["declarant", "rssi", "dpo", "director", "administrator"])
def test_whoever_declares_completes_or_keeps_may_name_a_supplier(role):
    assert add_supplier(person(role)).pk


@pytest.mark.parametrize("role", ["ars_officer", "auditor", "national_steering"])
def test_readers_name_nothing(role):
    with pytest.raises(PermissionDenied):
        add_supplier(person(role))
    assert not Supplier.objects.exists()


@pytest.mark.parametrize("name", ["odalis", "ODALIS", "Od", "Ôdalis"])
def test_a_name_or_other_name_belongs_to_one_supplier(name):
    by = person("cert_analyst")
    add_supplier(by, "Odalis", ["OD"])
    with pytest.raises(BadName) as refused:
        add_supplier(by, name)
    assert refused.value.taken_by == "Odalis"


def test_a_known_name_is_found_and_an_unknown_one_added():
    by = person("declarant")
    known = SupplierFactory(name="Odalis", aliases=["OD Santé"])
    assert operations.find_or_add_supplier(by=by, name="od santé", now=NOW) == known
    new = operations.find_or_add_supplier(by=by, name="Meddoc", now=NOW)
    assert new != known
    assert new.name == "Meddoc"


def test_a_supplier_is_renamed_and_found_by_both_names():
    by = person("cert_analyst")
    supplier = SupplierFactory(name="Odalys")
    amend_supplier(by, supplier, "Odalis", ["Odalys", "Groupe OD"])
    assert [s.name for s in queries.search_suppliers("groupe")] == ["Odalis"]
    event = Event.objects.get(verb="supplier.amended")
    assert event.details["from"] == {"name": "Odalys", "aliases": []}


def test_a_rename_to_anothers_name_is_refused_and_to_its_own_alias_is_not():
    by = person("cert_analyst")
    SupplierFactory(name="Meddoc")
    supplier = SupplierFactory(name="Odalys", aliases=["Odalis"])
    with pytest.raises(BadName):
        amend_supplier(by, supplier, "meddoc")
    assert amend_supplier(by, supplier, "Odalis").name == "Odalis"


def test_the_same_names_again_are_no_act():
    by = person("cert_analyst")
    supplier = SupplierFactory(name="Odalis", aliases=["OD"])
    amend_supplier(by, supplier, "Odalis", ["OD"])
    assert not Event.objects.filter(verb="supplier.amended").exists()


def test_an_officer_corrects_a_supplier_that_only_their_structure_uses():
    officer = person("rssi", mine := EstablishmentFactory())
    supplier = SupplierFactory(name="Odalys")
    ApplicationFactory(establishment=mine, supplier=supplier.pk)
    assert amend_supplier(officer, supplier, "Odalis").name == "Odalis"
    ApplicationFactory(supplier=supplier.pk)
    with pytest.raises(PermissionDenied):
        amend_supplier(officer, supplier, "Autre")
    assert amend_supplier(person("cert_analyst"), supplier, "Autre").name == "Autre"


def test_a_declarant_names_suppliers_but_corrects_none():
    with pytest.raises(PermissionDenied):
        amend_supplier(person("declarant"), SupplierFactory(), "Autre")


def test_a_retired_supplier_is_no_longer_proposed_until_restored():
    by, supplier = person("cert_lead"), SupplierFactory(name="Odalis")
    operations.retire_supplier(by=by, supplier=supplier, retired_on=date(2026, 3, 1), now=NOW)
    assert queries.search_suppliers("odalis") == []
    assert queries.search_suppliers("odalis", with_retired=True) == [supplier]
    operations.retire_supplier(by=by, supplier=supplier, retired_on=None, now=NOW)
    assert queries.search_suppliers("odalis") == [supplier]
    verbs = Event.objects.filter(target=f"supplier:{supplier.pk}").order_by("id")
    assert list(verbs.values_list("verb", flat=True))[1:] == [
        "supplier.retired",
        "supplier.restored",
    ]


def test_the_database_keeps_one_supplier_per_name():
    SupplierFactory(name="Odalis")
    with pytest.raises(IntegrityError), transaction.atomic():
        Supplier.objects.create(name="ODALIS", search_text="", created_at=NOW)


@pytest.mark.django_db(transaction=True)
def test_a_supplier_named_by_two_people_at_the_same_moment_is_one():
    by, start, found = person("rssi"), Barrier(2), []

    def name():
        start.wait()
        try:
            found.append(operations.find_or_add_supplier(by=by, name="Odalis", now=NOW).pk)
        finally:
            connection.close()

    threads = [Thread(target=name) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1


# applications


def add(by, establishment, name="DPI", at=None, **stated):
    return operations.add_application(
        by=by,
        establishment=establishment,
        facts=ApplicationFacts(name, **stated),
        now=NOW,
        at=at,
    )


def test_an_application_keeps_what_is_stated():
    establishment, supplier = EstablishmentFactory(), SupplierFactory()
    application = add(
        person("rssi", establishment),
        establishment,
        " Dossier  patient ",
        supplier=supplier.pk,
        hosting="hds",
        care_activities=("BIO", "URG"),
        availability=4,
    )
    application.refresh_from_db()
    assert (application.name, application.supplier) == ("Dossier patient", supplier)
    assert application.care_activities == ["URG", "BIO"]
    assert (application.availability, application.integrity) == (4, None)
    assert application.lacks == ("needs",)


@pytest.mark.parametrize("role", ["declarant", "dpo", "director", "rssi"])
def test_whoever_declares_or_completes_there_may_name_an_application(role):
    establishment = EstablishmentFactory()
    assert add(person(role, establishment), establishment).pk


@pytest.mark.parametrize("role", ["auditor", "ars_officer"])
def test_readers_name_no_application(role):
    with pytest.raises(PermissionDenied):
        add(person(role), EstablishmentFactory())


def test_nobody_names_applications_elsewhere():
    with pytest.raises(PermissionDenied):
        add(person("rssi", EstablishmentFactory()), EstablishmentFactory())


def test_somebody_of_one_site_names_applications_of_its_structure():
    site = SiteFactory()
    declarant = MembershipFactory(role="declarant", site=site).user
    assert add(declarant, site.establishment, at=site.place).establishment == site.establishment
    with pytest.raises(PermissionDenied):
        add(declarant, site.establishment, "Autre")
    with pytest.raises(PermissionDenied):
        add(declarant, EstablishmentFactory(), "Autre", at=site.place)


def test_a_name_is_taken_in_one_structure_alone():
    one, other = EstablishmentFactory(), EstablishmentFactory()
    add(person("rssi", one), one)
    with pytest.raises(BadName):
        add(person("rssi", one), one, "dpi")
    assert add(person("rssi", other), other).pk
    known = operations.find_or_add_application(
        by=person("declarant", one), establishment=one, name="D.P.I.", now=NOW
    )
    assert known.establishment == one
    assert Application.objects.count() == 2


def test_only_those_who_keep_the_inventory_correct_it():
    application = ApplicationFactory(name="DPI")
    for role in ("declarant", "director", "dpo"):
        with pytest.raises(PermissionDenied):
            operations.amend_application(
                by=person(role, application.establishment),
                application=application,
                facts=ApplicationFacts("Autre"),
                now=NOW,
            )
    done = operations.amend_application(
        by=person("dsi", application.establishment),
        application=application,
        facts=ApplicationFacts("DPI", hosting="internal"),
        now=NOW,
    )
    assert done.hosting == "internal"
    event = Event.objects.get(verb="application.amended")
    assert event.details == {"hosting": {"from": "", "to": "internal"}}


def test_a_retired_application_is_no_longer_proposed():
    application = ApplicationFactory()
    by = person("rssi", application.establishment)
    operations.retire_application(
        by=by, application=application, retired_on=date(2026, 3, 1), now=NOW
    )
    assert not queries.applications_of(application.establishment)
    with pytest.raises(PermissionDenied):
        operations.retire_application(
            by=UserFactory(), application=application, retired_on=None, now=NOW
        )


# what one sees


def test_the_reader_sees_the_applications_of_their_territory():
    here, there = ApplicationFactory(), ApplicationFactory()
    site = SiteFactory(establishment=there.establishment, region="11", department="75")
    assert list(queries.visible_applications(person("rssi", here.establishment))) == [here]
    of_site = MembershipFactory(role="declarant", site=site).user
    assert list(queries.visible_applications(of_site)) == [there]
    assert list(queries.visible_applications(person("ars_officer", region="11"))) == [there]
    assert set(queries.visible_applications(person("cert_analyst"))) == {here, there}
    assert not queries.visible_applications(UserFactory())


def test_suppliers_are_found_closest_first():
    SupplierFactory(name="Odalis Santé")
    SupplierFactory(name="Odalix")
    SupplierFactory(name="Autre")
    assert [s.name for s in queries.search_suppliers("odalix")] == ["Odalix", "Odalis Santé"]
    assert len(queries.search_suppliers("")) == 3


def test_applications_are_found_by_name_supplier_and_structure():
    supplier = SupplierFactory(name="Odalis")
    application = ApplicationFactory(name="Dossier patient", supplier=supplier.pk)
    ApplicationFactory(name="Paie")
    rows = Application.objects.all()
    place = application.establishment.name
    for text in ("dossier", "dosier", "odalis", place):
        assert list(queries.search_applications(rows, text)) == [application]


def test_searching_suppliers_costs_three_queries(django_assert_max_num_queries):
    for number in range(5):
        SupplierFactory(aliases=[f"alias {number}"])
    with django_assert_max_num_queries(3):
        queries.search_suppliers("fournisseur")
