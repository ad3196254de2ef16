"""Read the short links of a reader's sites."""

from django.db.models import Count, Prefetch, Q, QuerySet

from vigie.accounts.models import User
from vigie.accounts.queries import within
from vigie.accounts.rules import Permission
from vigie.establishments.models import Site, Ward
from vigie.reports.models import ShortLink


def sites_to_keep(reader: User) -> QuerySet[Site]:
    """Return the sites whose posters the reader may keep, with their wards and links in force."""
    wards = Ward.objects.order_by("name", "id")
    return (
        Site.objects.in_force()
        .filter(within(reader, Permission.HANDLE_REPORTS, site="pk"))
        .select_related("establishment")
        .prefetch_related(
            Prefetch("wards", queryset=wards, to_attr="wards_by_name"),
            Prefetch("short_links", queryset=_counted(), to_attr="links_in_force"),
        )
        .order_by("establishment__name", "name", "id")
    )


def _counted() -> QuerySet[ShortLink]:
    rows = ShortLink.objects.filter(revoked_at=None).annotate(used=Count("reports"))
    return rows.select_related("ward").order_by("ward__name", "id")


def open_links(reader: User) -> QuerySet[ShortLink]:
    """Return the links in force that the reader may keep, unordered."""
    columns = {name: f"site__{name}" for name in ("country", "region", "department")}
    mine = within(
        reader,
        Permission.HANDLE_REPORTS,
        establishment="site__establishment",
        site="site",
        **columns,
    )
    rows = ShortLink.objects.filter(mine, revoked_at=None)
    return rows.select_related("site__establishment", "ward")


def link_to_print(reader: User, pk: int) -> ShortLink | None:
    """Return a link in force that the reader may keep, None for any other."""
    return open_links(reader).filter(pk=pk).first()


def links_of(reader: User, site: int) -> list[ShortLink]:
    """Return the links in force of a site, its own first, then by ward; none where not theirs."""
    rows = open_links(reader).filter(Q(site=site))
    return sorted(rows, key=lambda link: (link.ward is not None, str(link.ward or ""), link.pk))
