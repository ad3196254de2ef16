"""Doors to what people record of a file's duties."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.rules import Permission
from vigie.incidents.forms import duties as forms
from vigie.incidents.forms.routing import RetractForm
from vigie.incidents.models import DutyAct
from vigie.incidents.models.duty_words import KINDS, recipients, said
from vigie.incidents.operations import duties as acts
from vigie.incidents.operations.attach import Upload
from vigie.incidents.queries.duties_notices import versions_of
from vigie.incidents.rules.duties.predicates import closing_answers
from vigie.incidents.rules.duties.record import Act, ActKind, BadAct
from vigie.incidents.templatetags.duties import start_words
from vigie.incidents.views.detail import OpenAct
from vigie.incidents.views.duties.page import OnDuties, opened, show
from vigie.kernel.vault import BadUpload
from vigie.reference import duties as reference
from vigie.reference.duties import Regime, Stage, StartKind
from vigie.ui import moments

UNPROCESSABLE = 422
Words = str | Promise
BOTH = ["GET", "POST"]


@needs(Permission.RECORD_LEGAL)
@require_http_methods(BOTH)
def aware(request: SignedRequest, pk: int, regime: str) -> HttpResponse:
    """Record when the structure knew, as one regime means it."""
    on = _on(request, pk)
    found = _regime(on, regime)
    form = forms.AwareForm(_posted(request), now=on.now)
    act = OpenAct(
        title=gettext("Heure de connaissance : %(what)s") % {"what": said(found.title)},
        form=form,
        url=reverse("incidents:duty_aware", args=[pk, regime]),
        submit=_("Noter"),
        note=gettext("Ce qui compte ici : %(what)s.") % {"what": said(found.aware)},
    )
    return _record(request, on, act, lambda: form.act(regime))


@needs(Permission.RECORD_LEGAL)
@require_http_methods(BOTH)
def event(request: SignedRequest, pk: int, regime: str, stage: str) -> HttpResponse:
    """Record that something happened which starts a stage."""
    on = _on(request, pk)
    found = _stage(on, regime, stage)
    if found.start.kind is not StartKind.EVENT:
        raise Http404
    form = forms.EventForm(_posted(request), now=on.now)
    act = OpenAct(
        title=start_words(_regime(on, regime), found).capitalize(),
        form=form,
        url=reverse("incidents:duty_event", args=[pk, regime, stage]),
        submit=_("Noter"),
        note=said(found.title),
    )
    return _record(request, on, act, lambda: form.act(regime, stage))


@needs(Permission.RECORD_LEGAL)
@require_http_methods(BOTH)
def sent(request: SignedRequest, pk: int, regime: str, stage: str) -> HttpResponse:
    """Record that a notice went out."""
    on = _on(request, pk)
    found = _stage(on, regime, stage)
    versions = [
        (notice.pk, gettext("Version %(n)s") % {"n": notice.number})
        for notice in versions_of(on.incident, regime, stage)
    ]
    form = forms.SentForm(
        _posted(request),
        request.FILES or None,
        now=on.now,
        versions=[(str(pk), words) for pk, words in versions],
        needs_receipt=found.is_declaration,
    )
    act = OpenAct(
        title=gettext("Noter l’envoi : %(what)s") % {"what": said(found.title)},
        form=form,
        url=reverse("incidents:duty_sent", args=[pk, regime, stage]),
        submit=_("Noter l’envoi"),
        note=gettext("Destinataire : %(who)s. L’envoi noté arrête le délai.")
        % {"who": recipients(found)},
    )
    return _record(request, on, act, lambda: form.act(regime, stage))


@needs(Permission.RECORD_LEGAL)
@require_http_methods(BOTH)
def close(request: SignedRequest, pk: int, regime: str, stage: str) -> HttpResponse:
    """Stop a clock or declare its stage not applicable, with a reason."""
    on = _on(request, pk)
    found = _stage(on, regime, stage)
    form = forms.CloseForm(_posted(request))
    act = OpenAct(
        title=gettext("Sans objet ou arrêté : %(what)s") % {"what": said(found.title)},
        form=form,
        url=reverse("incidents:duty_close", args=[pk, regime, stage]),
        submit=_("Noter"),
        note=_("Le délai reste visible, avec votre nom et ce motif."),
    )
    return _record(request, on, act, lambda: form.act(regime, stage, on.now))


@needs(Permission.RECORD_LEGAL)
@require_http_methods(BOTH)
def answer(request: SignedRequest, pk: int, fact: str) -> HttpResponse:
    """Answer a question that duties depend on."""
    on = _on(request, pk)
    question, law = on.question(fact), reference.law(on.incident.country)
    if question is None or law is None:
        raise Http404
    form = forms.AnswerForm(_posted(request), needs_reason=closing_answers(law, fact))
    what = ", ".join(said(regime.title) for regime in question.duties)
    act = OpenAct(
        title=said(reference.duty_facts()[fact].title),
        form=form,
        url=reverse("incidents:duty_answer", args=[pk, fact]),
        submit=_("Répondre"),
        note=gettext("Cette réponse décide de : %(what)s.") % {"what": what},
    )
    return _record(request, on, act, lambda: form.act(fact, on.now))


@needs(Permission.RECORD_LEGAL)
@require_http_methods(BOTH)
def retract(request: SignedRequest, pk: int, number: int) -> HttpResponse:
    """Take back a record made by mistake."""
    on = _on(request, pk)
    row = next((row for row in on.duties.acts if row.pk == number), None)
    if row is None or row.kind == ActKind.RETRACTED or on.duties.is_retracted(row):
        raise Http404
    form = RetractForm(_posted(request))
    told = {"what": KINDS[ActKind(row.kind)], "when": moments.full(row.recorded_at)}
    act = OpenAct(
        title=gettext("Reprendre une note : %(what)s, %(when)s") % told,
        form=form,
        url=reverse("incidents:retract_duty", args=[pk, number]),
        submit=_("Reprendre"),
        note=_("La note reste lisible ; elle ne compte plus."),
    )
    if not form.is_valid():
        return show(request, on, act=act, status=UNPROCESSABLE if form.is_bound else 200)
    try:
        acts.retract_duty(
            by=request.user,
            incident=on.incident,
            pk=number,
            reason=form.cleaned_data["reason"],
            now=on.now,
        )
    except DutyAct.DoesNotExist as gone:
        raise Http404 from gone
    except BadAct:
        form.add_error(None, gettext("La preuve de la déclaration ne se reprend pas."))
        return show(request, on, act=act, status=UNPROCESSABLE)
    messages.success(request, gettext("Note reprise."))
    return redirect(on.home)


def _on(request: SignedRequest, pk: int) -> OnDuties:
    on = opened(request, pk)
    if not on.may_record:
        raise PermissionDenied
    if not on.duties.is_live:
        raise Http404
    return on


def _regime(on: OnDuties, code: str) -> Regime:
    duty = on.duties.duty(code)
    if duty is None:
        raise Http404
    return duty.regime


def _stage(on: OnDuties, regime: str, code: str) -> Stage:
    stage = _regime(on, regime).stages.get(code)
    if stage is None:
        raise Http404
    return stage


def _posted(request: SignedRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _record(
    request: SignedRequest, on: OnDuties, act: OpenAct, told: Callable[[], Act]
) -> HttpResponse:
    form: Any = act.form
    if not form.is_valid():
        return show(request, on, act=act, status=UNPROCESSABLE if form.is_bound else 200)
    given = form.cleaned_data.get("attachment")
    uploads = [Upload(given.name or "", given.chunks())] if given else []
    try:
        acts.record_duty(
            by=request.user, incident=on.incident, act=told(), now=on.now, uploads=uploads
        )
    except BadUpload as reason:
        form.add_error("attachment", gettext(reason.message) % reason.params)
        return show(request, on, act=act, status=UNPROCESSABLE)
    except BadAct as reason:
        form.refuse(reason)
        return show(request, on, act=act, status=UNPROCESSABLE)
    messages.success(request, gettext("Noté."))
    return redirect(on.home)
