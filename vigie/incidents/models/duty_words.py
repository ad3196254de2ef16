"""What duties and their clocks are called, and how their reasons are said."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vigie.incidents.models.conclusions import together
from vigie.incidents.rules.duties.clocks import Doubt, Ended, State, Waits
from vigie.incidents.rules.duties.predicates import Because
from vigie.incidents.rules.duties.reading import Standing
from vigie.incidents.rules.duties.record import ActKind, Channel
from vigie.incidents.rules.legal import Answer
from vigie.reference.catalogue import Title
from vigie.reference.duties import Stage, duty_facts

Words = str | Promise

STATES: dict[State, Words] = {
    State.LATE: pgettext_lazy("délai", "en retard"),
    State.WITHOUT_DELAY: pgettext_lazy("délai", "sans délai"),
    State.SOON: pgettext_lazy("délai", "bientôt échu"),
    State.RUNNING: pgettext_lazy("délai", "en cours"),
    State.TO_CHECK: pgettext_lazy("délai", "à vérifier"),
    State.COMING: pgettext_lazy("délai", "à venir"),
    State.DONE: pgettext_lazy("délai", "faite"),
    State.NOT_APPLICABLE: pgettext_lazy("délai", "sans objet"),
}
STANDINGS: dict[Standing, Words] = {
    Standing.APPLIES: _("S’applique"),
    Standing.ADVISED: _("Recommandé"),
    Standing.TO_CHECK: _("À vérifier"),
    Standing.COMING: _("Ne court pas"),
    Standing.LAPSED: _("Ne s’applique plus"),
    Standing.NOT: _("Ne s’applique pas"),
}
DOUBTS: dict[Doubt, Words] = {
    Doubt.UNVERIFIED: _("personne n’a vérifié cette règle : elle n’est jamais comptée en retard"),
    Doubt.UNKNOWN: _("les faits connus ne disent pas si elle s’applique"),
    Doubt.SAID_DONE: _("la déclaration la dit faite : notez la date et le reçu"),
    Doubt.ADVISED: _(
        "le délai conseillé est passé ; elle reste utile et n’est pas comptée en retard"
    ),
}
WAITS: dict[Waits, Words] = {
    Waits.LAW: _("le texte n’est pas en vigueur : aucun délai ne court"),
    Waits.EVENT: _("attend que l’événement qui la lance soit noté"),
    Waits.RESOLVED: _("court de la fin de l’incident"),
    Waits.SENT: _("court de l’envoi de l’étape qui la précède"),
    Waits.ONGOING: _("due si l’incident dure encore à cette date"),
}
ENDED: dict[Ended, Words] = {
    Ended.REPLACED: _("l’incident dure encore : un rapport d’étape le remplace"),
    Ended.OVER: _("l’incident était fini avant cette date"),
    Ended.FACTS: _("les faits ont changé : elle ne s’applique plus"),
}
KINDS: dict[ActKind, Words] = {
    ActKind.AWARE: _("Heure de connaissance"),
    ActKind.EVENT: _("Fait qui lance un délai"),
    ActKind.ANSWER: _("Réponse"),
    ActKind.SENT: _("Envoi"),
    ActKind.NOT_APPLICABLE: _("Sans objet"),
    ActKind.STOPPED: _("Délai arrêté"),
    ActKind.RETRACTED: _("Note reprise"),
}
CHANNELS: dict[Channel, Words] = {
    Channel.PORTAL: pgettext_lazy("envoi", "Portail"),
    Channel.PHONE: pgettext_lazy("envoi", "Téléphone"),
    Channel.MAIL: pgettext_lazy("envoi", "Courriel"),
    Channel.PAPER: pgettext_lazy("envoi", "Courrier"),
    Channel.IN_PERSON: pgettext_lazy("envoi", "En personne"),
    Channel.OTHER: pgettext_lazy("envoi", "Autrement"),
}
ANSWERS: dict[Answer, Words] = {
    Answer.YES: _("Oui"),
    Answer.NO: _("Non"),
    Answer.UNKNOWN: _("On ne sait pas encore"),
}
ICONS: dict[State, str] = {
    State.LATE: "clock-exclamation",
    State.WITHOUT_DELAY: "clock-exclamation",
    State.SOON: "clock",
    State.RUNNING: "clock",
    State.TO_CHECK: "help-circle",
    State.COMING: "clock-pause",
    State.DONE: "circle-check",
    State.NOT_APPLICABLE: "minus",
}
TONES: dict[State, str] = {
    State.LATE: "danger",
    State.WITHOUT_DELAY: "danger",
    State.SOON: "warn",
    State.RUNNING: "plain",
    State.TO_CHECK: "plain",
    State.COMING: "plain",
    State.DONE: "ok",
    State.NOT_APPLICABLE: "quiet",
}


def said(title: Title | None) -> str:
    """Return a text of the reference in the reader's language, "" for none."""
    return title.in_(get_language() or "fr") if title else ""


def because(facts: Iterable[Because]) -> str:
    """Return the facts that decide, on one line."""
    return together(fact_said(one.fact, one.answer) for one in facts)


def fact_said(code: str, answer: Answer) -> str:
    """Return a fact as it stands: « l’origine est malveillante »."""
    fact = duty_facts()[code]
    return said({Answer.YES: fact.yes, Answer.NO: fact.no}.get(answer, fact.unknown))


def recipients(stage: Stage) -> str:
    """Return to whom a stage goes, « à fixer par le texte national » where nobody is named."""
    named = [said(one.title) for one in stage.recipients]
    return ", ".join(named) if named else gettext("à fixer par le texte national")
