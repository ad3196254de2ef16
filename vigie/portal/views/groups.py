"""Groups of establishments, and what authorities made of an establishment."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.queries import names_of
from vigie.accounts.rules import Permission
from vigie.establishments import operations
from vigie.establishments.models import Designation, Group, GroupMember
from vigie.establishments.rules import Place
from vigie.kernel import clock
from vigie.portal.forms import DayForm, DesignationForm, GroupForm, JoinForm, NewGroupForm
from vigie.portal.forms.places import DESIGNATIONS, GROUP_KINDS
from vigie.portal.queries import places as queries
from vigie.portal.views.frame import HOME_COUNTRY
from vigie.portal.views.registering import check, keep, managed_place, page_of, posted

MANAGE = Permission.MANAGE_ESTABLISHMENTS


@needs(Permission.READ_ESTABLISHMENTS)
@require_GET
def groups(request: SignedRequest) -> HttpResponse:
    """List the groups that hold an establishment of the reader's."""
    context = {
        "groups": [(row, GROUP_KINDS[row.kind]) for row in queries.visible_groups(request.user)],
        "may_manage": request.user.may(MANAGE, at=Place(HOME_COUNTRY)),
    }
    return render(request, "portal/groups.html", context)


@needs(Permission.READ_ESTABLISHMENTS)
@require_GET
def group(request: SignedRequest, pk: int) -> HttpResponse:
    """Show a group and those of its members that the reader may see."""
    found = get_object_or_404(queries.visible_groups(request.user), pk=pk)
    journal = queries.journal_of(request.user, f"group:{found.pk}")
    context = {
        "group": found,
        "kind": GROUP_KINDS[found.kind],
        "members": queries.members_of(request.user, found),
        "may_manage": request.user.may(MANAGE, at=found.place),
        "journal": journal,
        "names": names_of(journal),
    }
    return render(request, "portal/group.html", context)


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def new_group(request: SignedRequest) -> HttpResponse:
    """Form a group."""
    check(request, Place(HOME_COUNTRY))
    form = NewGroupForm(posted(request))
    return keep(
        request,
        form,
        lambda: operations.create_group(by=request.user, now=clock.now(), **form.cleaned_data),
        title=_("Former un groupement"),
        back=reverse("portal:groups"),
        done=_("Le groupement est formé."),
    )


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def amend_group(request: SignedRequest, pk: int) -> HttpResponse:
    """Correct the name or the kind of a group."""
    found = _managed_group(request, pk)
    form = GroupForm(posted(request), initial={"name": found.name, "kind": found.kind})
    return keep(
        request,
        form,
        lambda: operations.rename_group(
            by=request.user, group=found, now=clock.now(), **form.cleaned_data
        ),
        title=_("Corriger le groupement"),
        about=found.name,
        back=reverse("portal:group", args=[found.pk]),
        done=_("Le groupement est corrigé."),
    )


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def join_group(request: SignedRequest, pk: int) -> HttpResponse:
    """Let an establishment enter a group."""
    found = managed_place(request, pk)
    check(request, Place(found.country))
    form = JoinForm(posted(request))
    return keep(
        request,
        form,
        lambda: operations.join_group(
            by=request.user, establishment=found, now=clock.now(), **form.cleaned_data
        ),
        title=_("Faire entrer dans un groupement"),
        about=_("%s : les personnes qui ont un rôle sur le groupement y auront accès.")
        % found.name,
        back=page_of(found.pk),
        done=_("L’établissement est entré dans le groupement."),
    )


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def leave_group(request: SignedRequest, pk: int) -> HttpResponse:
    """Let an establishment leave a group."""
    visible = queries.visible_establishments(request.user).values("pk")
    members = GroupMember.objects.filter(establishment__in=visible)
    member = get_object_or_404(members.select_related("group", "establishment"), pk=pk)
    check(request, member.group.place)
    form = DayForm(posted(request))
    return keep(
        request,
        form,
        lambda: operations.leave_group(
            by=request.user, member=member, left_on=form.cleaned_data["day"], now=clock.now()
        ),
        title=_("Faire sortir du groupement"),
        about=f"{member.establishment.name} · {member.group.name}",
        back=page_of(member.establishment_id),
        done=_("La sortie du groupement est enregistrée."),
    )


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def designate(request: SignedRequest, pk: int) -> HttpResponse:
    """Record a designation of an establishment."""
    found = managed_place(request, pk)
    form = DesignationForm(posted(request))
    return keep(
        request,
        form,
        lambda: operations.designate(
            by=request.user, establishment=found, now=clock.now(), **form.cleaned_data
        ),
        title=_("Inscrire une désignation"),
        about=found.name,
        back=page_of(found.pk),
        done=_("La désignation est inscrite."),
    )


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def end_designation(request: SignedRequest, pk: int) -> HttpResponse:
    """End a designation."""
    visible = queries.visible_establishments(request.user).values("pk")
    rows = Designation.objects.filter(establishment__in=visible).select_related("establishment")
    found = get_object_or_404(rows, pk=pk)
    check(request, found.establishment.place)
    form = DayForm(posted(request))
    return keep(
        request,
        form,
        lambda: operations.end_designation(
            by=request.user,
            designation=found,
            valid_to=form.cleaned_data["day"],
            now=clock.now(),
        ),
        title=_("Mettre fin à une désignation"),
        about=f"{found.establishment.name} · {DESIGNATIONS[found.kind]}",
        back=page_of(found.establishment_id),
        done=_("La désignation a une fin."),
    )


def _managed_group(request: SignedRequest, pk: int) -> Group:
    found = get_object_or_404(queries.visible_groups(request.user), pk=pk)
    if not request.user.may(MANAGE, at=found.place):
        raise PermissionDenied
    return found
