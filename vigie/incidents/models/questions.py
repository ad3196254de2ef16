"""What each field of a declaration is called, and how it is asked."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vigie.incidents.rules.blocks import Block, Part, Step

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Question:
    """A field: its short title, the question of the form where it differs, and a help line."""

    title: Words
    asked: Words = ""
    help: Words = ""

    @property
    def label(self) -> Words:
        """Return how the form asks."""
        return self.asked or self.title


QUESTIONS: dict[str, Question] = {
    # description
    "kind": Question(_("Nature"), _("De quoi s’agit-il ?")),
    "title": Question(
        _("Titre"),
        _("En une ligne"),
        _("Par exemple : « Messagerie indisponible », « Rançongiciel aux urgences »."),
    ),
    "description": Question(
        _("Description"),
        _("Que se passe-t-il ?"),
        _("Les faits établis, même incomplets. Aucun nom ni numéro de patient."),
    ),
    "occurred": Question(
        _("Survenue"),
        _("Quand l’incident a-t-il commencé ?"),
        _("Une estimation suffit : l’année seule, le mois ou le jour."),
    ),
    "noticed": Question(
        _("Constat"),
        _("Quand l’avez-vous constaté ?"),
        _("Le jour suffit si l’heure n’est pas connue."),
    ),
    "detection_stage": Question(_("Moment de la détection"), _("A-t-il été vu à temps ?")),
    "detection_source": Question(_("Vu en premier par"), _("Qui l’a vu en premier ?")),
    "progress": Question(_("État"), _("Où en est-on ?")),
    "handled_by": Question(_("Pris en charge par"), _("Qui s’en occupe ?")),
    # perimeter
    "care_activities": Question(
        _("Activités touchées"), _("Quelles activités de soins ou de support sont touchées ?")
    ),
    "applications": Question(_("Applications touchées"), _("Quelles applications ?")),
    "systems": Question(
        _("Systèmes et données concernés"),
        help=_("Avec vos mots : serveurs, réseaux, appareils, dossiers."),
    ),
    "workstations": Question(_("Postes touchés")),
    "servers": Question(_("Serveurs touchés")),
    "provider_involved": Question(
        _("Prestataire impliqué"), _("Un prestataire ou un éditeur est-il impliqué ?")
    ),
    "supplier": Question(_("Prestataire"), _("Lequel ?")),
    "supplier_name": Question(
        _("Nom du prestataire"),
        _("Son nom"),
        _("Tapez-le comme vous le connaissez, même s’il n’est pas dans la liste."),
    ),
    "others_at_risk": Question(
        _("Autres structures exposées"),
        _("D’autres structures peuvent-elles être touchées ?"),
        _("Réseau partagé, même prestataire, même logiciel, courriels déjà partis."),
    ),
    "cross_border": Question(
        _("Effet dans un autre pays"), _("L’incident touche-t-il un autre pays ?")
    ),
    # impact on care
    "endangerment": Question(
        _("Danger pour les patients"),
        _("Un patient est-il ou a-t-il été en danger ?"),
    ),
    "endangerment_cause": Question(
        _("Cause du danger"), _("Qu’est-ce qui met les patients en danger ?")
    ),
    "endangerment_description": Question(
        _("Description du danger"),
        _("Décrivez le danger"),
        _("Les faits et leurs conséquences sur les soins. Aucun nom ni numéro de patient."),
    ),
    "patients": Question(_("Patients concernés"), _("Combien de patients sont concernés ?")),
    "transfers": Question(_("Patients transférés")),
    "cancelled_acts": Question(_("Actes reportés ou annulés")),
    "samu_affected": Question(
        _("Régulation du SAMU touchée"),
        _("La régulation du SAMU est-elle touchée (appels, logiciel) ?"),
    ),
    "health_system_impact": Question(
        _("Effet sur l’organisation des soins"),
        _("L’organisation des soins du département, de la région ou du pays en souffre-t-elle ?"),
        _("Par exemple : patients orientés ailleurs, ligne de garde fermée."),
    ),
    # impact on the structure
    "structure_impact": Question(
        _("Effet sur la structure"), _("Comment travaille la structure en ce moment ?")
    ),
    "care_interrupted": Question(
        _("Soins interrompus"), _("Des soins sont-ils ou ont-ils été interrompus ?")
    ),
    "plan_blanc": Question(_("Plan blanc activé"), _("Le plan blanc est-il activé ?")),
    "crisis_cell": Question(_("Cellule de crise"), _("Une cellule de crise est-elle réunie ?")),
    "episodes": Question(_("Périodes par activité")),
    # impact on data
    "data_impacts": Question(_("Effet sur les données"), _("Qu’est-il arrivé aux données ?")),
    "data_types": Question(_("Types de données"), _("Quelles données ?")),
    "data_disclosed": Question(_("Données divulguées")),
    "persons": Question(
        _("Personnes concernées par les données"),
        _("Les données de combien de personnes ?"),
    ),
    # causes
    "origin": Question(_("Origine"), _("Est-ce malveillant ?")),
    "category": Question(_("Catégorie"), _("Qu’est-ce qui y ressemble le plus ?")),
    "vector": Question(
        _("Voie d’entrée"),
        _("Par où est-ce arrivé ?"),
        _("Courriel, accès à distance, clé USB, prestataire…"),
    ),
    "vulnerabilities": Question(
        _("Vulnérabilités"), help=_("Leurs numéros s’ils sont connus, comme CVE-2026-21874.")
    ),
    "claim": Question(
        _("Revendication"), _("Quelqu’un s’en est-il vanté ?"), _("Nom, texte laissé.")
    ),
    "ransom_demanded": Question(
        _("Rançon demandée"),
        _("Une rançon est-elle demandée ?"),
        _("Ne payez pas, ne répondez pas : gardez le message et appelez le CERT."),
    ),
    "ransomware_extent": Question(
        _("Étendue du rançongiciel"), _("Si c’est un rançongiciel, jusqu’où est-il allé ?")
    ),
    # measures and support
    "measures_taken": Question(
        _("Mesures prises"),
        _("Qu’avez-vous déjà fait ?"),
    ),
    "measures_planned": Question(_("Mesures prévues"), _("Qu’allez-vous faire ?")),
    "backups_healthy": Question(_("Sauvegardes saines"), _("Avez-vous des sauvegardes saines ?")),
    "support_requested": Question(_("Appui demandé"), _("Voulez-vous l’appui du CERT ?")),
    "support_nature": Question(_("Appui attendu"), _("Quel appui attendez-vous ?")),
    "support_given": Question(_("Appui reçu de"), _("Qui vous aide déjà ?")),
    # other notices
    "notice_cnil": Question(_("CNIL (données personnelles)")),
    "notice_complaint": Question(_("Plainte (police, gendarmerie)")),
    "notice_anssi": Question(_("ANSSI")),
    "notice_insurer": Question(_("Assureur")),
    # follow-up
    "resolved": Question(
        _("Résolution"),
        _("Quand l’incident a-t-il pris fin ?"),
        _("Laissez vide s’il dure encore."),
    ),
    "lessons": Question(_("Enseignements"), _("Qu’en retenez-vous ?")),
}

STEPS: dict[Step, Words] = {
    Step.ESSENTIAL: _("L’essentiel"),
    Step.STRUCTURE: _("Structure et contacts"),
    Step.DESCRIPTION: _("Ce qui se passe"),
    Step.CARE: _("Soins et patients"),
    Step.SYSTEMS: _("Structure, systèmes, données"),
    Step.CAUSES: _("Causes"),
    Step.MEASURES: _("Mesures, appui, autres démarches"),
}
BLOCKS: dict[Block, Words] = {
    Block.WHO: _("1. Structure et déclarant"),
    Block.DESCRIPTION: _("2. Description de l’incident"),
    Block.IMPACT: _("3. Impact de l’incident"),
    Block.CAUSES: _("4. Causes"),
    Block.FOLLOW_UP: _("5. Suivi"),
}
PARTS: dict[Part, Words] = {
    Part.DESCRIPTION: _("Constat"),
    Part.PERIMETER: _("Périmètre, systèmes et données concernés"),
    Part.STATE: _("État de la prise en charge"),
    Part.DATA: _("Sur les données"),
    Part.PERSONS: _("Sur les personnes et les soins"),
    Part.STRUCTURE: _("Sur la structure et son système d’information"),
    Part.CAUSES: _("Causes, si elles sont connues"),
    Part.FOLLOW_UP: _("Mesures et appui"),
    Part.NOTICES: _("Autres démarches"),
}
