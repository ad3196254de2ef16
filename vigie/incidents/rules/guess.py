"""Propose a first mapping for a table from its headers and some of its cells. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from vigie.establishments.rules import fold, is_finess
from vigie.incidents.rules.columns import (
    ANSWERS,
    COUNTS,
    DATES,
    DECLARED,
    ESTABLISHMENT,
    NO,
    STRUCTURE_NAME,
    YES,
    closed_words,
)
from vigie.incidents.rules.mapping import (
    IGNORED,
    KEPT,
    SEPARATORS,
    SEVERAL,
    TARGETS,
    Use,
    holds_words,
    split,
)

Labels = Mapping[str, Mapping[str, str]]  # by field: what people call a word, folded -> the word
MOST_WORDS = 60  # a column with more different values is no closed list
PEOPLE = ("prenom", "nom du declarant", "contact", "telephone", "tel", "courriel", "mail", "email",
          "e mail", "phone", "first name", "last name", "adresse mel", "mel")  # fmt: skip
# What headers say, folded. Checked in this order: the narrow before the wide.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "key": ("id", "identifiant", "numero", "no", "n", "num", "reference", "ref", "cle", "ticket",
            "numero de dossier", "numero de declaration", "case id", "incident id"),
    "site": ("finess et", "finess geographique", "finess du site", "et", "site finess"),
    "establishment": ("finess", "finess ej", "finess juridique", "ej", "numero finess"),
    "structure_name": ("etablissement", "structure", "nom de l etablissement", "raison sociale",
                       "nom de la structure", "hopital", "hospital", "organisation",
                       "organization", "facility", "victime"),
    "declared": ("date de declaration", "declare le", "date de reception", "date de notification",
                 "date de signalement", "signale le", "reported", "declared on", "date",
                 "date de reception de la notification", "notification date", "report date"),
    "occurred": ("date de survenue", "survenu le", "date de l incident", "date incident", "debut",
                 "date de debut", "occurred on", "incident date", "start", "started"),
    "noticed": ("date de constat", "date de detection", "constate le", "detecte le", "detected",
                "detection date", "date de decouverte"),
    "resolved": ("date de resolution", "resolu le", "date de fin", "fin", "end", "ended",
                 "resolution date", "date de cloture"),
    "status_reason": ("motif du rejet", "motif d ecart", "rejection reason"),
    "status": ("statut", "etat du dossier", "case status"),
    "event": ("evenement", "campagne", "campaign", "event"),
    "kind": ("nature", "type de declaration", "nature de la declaration"),
    "title": ("titre", "objet", "intitule", "subject", "summary", "resume"),
    "description": ("description de l incident", "details", "commentaire", "commentaires", "faits",
                    "narrative", "comment", "comments"),
    "category": ("categorie", "type d incident", "type", "typologie", "category", "incident type",
                 "type d attaque"),
    "origin": ("origine", "cause", "causes", "malveillance", "intent", "nature de l acte",
               "causes de l incident", "cause de l incident"),
    "data_impacts": ("natures de la violation", "nature de la violation", "impact sur les donnees",
                     "effet sur les donnees", "data impact", "violation"),
    "data_types": ("typologies des donnees impactees", "types de donnees", "donnees concernees",
                   "donnees touchees", "data types"),
    "persons": ("nombre de personnes", "personnes concernees", "personnes impactees",
                "nombre de personnes impactees", "people affected"),
    "endangerment": ("mise en danger", "mise en danger des patients", "danger patient",
                     "danger patients", "patient safety", "patient risk"),
    "structure_impact": ("impact structure", "impact sur la structure", "fonctionnement",
                         "impact on operations"),
    "care_activities": ("activites", "activites de soins", "services touches", "care activities"),
    "care_interrupted": ("arret des soins", "interruption des soins", "care interrupted"),
    "support_requested": ("accompagnement demande", "demande d appui", "demande d accompagnement",
                          "support requested"),
    "supplier_name": ("prestataire", "fournisseur", "editeur", "hebergeur", "supplier", "vendor",
                      "provider"),
    "vulnerabilities": ("vulnerabilite", "cve", "vulnerability"),
    "vector": ("vecteur", "vecteur d attaque", "attack vector"),
    "claim": ("revendication", "groupe", "threat actor", "claimed by"),
    "ransom_demanded": ("rancon", "rancon demandee", "ransom"),
    "patients": ("nombre de patients", "patients touches", "patients concernes"),
    "transfers": ("transferts", "patients transferes"),
    "cancelled_acts": ("actes annules", "deprogrammations", "cancelled procedures"),
    "workstations": ("postes", "nombre de postes", "postes de travail"),
    "servers": ("serveurs", "nombre de serveurs"),
    "measures_taken": ("mesures", "mesures prises", "actions", "actions menees", "measures"),
    "measures_planned": ("mesures prevues", "actions prevues"),
    "lessons": ("retour d experience", "retex", "lecons", "lessons learned"),
    "systems": ("systemes", "systemes touches", "applications", "applications touchees"),
}  # fmt: skip
# Beginnings of what people write in closed lists, folded, beside the labels of the house.
WORDS: dict[str, tuple[tuple[str, str], ...]] = {
    "data_impacts": (
        ("perte de la confidentialite", "disclosed"),
        ("perte de confidentialite", "disclosed"),
        ("confidentialit", "disclosed"),
        ("perte de l integrite", "altered"),
        ("perte d integrite", "altered"),
        ("integrit", "altered"),
        ("perte de la disponibilite", "unavailable"),
        ("perte de disponibilite", "unavailable"),
        ("disponibilit", "unavailable"),
        ("availability", "unavailable"),
        ("fuite", "disclosed"),
        ("vol", "disclosed"),
    ),
    "origin": (
        ("acte externe malveillant", "malicious"),
        ("acte interne malveillant", "malicious"),
        ("acte externe accidentel", "non_malicious"),
        ("acte interne accidentel", "non_malicious"),
        ("accident", "non_malicious"),
        ("panne", "non_malicious"),
        ("erreur", "non_malicious"),
        ("malveillan", "malicious"),
        ("inconnu", "undetermined"),
        ("indetermin", "undetermined"),
        ("unknown", "undetermined"),
    ),
    "data_types": (
        ("etat civil", "personal"),
        ("identite", "personal"),
        ("coordonnees", "personal"),
        ("nir", "personal"),
        ("donnees de sante", "health"),
        ("sante", "health"),
        ("health", "health"),
    ),
    "status": (
        ("clos", "closed"),
        ("ferme", "closed"),
        ("resolu", "closed"),
        ("rejet", "rejected"),
    ),
    "category": (
        ("ransom", "ransomware"),
        ("rancon", "ransomware"),
        ("cryptolocker", "ransomware"),
        ("phishing", "malicious_email"),
        ("hameconnage", "malicious_email"),
    ),
}


def guess(
    headers: Sequence[str], rows: Sequence[Mapping[str, str]], labels: Labels | None = None
) -> list[Use]:
    """Return what each column is probably taken for, in the order of the file.

    A column about people is left out; one that nothing suggests is kept as it is. rows: some of
    the file, by header. labels: what the words of closed lists are called.
    """
    taken: set[str] = set()
    uses = []
    for header in headers:
        cells = [row[header] for row in rows if row.get(header)]
        field = _field(header, cells, taken)
        taken |= {field} - {KEPT, IGNORED}
        uses.append(proposed(header, field, cells, (labels or {}).get(field, {})))
    return uses


def proposed(
    header: str, field: str, cells: Sequence[str], labels: Mapping[str, str] | None = None
) -> Use:
    """Return the use of a column for a field, with what parts its values and what they mean."""
    if not holds_words(field):
        return Use(column=header, to=field)
    separator = separator_of(cells)
    words = {word: meaning(field, word, labels or {}) for word in distinct(cells, separator)}
    said = {word: found for word, found in words.items() if found is not None}
    return Use(column=header, to=field, separator=separator, words=said)


def _field(header: str, cells: Sequence[str], taken: set[str]) -> str:
    name = fold(header)
    if name in PEOPLE or name.startswith(("nom et prenom", "telephone", "contact")):
        return IGNORED
    if header.strip().lower() in TARGETS - {KEPT, IGNORED}:
        wanted = [header.strip().lower()]
    else:
        wanted = [field for field, said in SYNONYMS.items() if name in said]
        wanted += [field for field, said in SYNONYMS.items() if _begins(name, said)]
    if cells and all(is_finess(cell.replace(" ", "")) for cell in cells[:20]):
        wanted = [field for field in wanted if field == "site"] or [ESTABLISHMENT]
    for field in wanted:
        if (field not in taken or field in SEVERAL) and _fits(field, cells):
            return field
    return KEPT


def _begins(name: str, said: Iterable[str]) -> bool:
    return any(len(one) > 4 and name.startswith(f"{one} ") for one in said)


def _fits(field: str, cells: Sequence[str]) -> bool:
    """Return whether some cells can be what a field holds."""
    if field in {ESTABLISHMENT, "site"}:
        return not cells or any(is_finess(cell.replace(" ", "")) for cell in cells)
    if field in COUNTS:
        return all(cell.replace(" ", "").isdecimal() for cell in cells)
    if field in DATES:
        return all(any(sign.isdecimal() for sign in cell) for cell in cells)
    if field in {STRUCTURE_NAME, DECLARED}:
        return True
    return not holds_words(field) or len(set(cells)) <= MOST_WORDS


def separator_of(cells: Sequence[str]) -> str:
    """Return what parts several values of a cell, "" where cells hold one: parts come again."""
    whole = set(cells)
    for separator in SEPARATORS:
        parted = [cell for cell in whole if len(split(cell, separator)) > 1]
        parts = {part.strip() for cell in whole for part in split(cell, separator)}
        if parted and len(parts) <= len(whole) and all(len(part) <= 200 for part in parts):
            return separator
    return ""


def distinct(cells: Iterable[str], separator: str) -> list[str]:
    """Return the different values of some cells, as they come."""
    found: dict[str, str] = {}
    for cell in cells:
        for part in split(cell, separator) if separator else [cell]:
            if part.strip():
                found.setdefault(fold(part), part.strip())
    return list(found.values())[:MOST_WORDS]


def meaning(field: str, word: str, labels: Mapping[str, str]) -> str | None:
    """Return what a value of a file means in a field, None where nothing tells."""
    name = fold(word)
    for code in closed_words(field):
        if name == fold(code):
            return code
    if field in ANSWERS and name in YES | NO:
        return "yes" if name in YES else "no"
    if field in ANSWERS and name.split(" ")[:1] in (["oui"], ["non"], ["yes"], ["no"]):
        return "yes" if name.split(" ")[0] in YES else "no"
    if name in labels:
        return labels[name]
    return next((code for start, code in WORDS.get(field, ()) if name.startswith(start)), None)
