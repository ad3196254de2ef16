"""The pages on which a structure declares, step by step, each kept as a draft."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.rules import Permission
from vigie.incidents import operations, queries
from vigie.incidents.exports import answers, legal_text
from vigie.incidents.forms.sheet import problems_of
from vigie.incidents.models.questions import STEPS
from vigie.incidents.operations.declare import Incomplete
from vigie.incidents.operations.drafts import AlreadySent, TooLong
from vigie.incidents.rules.blocks import Step
from vigie.incidents.rules.doubts import doubts
from vigie.incidents.views import typed
from vigie.incidents.views.writing import Writing, step_named
from vigie.inventory.rules import BadName
from vigie.kernel import clock

LINE_STEPS = tuple(Step)
UNPROCESSABLE = 422


@needs(Permission.DECLARE)
@require_GET
def start(request: SignedRequest) -> HttpResponse:
    """Offer the drafts that wait; without any, lead to the first question at once."""
    drafts = list(queries.my_drafts(request.user)[:50])
    if not drafts:
        return redirect("incidents:step", uuid4(), Step.ESSENTIAL)
    context = {"drafts": drafts, "new_key": uuid4()}
    return render(request, "incidents/declare/start.html", context)


@needs(Permission.DECLARE)
@require_GET
def draft(request: SignedRequest, key: UUID) -> HttpResponse:
    """Open a draft where it was left."""
    found = queries.draft_of(request.user, key)
    return redirect("incidents:step", key, found.step if found else Step.ESSENTIAL)


@needs(Permission.DECLARE)
@require_http_methods(["GET", "POST"])
def step(request: SignedRequest, key: UUID, step: str) -> HttpResponse:
    """Ask the questions of one step; keep the answers, checked or not, then go on."""
    writing = Writing.of(request.user, key, step_named(step), clock.now())
    if request.method == "POST":
        return _save(request, writing)
    if writing.draft is None and (sent := queries.declared_with(request.user, key)):
        return redirect("incidents:sent", sent.key)
    return _page(request, writing)


@needs(Permission.DECLARE)
@require_POST
def understood(request: SignedRequest, key: UUID, step: str) -> HttpResponse:
    """Say what Vigie would understand of what is typed on the page. Nothing is kept."""
    writing = Writing.of(request.user, key, step_named(step), clock.now())
    writing = writing.with_answers(typed.answers_of(request))
    return render(request, "incidents/_assessment.html", {"understood": writing.understood})


@needs(Permission.DECLARE)
@require_GET
def structures(request: SignedRequest) -> HttpResponse:
    """Offer the structures that a text means, while it is typed."""
    writing = Writing(request.user, uuid4(), Step.ESSENTIAL, clock.now())
    asked = request.GET.get("structure_q", "")[:100]
    writing = writing.with_answers({"structure_q": [asked]})
    return render(request, "incidents/declare/_structures.html", {"form": writing.form})


@needs(Permission.DECLARE)
@require_GET
def suppliers(request: SignedRequest) -> HttpResponse:
    """Offer the suppliers that a name means, while it is typed."""
    writing = Writing(request.user, uuid4(), Step.SYSTEMS, clock.now())
    asked = request.GET.get("supplier_name", "")[:200]
    writing = writing.with_answers({"supplier_name": [asked]})
    return render(request, "incidents/declare/_suppliers.html", {"form": writing.form})


@needs(Permission.DECLARE)
@require_GET
def review(request: SignedRequest, key: UUID) -> HttpResponse:
    """Show everything once more, and what Vigie understands, before it is sent."""
    writing = Writing.of(request.user, key, None, clock.now())
    if writing.draft is None:
        return redirect("incidents:draft", key)
    return _review(request, writing)


@needs(Permission.DECLARE)
@require_POST
def send(request: SignedRequest, key: UUID) -> HttpResponse:
    """Declare what the draft holds. Sending twice leads to the same file."""
    if queries.declared_with(request.user, key):
        return redirect("incidents:sent", key)
    writing = Writing.of(request.user, key, None, clock.now())
    if writing.draft is None or writing.sheet.problems:
        return _review(request, writing, status=UNPROCESSABLE)
    submission = writing.sheet.submission(key)
    try:
        operations.declare(by=request.user, submission=submission, now=clock.now())
    except Incomplete:
        return _review(request, writing, status=UNPROCESSABLE)
    return redirect("incidents:sent", key)


@needs(Permission.DECLARE)
@require_GET
def sent(request: SignedRequest, key: UUID) -> HttpResponse:
    """Confirm that the declaration is on disk, and say what comes next."""
    declaration = queries.declared_with(request.user, key)
    if declaration is None:
        raise Http404
    facts = queries.facts_in_force(declaration)
    context = {
        "incident": declaration.incident,
        "declaration": declaration,
        "understood": queries.understood(declaration, facts),
        "untold": sum(
            len(section.untold)
            for chapter in answers.chapters(facts, answers.Names())
            for section in chapter.sections
        ),
    }
    return render(request, "incidents/declare/sent.html", context)


@needs(Permission.DECLARE)
@require_POST
def discard(request: SignedRequest, key: UUID) -> HttpResponse:
    """Throw a draft away."""
    found = queries.draft_of(request.user, key)
    if found is None:
        raise Http404
    operations.discard_draft(by=request.user, draft=found, now=clock.now())
    messages.success(request, _("Le brouillon est effacé."))
    return redirect("incidents:declare")


def _save(request: SignedRequest, writing: Writing) -> HttpResponse:
    writing = writing.with_answers(typed.after_button(request))
    try:
        writing = _keep(request, writing)
    except AlreadySent:
        return redirect("incidents:sent", writing.key)
    except TooLong:
        messages.error(
            request, _("Ce texte est trop long pour une déclaration : raccourcissez-le.")
        )
        return _page(request, writing, status=UNPROCESSABLE)
    except BadName:
        messages.error(request, _("Ce nom ne peut pas être ajouté à la liste."))
        return _page(request, writing, status=UNPROCESSABLE)
    stays = "now" in request.POST or "remove" in request.POST
    go = "change" if stays else request.POST.get("go", "next")
    if go in ("next", "review") and not writing.form.is_valid():
        return _page(request, writing, status=UNPROCESSABLE, is_stored=True)
    return _onwards(writing, go)


def _keep(request: SignedRequest, writing: Writing) -> Writing:
    """Store the page, then name in the inventory what it names; return what is on disk."""
    structure = writing.sheet_structure
    saved = operations.save_draft(
        by=request.user,
        key=writing.key,
        establishment=structure.establishment if structure else None,
        site=structure.site if structure else None,
        content={str(writing.step): writing.content[str(writing.step)]},
        step=str(writing.step),
        now=clock.now(),
    )
    typed.tell_masked(request, saved.masked)
    application = request.POST.get("new_application", "").strip()
    adds_supplier = request.POST.get("go") == "add_supplier"
    supplier = request.POST.get("supplier_name", "") if adds_supplier else ""
    draft = saved.draft
    if structure and (application or supplier):
        draft = operations.add_named(
            by=request.user,
            draft=draft,
            application=application,
            supplier=supplier,
            now=clock.now(),
        )
    return replace(writing, content=dict(draft.content), draft=draft)


def _onwards(writing: Writing, go: str) -> HttpResponse:
    assert writing.step is not None  # noqa: S101 - only steps are saved
    if go == "save":
        return redirect("incidents:declare")
    if go == "review":
        return redirect("incidents:review", writing.key)
    if go == "next":
        following = [*Step][[*Step].index(writing.step) + 1 :]
        if not following:
            return redirect("incidents:review", writing.key)
        return redirect("incidents:step", writing.key, following[0])
    place = go if go in ("add_row", "add_supplier", "add_application") else "change"
    return redirect(reverse("incidents:step", args=[writing.key, writing.step]) + f"?after={place}")


def _page(
    request: SignedRequest, writing: Writing, status: int = 200, *, is_stored: bool = False
) -> HttpResponse:
    assert writing.step is not None  # noqa: S101 - the reading page has a template of its own
    form = writing.form
    if request.method == "GET" and "check" not in request.GET:
        form.forgive_empty()
    context = {
        "writing": writing,
        "form": form,
        "step": writing.step,
        "title": STEPS[writing.step],
        "steps": _steps(writing),
        "previous": _previous(writing.step),
        "problems": problems_of(writing.step, form) if form.is_bound else [],
        "understood": writing.understood,
        "keep": f"declare:{writing.key}:{writing.step}",
        "after": request.GET.get("after", ""),
        "is_stored": is_stored,
    }
    template = f"incidents/declare/{writing.step}.html"
    return render(request, template, context, status=status)


def _steps(writing: Writing) -> list[dict[str, Any]]:
    return [
        {
            "code": str(one),
            "label": STEPS[one],
            "state": "current"
            if one is writing.step
            else ("done" if writing.sheet.visited(one) else "later"),
        }
        for one in LINE_STEPS
    ]


def _previous(current: Step) -> Step | None:
    number = LINE_STEPS.index(current)
    return LINE_STEPS[number - 1] if number else None


def _review(request: SignedRequest, writing: Writing, status: int = 200) -> HttpResponse:
    facts = writing.sheet.facts
    structure = writing.sheet_structure
    sender = (
        legal_text.Sender(
            structure.establishment,
            structure.site,
            writing.sheet.person("declarant"),
            writing.sheet.person("technical"),
        )
        if structure
        else None
    )
    context = {
        "writing": writing,
        "who": legal_text.who(sender) if sender else [],
        "chapters": answers.chapters(facts, answers.names_of([facts]))[1:],
        "problems": writing.sheet.problems,
        "doubts": doubts(facts, writing.now),
        "understood": writing.understood,
        "steps": _steps(writing),
        "facts": facts,
    }
    return render(request, "incidents/declare/review.html", context, status=status)
