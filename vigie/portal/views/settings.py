"""What this instance says of the nation: emergency contacts and the legal portal."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.queries import names_of
from vigie.accounts.rules import Permission
from vigie.establishments import operations
from vigie.establishments import queries as establishments
from vigie.establishments.models import EmergencyContact
from vigie.establishments.queries import ShownContact
from vigie.establishments.rules import Portal
from vigie.kernel import clock
from vigie.portal.forms import ContactForm, DayForm, PortalForm
from vigie.portal.queries import places as queries
from vigie.portal.views.frame import HOME_COUNTRY
from vigie.portal.views.registering import keep, posted
from vigie.reference import catalogue

MANAGE = Permission.MANAGE_REFERENCE
KEY_LENGTH = 40


@needs(MANAGE)
@require_GET
def settings(request: SignedRequest) -> HttpResponse:
    """Show the contacts with the day each was verified, and where the law wants declarations."""
    contacts = _contacts()
    targets = [f"contact:{HOME_COUNTRY}/{contact.key}" for contact in contacts]
    journal = queries.journal_of(request.user, f"nation:{HOME_COUNTRY}", *targets)
    context = {
        "contacts": contacts,
        "retired": EmergencyContact.objects.filter(country=HOME_COUNTRY)
        .exclude(retired_on=None)
        .order_by("label_fr", "id"),
        "portal": establishments.legal_portal(HOME_COUNTRY),
        "country": catalogue.countries()[HOME_COUNTRY],
        "journal": journal,
        "names": names_of(journal),
    }
    return render(request, "portal/settings.html", context)


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def new_contact(request: SignedRequest) -> HttpResponse:
    """Add a public contact."""
    form = ContactForm(posted(request), initial={"checked_on": _today()})
    return _keep_contact(request, form, "", title=_("Ajouter un contact d’urgence"))


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def contact(request: SignedRequest, key: str) -> HttpResponse:
    """Verify a public contact: state it as it is today."""
    start = _stated(key)
    form = ContactForm(posted(request), initial=start | {"checked_on": _today()})
    return _keep_contact(request, form, key, title=_("Vérifier un contact d’urgence"))


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def retire_contact(request: SignedRequest, key: str) -> HttpResponse:
    """Stop showing a contact from a day on."""
    _stated(key)
    found = get_object_or_404(EmergencyContact, country=HOME_COUNTRY, key=key)
    form = DayForm(posted(request), initial={"day": _today()})
    return keep(
        request,
        form,
        lambda: operations.retire_contact(
            by=request.user, contact=found, retired_on=form.cleaned_data["day"], now=clock.now()
        ),
        title=_("Ne plus montrer ce contact"),
        about=found.label_fr,
        back=reverse("portal:settings"),
        done=_("Le contact ne sera plus montré."),
    )


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def portal(request: SignedRequest) -> HttpResponse:
    """Say where the law of the nation wants declarations."""
    shown = establishments.legal_portal(HOME_COUNTRY)
    start = {
        "portal": Portal.HERE if shown.is_here else Portal.ELSEWHERE,
        "portal_name": shown.name.fr,
        "portal_url": shown.url,
    }
    form = PortalForm(posted(request), initial=start)

    def act() -> object:
        said = form.cleaned_data
        return operations.set_portal(
            by=request.user,
            country=HOME_COUNTRY,
            portal=Portal(said["portal"]),
            name=said["portal_name"],
            url=said["portal_url"],
            now=clock.now(),
        )

    return keep(
        request,
        form,
        act,
        title=_("Où la loi veut la déclaration"),
        about=_("Ce réglage change ce que chaque page dit du devoir de déclarer."),
        back=reverse("portal:settings"),
        done=_("Le portail légal est réglé."),
    )


def _keep_contact(
    request: SignedRequest, form: ContactForm, key: str, *, title: str
) -> HttpResponse:
    def act() -> object:
        named = key or slugify(form.cleaned_data["label_en"])[:KEY_LENGTH] or "contact"
        return operations.keep_contact(
            by=request.user, country=HOME_COUNTRY, key=named, facts=form.facts, now=clock.now()
        )

    return keep(
        request,
        form,
        act,
        title=title,
        back=reverse("portal:settings"),
        done=_("Le contact est vérifié."),
    )


def _today() -> Any:
    return timezone.localdate(clock.now())


def _contacts() -> list[ShownContact]:
    return establishments.emergency_contacts(HOME_COUNTRY, today=_today())


def _stated(key: str) -> dict[str, object]:
    """Return a contact as pages show it, retired ones as they were. Raises Http404."""
    own = EmergencyContact.objects.filter(country=HOME_COUNTRY, key=key).first()
    if own is not None:
        return {name: getattr(own, name) for name in ContactForm.base_fields}
    shown = next((c for c in _contacts() if c.key == key), None)
    if shown is None:
        raise Http404
    return {
        "label_fr": shown.title.fr,
        "label_en": shown.title.en,
        "phone": shown.phone,
        "email": shown.email,
        "url": shown.url,
        "hours": shown.hours.fr,
        "source": shown.source,
    }
