"""What the words of the closed lists are called, for pages and exports."""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vigie.incidents.rules.follow import Action
from vigie.incidents.rules.observables import Mark, Sort
from vigie.incidents.rules.routing import Means, Outcome
from vigie.incidents.rules.words import (
    Authority,
    Cause,
    Channel,
    DataImpact,
    DetectionSource,
    DetectionStage,
    Endangerment,
    EpisodeKind,
    Extent,
    Kind,
    Notice,
    Origin,
    Progress,
    SightingSource,
    Status,
    StructureImpact,
    Waiting,
)
from vigie.reference import catalogue
from vigie.reference.catalogue import Entry

Label = str | Promise

LABELS: dict[type[StrEnum], dict[str, Label]] = {
    Kind: {
        Kind.INCIDENT: _("Incident"),
        Kind.NEAR_MISS: _("Incident évité de justesse"),
        Kind.SUSPECTED: _("Suspicion"),
        Kind.VOLUNTARY: _("Signalement volontaire"),
        Kind.THREAT: _("Menace"),
    },
    Origin: {
        Origin.UNKNOWN: pgettext_lazy("origine", "Inconnue"),
        Origin.MALICIOUS: pgettext_lazy("origine", "Malveillante"),
        Origin.NON_MALICIOUS: pgettext_lazy("origine", "Non malveillante"),
        Origin.UNDETERMINED: pgettext_lazy("origine", "Indéterminée"),
    },
    Endangerment: {
        Endangerment.UNKNOWN: pgettext_lazy("mise en danger", "Inconnue"),
        Endangerment.NONE: pgettext_lazy("mise en danger", "Aucune"),
        Endangerment.POTENTIAL: pgettext_lazy("mise en danger", "Potentielle"),
        Endangerment.PROVEN: pgettext_lazy("mise en danger", "Avérée"),
    },
    StructureImpact: {
        StructureImpact.UNKNOWN: pgettext_lazy("effet sur la structure", "Inconnu"),
        StructureImpact.NONE: pgettext_lazy("effet sur la structure", "Aucun"),
        StructureImpact.OTHER: pgettext_lazy("effet sur la structure", "Gêne sans mode dégradé"),
        StructureImpact.DEGRADED: pgettext_lazy("effet sur la structure", "Mode dégradé"),
    },
    DataImpact: {
        DataImpact.UNAVAILABLE: _("Indisponibles"),
        DataImpact.LOST: _("Perdues"),
        DataImpact.ALTERED: _("Altérées"),
        DataImpact.DISCLOSED: _("Divulguées"),
        DataImpact.ACCESSED: _("Consultées sans droit"),
    },
    Extent: {
        Extent.UNKNOWN: pgettext_lazy("étendue", "Inconnue"),
        Extent.WORKSTATION: _("Un poste de travail"),
        Extent.ONE_SERVER: _("Un serveur"),
        Extent.SEVERAL_SERVERS: _("Plusieurs serveurs"),
        Extent.DOMAIN_CONTROLLER: _("Un contrôleur de domaine"),
        Extent.PROVIDER: _("Le prestataire"),
    },
    DetectionStage: {
        DetectionStage.UNKNOWN: pgettext_lazy("détection", "Inconnu"),
        DetectionStage.BEFORE_IMPACT: _("Avant impact"),
        DetectionStage.AFTER_IMPACT: _("Après impact"),
    },
    DetectionSource: {
        DetectionSource.UNKNOWN: pgettext_lazy("détection", "Inconnu"),
        DetectionSource.STAFF: _("Un professionnel de la structure"),
        DetectionSource.IT_TEAM: _("L’équipe informatique"),
        DetectionSource.MONITORING: _("Un outil de surveillance"),
        DetectionSource.SUPPLIER: _("Un fournisseur"),
        DetectionSource.AUTHORITY: _("Une autorité"),
        DetectionSource.PARTNER: _("Un partenaire"),
        DetectionSource.ATTACKER: _("L’attaquant lui-même"),
        DetectionSource.OTHER: pgettext_lazy("détection", "Autre"),
    },
    Progress: {
        Progress.UNKNOWN: pgettext_lazy("état", "Inconnu"),
        Progress.ONGOING: pgettext_lazy("état", "En cours"),
        Progress.CONTAINED: pgettext_lazy("état", "Contenu"),
        Progress.RESOLVED: pgettext_lazy("état", "Résolu"),
    },
    Notice: {
        Notice.UNKNOWN: pgettext_lazy("notification", "Inconnu"),
        Notice.TO_DO: pgettext_lazy("notification", "À faire"),
        Notice.DONE: pgettext_lazy("notification", "Faite"),
        Notice.NOT_APPLICABLE: pgettext_lazy("notification", "Sans objet"),
    },
    EpisodeKind: {
        EpisodeKind.DEGRADED: _("Mode dégradé"),
        EpisodeKind.INTERRUPTION: _("Arrêt"),
        EpisodeKind.RECOVERY: _("Reprise"),
        EpisodeKind.ENDANGERMENT_POTENTIAL: _("Danger potentiel"),
        EpisodeKind.ENDANGERMENT_PROVEN: _("Danger avéré"),
    },
    Cause: {
        Cause.UNKNOWN: pgettext_lazy("cause", "Inconnue"),
        Cause.PRESCRIPTION: _("Prescription"),
        Cause.DISPENSATION: _("Dispensation des médicaments"),
        Cause.BIOLOGY: _("Biologie"),
        Cause.IMAGING: _("Imagerie"),
        Cause.SAMU_TELEPHONY: _("Téléphonie du SAMU"),
        Cause.TELECOM: _("Télécommunications"),
        Cause.WHOLE_SYSTEM: _("Tout le système d’information"),
        Cause.MONITORING: _("Surveillance des patients"),
        Cause.RECORD: _("Dossier du patient"),
        Cause.TREATMENT: _("Traitement (chimiothérapie, radiothérapie, dialyse)"),
        Cause.OTHER: pgettext_lazy("cause", "Autre"),
    },
    Status: {
        Status.RECEIVED: pgettext_lazy("dossier", "Reçu"),
        Status.QUALIFIED: pgettext_lazy("dossier", "Qualifié"),
        Status.CONTAINED: pgettext_lazy("dossier", "Confiné"),
        Status.RESOLVED: pgettext_lazy("dossier", "Résolu"),
        Status.CLOSED: pgettext_lazy("dossier", "Clos"),
        Status.REJECTED: pgettext_lazy("dossier", "Écarté"),
        Status.DUPLICATE: pgettext_lazy("dossier", "Doublon"),
    },
    Waiting: {
        Waiting.CERT: _("CERT"),
        Waiting.STRUCTURE: _("Structure"),
        Waiting.SUPPLIER: _("Prestataire"),
        Waiting.AUTHORITY: _("Autorité"),
        Waiting.NOBODY: _("Personne"),
    },
    Channel: {
        Channel.PAGE: pgettext_lazy("voie", "En ligne"),
        Channel.API: pgettext_lazy("voie", "Par programme (API)"),
        Channel.PAPER: pgettext_lazy("voie", "Sur papier"),
        Channel.PHONE: pgettext_lazy("voie", "Par téléphone"),
        Channel.MAIL: pgettext_lazy("voie", "Par courriel"),
        Channel.IMPORT: pgettext_lazy("voie", "Par import"),
    },
    Sort: {
        Sort.IPV4: _("Adresse IPv4"),
        Sort.IPV6: _("Adresse IPv6"),
        Sort.DOMAIN: _("Nom de domaine"),
        Sort.URL: _("Adresse web (URL)"),
        Sort.EMAIL: _("Adresse électronique"),
        Sort.MD5: _("Empreinte MD5"),
        Sort.SHA1: _("Empreinte SHA-1"),
        Sort.SHA256: _("Empreinte SHA-256"),
        Sort.SHA512: _("Empreinte SHA-512"),
        Sort.CVE: _("Vulnérabilité (CVE)"),
        Sort.ACCOUNT: _("Compte"),
        Sort.STRAIN: _("Famille de rançongiciel"),
        Sort.GROUP: _("Groupe qui revendique"),
    },
    Mark: {
        Mark.NONE: "",
        Mark.PRIVATE: _("réseau interne"),
        Mark.RESERVED: _("adresse réservée"),
        Mark.KNOWN: _("connu de tous"),
    },
    SightingSource: {
        SightingSource.PASTED: _("texte collé"),
        SightingSource.TYPED: _("saisi"),
        SightingSource.FILE: _("lu dans le dossier"),
        SightingSource.API: pgettext_lazy("source", "par programme (API)"),
    },
    Authority: {
        Authority.DIRECTOR: _("du directeur"),
        Authority.DELEGATION: _("du directeur, par délégation"),
        Authority.CERT: _("du CERT, pour le compte de la structure"),
        Authority.NOT_RECORDED: _("non enregistrée"),
        Authority.IMPORT: _("non enregistrée (import)"),
    },
    Outcome: {
        Outcome.TOLD: pgettext_lazy("destinataire", "Prévenu"),
        Outcome.NOT_NEEDED: pgettext_lazy("destinataire", "Pas nécessaire"),
    },
    Means: {
        Means.PHONE: pgettext_lazy("moyen", "Téléphone"),
        Means.MAIL: pgettext_lazy("moyen", "Courriel"),
        Means.DOCUMENT: pgettext_lazy("moyen", "Document remis"),
        Means.PORTAL: pgettext_lazy("moyen", "Dans Vigie"),
        Means.IN_PERSON: pgettext_lazy("moyen", "De vive voix"),
    },
}


# What Vigie itself puts as next action.
ACTIONS: dict[str, Label] = {
    Action.QUALIFY: _("Qualifier"),
    Action.CONTACT: _("Prendre contact avec la structure"),
    Action.REVIEW: _("Reprendre le dossier"),
}


def action(text: str) -> str:
    """Return a next action in words: a person's own, or those of a code of Vigie."""
    return str(ACTIONS.get(text, text))


def action_typed(text: str) -> str:
    """Return what is stored of a typed next action: the code where it is the words of one."""
    return next((code for code, words in ACTIONS.items() if str(words) == text), text)


def label(kind: type[StrEnum], word: str) -> Label:
    """Return what a word of a closed list is called; the word itself where it is not in it."""
    return LABELS[kind].get(word, word)


def choices(kind: type[StrEnum]) -> list[tuple[str, Label]]:
    """Return the words of a closed list with their labels, in the order of the list."""
    return [(str(word), label(kind, word)) for word in kind]


def titled(entries: Mapping[str, Entry], code: str) -> str:
    """Return the title of a reference code in the reader's language; the code where unknown."""
    if code not in entries:
        return code
    return entries[code].title.in_(get_language() or "fr")


def category(code: str) -> str:
    """Return the name of an incident category."""
    return titled(catalogue.incident_categories(), code)
