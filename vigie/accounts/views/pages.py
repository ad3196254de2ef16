"""What administration offers, who may do what, and the journal."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from vigie.accounts import forms, queries
from vigie.accounts.guards import SignedRequest, needs, signed_in
from vigie.accounts.models import User
from vigie.accounts.rules import PERMISSION_WORDS, ROLES, TERRITORY_WORDS, Permission
from vigie.audit.rules import BadCursor
from vigie.establishments.rules import TerritoryKind


@dataclass(frozen=True, slots=True)
class Card:
    """A place of administration. title and text are French message ids."""

    permission: Permission
    route: str
    icon: str
    title: str
    text: str
    is_national: bool = False  # of use only to whom a nation is entrusted

    def is_open_to(self, person: User) -> bool:
        """Return whether the person administers what it leads to."""
        held = person.memberships_with(self.permission)
        if self.is_national:
            return any(m.territory_kind == TerritoryKind.NATION for m in held)
        return person.may(self.permission)

    @property
    def url(self) -> str:
        """Return its address, "" while no capability serves it."""
        try:
            return reverse(self.route)
        except NoReverseMatch:
            return ""


P = Permission
ADMINISTRATION = (
    Card(
        P.MANAGE_PEOPLE,
        "accounts:people",
        icon="users",
        title=gettext_noop("Personnes"),
        text=gettext_noop("Rôles, comptes, seconds facteurs perdus."),
    ),
    Card(
        P.MANAGE_PEOPLE,
        "accounts:invitations",
        icon="mail",
        title=gettext_noop("Invitations"),
        text=gettext_noop("Faire entrer quelqu’un, suivre ce qui attend."),
    ),
    Card(
        P.MANAGE_ESTABLISHMENTS,
        "portal:places",
        icon="building-hospital",
        title=gettext_noop("Établissements"),
        text=gettext_noop("Ouvrir, corriger, fermer, grouper."),
    ),
    Card(
        P.MANAGE_INVENTORY,
        "inventory:list",
        icon="apps",
        title=gettext_noop("Fournisseurs et applications"),
        text=gettext_noop("Ce dont les soins dépendent."),
    ),
    Card(
        P.IMPORT_DECLARATIONS,
        "incidents:intakes",
        icon="file-import",
        title=gettext_noop("Importer des déclarations"),
        text=gettext_noop("Le passé d’un autre registre, d’un tableau."),
    ),
    Card(
        P.MANAGE_REFERENCE,
        "portal:settings",
        icon="adjustments",
        title=gettext_noop("Contacts et portail légal"),
        text=gettext_noop("Qui appeler, où la loi veut la déclaration."),
    ),
    Card(
        P.READ_JOURNAL,
        "accounts:journal",
        icon="notebook",
        title=gettext_noop("Journal"),
        text=gettext_noop("Qui a fait quoi, et quand."),
    ),
    Card(
        P.FOLLOW_OUTBOX,
        "portal:outbox",
        icon="send",
        title=gettext_noop("Messages envoyés"),
        text=gettext_noop("Courriels, SMS, webhooks : ce qui attend, ce qui n’est pas arrivé."),
        is_national=True,
    ),
)


@signed_in
@require_GET
def roles(request: SignedRequest) -> HttpResponse:
    """Show who may do what, in plain words."""
    table = [
        (words, [(role, permission in role.permissions) for role in ROLES.values()])
        for permission, words in PERMISSION_WORDS.items()
    ]
    cards = [
        (role, [TERRITORY_WORDS[kind] for kind in TERRITORY_WORDS if kind in role.territories])
        for role in ROLES.values()
    ]
    return render(request, "accounts/roles.html", {"table": table, "cards": cards})


@needs(Permission.READ_JOURNAL)
@require_GET
def journal(request: SignedRequest) -> HttpResponse:
    """Show what the reader may see of the journal; give htmx the table alone."""
    form = forms.JournalFilterForm(request.GET)
    asked = form.asked if form.is_valid() else {}
    try:
        page = queries.journal(request.user, **asked)
    except BadCursor as reason:
        raise Http404 from reason
    older = urlencode(request.GET.dict() | {"after": page.older}) if page.older else ""
    context = {
        "form": form,
        "journal": page,
        "names": queries.names_of(page),
        "older": older,
        "whole": queries.reads_whole_journal(request.user),
    }
    template = "accounts/_journal.html" if request.htmx else "accounts/journal.html"
    return render(request, template, context)


@signed_in
@require_GET
def administration(request: SignedRequest) -> HttpResponse:
    """Lead to what the reader administers."""
    cards = [card for card in ADMINISTRATION if card.is_open_to(request.user) and card.url]
    if not cards:
        raise Http404
    return render(request, "accounts/administration.html", {"cards": cards})
