"""Open, correct and close establishments, sites and wards."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.rules import Permission
from vigie.establishments import operations
from vigie.establishments.models import Establishment, Site, Ward
from vigie.establishments.rules import Place
from vigie.kernel import clock
from vigie.portal.forms import CloseForm, EstablishmentForm, SiteForm, WardForm
from vigie.portal.forms.places import StatementForm
from vigie.portal.queries import places as queries

MANAGE = Permission.MANAGE_ESTABLISHMENTS


def keep(
    request: SignedRequest,
    form: StatementForm,
    act: Callable[[], object],
    *,
    title: str,
    about: str = "",
    back: str,
    done: str,
    remove: str = "",
) -> HttpResponse:
    """Do the act of a form that was sent right, else show the form with what is wrong."""
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except ValidationError as refused:
            form.refuse(refused)
        else:
            messages.success(request, done)
            return redirect(back)
    context = {"form": form, "title": title, "about": about, "back": back, "remove_url": remove}
    return render(request, "portal/statement.html", context, status=422 if form.errors else 200)


def posted(request: SignedRequest) -> QueryDict | None:
    """Return what was sent, None for a form that is only opened."""
    return request.POST if request.method == "POST" else None


def managed_place(request: SignedRequest, pk: int) -> Establishment:
    """Return an establishment to change: 404 where the reader sees it not, 403 where only sees."""
    found = get_object_or_404(queries.visible_establishments(request.user), pk=pk)
    check(request, found.place)
    return found


def managed_site(request: SignedRequest, pk: int) -> Site:
    """Return a site to change, refused as an establishment is."""
    sites = queries.visible_sites(request.user).select_related("establishment")
    found = get_object_or_404(sites, pk=pk)
    check(request, found.place)
    return found


def check(request: SignedRequest, place: Place) -> None:
    """Raise PermissionDenied unless the reader manages establishments there."""
    if not request.user.may(MANAGE, at=place):
        raise PermissionDenied


def page_of(establishment: int) -> str:
    """Return the address of an establishment's page."""
    return reverse("portal:place", args=[establishment])


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def new_place(request: SignedRequest) -> HttpResponse:
    """Open an establishment."""
    form = EstablishmentForm(posted(request))
    return keep(
        request,
        form,
        lambda: operations.create_establishment(by=request.user, facts=form.facts, now=clock.now()),
        title=_("Ouvrir un établissement"),
        back=reverse("portal:places"),
        done=_("L’établissement est dans la liste."),
    )


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def amend_place(request: SignedRequest, pk: int) -> HttpResponse:
    """Correct an establishment."""
    found = managed_place(request, pk)
    form = EstablishmentForm.of(found, posted(request))
    return keep(
        request,
        form,
        lambda: operations.amend_establishment(
            by=request.user, establishment=found, facts=form.facts, now=clock.now()
        ),
        title=_("Corriger l’établissement"),
        about=found.name,
        back=page_of(found.pk),
        done=_("L’établissement est corrigé."),
    )


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def close_place(request: SignedRequest, pk: int) -> HttpResponse:
    """Close an establishment and its sites, or open it again."""
    found = managed_place(request, pk)
    form = CloseForm(posted(request), initial={"closed_on": found.closed_on})
    return keep(
        request,
        form,
        lambda: operations.close_establishment(
            by=request.user,
            establishment=found,
            closed_on=form.cleaned_data["closed_on"],
            now=clock.now(),
        ),
        title=_("Fermer ou rouvrir l’établissement"),
        about=_("%s : ses sites ouverts ferment avec lui.") % found.name,
        back=page_of(found.pk),
        done=_("La date de fermeture est enregistrée."),
    )


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def new_site(request: SignedRequest, pk: int) -> HttpResponse:
    """Open a site of an establishment."""
    owner = managed_place(request, pk)
    start = {"department": owner.department, "structure_type": owner.structure_type, "beds": 0}
    form = SiteForm(posted(request), initial=start)
    return keep(
        request,
        form,
        lambda: operations.create_site(
            by=request.user, establishment=owner, facts=form.facts(), now=clock.now()
        ),
        title=_("Ajouter un site"),
        about=owner.name,
        back=page_of(owner.pk),
        done=_("Le site est ajouté."),
    )


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def amend_site(request: SignedRequest, pk: int) -> HttpResponse:
    """Correct a site."""
    site = managed_site(request, pk)
    form = SiteForm.of(site, posted(request))
    return keep(
        request,
        form,
        lambda: operations.amend_site(
            by=request.user, site=site, facts=form.facts(site), now=clock.now()
        ),
        title=_("Corriger le site"),
        about=f"{site.name} · {site.establishment.name}",
        back=page_of(site.establishment_id),
        done=_("Le site est corrigé."),
    )


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def close_site(request: SignedRequest, pk: int) -> HttpResponse:
    """Close a site, or open it again."""
    site = managed_site(request, pk)
    form = CloseForm(posted(request), initial={"closed_on": site.closed_on})
    return keep(
        request,
        form,
        lambda: operations.close_site(
            by=request.user, site=site, closed_on=form.cleaned_data["closed_on"], now=clock.now()
        ),
        title=_("Fermer ou rouvrir le site"),
        about=f"{site.name} · {site.establishment.name}",
        back=page_of(site.establishment_id),
        done=_("La date de fermeture est enregistrée."),
    )


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def new_ward(request: SignedRequest, pk: int) -> HttpResponse:
    """Add a ward to a site."""
    site = managed_site(request, pk)
    form = WardForm(posted(request))
    return keep(
        request,
        form,
        lambda: operations.add_ward(
            by=request.user, site=site, now=clock.now(), **form.cleaned_data
        ),
        title=_("Ajouter un service"),
        about=f"{site.name} · {site.establishment.name}",
        back=page_of(site.establishment_id),
        done=_("Le service est ajouté."),
    )


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def amend_ward(request: SignedRequest, pk: int) -> HttpResponse:
    """Correct a ward, or remove it from here."""
    ward = _ward(request, pk)
    start = {"name": ward.name, "care_activity": ward.care_activity}
    form = WardForm(posted(request), initial=start)
    return keep(
        request,
        form,
        lambda: operations.amend_ward(
            by=request.user, ward=ward, now=clock.now(), **form.cleaned_data
        ),
        title=_("Corriger le service"),
        about=f"{ward.name} · {ward.site.name}",
        back=page_of(ward.site.establishment_id),
        done=_("Le service est corrigé."),
        remove=reverse("portal:remove_ward", args=[ward.pk]),
    )


@needs(MANAGE)
@require_POST
def remove_ward(request: SignedRequest, pk: int) -> HttpResponse:
    """Remove a ward."""
    ward = _ward(request, pk)
    operations.remove_ward(by=request.user, ward=ward, now=clock.now())
    messages.success(request, _("Le service est retiré."))
    return redirect(page_of(ward.site.establishment_id))


def _ward(request: SignedRequest, pk: int) -> Ward:
    wards = Ward.objects.filter(site__in=queries.visible_sites(request.user).values("pk"))
    ward = get_object_or_404(wards.select_related("site"), pk=pk)
    check(request, ward.site.place)
    return ward
