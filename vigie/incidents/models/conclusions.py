"""What the rules conclude, in words that a nurse understands; the law's own words where needed."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from vigie.incidents.rules.doubts import Doubt
from vigie.incidents.rules.legal import Answer, Criterion, Duty, Standing

Words = str | Promise

# Source: art. D.1111-16-2 CSP, II and III.
CRITERIA: dict[Criterion, Words] = {
    Criterion.CARE: _("Conséquences potentielles ou avérées sur la sécurité des soins"),
    Criterion.DATA: _("Conséquences sur la confidentialité ou l’intégrité des données de santé"),
    Criterion.FUNCTIONING: _("Atteinte au fonctionnement normal de la structure"),
    Criterion.HEALTH_SYSTEM: _(
        "Retentissement sur l’organisation du système de santé (département, région ou pays)"
    ),
    Criterion.PROPAGATION: _("Susceptible de toucher d’autres structures"),
}
ANSWERS: dict[Answer, Words] = {
    Answer.YES: _("Rempli"),
    Answer.NO: _("Non rempli"),
    Answer.UNKNOWN: _("À vérifier"),
}
OBLIGED: dict[Answer, Words] = {
    Answer.YES: _("visée par la loi"),
    Answer.NO: _("non visée par la loi"),
    Answer.UNKNOWN: _("à vérifier : la loi ne nomme pas clairement ce type"),
}
REASONS: dict[str, Words] = {
    "endangerment_potential": _("un patient a pu être en danger"),
    "endangerment_proven": _("un patient a été mis en danger"),
    "endangerment_none": _("aucun patient n’est en danger"),
    "endangerment_unknown": _("on ne sait pas si un patient est en danger"),
    "care_interrupted": _("des soins sont interrompus"),
    "transfers": _("des patients sont transférés"),
    "data_impacts_unknown": _("on ne sait pas ce qui est arrivé aux données"),
    "data_intact": _("les données ne sont ni perdues, ni altérées, ni vues par un tiers"),
    "data_types_unknown": _("on ne sait pas quelles données sont touchées"),
    "data_not_health": _("les données touchées ne sont pas des données de santé"),
    "data_lost": _("des données de santé sont perdues"),
    "data_altered": _("des données de santé sont altérées"),
    "data_disclosed": _("des données de santé sont divulguées"),
    "data_accessed": _("des données de santé ont été consultées sans droit"),
    "structure_degraded": _("la structure travaille en mode dégradé"),
    "structure_other": _("le fonctionnement de la structure est gêné"),
    "structure_none": _("la structure fonctionne normalement"),
    "structure_unknown": _("on ne sait pas si le fonctionnement est touché"),
    "health_system_impact": _("l’organisation des soins du territoire en souffre"),
    "samu_affected": _("la régulation du SAMU est touchée"),
    "health_system_none": _("l’organisation des soins du territoire n’en souffre pas"),
    "health_system_unknown": _("on ne sait pas si l’organisation des soins en souffre"),
    "others_at_risk": _("d’autres structures peuvent être touchées"),
    "others_safe": _("aucune autre structure n’est exposée"),
    "others_unknown": _("on ne sait pas si d’autres structures sont exposées"),
    # routing
    "is_ose": _("la structure est désignée opérateur de services essentiels (OSE)"),
    "designated_otherwise": _(
        "la structure a une autre désignation (OIV ou entité essentielle) : voir si elle vaut OSE"
    ),
    "event_regions": _("l’événement touche plusieurs régions"),
    "cross_border": _("l’incident a un effet dans un autre pays"),
    # severity
    "vital_care_stopped": _("une activité de soins vitale est à l’arrêt"),
    "reaches_others": _("l’incident dépasse la structure"),
    "wide_danger": _("le danger touche au moins trois activités"),
    "deep_ransomware": _(
        "le rançongiciel a atteint plusieurs serveurs ou un contrôleur de domaine"
    ),
    "criterion_met": _("un critère légal est rempli"),
    "no_criterion_met": _("aucun critère légal n’est rempli"),
    "nothing_happened": _("il ne s’est rien passé de dommageable"),
}
DUTIES: dict[Duty, Words] = {
    Duty.MUST: _("À déclarer sans délai"),
    Duty.TO_CHECK: _("Obligation à vérifier"),
    Duty.NOT_REQUIRED: _("Déclaration non obligatoire"),
    Duty.NOT_CONCERNED: _("Structure non visée par la loi"),
}
DUTIES_WHY: dict[Duty, Words] = {
    Duty.MUST: _("Au moins un critère légal est rempli."),
    Duty.TO_CHECK: _(
        "Des réponses manquent, ou la loi ne dit pas clairement si elle vise ce type de structure."
    ),
    Duty.NOT_REQUIRED: _(
        "Aucun critère légal n’est rempli. Vous pouvez déclarer quand même : le CERT peut aider."
    ),
    Duty.NOT_CONCERNED: _(
        "La loi ne nomme pas ce type de structure. Vous pouvez déclarer quand même."
    ),
}
STANDINGS: dict[Standing, Words] = {
    Standing.DONE: _("Déclaration légale faite"),
    Standing.TO_DO: _("Déclaration légale à faire, sans délai"),
    Standing.TO_CHECK: _("Déclaration légale : à vérifier"),
    Standing.NOT_NEEDED: _("Pas de déclaration légale exigée"),
}
DOUBTS: dict[Doubt, Words] = {
    Doubt.NOTICED_LATER: _("La date du constat est dans le futur."),
    Doubt.OCCURRED_AFTER_NOTICED: _("L’incident aurait commencé après son constat."),
    Doubt.RESOLVED_BEFORE: _("L’incident aurait pris fin avant de commencer."),
    Doubt.DANGER_IN_EPISODES: _(
        "Vous répondez qu’aucun patient n’est en danger, mais une période dit le contraire."
    ),
    Doubt.STOP_IN_EPISODES: _(
        "Vous répondez que la structure travaille normalement, mais une période dit le contraire."
    ),
    Doubt.INTERRUPTED_NOT_DEGRADED: _(
        "Des soins sont interrompus, mais la structure travaillerait normalement."
    ),
    Doubt.ORIGIN_AGAINST_CATEGORY: _("L’origine et la catégorie ne vont pas ensemble."),
    Doubt.EXTENT_WITHOUT_RANSOMWARE: _(
        "Une étendue de rançongiciel est donnée, mais la catégorie n’est pas un rançongiciel."
    ),
}
AUTHORITY_WHY: dict[str, Words] = {
    "director": _("Envoyée par le directeur."),
    "delegation": _("Envoyée par délégation du directeur."),
    "cert": _("Saisie par le CERT pour le compte de la structure."),
    "not_recorded": _(
        "Aucune délégation du directeur n’est enregistrée ; cela n’empêche pas de déclarer."
    ),
    "import": _("Reprise d’une autre source."),
}


def together(parts: Iterable[object]) -> str:
    """Return sentences on one line, parted as the reader's language parts them."""
    pair = pgettext("deux phrases sur une ligne", "%(one)s ; %(other)s")
    told = [str(part) for part in parts]
    line = "".join(told[:1])
    for part in told[1:]:
        line = pair % {"one": line, "other": part}
    return line
