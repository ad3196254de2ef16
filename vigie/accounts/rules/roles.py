"""Who may do what. Pure: role in, decision out."""

from dataclasses import dataclass
from enum import StrEnum

from vigie.establishments.rules import Place, TerritoryKind


def gettext_noop(text: str) -> str:
    """Return a French text as it is; marks it for translation, which pages do."""
    return text


class Permission(StrEnum):
    """Something a role may do on its territory."""

    READ_ESTABLISHMENTS = "establishments.read"
    MANAGE_ESTABLISHMENTS = "establishments.manage"
    READ_INVENTORY = "inventory.read"
    MANAGE_INVENTORY = "inventory.manage"
    READ_INCIDENTS = "incidents.read"
    DECLARE = "incidents.declare"
    AMEND = "incidents.amend"
    WRITE_MESSAGES = "incidents.write"
    RECORD_LEGAL = "incidents.record_legal"
    FOLLOW = "incidents.follow"
    QUALIFY = "incidents.qualify"
    EXPORT = "incidents.export"
    IMPORT_DECLARATIONS = "incidents.import"
    MANAGE_ANSWERS = "answers.manage"
    READ_FIGURES = "observatory.read"
    PUBLISH = "observatory.publish"
    DELEGATE = "accounts.delegate"
    MANAGE_PEOPLE = "accounts.manage"
    MANAGE_REFERENCE = "reference.manage"
    READ_JOURNAL = "journal.read"
    READ_ROTA = "rota.read"
    MANAGE_ROTA = "rota.manage"
    ANSWER_CALLS = "calls.answer"
    FOLLOW_OUTBOX = "messages.follow"
    READ_REPORTS = "reports.read"
    HANDLE_REPORTS = "reports.handle"


P = Permission
CARE_PLACE = frozenset({TerritoryKind.EJ, TerritoryKind.ET, TerritoryKind.GROUP})
REGION = frozenset({TerritoryKind.REGION, TerritoryKind.DEPARTMENT})
NATION = frozenset({TerritoryKind.NATION})
ANYWHERE = frozenset(TerritoryKind)
LOOK_UP = frozenset({P.READ_ESTABLISHMENTS, P.READ_INVENTORY})
ON_CALL = frozenset({P.READ_ROTA, P.ANSWER_CALLS})
OFFICER = LOOK_UP | {
    P.READ_ROTA,
    P.READ_INCIDENTS,
    P.DECLARE,
    P.AMEND,
    P.WRITE_MESSAGES,
    P.RECORD_LEGAL,
    P.EXPORT,
    P.READ_FIGURES,
}
REPORTS = frozenset({P.READ_REPORTS, P.HANDLE_REPORTS})
DESK = (
    LOOK_UP
    | ON_CALL
    | {
        P.READ_INCIDENTS,
        P.DECLARE,
        P.WRITE_MESSAGES,
        P.FOLLOW,
        P.QUALIFY,
        P.EXPORT,
        P.READ_FIGURES,
        P.MANAGE_INVENTORY,
    }
)


@dataclass(frozen=True, slots=True)
class Role:
    """What a person is on a territory, in words anyone can read. Titles are French message ids."""

    code: str
    title: str
    description: str
    permissions: frozenset[Permission]
    territories: frozenset[TerritoryKind]

    @property
    def needs_second_factor(self) -> bool:
        """Return whether the role opens doors that a password alone must not open."""
        return not self.permissions <= LOOK_UP | {P.DECLARE}


ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role(
            "declarant",
            gettext_noop("Déclarant"),
            gettext_noop("Déclare un incident de son établissement et répond au CERT."),
            LOOK_UP | {P.READ_ROTA, P.READ_INCIDENTS, P.DECLARE, P.AMEND, P.WRITE_MESSAGES},
            CARE_PLACE,
        ),
        Role(
            "rssi",
            gettext_noop("Responsable de la sécurité (RSSI)"),
            gettext_noop(
                "Déclare et suit les incidents, tient la liste des applications, voit les chiffres."
            ),
            OFFICER | ON_CALL | REPORTS | {P.MANAGE_ROTA, P.MANAGE_INVENTORY},
            CARE_PLACE,
        ),
        Role(
            "dsi",
            gettext_noop("Directeur du système d’information (DSI)"),
            gettext_noop(
                "Déclare et suit les incidents, tient la liste des applications, voit les chiffres."
            ),
            OFFICER | ON_CALL | REPORTS | {P.MANAGE_ROTA, P.MANAGE_INVENTORY},
            CARE_PLACE,
        ),
        Role(
            "dpo",
            gettext_noop("Délégué à la protection des données (DPO)"),
            gettext_noop(
                "Lit les incidents, complète ce qui touche aux données et échange avec le CERT."
            ),
            OFFICER - {P.DECLARE},
            CARE_PLACE,
        ),
        Role(
            "director",
            gettext_noop("Directeur"),
            gettext_noop("Voit tout son établissement, déclare, et délègue le droit de déclarer."),
            OFFICER | ON_CALL | REPORTS | {P.MANAGE_ROTA, P.DELEGATE},
            CARE_PLACE,
        ),
        Role(
            "grades_officer",
            gettext_noop("Référent GRADeS"),
            gettext_noop(
                "Appuie les établissements de sa région : lit les incidents et échange avec eux."
            ),
            LOOK_UP | ON_CALL | {P.MANAGE_ROTA, P.READ_INCIDENTS, P.WRITE_MESSAGES, P.READ_FIGURES},
            REGION,
        ),
        Role(
            "ars_officer",
            gettext_noop("Référent ARS"),
            gettext_noop(
                "Suit pour l’autorité régionale les incidents et les chiffres de sa région."
            ),
            LOOK_UP
            | ON_CALL
            | {P.MANAGE_ROTA, P.READ_INCIDENTS, P.WRITE_MESSAGES, P.EXPORT, P.READ_FIGURES},
            REGION,
        ),
        Role(
            "cert_analyst",
            gettext_noop("Analyste du CERT"),
            gettext_noop(
                "Qualifie les déclarations, conduit le suivi et échange avec les structures."
            ),
            DESK,
            NATION | REGION,
        ),
        Role(
            "cert_lead",
            gettext_noop("Responsable du CERT"),
            gettext_noop(
                "Comme l’analyste ; gère aussi les établissements, les contacts, lit le journal et"
                " publie les chiffres de l’année."
            ),
            DESK
            | {
                P.FOLLOW_OUTBOX,
                P.IMPORT_DECLARATIONS,
                P.MANAGE_ANSWERS,
                P.MANAGE_ESTABLISHMENTS,
                P.MANAGE_REFERENCE,
                P.MANAGE_ROTA,
                P.PUBLISH,
                P.READ_JOURNAL,
            },
            NATION,
        ),
        Role(
            "national_steering",
            gettext_noop("Pilotage national (ministère, FSSI)"),
            gettext_noop("Lit les incidents et les chiffres du pays ; ne modifie aucun dossier."),
            LOOK_UP | {P.READ_INCIDENTS, P.EXPORT, P.READ_FIGURES},
            NATION,
        ),
        Role(
            "auditor",
            gettext_noop("Auditeur"),
            gettext_noop("Lit les dossiers et le journal de son territoire ; ne modifie rien."),
            LOOK_UP | {P.READ_INCIDENTS, P.READ_FIGURES, P.READ_JOURNAL, P.READ_REPORTS},
            ANYWHERE,
        ),
        Role(
            "administrator",
            gettext_noop("Administrateur"),
            gettext_noop(
                "Gère les personnes, les établissements et les réglages ; ne lit aucun incident."
            ),
            LOOK_UP
            | {
                P.FOLLOW_OUTBOX,
                P.IMPORT_DECLARATIONS,
                P.READ_ROTA,
                P.MANAGE_ROTA,
                P.MANAGE_PEOPLE,
                P.MANAGE_ESTABLISHMENTS,
                P.MANAGE_INVENTORY,
                P.MANAGE_REFERENCE,
                P.READ_JOURNAL,
            },
            ANYWHERE,
        ),
    )
}
DELEGABLE = frozenset({P.DECLARE, P.AMEND, P.WRITE_MESSAGES, P.READ_INCIDENTS, P.RECORD_LEGAL})


def grants(role: str, permission: str) -> bool:
    """Return whether a role holds a permission. An unknown role holds none."""
    return role in ROLES and permission in ROLES[role].permissions


def fits(role: str, kind: TerritoryKind) -> bool:
    """Return whether a role may be given on this kind of territory."""
    return role in ROLES and kind in ROLES[role].territories


@dataclass(frozen=True, slots=True)
class Operator:
    """Whoever works at the command line of the machine: may all, is nobody in particular."""

    journal_name: str = "system:cli"

    def may(self, permission: str, *, at: Place | None = None) -> bool:
        """Return that they may: the machine's own accounts guard the command line."""
        return True


PERMISSION_WORDS: dict[Permission, str] = {
    P.READ_ESTABLISHMENTS: gettext_noop("Chercher et lire les établissements"),
    P.READ_INVENTORY: gettext_noop("Lire les fournisseurs et les applications"),
    P.READ_REPORTS: gettext_noop("Lire les signalements des services"),
    P.HANDLE_REPORTS: gettext_noop(
        "Répondre aux signalements, les déclarer ou les écarter ; tenir les affiches"
    ),
    P.DECLARE: gettext_noop("Déclarer un incident"),
    P.READ_INCIDENTS: gettext_noop("Ouvrir les dossiers d’incident"),
    P.AMEND: gettext_noop("Corriger et compléter une déclaration"),
    P.WRITE_MESSAGES: gettext_noop("Échanger messages et pièces jointes dans un dossier"),
    P.RECORD_LEGAL: gettext_noop("Noter que la déclaration légale est faite"),
    P.QUALIFY: gettext_noop("Qualifier un incident"),
    P.FOLLOW: gettext_noop("Conduire le suivi d’un dossier, de la prise en charge à la clôture"),
    P.MANAGE_ANSWERS: gettext_noop("Tenir les modèles de réponse du CERT"),
    P.EXPORT: gettext_noop("Exporter des listes"),
    P.IMPORT_DECLARATIONS: gettext_noop("Importer des déclarations d’un fichier"),
    P.READ_FIGURES: gettext_noop("Lire les chiffres"),
    P.PUBLISH: gettext_noop("Publier les chiffres d’une année pour tous"),
    P.MANAGE_INVENTORY: gettext_noop("Tenir la liste des fournisseurs et des applications"),
    P.DELEGATE: gettext_noop("Déléguer le droit de déclarer"),
    P.MANAGE_ESTABLISHMENTS: gettext_noop("Créer, corriger et fermer des établissements"),
    P.MANAGE_PEOPLE: gettext_noop("Gérer les personnes et leurs rôles"),
    P.MANAGE_REFERENCE: gettext_noop("Régler les contacts d’urgence et le portail légal"),
    P.READ_JOURNAL: gettext_noop("Lire le journal"),
    P.READ_ROTA: gettext_noop("Voir qui est d’astreinte"),
    P.MANAGE_ROTA: gettext_noop("Tenir le tableau d’astreinte"),
    P.ANSWER_CALLS: gettext_noop("Prendre les appels d’astreinte"),
    P.FOLLOW_OUTBOX: gettext_noop("Suivre les messages envoyés (sur tout un pays)"),
}
TERRITORY_WORDS: dict[TerritoryKind, str] = {
    TerritoryKind.NATION: gettext_noop("un pays"),
    TerritoryKind.REGION: gettext_noop("une région"),
    TerritoryKind.DEPARTMENT: gettext_noop("un département"),
    TerritoryKind.GROUP: gettext_noop("un groupement (GHT, GCS)"),
    TerritoryKind.EJ: gettext_noop("un établissement"),
    TerritoryKind.ET: gettext_noop("un site"),
}
