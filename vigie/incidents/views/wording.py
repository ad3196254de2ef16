"""Doors to the templates of answers: keep them, and put one into the message box."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.rules import Permission
from vigie.establishments.rules import TerritoryKind
from vigie.incidents.forms.wording import TemplateForm, to_use, wanted
from vigie.incidents.models import AnswerTemplate
from vigie.incidents.operations import wording as acts
from vigie.incidents.queries import visible_incidents
from vigie.incidents.queries.wording import templates_of, templates_to_keep, worded
from vigie.incidents.rules.wording import BadWording
from vigie.kernel import clock
from vigie.reference import catalogue

UNPROCESSABLE = 422


@needs(Permission.MANAGE_ANSWERS)
@require_http_methods(["GET", "POST"])
def templates(request: SignedRequest) -> HttpResponse:
    """Show the templates of the reader's nations, and add one."""
    countries = _countries(request)
    if request.method != "POST":
        return _show(request, TemplateForm(countries=countries))
    form = TemplateForm(request.POST, countries=countries)
    if form.is_valid() and _saved(request, form):
        messages.success(request, gettext("Modèle ajouté."))
        return redirect("incidents:templates")
    return _show(request, form, status=UNPROCESSABLE)


@needs(Permission.MANAGE_ANSWERS)
@require_http_methods(["GET", "POST"])
def template(request: SignedRequest, pk: int) -> HttpResponse:
    """Give a template other words."""
    found = get_object_or_404(templates_to_keep(request.user), pk=pk)
    told = {name: getattr(found, name) for name in ("country", "title", "text_fr", "text_en")}
    countries = [(found.country, found.country)]
    if request.method != "POST":
        return _show(request, TemplateForm(initial=told, countries=countries), found)
    form = TemplateForm(request.POST, countries=countries)
    if form.is_valid() and _saved(request, form, found):
        messages.success(request, gettext("Modèle enregistré."))
        return redirect("incidents:templates")
    return _show(request, form, found, status=UNPROCESSABLE)


@needs(Permission.MANAGE_ANSWERS)
@require_POST
def retire(request: SignedRequest, pk: int) -> HttpResponse:
    """Offer a template no more."""
    found = get_object_or_404(templates_to_keep(request.user), pk=pk)
    acts.retire_template(by=request.user, template=found, now=clock.now())
    messages.success(request, gettext("Modèle retiré."))
    return redirect("incidents:templates")


@needs(Permission.FOLLOW)
@require_GET
def wording(request: SignedRequest, pk: int) -> HttpResponse:
    """Give a template filled for a file as plain text; without its number, those on offer."""
    incident = get_object_or_404(visible_incidents(request.user), pk=pk)
    if not request.user.may(Permission.FOLLOW, at=incident.place):
        raise Http404
    offered = templates_of(incident.country)
    if "reply" not in request.GET:
        context = {"incident": incident, "replies": to_use(offered)}
        return render(request, "incidents/_replies.html", context)
    chosen = wanted(request.GET["reply"])
    if chosen is None:
        raise Http404
    found = get_object_or_404(offered, pk=chosen[0])
    text = worded(found, incident, request.user, chosen[1])
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    return answer


def _saved(request: SignedRequest, form: TemplateForm, found: AnswerTemplate | None = None) -> bool:
    country = form.cleaned_data["country"]
    try:
        acts.save_template(
            by=request.user, country=country, words=form.words, now=clock.now(), template=found
        )
    except BadWording as reason:
        form.add_error(reason.field, gettext("Un autre modèle porte déjà ce titre."))
        return False
    return True


def _countries(request: SignedRequest) -> list[tuple[str, str]]:
    """Return the nations whose templates the reader keeps."""
    held = request.user.memberships_with(Permission.MANAGE_ANSWERS)
    codes = sorted({m.territory_code for m in held if m.territory_kind == TerritoryKind.NATION})
    known, language = catalogue.countries(), get_language() or "fr"
    return [(c, known[c].title.in_(language) if c in known else c) for c in codes]


def _show(
    request: SignedRequest,
    form: TemplateForm,
    found: AnswerTemplate | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "template": found, "templates": templates_to_keep(request.user)}
    return render(request, "incidents/wording/templates.html", context, status=status)
