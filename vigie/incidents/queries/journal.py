"""Say what the journal holds of files: one sentence for each verb, and more beside the file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext

from vigie.accounts.models import User
from vigie.accounts.queries import open_journal_of, within
from vigie.accounts.rules import Permission
from vigie.audit import rules as audit
from vigie.audit.models import Event as Entry
from vigie.incidents.models import Event, Incident
from vigie.incidents.models.labels import category, label, titled
from vigie.incidents.models.questions import QUESTIONS
from vigie.incidents.rules.observables import Sort
from vigie.incidents.rules.routing import OTHER
from vigie.incidents.rules.words import Status, Waiting
from vigie.reference import catalogue, duties

_ = gettext_lazy

# What follows the name of who acted, wherever the journal is read.
SENTENCES: dict[str, object] = {
    "incident.declared": _("a déclaré un incident"),
    "incident.imported": _("a importé une déclaration"),
    "incident.imported_again": _("a importé une édition plus récente de la déclaration"),
    "declarations.imported": _("a importé des déclarations"),
    "intake.brought": _("a apporté un fichier de déclarations"),
    "intake.mapped": _("a dit comment lire un fichier de déclarations"),
    "intake.tried": _("a essayé l’import d’un fichier de déclarations"),
    "intake.started": _("a lancé l’import d’un fichier de déclarations"),
    "intake.dropped": _("a retiré un fichier de déclarations"),
    "mapper.saved": _("a gardé une correspondance de colonnes"),
    "mapper.retired": _("a retiré une correspondance de colonnes"),
    "incident.opened": _("a ouvert le dossier"),
    "incident.qualified": _("a qualifié l’incident"),
    "incident.moved": _("a fait changer le dossier d’étape"),
    "incident.merged": _("a rattaché le dossier à un autre, comme doublon"),
    "incident.received_duplicate": _("a rattaché un doublon au dossier"),
    "incident.restored": _("a rétabli le dossier"),
    "incident.assigned": _("a affecté le dossier"),
    "incident.grouped": _("a groupé le dossier dans un événement"),
    "incident.ungrouped": _("a retiré le dossier d’un événement"),
    "incidents.exported": _("a exporté une liste d’incidents"),
    "event.opened": _("a ouvert un événement"),
    "event.renamed": _("a renommé un événement"),
    "event.closed": _("a clos un événement"),
    "event.reopened": _("a rouvert un événement"),
    "event.circular": _("a écrit à tous les dossiers d’un événement"),
    "event.likely_set_aside": _("a écarté un groupe probable"),
    "action.planned": _("a fixé la prochaine action"),
    "action.done": _("a fait l’action prévue"),
    "action.postponed": _("a reporté la prochaine action"),
    "tlp.confirmed": _("a confirmé la diffusion permise (TLP)"),
    "support.asked": _("a demandé un appui"),
    "support.given": _("a enregistré l’appui accordé"),
    "message.written": _("a écrit un message"),
    "messages.read": _("a lu les messages"),
    "attachment.downloaded": _("a téléchargé une pièce jointe"),
    "observables.added": _("a noté des observables"),
    "observable.retired": _("a retiré un observable"),
    "observables.exported": _("a exporté des observables"),
    "handover.written": _("a écrit une relève"),
    "view.saved": _("a gardé une vue"),
    "view.dropped": _("a supprimé une vue"),
    "declaration.amended": _("a complété la déclaration"),
    "declaration.set_aside": _("a complété la déclaration en même temps qu’un autre"),
    "declaration.settled": _("a choisi entre deux versions de la déclaration"),
    "declaration.contacts_amended": _("a corrigé les personnes à joindre"),
    "declaration.contacts_erased": _("a effacé les personnes à joindre"),
    "declarations.contacts_expired": _("a effacé des personnes à joindre gardées assez longtemps"),
    "declaration.legal_recorded": _("a enregistré l’envoi de la déclaration légale"),
    "duty.aware": _("a noté quand la structure a su, pour une obligation"),
    "duty.event": _("a noté un fait qui lance un délai légal"),
    "duty.answered": _("a répondu à une question sur les obligations"),
    "duty.sent": _("a noté l’envoi d’une notification légale"),
    "duty.not_applicable": _("a dit une obligation sans objet, avec son motif"),
    "duty.stopped": _("a arrêté un délai légal, avec son motif"),
    "duty.retracted": _("a repris une note sur une obligation, avec son motif"),
    "regime.start_set": _("a fixé le début d’une obligation : %(regime)s, le %(starts_on)s"),
    "regime.start_removed": _("a retiré la date de début d’une obligation : %(regime)s"),
    "party.told": _("a noté qui a été prévenu"),
    "party.not_needed": _("a noté qu’un destinataire n’a pas à être prévenu"),
    "party.retracted": _("a repris une note sur un destinataire"),
    "party.document": _("a produit un document pour un destinataire"),
    "template.saved": _("a enregistré un modèle de réponse"),
    "template.retired": _("a retiré un modèle de réponse"),
    "mail.taken": _("a reçu un courriel au bureau du CERT"),
    "mail.dropped": _("a écarté un courriel sans ouvrir de dossier"),
    "draft.started": _("a commencé un brouillon"),
    "draft.expired": _("a effacé un brouillon que personne ne reprenait"),
    "draft.discarded": _("a supprimé un brouillon"),
}
TARGETS = {
    "incident": audit.Target(_("Dossier"), "incidents:file"),
    "incidents": audit.Target(_("Liste des incidents")),
    "event": audit.Target(_("Événement"), "incidents:event"),
    "draft": audit.Target(_("Brouillon")),
    "import": audit.Target(_("Import")),
    "intake": audit.Target(_("Fichier importé"), "incidents:intake"),
    "mapper": audit.Target(_("Correspondance de colonnes")),
    "observables": audit.Target(_("Liste des observables")),
    "handover": audit.Target(_("Relève"), "incidents:handover"),
    "template": audit.Target(_("Modèle de réponse")),
    "mail": audit.Target(_("Courriel reçu")),
    "view": audit.Target(_("Vue")),
}
LABELS: dict[str, object] = {
    "count": _("nombre"),
    "kinds": _("natures"),
    "sighting": "",
    "circular": "",
    "basis": "",
    "regime": _("obligation"),
    "stage": _("étape"),
    "fact": _("fait"),
    "starts_on": _("premier jour"),
    "retracts": "",
}
MOST_FIELDS = 3  # named in one line


def speak() -> None:
    """Teach the journal the words of this capability, and who may read its entries."""
    audit.register(sentences=SENTENCES, targets=TARGETS, labels=LABELS, values={"kinds": _kinds})
    open_journal_of(
        "incident",
        lambda reader: Incident.objects.filter(within(reader, Permission.READ_JOURNAL)),
    )
    open_journal_of("event", _whole_events)


def _whole_events(reader: User) -> QuerySet[Event]:
    """Return the events of which the reader may read every file's journal: entries tell of all."""
    read = Incident.objects.filter(within(reader, Permission.READ_JOURNAL))
    others = Incident.objects.filter(event=OuterRef("pk")).exclude(pk__in=read.values("pk"))
    mine = read.filter(event=OuterRef("pk"))
    return Event.objects.filter(Exists(mine), ~Exists(others))


@dataclass(frozen=True, slots=True)
class Said:
    """One entry beside its file: a sentence, and who did it."""

    text: str
    who: str


def said(entry: Entry, names: Mapping[str, str]) -> Said:
    """Return an entry of a file's journal in words; names: by « user:42 »."""
    tell = TELLERS.get(entry.verb)
    who = names.get(entry.actor, entry.actor)
    return Said(tell(entry.details, names) if tell else _sentence(entry.verb), who)


def _sentence(verb: str) -> str:
    text = str(SENTENCES.get(verb, verb))
    return text[:1].upper() + text[1:]


Details = Mapping[str, object]
Teller = Callable[[Details, Mapping[str, str]], str]


def _step(details: Details, _names: Mapping[str, str]) -> str:
    said = {name: str(label(Status, str(details[name]))) for name in ("from", "to")}
    if details.get("because") == "message":
        return gettext("Dossier rouvert par un message.")
    return gettext("Étape : de « %(from)s » à « %(to)s ».") % said


def _restored(details: Details, _names: Mapping[str, str]) -> str:
    return gettext("Dossier rétabli, étape « %(to)s ».") % {"to": label(Status, str(details["to"]))}


def _qualified(details: Details, _names: Mapping[str, str]) -> str:
    text = gettext("Qualifié : %(category)s.") % {"category": category(str(details["category"]))}
    if details.get("severity") is not None:
        level = gettext("Gravité fixée à %(severity)s, motif enregistré.")
        text += " " + level % {"severity": details["severity"]}
    if details.get("major_confirmed"):
        text += " " + gettext("Incident majeur confirmé.")
    return text


def _assigned(details: Details, names: Mapping[str, str]) -> str:
    to = details.get("to")
    if not to:
        return gettext("Dossier remis sans analyste.")
    return gettext("Dossier affecté à %(who)s.") % {"who": names.get(str(to), to)}


def _planned(details: Details, _names: Mapping[str, str]) -> str:
    side = label(Waiting, str(details.get("waiting", "")))
    return gettext("Prochaine action fixée ; elle revient à : %(side)s.") % {"side": side}


def _amended(details: Details, _names: Mapping[str, str]) -> str:
    fields = _listed(details.get("fields"))
    titles = [str(QUESTIONS[name].title) for name in fields if name in QUESTIONS]
    said = {"number": details.get("revision", "?"), "fields": ", ".join(titles[:MOST_FIELDS])}
    text = gettext("Révision %(number)s de la déclaration : %(fields)s") % said
    more = len(titles) - MOST_FIELDS
    if more <= 0:
        return text + "."
    return f"{text} " + ngettext("et %(n)s autre.", "et %(n)s autres.", more) % {"n": more}


def _written(details: Details, _names: Mapping[str, str]) -> str:
    text = (
        gettext("Message du CERT à la structure.")
        if details.get("from_desk")
        else gettext("Message au CERT.")
    )
    files = int(str(details.get("files") or 0))
    if not files:
        return text
    return f"{text} " + ngettext("%(n)s pièce jointe.", "%(n)s pièces jointes.", files) % {
        "n": files
    }


def _supported(details: Details, _names: Mapping[str, str]) -> str:
    helpers = _listed(details.get("helpers"))
    if not helpers:
        return gettext("Plus aucun appui.")
    known = catalogue.support_providers()
    said = ", ".join(titled(known, helper) for helper in helpers)
    return gettext("Appui accordé : %(helpers)s.") % {"helpers": said}


def _marked(details: Details, _names: Mapping[str, str]) -> str:
    return gettext("Diffusion confirmée : TLP:%(to)s.") % {"to": details.get("to", "?")}


def _proved(details: Details, _names: Mapping[str, str]) -> str:
    return gettext("Déclaration légale envoyée, reçu %(receipt)s.") % {
        "receipt": details.get("receipt", "?")
    }


def _party(text: Promise) -> Teller:
    """Return how an entry about a party is told: with its name, as far as a code gives it."""

    def tell(details: Details, _names: Mapping[str, str]) -> str:
        code = str(details.get("party", ""))
        return str(text) % {"who": code.upper() if code != OTHER else gettext("autre destinataire")}

    return tell


def _duty(text: Promise) -> Teller:
    """Return how an entry about a duty is told: with the name of its stage."""

    def tell(details: Details, _names: Mapping[str, str]) -> str:
        regime, stage = str(details.get("regime", "")), str(details.get("stage", ""))
        return str(text) % {"what": stage_title(regime, stage)}

    return tell


def stage_title(regime: str, stage: str) -> str:
    """Return what a stage or a whole regime is called, whatever country knows it."""
    for law in duties.laws():
        found = law.stage(regime, stage) or law.regime(regime)
        if found is not None:
            return found.title.in_(get_language() or "fr")
    return f"{regime} {stage}".strip()


def _answered(details: Details, _names: Mapping[str, str]) -> str:
    fact = duties.duty_facts().get(str(details.get("fact")))
    said = {"yes": "yes", "no": "no"}.get(str(details.get("answer")), "unknown")
    words = str(getattr(fact, said).in_(get_language() or "fr")) if fact else ""
    return gettext("Réponse : %(what)s.") % {"what": words}


def _seen(details: Details, _names: Mapping[str, str]) -> str:
    count = int(str(details.get("count") or 0))
    return ngettext("%(n)s observable noté.", "%(n)s observables notés.", count) % {"n": count}


def _kinds(value: object) -> str:
    """Say how many observables there were of each kind."""
    counts = value if isinstance(value, dict) else {}
    return ", ".join(f"{label(Sort, sort)} ({count})" for sort, count in sorted(counts.items()))


def _listed(value: object) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else []


TELLERS: dict[str, Teller] = {
    "incident.declared": lambda details, names: gettext("Déclaration reçue."),
    "incident.imported": lambda details, names: gettext("Déclaration importée."),
    "incident.imported_again": lambda details, names: gettext("Édition plus récente importée."),
    "incident.moved": _step,
    "incident.restored": _restored,
    "incident.qualified": _qualified,
    "incident.assigned": _assigned,
    "action.planned": _planned,
    "action.done": lambda details, names: gettext("Action prévue faite."),
    "action.postponed": lambda details, names: gettext("Prochaine action reportée."),
    "declaration.amended": _amended,
    "message.written": _written,
    "support.given": _supported,
    "support.asked": lambda details, names: gettext("Appui demandé au CERT."),
    "tlp.confirmed": _marked,
    "party.told": _party(_("Prévenu : %(who)s.")),
    "party.not_needed": _party(_("Pas à prévenir : %(who)s, motif enregistré.")),
    "party.retracted": _party(_("Note reprise : %(who)s, motif enregistré.")),
    "party.document": _party(_("Document produit pour : %(who)s.")),
    "observables.added": _seen,
    "observable.retired": lambda details, names: gettext("Observable retiré."),
    "declaration.legal_recorded": _proved,
    "duty.aware": _duty(_("Heure de connaissance notée : %(what)s.")),
    "duty.event": _duty(_("Fait noté : %(what)s.")),
    "duty.answered": _answered,
    "duty.sent": _duty(_("Envoi noté : %(what)s.")),
    "duty.not_applicable": _duty(_("Sans objet : %(what)s, motif enregistré.")),
    "duty.stopped": _duty(_("Délai arrêté : %(what)s, motif enregistré.")),
    "duty.retracted": _duty(_("Note reprise : %(what)s, motif enregistré.")),
}
