"""The acts that steer a file: who follows it, how far it is told, support, its event."""

from django.forms import Form
from django.utils.translation import gettext_lazy as _

from vigie.accounts.rules import Permission
from vigie.incidents.forms import follow as forms
from vigie.incidents.forms.exchange import AskSupportForm, GroupForm
from vigie.incidents.models import Event
from vigie.incidents.operations import events, steps
from vigie.incidents.operations.events import BadGroup, NewEvent
from vigie.incidents.queries.events import alike, open_events
from vigie.incidents.queries.file import desk_of
from vigie.incidents.rules.words import COUNTED_OUT, Tlp
from vigie.incidents.views.acting import Act, Asked, Bound

MOST_EVENTS = 100


def _assign_form(asked: Asked, bound: Bound) -> Form:
    people = [(str(person.pk), person.full_name) for person in desk_of(asked.incident)]
    if "initial" in bound:
        bound["initial"]["to"] = asked.incident.assignee_id or asked.by.pk
    return forms.AssignForm(**bound, desk=people)


def _assign(asked: Asked, form: Form) -> object:
    to = form.cleaned_data["to"]
    return steps.assign(
        by=asked.by,
        incident=asked.incident,
        to=desk_of(asked.incident).filter(pk=to).first() if to else None,
        version=form.cleaned_data["version"],
        now=asked.now,
    )


def _tlp_form(asked: Asked, bound: Bound) -> Form:
    if "initial" in bound:
        bound["initial"]["tlp"] = asked.incident.tlp
    return forms.TlpForm(**bound)


def _tlp(asked: Asked, form: Form) -> object:
    return steps.confirm_tlp(
        by=asked.by,
        incident=asked.incident,
        tlp=Tlp(form.cleaned_data["tlp"]),
        version=form.cleaned_data["version"],
        now=asked.now,
    )


def _support_form(asked: Asked, bound: Bound) -> Form:
    if "initial" in bound:
        bound["initial"]["helpers"] = asked.incident.support_given
    return forms.SupportForm(**bound)


def _give_support(asked: Asked, form: forms.SupportForm) -> object:
    return steps.give_support(
        by=asked.by,
        incident=asked.incident,
        helpers=form.chosen,
        version=form.cleaned_data["version"],
        now=asked.now,
    )


def _ask_support_form(asked: Asked, bound: Bound) -> Form:
    if "initial" in bound:
        bound["initial"]["nature"] = asked.file.facts.support_nature
    return AskSupportForm(**bound)


def _ask_support(asked: Asked, form: Form) -> object:
    nature = form.cleaned_data["nature"]
    return steps.ask_support(by=asked.by, incident=asked.incident, nature=nature, now=asked.now)


def _group_form(asked: Asked, bound: Bound) -> Form:
    near = alike(asked.by, asked.incident)
    return GroupForm(
        **bound,
        events=[(str(event.pk), str(event)) for event in open_events(asked.by)[:MOST_EVENTS]],
        alike=[(str(row.pk), f"{row} · {row.site or row.establishment}") for row in near],
    )


def _group(asked: Asked, form: GroupForm) -> object:
    found = form.cleaned_data
    into: Event | NewEvent = NewEvent(found["title"], asked.incident.supplier)
    if found["event"] is not None:
        known = open_events(asked.by).filter(pk=found["event"]).first()
        if known is None:
            raise BadGroup("ended")
        into = known
    chosen = set(found.get("others", ()))
    others = [row for row in alike(asked.by, asked.incident) if row.pk in chosen]
    return events.group(
        by=asked.by,
        incidents=[asked.incident, *others],
        into=into,
        reason=found["reason"],
        now=asked.now,
    )


def _ungroup(asked: Asked, form: Form) -> object:
    reason = form.cleaned_data["reason"]
    return events.ungroup(by=asked.by, incident=asked.incident, reason=reason, now=asked.now)


def _counts(asked: Asked) -> bool:
    return asked.status not in COUNTED_OUT


def _is_single(asked: Asked) -> bool:
    return _counts(asked) and asked.incident.event_id is None


def _is_grouped(asked: Asked) -> bool:
    return asked.incident.event_id is not None


STEERING: dict[str, Act] = {
    "assign": Act(
        _("Affecter le dossier"),
        _("Affecter"),
        _("Dossier affecté."),
        _assign_form,
        _assign,
    ),
    "tlp": Act(
        _("Confirmer la diffusion permise"),
        _("Confirmer"),
        _("Diffusion confirmée."),
        _tlp_form,
        _tlp,
        fits=_counts,
        note=_("Marque TLP 2.0 : à qui le contenu du dossier peut être dit."),
    ),
    "give-support": Act(
        _("Appui accordé"),
        _("Enregistrer l’appui"),
        _("Appui enregistré."),
        _support_form,
        _give_support,
        fits=_counts,
    ),
    "ask-support": Act(
        _("Demander l’appui du CERT"),
        _("Demander l’appui"),
        _("Demande envoyée au CERT."),
        _ask_support_form,
        _ask_support,
        permission=Permission.AMEND,
    ),
    "group": Act(
        _("Grouper dans un événement"),
        _("Grouper"),
        _("Dossier groupé."),
        _group_form,
        _group,
        fits=_is_single,
        note=_(
            "Un événement réunit les incidents de plusieurs structures qui ont la même cause. "
            "Les structures ne se voient pas entre elles."
        ),
    ),
    "ungroup": Act(
        _("Retirer le dossier de l’événement"),
        _("Retirer de l’événement"),
        _("Dossier retiré de l’événement."),
        lambda asked, bound: forms.ReasonForm(**bound),
        _ungroup,
        fits=_is_grouped,
    ),
}
