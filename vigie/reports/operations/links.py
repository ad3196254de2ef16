"""Open, renew and revoke the short links that posters carry."""

import secrets
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.establishments.models import Site, Ward
from vigie.reports import rules
from vigie.reports.models import ShortLink


@transaction.atomic
def open_short_links(*, by: User, site: Site, now: datetime) -> list[ShortLink]:
    """Give the site and each of its wards a short link, where one is missing.

    Returns the new ones. Raises PermissionDenied when the person may not keep posters there.
    """
    require(by, Permission.HANDLE_REPORTS, at=site.place)
    # Two officers may press the button at once: the second finds the links of the first.
    site = Site.objects.select_for_update(of=("self",)).get(pk=site.pk)
    known = set(site.short_links.filter(revoked_at=None).values_list("ward", flat=True))
    wanted: list[Ward | None] = [None, *site.wards.order_by("name", "id")]
    missing = [ward for ward in wanted if (ward.pk if ward else None) not in known]
    made = [_open(by, site, ward, now) for ward in missing]
    if made:
        _record(by, "report.links_opened", site, now, {"links": len(made)})
    return made


@transaction.atomic
def renew_link(*, by: User, link: ShortLink, now: datetime) -> ShortLink:
    """Replace a link, whose posters then lead nowhere, by a new one for the same place.

    Raises PermissionDenied when the person may not keep posters there or the link is revoked.
    """
    link = _revoke(by, link, now)
    made = _open(by, link.site, link.ward, now)
    _record(by, "report.link_renewed", link.site, now, _named(link))
    return made


@transaction.atomic
def revoke_link(*, by: User, link: ShortLink, now: datetime) -> None:
    """End a link: its posters lead nowhere any more.

    Raises PermissionDenied when the person may not keep posters there or the link is revoked.
    """
    link = _revoke(by, link, now)
    _record(by, "report.link_revoked", link.site, now, _named(link))


def _open(by: User, site: Site, ward: Ward | None, now: datetime) -> ShortLink:
    draw = [secrets.randbelow(len(rules.ALPHABET)) for _sign in range(rules.CODE_LENGTH)]
    return ShortLink.objects.create(
        code=rules.new_code(draw), site=site, ward=ward, created_at=now, by=by
    )


def _revoke(by: User, link: ShortLink, now: datetime) -> ShortLink:
    rows = ShortLink.objects.select_for_update(of=("self",)).select_related("site", "ward")
    link = rows.get(pk=link.pk)
    require(by, Permission.HANDLE_REPORTS, at=link.place)
    if link.revoked_at is not None:
        raise PermissionDenied("the link is revoked already")
    link.revoked_at = now
    link.save(update_fields=["revoked_at"])
    return link


def _named(link: ShortLink) -> dict[str, object]:
    return {"place": str(link.ward or link.site)}


def _record(by: User, verb: str, site: Site, now: datetime, details: dict[str, object]) -> None:
    record(actor=by.journal_name, verb=verb, target=f"site:{site.pk}", at=now, details=details)
