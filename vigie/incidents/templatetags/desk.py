"""How pages of the desk say what a file holds: words, steps, facts, care episodes, addresses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext, pgettext

from vigie.incidents.exports import answers
from vigie.incidents.models import Incident, Qualification, labels
from vigie.incidents.queries.file import OneFile
from vigie.incidents.queries.journal import Said, said
from vigie.incidents.rules import follow, routing, words
from vigie.incidents.rules.facts import EpisodeFacts, Facts
from vigie.incidents.rules.words import EpisodeKind, Kind, Status
from vigie.kernel.partial import PartialDate, Precision
from vigie.reference import catalogue
from vigie.ui import moments

register = template.Library()
_ = gettext_lazy

# The steps while they last, and once they are done.
DOING: dict[Status, Promise] = {
    Status.RECEIVED: _("À qualifier"),
    Status.QUALIFIED: _("Confinement en cours"),
    Status.CONTAINED: _("Résolution en cours"),
    Status.RESOLVED: _("Clôture à faire"),
}


@register.filter
def word(value: str, kind: str) -> object:
    """Say a word of a closed list: {{ incident.status|word:"Status" }}."""
    return labels.label(getattr(words, kind, None) or getattr(routing, kind), str(value))


@register.filter
def category(code: str) -> str:
    """Say an incident category."""
    return labels.category(code)


@register.filter
def helpers(codes: list[str]) -> str:
    """Say who gives support."""
    known = catalogue.support_providers()
    return ", ".join(labels.titled(known, code) for code in codes)


@register.filter
def action(text: str) -> str:
    """Say a next action: a person's words, or those of a code of Vigie."""
    return labels.action(text)


@register.filter
def rsit(ruled: Qualification | Incident) -> str:
    """Say a class and type of RSIT 1003."""
    code = f"{ruled.rsit_class}/{ruled.rsit_type}"
    if ruled.rsit_type and code in catalogue.rsit():
        return f"{rsit_class(ruled.rsit_class)}, {_small(labels.titled(catalogue.rsit(), code))}"
    return rsit_class(ruled.rsit_class)


def rsit_class(code: str) -> str:
    """Say a class of RSIT 1003."""
    return labels.titled(catalogue.rsit_classes(), code) if code else ""


@register.filter
def where(incident: Incident) -> str:
    """Say where a file lies: « Landes (40), Nouvelle-Aquitaine »."""
    department = catalogue.departments(incident.country).get(incident.department)
    region = catalogue.regions(incident.country).get(incident.region)
    language = get_language() or "fr"
    parts = []
    if department is not None:
        parts.append(f"{department.title.in_(language)} ({incident.department})")
    if region is not None:
        parts.append(region.title.in_(language))
    return ", ".join(parts) or incident.country


@register.filter
def structure_kind(incident: Incident) -> str:
    """Say what kind of structure the file is about."""
    place = incident.site or incident.establishment
    return labels.titled(catalogue.structure_types(), place.structure_type)


@register.filter
def in_words(entry: Any, names: dict[str, str]) -> Said:
    """Say an entry of a file's journal."""
    return said(entry, names)


@register.simple_tag
def steps_of(incident: Incident) -> list[dict[str, object]]:
    """Return the steps of a file for the drawing: done, current, later."""
    status = Status(incident.status)
    if status not in follow.PATH:
        return _steps_aside(incident, status)
    here = follow.PATH.index(status)
    over = status is Status.CLOSED
    steps: list[dict[str, object]] = []
    for number, step in enumerate(follow.PATH):
        if number <= here:
            steps.append(_step(labels.label(Status, step), "done", _reached(incident, step)))
        elif number == here + 1 and not over:
            steps.append(_step(DOING[status], "current", _reached(incident, status)))
        else:
            steps.append(_step(labels.label(Status, step), "later", None))
    return steps


def _steps_aside(incident: Incident, status: Status) -> list[dict[str, object]]:
    steps = [_step(labels.label(Status, Status.RECEIVED), "done", incident.declared_at)]
    if incident.qualified_at:
        qualified = labels.label(Status, Status.QUALIFIED)
        steps.append(_step(qualified, "done", incident.qualified_at))
    return [*steps, _step(labels.label(Status, status), "current", incident.closed_at)]


def _step(label: object, state: str, at: datetime | None) -> dict[str, object]:
    return {"label": label, "state": state, "at": at}


def _reached(incident: Incident, step: Status) -> datetime | None:
    columns = {
        Status.RECEIVED: incident.declared_at,
        Status.QUALIFIED: incident.qualified_at,
        Status.CONTAINED: incident.contained_at,
        Status.RESOLVED: incident.resolved_at,
        Status.CLOSED: incident.closed_at,
    }
    return columns[step]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the facts: a title, the words that matter, and more."""

    title: str
    strong: str
    text: str = ""


@register.simple_tag
def facts_of(file: OneFile) -> list[Row]:
    """Return what the structure says, in lines short enough to be read at night."""
    facts = file.facts
    rows = [*_cause(file), *_when(facts), *_care(facts), *_data(facts), *_around(file)]
    return [row for row in rows if row.strong or row.text]


def _cause(file: OneFile) -> Iterator[Row]:
    incident, facts = file.incident, file.facts
    origin = str(labels.label(words.Origin, incident.origin)) if incident.origin else ""
    named = labels.category(incident.category) if incident.category else ""
    known = _small(rsit_class(incident.rsit_class))
    more = [origin, gettext("RSIT : %(known)s") % {"known": known} if known else ""]
    yield Row(gettext("Origine"), named, _joined(more))
    if facts.kind is not Kind.INCIDENT:
        yield Row(gettext("Nature"), _told(facts, "kind"))
    counts = [
        _number(facts.workstations, ngettext("poste", "postes", facts.workstations or 0)),
        _number(facts.servers, ngettext("serveur", "serveurs", facts.servers or 0)),
    ]
    extent = _told(facts, "ransomware_extent") if facts.ransomware_extent else ""
    yield Row(gettext("Étendue"), "", _joined([extent, *counts]))
    ransom = gettext("demande de rançon") if facts.ransom_demanded else ""
    yield Row(gettext("Vecteur"), "", _joined([facts.vector, facts.claim, ransom]))


def _when(facts: Facts) -> Iterator[Row]:
    if facts.occurred:
        yield Row(gettext("Survenu"), "", moments.partial(facts.occurred))
    seen = [
        moments.partial(facts.noticed) if facts.noticed else "",
        _small(_told(facts, "detection_stage")) if facts.detection_stage else "",
        gettext("par : %(who)s") % {"who": _small(_told(facts, "detection_source"))}
        if facts.detection_source
        else "",
    ]
    yield Row(gettext("Découvert"), "", _joined(seen))


def _care(facts: Facts) -> Iterator[Row]:
    activities = _told(facts, "care_activities") if facts.care_activities else ""
    yield Row(gettext("Activités"), "", activities)
    danger = str(labels.label(words.Endangerment, facts.endangerment))
    cause = _told(facts, "endangerment_cause") if facts.endangerment_cause else ""
    counts = [
        _number(facts.patients, ngettext("patient", "patients", facts.patients or 0)),
        _number(facts.transfers, ngettext("transfert", "transferts", facts.transfers or 0)),
        _number(
            facts.cancelled_acts,
            ngettext("acte annulé", "actes annulés", facts.cancelled_acts or 0),
        ),
    ]
    said_danger = gettext("Mise en danger : %(danger)s") % {"danger": _small(danger)}
    told = [cause, facts.endangerment_description, _joined(counts)]
    yield Row(gettext("Patients"), said_danger, _sentences(told))
    signs = {
        gettext("prise en charge interrompue"): facts.care_interrupted,
        gettext("plan blanc activé"): facts.plan_blanc,
        gettext("cellule de crise ouverte"): facts.crisis_cell,
        gettext("SAMU touché"): facts.samu_affected,
        gettext("effet sur le système de santé"): facts.health_system_impact,
        gettext("autres structures menacées"): facts.others_at_risk,
        gettext("effet dans un autre pays"): facts.cross_border,
    }
    impact = _told(facts, "structure_impact")
    yield Row(gettext("Structure"), "", _joined([impact, *(s for s, so in signs.items() if so)]))


def _data(facts: Facts) -> Iterator[Row]:
    if facts.data_impacts is not None:
        impacts = _told(facts, "data_impacts") if facts.data_impacts else gettext("Intactes")
        kinds = _small(_told(facts, "data_types")) if facts.data_types else ""
        people = _number(
            facts.persons,
            ngettext("personne concernée", "personnes concernées", facts.persons or 0),
        )
        yield Row(gettext("Données"), "", _joined([impacts, kinds, people]))


def _around(file: OneFile) -> Iterator[Row]:
    incident, facts = file.incident, file.facts
    supplier = str(incident.supplier or facts.supplier_name)
    implied = pgettext("prestataire", "Non impliqué") if facts.provider_involved is False else ""
    yield Row(gettext("Prestataire"), supplier, "" if supplier else implied)
    yield Row(gettext("Systèmes"), "", facts.systems)
    yield Row(gettext("Mesures"), "", _sentences([facts.measures_taken, facts.measures_planned]))
    backups = {True: gettext("sauvegardes saines"), False: gettext("sauvegardes touchées")}
    if facts.backups_healthy is not None:
        yield Row(gettext("Sauvegardes"), "", backups[facts.backups_healthy])
    yield Row(gettext("Appui"), "", _support(file))
    yield Row(gettext("Déclaré par"), "", _declared_by(file))


def _support(file: OneFile) -> str:
    incident, facts = file.incident, file.facts
    asked = ""
    if incident.support_asked_at:
        at = moments.short(incident.support_asked_at)
        asked = gettext("demandé le %(at)s") % {"at": at}
    elif facts.support_requested is not None:
        asked = gettext("demandé") if facts.support_requested else gettext("non demandé")
    given = incident.support_given or [str(helper) for helper in facts.support_given or ()]
    if not given:
        return _sentences([asked, facts.support_nature])
    named = gettext("accordé : %(helpers)s") % {"helpers": helpers(given)}
    return _sentences([asked, facts.support_nature, named])


def _declared_by(file: OneFile) -> str:
    declaration = file.declaration
    who = declaration.declared_by.full_name if declaration.declared_by else ""
    authority = gettext("sous l’autorité %(whose)s") % {
        "whose": labels.label(words.Authority, declaration.authority)
    }
    channel = _small(str(labels.label(words.Channel, declaration.channel)))
    if declaration.authority in (words.Authority.NOT_RECORDED, words.Authority.IMPORT):
        authority = gettext("autorité non enregistrée")
    return _joined([who, channel, authority])


def _told(facts: Facts, name: str) -> str:
    return answers.answer(facts, name, answers.Names()).text


def _small(text: str) -> str:
    """Return a text as it stands inside a sentence; what follows the first letter may be a name."""
    return text[:1].lower() + text[1:]


def _number(count: int | None, unit: str) -> str:
    return "" if not count else f"{count} {unit}"


def _joined(parts: list[str]) -> str:
    """Return the parts that say something, as one sentence without its point."""
    text = ", ".join(part.strip().rstrip(".") for part in parts if part and part.strip())
    return text[:1].upper() + text[1:]


def _sentences(parts: list[str]) -> str:
    """Return the parts that say something, each as a sentence of its own."""
    told = [part.strip().rstrip(".") for part in parts if part and part.strip()]
    return ". ".join(part[:1].upper() + part[1:] for part in told)


@dataclass(frozen=True, slots=True)
class Lanes:
    """Care episodes for the drawing, and those without an hour in words."""

    drawn: list[dict[str, object]]
    told: list[str]
    first_sign: datetime | None
    activities: int


@register.simple_tag
def episodes_of(file: OneFile) -> Lanes:
    """Return the care episodes of a file: drawn where hours are known, else told."""
    facts, incident = file.facts, file.incident
    over = None if incident.is_open else (incident.resolved_at or incident.closed_at)
    drawn, told = [], []
    for episode in facts.episodes:
        start, end = _minute(episode.start), _minute(episode.end)
        if start is None or (episode.end and end is None):
            told.append(answers.episode(episode))
        else:
            drawn.append(_lane(episode, start, end or (over if over and over > start else None)))
    first_sign = _minute(facts.occurred) or _minute(facts.noticed)
    touched = {episode.activity for episode in facts.episodes}
    return Lanes(drawn, told, first_sign, len(touched))


def _lane(episode: EpisodeFacts, start: datetime, end: datetime | None) -> dict[str, object]:
    named = labels.titled(catalogue.care_activities(), episode.activity)
    return {
        "activity": named if episode.activity else gettext("Toute la structure"),
        "kind": EpisodeKind(episode.kind).value,
        "start": start,
        "end": end,
        "text": episode.note,
    }


def _minute(text: str) -> datetime | None:
    """Return the moment of a date that is known to the minute."""
    found = PartialDate.parse(text) if text else None
    if found is None or found.precision is not Precision.MINUTE:
        return None
    return found.start(ZoneInfo(settings.TIME_ZONE))
