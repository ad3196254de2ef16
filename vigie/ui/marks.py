"""The marks of states: for each value its words, its icon and its tone; always the three."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Mark:
    """How one value of a state is shown; tone: danger, stop, warn, ok, info, quiet or plain."""

    tone: str
    icon: str
    words: str | Promise


UNKNOWN_DANGER = Mark(
    tone="quiet", icon="help-circle", words=pgettext_lazy("mise en danger", "Inconnue")
)
DANGER = {
    "proven": Mark(tone="stop", icon="heartbeat", words=pgettext_lazy("mise en danger", "Avérée")),
    "potential": Mark(
        tone="danger", icon="heart-question", words=pgettext_lazy("mise en danger", "Potentielle")
    ),
    "none": Mark(tone="plain", icon="minus", words=pgettext_lazy("mise en danger", "Aucune")),
    "unknown": UNKNOWN_DANGER,
}
SERVICE = {
    "interruption": Mark(tone="stop", icon="hand-stop", words=_("Arrêt")),
    "degraded": Mark(tone="warn", icon="alert-triangle", words=_("Dégradé")),
    "recovery": Mark(tone="info", icon="rotate-clockwise", words=_("Reprise")),
    "normal": Mark(tone="ok", icon="circle-check", words=_("Normal")),
    "endangerment_potential": Mark(
        tone="danger", icon="heart-question", words=_("Danger potentiel")
    ),
    "endangerment_proven": Mark(tone="stop", icon="heartbeat", words=_("Danger avéré")),
}
SERVICE["stop"] = SERVICE["interruption"]
TONES = frozenset({"danger", "stop", "warn", "ok", "info", "quiet", "plain"})

SEVERITY = (
    pgettext_lazy("gravité", "Événement"),
    pgettext_lazy("gravité", "Mineur"),
    pgettext_lazy("gravité", "Grave"),
    pgettext_lazy("gravité", "Majeur"),
    pgettext_lazy("gravité", "Critique"),
)
HIGH_SEVERITY = 3

# Source: FIRST, Traffic Light Protocol 2.0, section 3; the colours are the standard's.
TLP_TONES = {
    "RED": "red",
    "AMBER+STRICT": "amber",
    "AMBER": "amber",
    "GREEN": "green",
    "CLEAR": "clear",
}
TLP_MEANINGS = {
    "RED": _("Pour les seuls destinataires, personne d’autre."),
    "AMBER+STRICT": _("Pour l’organisation seule, à qui en a besoin."),
    "AMBER": _("Pour l’organisation et ses clients, à qui en a besoin."),
    "GREEN": _("Pour la communauté, jamais en public."),
    "CLEAR": _("Diffusion libre."),
}
