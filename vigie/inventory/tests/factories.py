"""Rows for tests, added through the acts that people use."""

from datetime import UTC, datetime

import factory

from vigie.accounts.tests.factories import EstablishmentFactory, person
from vigie.inventory import operations
from vigie.inventory.models import Application, Supplier
from vigie.inventory.rules import ApplicationFacts

NOW = datetime(2026, 3, 14, 1, 10, tzinfo=UTC)


class SupplierFactory(factory.Factory):
    """A supplier; aliases: its other names."""

    class Meta:
        model = Supplier

    name = factory.Sequence(lambda n: f"Fournisseur {n}")
    aliases = ()

    @classmethod
    def _create(cls, model_class, *args, name, aliases):
        by = person("cert_analyst", None)
        return operations.add_supplier(by=by, name=name, aliases=list(aliases), now=NOW)


class ApplicationFactory(factory.Factory):
    """An application of an establishment; the rest is what is stated of it."""

    class Meta:
        model = Application

    establishment = factory.SubFactory(EstablishmentFactory)
    name = factory.Sequence(lambda n: f"Application {n}")

    @classmethod
    def _create(cls, model_class, *args, establishment, **stated):
        return operations.add_application(
            by=person("rssi", establishment),
            establishment=establishment,
            facts=ApplicationFacts(**stated),
            now=NOW,
        )
