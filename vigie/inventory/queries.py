"""Read suppliers and applications. Applications start from what the reader may see."""

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from vigie.accounts.models import User
from vigie.accounts.queries import within
from vigie.accounts.rules import Permission
from vigie.establishments.models import Establishment, Site
from vigie.establishments.rules import fold
from vigie.inventory import rules
from vigie.inventory.models import Application, Supplier, SupplierAlias

PROPOSED = 8  # names offered while somebody types
SEATS = {
    "country": "establishment__country",
    "region": "establishment__region",
    "department": "establishment__department",
    "site": "",
}


def suppliers(*, with_retired: bool = False) -> QuerySet[Supplier]:
    """Return the suppliers by name, with their other names and how many applications use them."""
    rows = Supplier.objects.all() if with_retired else Supplier.objects.filter(retired_on=None)
    used = Count("applications", filter=Q(applications__retired_on=None))
    named = Prefetch("aliases", queryset=SupplierAlias.objects.order_by("name", "id"))
    return rows.annotate(used=used).prefetch_related(named).order_by("name", "id")


def search_suppliers(
    text: str, *, limit: int | None = PROPOSED, with_retired: bool = False
) -> list[Supplier]:
    """Return the suppliers that a text means, the closest first; all of them for an empty text.

    Forgives accents, capitals, an unfinished word and one typing mistake; reads aliases too.
    """
    found = suppliers(with_retired=with_retired)
    if not fold(text):
        return list(found[:limit])
    near = {
        pk: close
        for pk, known in found.values_list("pk", "search_text")
        if (close := rules.closeness(text, known)) is not None
    }
    best = sorted(near, key=lambda pk: near[pk])[:limit]
    return sorted(found.filter(pk__in=best), key=lambda row: (near[row.pk], row.name))


def supplier_named(name: str) -> Supplier | None:
    """Return the supplier in use that bears a name, or is also called so; else None."""
    wanted = fold(name)
    if not wanted:
        return None
    known = Supplier.objects.filter(retired_on=None)
    pairs = [*known.values_list("pk", "name")]
    pairs += SupplierAlias.objects.filter(supplier__retired_on=None).values_list("supplier", "name")
    pk = next((pk for pk, called in pairs if fold(called) == wanted), None)
    return known.get(pk=pk) if pk is not None else None


def visible_applications(reader: User) -> QuerySet[Application]:
    """Return the applications of the establishments, or of their sites, that the reader sees."""
    return Application.objects.filter(_of_places(reader, Permission.READ_INVENTORY)).select_related(
        "establishment", "supplier"
    )


def _of_places(reader: User, permission: Permission) -> Q:
    sites = Site.objects.filter(
        within(reader, permission, site="pk"), establishment=OuterRef("establishment")
    )
    return within(reader, permission, **SEATS) | Q(Exists(sites))


def search_applications(rows: QuerySet[Application], text: str) -> QuerySet[Application]:
    """Return the rows whose name, supplier or establishment a text means; all for an empty text."""
    if not fold(text):
        return rows
    near = [
        pk
        for pk, *names in rows.values_list("pk", "name", "supplier__search_text")
        if rules.closeness(text, rules.search_text(*(name or "" for name in names))) is not None
    ]
    return rows.filter(Q(pk__in=near) | Q(establishment__name__icontains=text.strip()))


def applications_of(establishment: Establishment) -> QuerySet[Application]:
    """Return the applications in use in an establishment that the reader was allowed to open."""
    rows = Application.objects.filter(establishment=establishment, retired_on=None)
    return rows.select_related("supplier").order_by("name", "id")


def application_named(establishment: Establishment, name: str) -> Application | None:
    """Return the application of an establishment that bears a name, retired or not; else None."""
    wanted = fold(name)
    rows = Application.objects.filter(establishment=establishment).values_list("pk", "name")
    pk = next((pk for pk, called in rows.order_by("id") if fold(called) == wanted), None)
    return Application.objects.get(pk=pk) if wanted and pk is not None else None


def manageable_establishments(reader: User) -> QuerySet[Establishment]:
    """Return the establishments whose applications the reader may keep, by name."""
    columns = {"establishment": "pk", "site": ""}
    mine = within(reader, Permission.MANAGE_INVENTORY, **columns)
    return Establishment.objects.in_force().filter(mine).order_by("name", "id")


def may_amend_supplier(person: User, supplier: Supplier) -> bool:
    """Return whether the person may rename or retire a supplier, which every structure shares.

    They may where they keep the inventory of every structure that uses it.
    """
    if not person.may(Permission.MANAGE_INVENTORY):
        return False
    mine = within(person, Permission.MANAGE_INVENTORY, **SEATS)
    users = Application.objects.filter(supplier=supplier)
    return not users.exclude(pk__in=users.filter(mine).values("pk")).exists()
