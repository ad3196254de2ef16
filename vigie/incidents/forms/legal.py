"""Read the proof that the legal declaration was sent."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vigie.incidents.operations import Proof
from vigie.ui.widgets import Moment, Tiles

ME, SOMEBODY = "me", "somebody"
CHANNELS = [
    ("portal", _("Portail")),
    ("phone", _("Téléphone")),
    ("mail", _("Courriel")),
    ("paper", _("Papier")),
]


class ProofForm(forms.Form):
    """Who sent the legal declaration, when, how, and its receipt."""

    sender = forms.ChoiceField(
        label=_("Qui l’a envoyée ?"),
        choices=[(ME, _("Moi")), (SOMEBODY, _("Quelqu’un d’autre"))],
        widget=Tiles(columns=2, flat=True),
    )
    sender_job = forms.CharField(
        label=_("Sa fonction"),
        max_length=120,
        required=False,
        help_text=_("Si ce n’est pas vous : « Directrice de garde », par exemple."),
    )
    sent_at = forms.DateTimeField(label=_("Quand ?"), widget=Moment())
    channel = forms.ChoiceField(
        label=_("Par quelle voie ?"), choices=CHANNELS, widget=Tiles(columns=4, flat=True)
    )
    receipt = forms.CharField(
        label=_("Numéro du reçu"),
        max_length=120,
        help_text=_("Celui que le portail affiche ou envoie après la déclaration."),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        kwargs.setdefault("initial", {"sender": ME, "channel": "portal", "sent_at": now})
        self.now = now
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Want the position of a sender who has no account here, and a time that has come."""
        cleaned = super().clean() or {}
        if cleaned.get("sender") == SOMEBODY and not cleaned.get("sender_job"):
            self.add_error("sender_job", _("Dites qui l’a envoyée."))
        sent_at = cleaned.get("sent_at")
        if sent_at and sent_at > self.now + timedelta(minutes=10):
            self.add_error("sent_at", _("Cette heure est à venir."))
        return cleaned

    @property
    def proof(self) -> Proof:
        """Return the proof, once the form is valid."""
        told = self.cleaned_data
        return Proof(
            sent_at=told["sent_at"],
            receipt=told["receipt"],
            channel=told["channel"],
            by_recorder=told["sender"] == ME,
            sender_job=told["sender_job"],
        )
