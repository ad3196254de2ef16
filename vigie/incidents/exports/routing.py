"""Lay out what one party may know of a file and what is asked of it, as an accessible PDF."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from vigie.establishments.queries import ShownContact
from vigie.incidents.exports import answers
from vigie.incidents.exports.answers import Names, Section
from vigie.incidents.models import Incident, conclusions, labels
from vigie.incidents.queries.routing import party_name
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.routing import Stage, Task, shown_parts
from vigie.incidents.rules.words import Endangerment, Status, Tlp
from vigie.kernel import typeset
from vigie.reference.parties import Routing
from vigie.ui import moments

TEMPLATE = "incidents/templates/incidents/paper/party.typ"


@dataclass(frozen=True, slots=True)
class Letter:
    """What a document for a party is made of."""

    incident: Incident
    facts: Facts
    names: Names
    task: Task
    routing: Routing
    contacts: Iterable[ShownContact]

    @property
    def sections(self) -> list[Section]:
        """Return the parts of the declaration that the party may know, answered ones alone."""
        party = self.routing.parties[self.task.party]
        parts = shown_parts(party, Tlp(self.incident.tlp))
        every = (answers.section(self.facts, part, self.names) for part in parts)
        return [section for section in every if section.told]


def pdf(letter: Letter, *, language: str, now: datetime) -> bytes:
    """Return the document in a language, "fr" or "en"."""
    with translation.override(language):
        title = _title(letter)
        told = _told(letter, now)
    return typeset.pdf(TEMPLATE, told, title=title, language=language, now=now)


def _title(letter: Letter) -> str:
    who = party_name(letter.task.party, letter.incident, letter.routing)
    if letter.task.rule.stage == Stage.RESOLUTION:
        return _("Résolution d’un incident de sécurité : information à %(who)s") % {"who": who}
    return _("Incident de sécurité : information à %(who)s") % {"who": who}


def _told(letter: Letter, now: datetime) -> dict[str, Any]:
    incident, task = letter.incident, letter.task
    language = translation.get_language() or "fr"
    return {
        "note": _("Vigie · dossier %(reference)s · TLP:%(tlp)s · produit le %(when)s")
        % {"reference": incident.reference, "tlp": incident.tlp, "when": moments.full(now)},
        "tlp": f"TLP:{incident.tlp}",
        "head": [{"title": name, "text": text} for name, text in _head(letter) if text],
        "why_title": _("Pourquoi vous recevez ce document"),
        "why": task.rule.title.in_(language),
        "because": conclusions.together(conclusions.REASONS[reason] for reason in task.because),
        "text": task.rule.text,
        "asks_title": _("Ce qui vous est demandé"),
        "asks": task.rule.asks.in_(language),
        "known_title": _("Ce que la structure dit à cette heure"),
        "sections": [
            {"title": s.title, "lines": [{"title": a.title, "text": a.text} for a in s.told]}
            for s in letter.sections
        ],
        "withheld": _(
            "Le dossier est marqué TLP:RED : le détail n’est donné que de vive voix. Appelez."
        ),
        "call_title": _("Nous joindre"),
        "contacts": [
            {"title": c.title.in_(language), "reach": c.phone or c.email or c.url}
            for c in letter.contacts
        ],
        "end": _(
            "Aucune donnée de patient, aucun nom de personne. Ne transmettez ce document que "
            "dans les limites de sa marque TLP."
        ),
    }


def _head(letter: Letter) -> Iterator[tuple[str, str]]:
    incident = letter.incident
    yield _("Dossier"), incident.reference
    yield _("Structure"), str(incident.site or incident.establishment)
    yield _("Déclaré"), moments.full(incident.declared_at)
    danger = labels.label(Endangerment, incident.endangerment)
    yield _("Danger pour les patients"), str(danger)
    yield _("Étape"), str(labels.label(Status, incident.status))
    if incident.resolved_at:
        yield _("Résolu le"), moments.full(incident.resolved_at)
