"""Invite people, follow and take back invitations."""

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vigie.accounts import forms, operations, queries
from vigie.accounts.guards import SignedRequest, needs, proven
from vigie.accounts.rules import Permission, Refusal
from vigie.accounts.views.people import asked_territory, choose_place
from vigie.accounts.views.refusals import refuse
from vigie.establishments.rules import Territory
from vigie.kernel import clock

MOST, PAST = 200, 50  # rows


@needs(Permission.MANAGE_PEOPLE)
@require_GET
def invitations(request: SignedRequest) -> HttpResponse:
    """List the invitations that wait, then the last ones answered or over."""
    found = queries.visible_invitations(request.user)
    waiting = found.open()
    rows = list(waiting[:MOST])
    letters = operations.mail.letters_of(rows)
    context = {
        "waiting": [(row, letters.get(row.pk)) for row in rows],
        "over": found.exclude(pk__in=waiting.values("pk"))[:PAST],
    }
    return render(request, "accounts/invitations.html", context)


@needs(Permission.MANAGE_PEOPLE)
@proven
@sensitive_variables("made")
@require_http_methods(["GET", "POST"])
def invite(request: SignedRequest) -> HttpResponse:
    """Send an invitation; show its link where no mail server could take it."""
    territory = asked_territory(request)
    if territory is None:
        return choose_place(request)
    form = forms.InviteForm(request.POST or None, kind=territory.kind)
    if form.is_valid():
        made = _send(request, form, territory)
        if made and made.by_mail:
            messages.success(
                request, _("L’invitation part. La liste ci-dessous dit où elle en est.")
            )
            return redirect("accounts:invitations")
        if made:
            return render(request, "accounts/invitation_made.html", {"made": made})
    context = {"form": form, "place": queries.name_of(territory)}
    return render(request, "accounts/invite.html", context, status=422 if form.errors else 200)


def _send(
    request: SignedRequest, form: forms.InviteForm, territory: Territory
) -> operations.Invited | None:
    if not ratelimit.consume(request, action="invite"):
        form.add_error(None, _("Trop d’invitations d’un coup : attendez un peu."))
        return None
    try:
        return operations.invite(
            by=request.user,
            email=form.cleaned_data["email"],
            role=form.cleaned_data["role"],
            territory=territory,
            membership_until=form.ends,
            now=clock.now(),
        )
    except Refusal as reason:
        refuse(form, reason)
        return None


@needs(Permission.MANAGE_PEOPLE)
@require_POST
def revoke(request: SignedRequest, pk: int) -> HttpResponse:
    """Make the link of an invitation worthless."""
    found = get_object_or_404(queries.visible_invitations(request.user), pk=pk)
    operations.revoke_invitation(by=request.user, invitation=found, now=clock.now())
    messages.success(request, _("L’invitation est retirée."))
    return redirect("accounts:invitations")
