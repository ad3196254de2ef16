"""The words of the report, in our own."""

from django.utils.translation import gettext as _

from vigie.kernel.partial import gettext_noop

TERMS = (
    (
        gettext_noop("ANS, CERT Santé"),
        gettext_noop(
            "L’Agence du numérique en santé, et son équipe qui reçoit les déclarations, aide les"
            " structures et publie l’observatoire."
        ),
    ),
    (
        gettext_noop("Appui"),
        gettext_noop("Aide technique ou d’organisation demandée au CERT par une structure."),
    ),
    (
        gettext_noop("ARS"),
        gettext_noop("Agence régionale de santé : l’autorité de santé d’une région."),
    ),
    (
        gettext_noop("Avant impact"),
        gettext_noop("Vu avant que la structure, ses patients ou ses données n’en souffrent."),
    ),
    (
        gettext_noop("Compromission du système d’information"),
        gettext_noop("Quelqu’un est entré dans le système et a pu y agir."),
    ),
    (
        gettext_noop("Déclaration"),
        gettext_noop("Ce qu’une structure dit d’un incident, complété ensuite s’il le faut."),
    ),
    (
        gettext_noop("EHPAD, ESMS"),
        gettext_noop(
            "Établissement pour personnes âgées dépendantes ; plus largement, établissement ou"
            " service médico-social."
        ),
    ),
    (
        gettext_noop("Événement"),
        gettext_noop(
            "Une cause et tous les incidents qu’elle produit, dans une ou plusieurs structures."
        ),
    ),
    (
        gettext_noop("Incident majeur"),
        gettext_noop("Incident dont le CERT a confirmé la gravité particulière."),
    ),
    (
        gettext_noop("Interruption de prise en charge"),
        gettext_noop("Des soins ne peuvent plus être donnés, même autrement."),
    ),
    (
        gettext_noop("LBM"),
        gettext_noop("Laboratoire de biologie médicale."),
    ),
    (
        gettext_noop("Médiane"),
        gettext_noop("La valeur du milieu : la moitié est au-dessous, l’autre moitié au-dessus."),
    ),
    (
        gettext_noop("Mise en danger potentielle, avérée"),
        gettext_noop("Un patient a pu être en danger du fait de l’incident ; avérée : il l’a été."),
    ),
    (
        gettext_noop("Mode dégradé"),
        gettext_noop("On soigne autrement, souvent sur papier, parce qu’un système manque."),
    ),
    (
        gettext_noop("OSE"),
        gettext_noop("Opérateur de services essentiels : structure désignée par l’État."),
    ),
    (
        gettext_noop("Point"),
        gettext_noop("L’écart entre deux parts : de 39 % à 32 %, c’est 7 points de moins."),
    ),
    (
        gettext_noop("Prestataire"),
        gettext_noop("Entreprise qui héberge, édite ou exploite un système pour la structure."),
    ),
    (
        gettext_noop("Rançongiciel"),
        gettext_noop("Programme qui rend les données illisibles et réclame de l’argent."),
    ),
    (
        gettext_noop("Structure"),
        gettext_noop(
            "Établissement de santé, médico-social ou autre qui déclare ; une entité juridique."
        ),
    ),
)


def content() -> dict[str, object]:
    """Return the terms with what they mean, in the order of the reader's alphabet."""
    entries = [{"term": _(term), "text": _(text)} for term, text in TERMS]
    return {
        "title": _("Glossaire"),
        "entries": sorted(entries, key=lambda one: one["term"].casefold().replace("é", "e")),
    }
