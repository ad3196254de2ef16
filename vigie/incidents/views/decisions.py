"""The acts that decide on a file: qualify, what comes next, its steps, setting it aside."""

from collections.abc import Callable

from django.forms import Form
from django.utils.translation import gettext_lazy as _

from vigie.accounts.rules import Permission
from vigie.incidents.forms import follow as forms
from vigie.incidents.models import Incident, labels
from vigie.incidents.operations import follow, qualify, steps
from vigie.incidents.operations.follow import BadTarget
from vigie.incidents.queries.files import visible_incidents
from vigie.incidents.rules.follow import MOVES, Action, needs_reason
from vigie.incidents.rules.words import COUNTED_OUT, Status, Waiting
from vigie.incidents.views.acting import Act, Asked, Bound, Run, Words
from vigie.reference import catalogue

MAJOR = {True: "yes", False: "no", None: ""}


def _make_qualify(asked: Asked, bound: Bound) -> Form:
    incident, ruled = asked.incident, asked.file.ruling
    with_next = incident.next_action == Action.QUALIFY
    if "initial" in bound:
        bound["initial"] |= {
            "origin": incident.origin,
            "category": incident.category,
            "rsit": _rsit(incident),
            "major_confirmed": MAJOR[incident.major_confirmed],
            "severity": ruled.severity if ruled else None,
            "reason": ruled.reason if ruled else "",
            "text": labels.action(Action.CONTACT),
            "soon": "30",
            "waiting": Waiting.CERT,
        }
    computed = asked.file.understood.assessment.severity
    return forms.QualifyForm(**bound, now=asked.now, with_next=with_next, computed=computed)


def _rsit(incident: Incident) -> str:
    """Return the class and type decided before, else the nearest to the category."""
    if incident.rsit_class:
        return "/".join(part for part in (incident.rsit_class, incident.rsit_type) if part)
    category = catalogue.incident_categories().get(incident.category)
    return category.rsit[0] if category and category.rsit else ""


def _qualify(asked: Asked, form: forms.QualifyForm) -> object:
    return qualify(
        by=asked.by,
        incident=asked.incident,
        decision=form.decision,
        version=form.cleaned_data["version"],
        now=asked.now,
        then=form.then,
    )


def _next_form(asked: Asked, bound: Bound) -> Form:
    if "initial" in bound:
        bound["initial"] |= {"soon": "60", "waiting": asked.incident.waiting}
    return forms.NextForm(**bound, now=asked.now)


def _plan(*, done: bool) -> Run:
    def run(asked: Asked, form: forms.NextForm) -> object:
        return steps.plan(
            by=asked.by,
            incident=asked.incident,
            action=form.action,
            version=form.cleaned_data["version"],
            now=asked.now,
            done=done,
        )

    return run


def _postpone(asked: Asked, form: forms.PostponeForm) -> object:
    found = form.cleaned_data
    return steps.postpone(
        by=asked.by,
        incident=asked.incident,
        until=found["due"],
        reason=found["reason"],
        version=found["version"],
        now=asked.now,
    )


def _move_form(to: Status) -> Callable[[Asked, Bound], Form]:
    def make(asked: Asked, bound: Bound) -> Form:
        wanted = {"reason"} if needs_reason(asked.status, to) else set()
        if to is Status.CLOSED:
            wanted.add("lessons")
            if "initial" in bound:
                bound["initial"]["lessons"] = asked.file.facts.lessons or asked.incident.lessons
        return forms.MoveForm(**bound, needs=wanted)

    return make


def _move(to: Status) -> Run:
    def run(asked: Asked, form: Form) -> object:
        return follow.move(
            by=asked.by,
            incident=asked.incident,
            to=to,
            version=form.cleaned_data["version"],
            now=asked.now,
            reason=form.cleaned_data.get("reason", ""),
            lessons=form.cleaned_data.get("lessons", ""),
        )

    return run


def _reason_form(asked: Asked, bound: Bound) -> Form:
    return forms.ReasonForm(**bound)


def _merge(asked: Asked, form: forms.MergeForm) -> object:
    found = form.cleaned_data
    into = visible_incidents(asked.by).filter(pk=found["into"]).first()
    if into is None:
        raise BadTarget("absent")
    return follow.merge(
        by=asked.by,
        incident=asked.incident,
        into=into,
        reason=found["reason"],
        version=found["version"],
        now=asked.now,
    )


def _restore(asked: Asked, form: Form) -> object:
    return follow.restore(
        by=asked.by,
        incident=asked.incident,
        reason=form.cleaned_data["reason"],
        version=form.cleaned_data["version"],
        now=asked.now,
    )


def _set_aside(to: Status) -> Callable[[Asked], bool]:
    def fits(asked: Asked) -> bool:
        return to in MOVES[asked.status]

    return fits


def _is_aside(asked: Asked) -> bool:
    return asked.status in COUNTED_OUT


def _step(to: Status, title: Words, submit: Words, done: Words, *, since: frozenset[Status]) -> Act:
    """Return the act that moves a file to a status from those that it may come from."""
    return Act(
        title,
        submit,
        done,
        _move_form(to),
        _move(to),
        fits=lambda asked: asked.status in since,
    )


DECISIONS: dict[str, Act] = {
    "qualify": Act(
        _("Qualifier l’incident"),
        _("Enregistrer la qualification"),
        _("Qualification enregistrée."),
        _make_qualify,
        _qualify,
        permission=Permission.QUALIFY,
        fits=lambda asked: asked.status not in COUNTED_OUT,
    ),
    "done": Act(
        _("Action faite : et ensuite ?"),
        _("Enregistrer la suite"),
        _("Action faite ; la suite est fixée."),
        _next_form,
        _plan(done=True),
        note=_("Un dossier ouvert a toujours une prochaine action."),
    ),
    "plan": Act(
        _("Changer la prochaine action"),
        _("Enregistrer"),
        _("Prochaine action changée."),
        _next_form,
        _plan(done=False),
    ),
    "postpone": Act(
        _("Reporter la prochaine action"),
        _("Reporter"),
        _("Action reportée."),
        lambda asked, bound: forms.PostponeForm(**bound, now=asked.now),
        _postpone,
    ),
    "contain": _step(
        Status.CONTAINED,
        _("L’incident est confiné"),
        _("Passer à « Confiné »"),
        _("Dossier passé à « Confiné »."),
        since=frozenset({Status.QUALIFIED}),
    ),
    "resolve": _step(
        Status.RESOLVED,
        _("L’incident est résolu"),
        _("Passer à « Résolu »"),
        _("Dossier passé à « Résolu »."),
        since=frozenset({Status.QUALIFIED, Status.CONTAINED}),
    ),
    "close": _step(
        Status.CLOSED,
        _("Clore le dossier"),
        _("Clore le dossier"),
        _("Dossier clos."),
        since=frozenset({Status.QUALIFIED, Status.RESOLVED}),
    ),
    "reopen": _step(
        Status.RESOLVED,
        _("Rouvrir le dossier"),
        _("Rouvrir le dossier"),
        _("Dossier rouvert."),
        since=frozenset({Status.CLOSED}),
    ),
    "back-to-contained": _step(
        Status.CONTAINED,
        _("Revenir à la résolution"),
        _("Revenir à « Confiné »"),
        _("Dossier revenu à « Confiné »."),
        since=frozenset({Status.RESOLVED}),
    ),
    "back-to-qualified": _step(
        Status.QUALIFIED,
        _("Revenir au confinement"),
        _("Revenir à « Qualifié »"),
        _("Dossier revenu à « Qualifié »."),
        since=frozenset({Status.CONTAINED}),
    ),
    "reject": Act(
        _("Écarter la déclaration"),
        _("Écarter la déclaration"),
        _("Déclaration écartée : elle ne compte plus."),
        _reason_form,
        _move(Status.REJECTED),
        fits=_set_aside(Status.REJECTED),
        note=_("Elle reste lisible et ne compte plus dans les statistiques."),
        is_grave=True,
    ),
    "merge": Act(
        _("Rattacher à un autre dossier, comme doublon"),
        _("Rattacher ce dossier"),
        _("Dossier rattaché : sa déclaration ne compte plus."),
        lambda asked, bound: forms.MergeForm(**bound),
        _merge,
        fits=_set_aside(Status.DUPLICATE),
        note=_("Le suivi continue dans l’autre dossier ; celui-ci reste lisible."),
        is_grave=True,
    ),
    "restore": Act(
        _("Rétablir le dossier"),
        _("Rétablir le dossier"),
        _("Dossier rétabli : sa déclaration compte de nouveau."),
        _reason_form,
        _restore,
        fits=_is_aside,
    ),
}
