"""The pages on which a structure completes and corrects what it declared."""

from dataclasses import dataclass
from functools import cached_property

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.models import User
from vigie.accounts.rules import Permission
from vigie.incidents import operations, queries
from vigie.incidents.forms.amend import Amending, ContactsForm, ReasonForm
from vigie.incidents.forms.declare import Answers, Around
from vigie.incidents.forms.sheet import Problem, problems_of
from vigie.incidents.models import Declaration, Incident
from vigie.incidents.models.questions import STEPS
from vigie.incidents.operations import Conflict, Incomplete
from vigie.incidents.rules.blocks import AMENDED, Step
from vigie.incidents.rules.facts import Facts
from vigie.incidents.views import typed
from vigie.incidents.views.writing import LISTED, step_named
from vigie.inventory import queries as inventory
from vigie.inventory.models import Application, Supplier
from vigie.inventory.operations import find_or_add_application, find_or_add_supplier
from vigie.inventory.rules import BadName, same_name
from vigie.kernel import clock

UNPROCESSABLE = 422
STAYS = frozenset({"add_row", "add_application", "add_supplier", "find_supplier"})


def amendable(request: SignedRequest, pk: int) -> Incident:
    """Return a file that the reader may complete. Raises Http404, PermissionDenied."""
    incident = get_object_or_404(queries.visible_incidents(request.user), pk=pk)
    if not request.user.may(Permission.AMEND, at=incident.place):
        raise PermissionDenied
    return incident


@dataclass
class Page:
    """One opening of the form: the file, the blocks, the state that was read, what was typed."""

    person: User
    incident: Incident
    steps: tuple[Step, ...]
    based_on: int | None = None  # None: the state in force now
    answers: Answers | None = None

    @cached_property
    def declaration(self) -> Declaration:
        """Return the declaration of the file."""
        return queries.declaration_of(self.incident)

    @property
    def read(self) -> int:
        """Return the number of the revision that the person reads."""
        return self.based_on or self.declaration.revision_number

    @cached_property
    def base(self) -> Facts:
        """Return the state that the person reads. Raises Http404 for one never in force."""
        found = queries.history(self.declaration).filter(number=self.read, standing="accepted")
        return Facts.model_validate(get_object_or_404(found).facts)

    @cached_property
    def amending(self) -> Amending:
        """Return the blocks that are open to change."""
        return Amending(self.base, self.steps, self.around, self.answers)

    @cached_property
    def around(self) -> Around:
        """Return what the blocks offer to choose from."""
        if Step.SYSTEMS not in self.steps:
            return Around()
        return Around(
            applications=self._applications(),
            suppliers=self._suppliers,
            known_supplier=next(
                (one for one in self._suppliers if same_name(one.name, self._named)), None
            ),
        )

    def _applications(self) -> list[Application]:
        rows = inventory.applications_of(self.incident.establishment)
        listed = list(rows[:LISTED])
        ticked = {str(pk) for pk in self.base.applications}
        if self.answers is not None:
            ticked |= set(self.answers.get("applications", []))
        more = {pk for pk in ticked if pk.isdecimal()} - {str(row.pk) for row in listed}
        own = Application.objects.filter(establishment=self.incident.establishment, pk__in=more)
        return listed + (list(own.select_related("supplier")) if more else [])

    @property
    def _named(self) -> str:
        if self.answers is None:
            return self.base.supplier_name
        return next(iter(self.answers.get("supplier_name", [])), "")

    @cached_property
    def _suppliers(self) -> list[Supplier]:
        found = inventory.search_suppliers(self._named) if self._named.strip() else []
        if self.base.supplier and all(one.pk != self.base.supplier for one in found):
            found = [*Supplier.objects.filter(pk=self.base.supplier), *found]
        return found


@needs(Permission.AMEND)
@require_http_methods(["GET", "POST"])
def amend(request: SignedRequest, pk: int, step: str = "") -> HttpResponse:
    """Complete or correct a declaration, whole or one block; a new revision keeps the old one."""
    incident = amendable(request, pk)
    steps = (step_named(step),) if step else tuple(AMENDED)
    if steps[0] not in AMENDED:
        raise Http404
    if request.method == "GET":
        return _show(request, Page(request.user, incident, steps))
    number = request.POST.get("based_on", "")
    page = Page(
        request.user,
        incident,
        steps,
        int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else None,
        typed.after_button(request),
    )
    if request.POST.get("go") in STAYS or "remove" in request.POST or "now" in request.POST:
        return _stay(request, page)
    if page.amending.problems or not ReasonForm(request.POST).is_valid():
        return _show(request, page, page.amending.problems, status=UNPROCESSABLE)
    return _amend(request, page)


def _amend(request: SignedRequest, page: Page) -> HttpResponse:
    form = ReasonForm(request.POST)
    form.is_valid()
    try:
        done = operations.amend(
            by=request.user,
            incident=page.incident,
            facts=page.amending.facts,
            based_on=page.read,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        )
    except Conflict as told:
        typed.tell_masked(request, told.masked)
        return redirect("incidents:settle", page.incident.pk, told.kept.number)
    except Incomplete as told:
        problems = [_missing(name, page) for name in told.fields]
        return _show(request, page, problems, status=UNPROCESSABLE)
    typed.tell_masked(request, done.masked)
    if not done.is_new:
        messages.info(request, _("Rien n’a changé."))
    else:
        messages.success(
            request,
            _("C’est enregistré : révision %(number)d.") % {"number": done.revision.number},
        )
    return redirect("incidents:file", page.incident.pk)


def _missing(name: str, page: Page) -> Problem:
    for step, form in page.amending.forms.items():
        if name in form.fields:
            form.add_error(name, _("Ce champ est obligatoire."))
            return problems_of(step, form)[-1]
    return Problem(page.steps[0], name, _("Ce champ est obligatoire."), "")


def _stay(request: SignedRequest, page: Page) -> HttpResponse:
    """Show the same page after a button that adds, removes or looks something up."""
    assert page.answers is not None  # noqa: S101 - only what was typed stays
    answers = dict(page.answers)
    place = page.incident.place
    try:
        if request.POST.get("go") == "add_application" and (
            name := request.POST.get("new_application", "").strip()
        ):
            added = find_or_add_application(
                by=request.user,
                establishment=page.incident.establishment,
                name=name,
                now=clock.now(),
                at=place,
            )
            answers["applications"] = [*answers.get("applications", []), str(added.pk)]
            answers.pop("new_application", None)
        if request.POST.get("go") == "add_supplier" and (
            name := request.POST.get("supplier_name", "").strip()
        ):
            company = find_or_add_supplier(by=request.user, name=name, now=clock.now())
            answers |= {"supplier": [str(company.pk)], "supplier_name": [company.name]}
    except BadName:
        messages.error(request, _("Ce nom ne peut pas être ajouté à la liste."))
    again = Page(page.person, page.incident, page.steps, page.based_on, answers)
    return _show(request, again, status=UNPROCESSABLE)


def _show(
    request: SignedRequest, page: Page, problems: list[Problem] | None = None, status: int = 200
) -> HttpResponse:
    whole = len(page.steps) > 1
    reason = ReasonForm(request.POST if page.answers is not None else None)
    context = {
        "incident": page.incident,
        "page": page,
        "parts": [
            {"step": step, "title": STEPS[step], "form": form, "template": _template(step)}
            for step, form in page.amending.forms.items()
        ],
        "reason": reason,
        "problems": problems or [],
        "tabs": _tabs(page.steps),
        "title": _("Toute la déclaration") if whole else STEPS[page.steps[0]],
        "understood": queries.understood(page.declaration, page.amending.facts),
        "after": request.POST.get("go", ""),
        "keep": f"amend:{page.incident.pk}:{'whole' if whole else page.steps[0]}",
    }
    return render(request, "incidents/amend/form.html", context, status=status)


def _template(step: Step) -> str:
    return f"incidents/declare/_{step}.html"


def _tabs(current: tuple[Step, ...]) -> list[dict[str, object]]:
    return [
        {"code": str(step), "label": STEPS[step], "is_current": current == (step,)}
        for step in AMENDED
    ]


@needs(Permission.AMEND)
@require_http_methods(["GET", "POST"])
def contacts(request: SignedRequest, pk: int) -> HttpResponse:
    """Change whom to call about a declaration."""
    incident = amendable(request, pk)
    declaration = queries.declaration_of(incident)
    known = queries.contacts_of(declaration)
    posted = request.method == "POST"
    form = ContactsForm(known, Around(), typed.answers_of(request) if posted else None)
    if posted and form.is_valid():
        operations.amend_contacts(
            by=request.user,
            incident=incident,
            declarant=form.person("declarant"),
            technical=form.person("technical"),
            now=clock.now(),
        )
        messages.success(request, _("C’est enregistré."))
        return redirect("incidents:file", incident.pk)
    context = {
        "incident": incident,
        "form": form,
        "problems": problems_of(Step.STRUCTURE, form) if posted else [],
        "tabs": _tabs(()),
        "title": STEPS[Step.STRUCTURE],
        "keep": f"amend:{incident.pk}:contacts",
        "kept_until": min((contact.kept_until for contact in known.values()), default=None),
    }
    status = UNPROCESSABLE if posted else 200
    return render(request, "incidents/amend/contacts.html", context, status=status)


@needs(Permission.AMEND)
@require_POST
def erase_contacts(request: SignedRequest, pk: int) -> HttpResponse:
    """Erase whom to call about a declaration, on their demand."""
    incident = amendable(request, pk)
    operations.erase_contacts(by=request.user, incident=incident, now=clock.now())
    messages.success(request, _("Les personnes à appeler sont effacées."))
    return redirect("incidents:file", incident.pk)
