"""The page that hands a declaration to the law: text to copy, proof to record."""

from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.rules import Permission
from vigie.establishments.models import Designation
from vigie.incidents import operations, queries
from vigie.incidents.exports import answers, legal_text
from vigie.incidents.exports.legal_text import Sender
from vigie.incidents.forms.legal import ProofForm
from vigie.incidents.models import Declaration, Incident, labels
from vigie.incidents.operations.exchange import open_file
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.words import Authority
from vigie.kernel import clock
from vigie.reference import catalogue
from vigie.reference.catalogue import LegalPortal

UNPROCESSABLE = 422


def sender_of(declaration: Declaration) -> Sender:
    """Return which structure speaks through whom, for the first block. Costs two SQL queries."""
    contacts = queries.contacts_of(declaration)
    kinds = Designation.objects.in_force().filter(establishment=declaration.establishment)
    found = kinds.order_by("kind").values_list("kind", flat=True)
    return Sender(
        declaration.establishment,
        declaration.site,
        contacts.get("declarant"),
        contacts.get("technical"),
        designations=tuple(kind.upper() for kind in found if kind != "priority"),
    )


def text_of(
    declaration: Declaration, facts: Facts, law: LegalPortal | None
) -> list[tuple[str, str]]:
    """Return the blocks to copy, in the language that the portal reads, else the reader's."""
    names = answers.names_of([facts])
    sender = sender_of(declaration)
    with translation.override(law.language if law else get_language()):
        told = replace(sender, authority=str(labels.label(Authority, declaration.authority)))
        return legal_text.text(facts, told, names)


@needs(Permission.READ_INCIDENTS)
@require_http_methods(["GET", "POST"])
def legal(request: SignedRequest, pk: int) -> HttpResponse:
    """Give the text of the legal declaration, and record its receipt."""
    incident = get_object_or_404(queries.visible_incidents(request.user), pk=pk)
    may_record = request.user.may(Permission.RECORD_LEGAL, at=incident.place)
    now = clock.now()
    if request.method == "POST":
        if not may_record:
            raise PermissionDenied
        form = ProofForm(request.POST, now=now)
        if form.is_valid():
            operations.record_legal_declaration(
                by=request.user, incident=incident, proof=form.proof, now=now
            )
            messages.success(request, _("Le reçu est enregistré : l’obligation est remplie."))
            return redirect("incidents:legal", incident.pk)
        return _show(request, incident, form, may_record=may_record, status=UNPROCESSABLE)
    open_file(by=request.user, incident=incident, now=now, part="legal")
    return _show(request, incident, ProofForm(now=now), may_record=may_record)


def _show(
    request: SignedRequest,
    incident: Incident,
    form: ProofForm,
    *,
    may_record: bool,
    status: int = 200,
) -> HttpResponse:
    declaration = queries.declaration_of(incident)
    facts = queries.facts_in_force(declaration)
    understood = queries.understood(declaration, facts)
    law = understood.portal.law
    language = get_language() or "fr"
    context = {
        "incident": incident,
        "declaration": declaration,
        "understood": understood,
        "law": law,
        "law_path": law.path.get(language[:2], ()) if law else (),
        "articles": [(a.code, a.title.in_(language), a.url) for a in law.articles] if law else [],
        "delay": law.delay.in_(language) if law else "",
        "declared_by": law.declared_by.in_(language) if law else "",
        "structure_type": labels.titled(
            catalogue.structure_types(),
            (declaration.site or declaration.establishment).structure_type,
        ),
        "blocks": text_of(declaration, facts, law),
        "form": form,
        "may_record": may_record,
    }
    return render(request, "incidents/legal/legal.html", context, status=status)
