"""Acts on the inventory: one act, one transaction, one journal line."""

from dataclasses import asdict, replace
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.establishments.models import Establishment
from vigie.establishments.rules import Place
from vigie.inventory import queries, rules
from vigie.inventory.models import Application, Supplier, SupplierAlias
from vigie.inventory.rules import ApplicationFacts, BadName

# Whoever declares or completes a declaration may name what is missing, so that nobody is blocked.
MAY_NAME = (Permission.MANAGE_INVENTORY, Permission.DECLARE, Permission.AMEND)


def add_supplier(*, by: User, name: str, aliases: list[str], now: datetime) -> Supplier:
    """Add a supplier to the list that every structure shares.

    Raises PermissionDenied unless the person declares or keeps an inventory somewhere, BadName
    when the name is empty or a supplier bears it already.
    """
    if not any(by.may(permission) for permission in MAY_NAME):
        raise PermissionDenied(f"{by.journal_name} may not name suppliers")
    name = rules.clean_name(name)
    aliases = rules.clean_aliases(aliases, name)
    with transaction.atomic():
        _refuse_taken([name, *aliases], own=None)
        supplier = Supplier(name=name, created_at=now)
        supplier.search_text = rules.search_text(name, *aliases)
        supplier.save(force_insert=True)
        _write_aliases(supplier, aliases)
        _record(by, "supplier.added", supplier, now, {"name": name, "aliases": aliases})
    return supplier


def find_or_add_supplier(*, by: User, name: str, now: datetime) -> Supplier:
    """Return the supplier that bears a name, added if nobody named it before.

    Raises PermissionDenied and BadName as add_supplier does.
    """
    known = queries.supplier_named(name)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return add_supplier(by=by, name=name, aliases=[], now=now)
    except (IntegrityError, BadName):
        # Named twice at the same moment, and the other won.
        known = queries.supplier_named(name)
        if known is None:
            raise
        return known


@transaction.atomic
def amend_supplier(
    *, by: User, supplier: Supplier, name: str, aliases: list[str], now: datetime
) -> Supplier:
    """Correct the names of a supplier.

    Raises PermissionDenied when a structure that the person does not keep uses it, BadName when a
    name is empty or another supplier's.
    """
    supplier = _hold_supplier(by, supplier)
    name = rules.clean_name(name)
    aliases = rules.clean_aliases(aliases, name)
    _refuse_taken([name, *aliases], own=supplier)
    old = {"name": supplier.name, "aliases": _aliases(supplier)}
    new = {"name": name, "aliases": aliases}
    if old == new:
        return supplier
    supplier.name = name
    supplier.search_text = rules.search_text(name, *aliases)
    supplier.save(update_fields=["name", "search_text"])
    supplier.aliases.all().delete()
    _write_aliases(supplier, aliases)
    _record(by, "supplier.amended", supplier, now, {"from": old, "to": new})
    return supplier


@transaction.atomic
def retire_supplier(
    *, by: User, supplier: Supplier, retired_on: date | None, now: datetime
) -> Supplier:
    """Stop proposing a supplier from a day on, or propose it again with None.

    Raises PermissionDenied as amend_supplier does.
    """
    supplier = _hold_supplier(by, supplier)
    supplier.retired_on = retired_on
    supplier.save(update_fields=["retired_on"])
    verb = "supplier.retired" if retired_on else "supplier.restored"
    _record(by, verb, supplier, now, {"on": retired_on} if retired_on else {})
    return supplier


def add_application(
    *,
    by: User,
    establishment: Establishment,
    facts: ApplicationFacts,
    now: datetime,
    at: Place | None = None,
) -> Application:
    """Add an application to an establishment.

    at: where the person acts, when only one site of the establishment is theirs.
    Raises PermissionDenied when the person neither keeps the inventory nor declares there, BadName
    when the name is empty or taken in this establishment, ValueError for an unknown code.
    """
    _require_naming(by, establishment, at)
    facts = facts.checked()
    with transaction.atomic():
        taken = queries.application_named(establishment, facts.name)
        if taken is not None:
            raise BadName("is taken", taken.name)
        application = Application(establishment=establishment, **_columns(facts))
        application.save(force_insert=True)
        details = {"establishment": establishment.pk, "name": facts.name}
        _record(by, "application.added", application, now, details)
    return application


def find_or_add_application(
    *,
    by: User,
    establishment: Establishment,
    name: str,
    now: datetime,
    at: Place | None = None,
) -> Application:
    """Return the application of an establishment that bears a name, added if nobody named it.

    Raises PermissionDenied and BadName as add_application does.
    """
    _require_naming(by, establishment, at)
    known = queries.application_named(establishment, name)
    if known is not None:
        return known
    facts = ApplicationFacts(name)
    try:
        with transaction.atomic():
            return add_application(by=by, establishment=establishment, facts=facts, now=now, at=at)
    except (IntegrityError, BadName):
        # Named twice at the same moment, and the other won.
        known = queries.application_named(establishment, name)
        if known is None:
            raise
        return known


@transaction.atomic
def amend_application(
    *, by: User, application: Application, facts: ApplicationFacts, now: datetime
) -> Application:
    """Correct or complete what is known of an application.

    Raises PermissionDenied when the person does not keep the inventory there, BadName when the
    name is empty or taken in this establishment, ValueError for an unknown code.
    """
    application = _hold_application(by, application)
    facts = facts.checked()
    columns = _columns(facts)
    taken = queries.application_named(application.establishment, facts.name)
    if taken is not None and taken.pk != application.pk:
        raise BadName("is taken", taken.name)
    changed: dict[str, object] = {
        name: {"from": getattr(application, name), "to": value}
        for name, value in columns.items()
        if getattr(application, name) != value
    }
    if changed:
        for name, value in columns.items():
            setattr(application, name, value)
        application.save()
        _record(by, "application.amended", application, now, changed)
    return application


@transaction.atomic
def keep_application(
    *,
    by: User,
    establishment: Establishment,
    application: Application | None,
    facts: ApplicationFacts,
    supplier: str,
    now: datetime,
) -> Application:
    """Add an application, or correct it where there is one; its supplier is given by name.

    A supplier that nobody named before is added; an empty name means none. Raises as
    add_application and amend_application do.
    """
    require(by, Permission.MANAGE_INVENTORY, at=establishment.place)
    company = find_or_add_supplier(by=by, name=supplier, now=now) if supplier.strip() else None
    facts = replace(facts, supplier=company.pk if company else None)
    if application is None:
        return add_application(by=by, establishment=establishment, facts=facts, now=now)
    return amend_application(by=by, application=application, facts=facts, now=now)


@transaction.atomic
def retire_application(
    *, by: User, application: Application, retired_on: date | None, now: datetime
) -> Application:
    """Stop proposing an application from a day on, or propose it again with None.

    Raises PermissionDenied when the person does not keep the inventory there.
    """
    application = _hold_application(by, application)
    application.retired_on = retired_on
    application.save(update_fields=["retired_on"])
    verb = "application.retired" if retired_on else "application.restored"
    _record(by, verb, application, now, {"on": retired_on} if retired_on else {})
    return application


def _require_naming(by: User, establishment: Establishment, at: Place | None) -> None:
    place = at or establishment.place
    if place.establishment_id != establishment.pk:
        raise PermissionDenied("the place belongs to another establishment")
    if not any(by.may(permission, at=place) for permission in MAY_NAME):
        raise PermissionDenied(f"{by.journal_name} may not name applications there")


def _hold_supplier(by: User, supplier: Supplier) -> Supplier:
    supplier = Supplier.objects.select_for_update(of=("self",)).get(pk=supplier.pk)
    if not queries.may_amend_supplier(by, supplier):
        raise PermissionDenied(f"{by.journal_name} may not amend {supplier.pk}")
    return supplier


def _hold_application(by: User, application: Application) -> Application:
    rows = Application.objects.select_for_update(of=("self",)).select_related("establishment")
    application = rows.get(pk=application.pk)
    require(by, Permission.MANAGE_INVENTORY, at=application.place)
    return application


def _columns(facts: ApplicationFacts) -> dict[str, object]:
    columns = asdict(facts)
    columns["supplier_id"] = columns.pop("supplier")
    columns["care_activities"] = list(facts.care_activities)
    return columns


def _refuse_taken(names: list[str], *, own: Supplier | None) -> None:
    for name in names:
        taken = queries.supplier_named(name)
        if taken is not None and (own is None or taken.pk != own.pk):
            raise BadName("is taken", taken.name)


def _aliases(supplier: Supplier) -> list[str]:
    return list(supplier.aliases.order_by("name", "id").values_list("name", flat=True))


def _write_aliases(supplier: Supplier, aliases: list[str]) -> None:
    SupplierAlias.objects.bulk_create(
        [SupplierAlias(supplier=supplier, name=alias) for alias in aliases]
    )


def _record(
    by: User, verb: str, row: Supplier | Application, now: datetime, details: dict[str, object]
) -> None:
    kind = "supplier" if isinstance(row, Supplier) else "application"
    record(actor=by.journal_name, verb=verb, target=f"{kind}:{row.pk}", at=now, details=details)
