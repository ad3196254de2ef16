"""The pages on which past states are read, and two versions of one text are settled."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.rules import Permission
from vigie.incidents import operations, queries
from vigie.incidents.exports import answers
from vigie.incidents.exports.answers import Change
from vigie.incidents.forms.amend import MINE, SettleForm
from vigie.incidents.models import Revision
from vigie.incidents.operations.amend import AlreadySettled
from vigie.incidents.operations.exchange import open_file
from vigie.incidents.rules import facts as facts_rules
from vigie.incidents.rules.facts import Facts
from vigie.incidents.views.amend import amendable
from vigie.kernel import clock

UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Told:
    """A revision, and what it changed in words."""

    revision: Revision
    changes: list[Change]
    is_settled: bool


@needs(Permission.READ_INCIDENTS)
@require_GET
def revisions(request: SignedRequest, pk: int) -> HttpResponse:
    """List every state of a declaration: who changed what, when and why."""
    incident = get_object_or_404(queries.visible_incidents(request.user), pk=pk)
    declaration = queries.declaration_of(incident)
    rows = list(queries.history(declaration))
    open_file(by=request.user, incident=incident, now=clock.now(), part="revisions")
    context = {
        "incident": incident,
        "declaration": declaration,
        "rows": _told(rows),
        "may_amend": request.user.may(Permission.AMEND, at=incident.place),
    }
    return render(request, "incidents/revisions/list.html", context)


def _told(rows: list[Revision]) -> list[Told]:
    states = {row.number: Facts.model_validate(row.facts) for row in rows}
    names = answers.names_of(states.values())
    settled = {row.settles_id for row in rows if row.settles_id}
    return [
        Told(
            row,
            answers.changes(_before(row, states), states[row.number], row.changed, names),
            row.pk in settled,
        )
        for row in rows
    ]


def _before(row: Revision, states: Mapping[int, Facts]) -> Facts:
    """Return the state that the author of a revision had read; nothing before the first."""
    return states.get(row.based_on or 0, Facts())


@needs(Permission.READ_INCIDENTS)
@require_GET
def revision(request: SignedRequest, pk: int, number: int) -> HttpResponse:
    """Show one past state of a declaration, whole."""
    incident = get_object_or_404(queries.visible_incidents(request.user), pk=pk)
    declaration = queries.declaration_of(incident)
    found = get_object_or_404(queries.history(declaration), number=number)
    open_file(by=request.user, incident=incident, now=clock.now(), part=f"revision {number}")
    facts = Facts.model_validate(found.facts)
    context = {
        "incident": incident,
        "declaration": declaration,
        "revision": found,
        "chapters": answers.chapters(facts, answers.names_of([facts]))[1:],
    }
    return render(request, "incidents/revisions/one.html", context)


@needs(Permission.AMEND)
@require_http_methods(["GET", "POST"])
def settle(request: SignedRequest, pk: int, number: int) -> HttpResponse:
    """Show two versions of the same fields side by side; put the chosen ones in force."""
    incident = amendable(request, pk)
    declaration = queries.declaration_of(incident)
    history = queries.history(declaration)
    kept = get_object_or_404(history, number=number, standing=Revision.Standing.SET_ASIDE)
    if not queries.unsettled(declaration).filter(number=number):
        messages.info(request, _("Quelqu’un a déjà choisi."))
        return redirect("incidents:revisions", incident.pk)
    current = get_object_or_404(history, number=declaration.revision_number)
    mine, theirs = Facts.model_validate(kept.facts), Facts.model_validate(current.facts)
    apart = [name for name in facts_rules.changed(theirs, mine) if name in kept.changed]
    read = get_object_or_404(history, number=kept.based_on)
    touched = facts_rules.changed(Facts.model_validate(read.facts), theirs)
    form = SettleForm(
        apart,
        request.POST if request.method == "POST" else None,
        # What nobody else wrote since is no conflict: the author's text is proposed.
        initial={name: MINE for name in apart if name not in touched},
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.settle(
                by=request.user, incident=incident, number=number, mine=form.mine, now=clock.now()
            )
            messages.success(
                request, _("Votre choix est en vigueur ; les deux versions restent lisibles.")
            )
        except AlreadySettled:
            messages.info(request, _("Quelqu’un a déjà choisi."))
        return redirect("incidents:revisions", incident.pk)
    names = answers.names_of([mine, theirs])
    context = {
        "incident": incident,
        "kept": kept,
        "current": current,
        "form": form,
        "rows": [
            {"change": change, "field": form[change.name]}
            for change in answers.changes(theirs, mine, apart, names)
        ],
        "touched": touched,
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "incidents/revisions/settle.html", context, status=status)
