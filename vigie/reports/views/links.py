"""The posters of a site: their short links, opened, renewed, revoked and printed."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.queries import scoped
from vigie.accounts.rules import Permission
from vigie.establishments.models import Site
from vigie.establishments.queries import search_sites
from vigie.kernel import clock
from vigie.reports import operations, queries
from vigie.reports.exports import poster
from vigie.reports.models import ShortLink
from vigie.reports.queries import Whereabouts

PAGE = 20
MOST_POSTERS = 200  # in one file


@needs(Permission.HANDLE_REPORTS)
@require_GET
def links(request: SignedRequest) -> HttpResponse:
    """List the sites whose posters the person keeps."""
    asked = request.GET.get("q", "")[:100]
    mine = queries.sites_to_keep(request.user).filter(scoped(request.user, site="id"))
    if asked.strip():
        found = [site.pk for site in search_sites(asked, among=mine.order_by(), limit=PAGE)]
        mine = mine.filter(pk__in=found)
    page: Any = Paginator(mine, PAGE).get_page(request.GET.get("page"))
    for site in page.object_list:
        known = {link.ward_id for link in site.links_in_force}
        site.is_missing_links = known != {None, *(ward.pk for ward in site.wards_by_name)}
    page.shown, page.total = len(page.object_list), page.paginator.count
    page.previous_url = f"?page={page.number - 1}" if page.has_previous() else ""
    page.next_url = f"?page={page.number + 1}" if page.has_next() else ""
    context = {"page": page, "asked": asked, "address": settings.VIGIE_URL}
    return render(request, "reports/links.html", context)


@needs(Permission.HANDLE_REPORTS)
@require_POST
def open_links(request: SignedRequest, pk: int) -> HttpResponse:
    """Give a site and its wards the links that they miss."""
    site = _site(request, pk)
    made = operations.open_short_links(by=request.user, site=site, now=clock.now())
    done = ngettext("%(n)d lien créé.", "%(n)d liens créés.", len(made)) % {"n": len(made)}
    messages.success(request, done)
    return redirect("reports:links")


@needs(Permission.HANDLE_REPORTS)
@require_POST
def renew(request: SignedRequest, pk: int) -> HttpResponse:
    """Replace a link by a new one."""
    operations.renew_link(by=request.user, link=_link(request, pk), now=clock.now())
    messages.success(request, _("Nouveau lien : imprimez l’affiche et remplacez l’ancienne."))
    return redirect("reports:links")


@needs(Permission.HANDLE_REPORTS)
@require_POST
def revoke(request: SignedRequest, pk: int) -> HttpResponse:
    """End a link."""
    operations.revoke_link(by=request.user, link=_link(request, pk), now=clock.now())
    messages.success(request, _("Ce lien ne mène plus nulle part : retirez l’affiche."))
    return redirect("reports:links")


@needs(Permission.HANDLE_REPORTS)
@require_GET
def poster_pdf(request: SignedRequest, pk: int) -> HttpResponse:
    """Give the poster of one link."""
    link = _link(request, pk)
    return _posters([link], f"vigie-affiche-{link.code}.pdf")


@needs(Permission.HANDLE_REPORTS)
@require_GET
def posters_pdf(request: SignedRequest, pk: int) -> HttpResponse:
    """Give the posters of a site and of all its wards in one file."""
    site = _site(request, pk)
    found = queries.links_of(request.user, site.pk)[:MOST_POSTERS]
    if not found:
        raise Http404
    return _posters(found, f"vigie-affiches-{site.code}.pdf")


def _posters(found: list[ShortLink], name: str) -> HttpResponse:
    now = clock.now()
    where = [Whereabouts(link.site.establishment, link.site, link.ward, link) for link in found]
    telephone = queries.printed_telephone(where[0], now=now)  # one site: one number
    content = poster.pdf(where, telephone, address=settings.VIGIE_URL, now=now)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _site(request: SignedRequest, pk: int) -> Site:
    return get_object_or_404(queries.sites_to_keep(request.user), pk=pk)


def _link(request: SignedRequest, pk: int) -> ShortLink:
    found = queries.link_to_print(request.user, pk)
    if found is None:
        raise Http404
    return found
