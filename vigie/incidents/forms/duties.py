"""Parse what people record of duties: when it was known, what was sent, why there is nothing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vigie.incidents.forms.follow import Choice, offer, sentence
from vigie.incidents.models import duty_words as words
from vigie.incidents.queries.duties_due import LISTED
from vigie.incidents.rules.duties.clocks import State
from vigie.incidents.rules.duties.record import (
    CLOCKS_DIFFER,
    CLOSING,
    JOB_LENGTH,
    REASON_LENGTH,
    RECEIPT_LENGTH,
    Act,
    ActKind,
    BadAct,
    Channel,
)
from vigie.incidents.rules.legal import Answer
from vigie.ui.widgets import Moment, Tiles

ME, SOMEBODY = "me", "somebody"


class DutyForm(forms.Form):
    """What every record of a duty has: when it happened, and a word on it."""

    at = forms.DateTimeField(label=_("Quand ?"), widget=Moment)
    reason = forms.CharField(
        label=_("Remarque"), required=False, max_length=REASON_LENGTH, widget=sentence(2)
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"at": now})
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_at(self) -> datetime:
        """Want a moment that has come."""
        at: datetime = self.cleaned_data["at"]
        if at > self.now + CLOCKS_DIFFER:
            raise ValidationError(_("Cette heure est à venir."))
        return at

    def refuse(self, reason: BadAct) -> None:
        """Show at its field why the act was refused."""
        field = reason.field if reason.field in self.fields else None
        self.add_error(field, ValidationError(_("Cette réponse ne convient pas.")))


class AwareForm(DutyForm):
    """When the structure knew, as one regime means it."""

    def act(self, regime: str) -> Act:
        """Return what a valid form records."""
        found = self.cleaned_data
        return Act(ActKind.AWARE, found["at"], regime, reason=found["reason"])


class EventForm(DutyForm):
    """That something happened which starts a stage."""

    def act(self, regime: str, stage: str) -> Act:
        """Return what a valid form records."""
        found = self.cleaned_data
        return Act(ActKind.EVENT, found["at"], regime, stage, reason=found["reason"])


class AnswerForm(forms.Form):
    """The answer to a question that duties depend on."""

    answer = forms.ChoiceField(
        label=_("Réponse"),
        choices=list(words.ANSWERS.items()),
        widget=Tiles(columns=3, flat=True),
    )
    reason = forms.CharField(
        label=_("Ce qui le fait dire"),
        required=False,
        max_length=REASON_LENGTH,
        help_text=_("Obligatoire quand la réponse écarte une obligation."),
        widget=sentence(2),
    )

    def __init__(self, *args: Any, needs_reason: Iterable[str] = (), **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.needs_reason = frozenset(needs_reason)

    def clean(self) -> dict[str, Any]:
        """Want a reason for an answer that takes a duty away."""
        found = super().clean() or self.cleaned_data
        if found.get("answer") in self.needs_reason and not found.get("reason"):
            self.add_error("reason", ValidationError(_("Dites pourquoi.")))
        return found

    def refuse(self, reason: BadAct) -> None:
        """Show why the act was refused."""
        self.add_error(None, ValidationError(_("Cette réponse ne convient pas.")))

    def act(self, fact: str, now: datetime) -> Act:
        """Return what a valid form records."""
        found = self.cleaned_data
        answer = Answer(found["answer"])
        return Act(ActKind.ANSWER, now, fact=fact, answer=answer, reason=found["reason"])


class SentForm(DutyForm):
    """That a notice went out: by whom, how, with which receipt."""

    sender = forms.ChoiceField(
        label=_("Qui l’a envoyée ?"),
        choices=[(ME, _("Moi")), (SOMEBODY, _("Quelqu’un d’autre"))],
        widget=Tiles(columns=2, flat=True),
    )
    sender_job = forms.CharField(
        label=_("Sa fonction"),
        max_length=JOB_LENGTH,
        required=False,
        help_text=_("Si ce n’est pas vous : « Directrice de garde », par exemple."),
    )
    channel = forms.ChoiceField(
        label=_("Par quelle voie ?"),
        choices=list(words.CHANNELS.items()),
        widget=Tiles(columns=3, flat=True),
    )
    receipt = forms.CharField(
        label=pgettext_lazy("preuve", "Reçu"),
        max_length=RECEIPT_LENGTH,
        required=False,
        help_text=_("Numéro de dossier, d’accusé ou de procès-verbal."),
    )
    notice = forms.TypedChoiceField(
        label=_("Version envoyée"), required=False, coerce=int, empty_value=None, choices=()
    )
    attachment = forms.FileField(
        label=_("Pièce reçue ou envoyée"),
        required=False,
        max_length=200,
        help_text=_("Gardée chiffrée dans le dossier."),
    )
    field_order = ("at", "sender", "sender_job", "channel", "receipt", "notice", "attachment")

    def __init__(
        self, *args: Any, now: datetime, versions: Iterable[Choice] = (), **kwargs: Any
    ) -> None:
        self.needs_receipt = kwargs.pop("needs_receipt", False)
        offered = list(versions)
        start = {"at": now, "sender": ME, "channel": Channel.PORTAL}
        start["notice"] = offered[0][0] if offered else ""
        kwargs.setdefault("initial", start)
        super().__init__(*args, now=now, **kwargs)
        offer(self, "notice", [("", _("Un autre texte que ceux de Vigie")), *offered])
        if not offered:
            del self.fields["notice"]
        self.fields["receipt"].required = self.needs_receipt

    def clean(self) -> dict[str, Any]:
        """Want the position of a sender who has no account here."""
        found = super().clean() or self.cleaned_data
        if found.get("sender") == SOMEBODY and not found.get("sender_job"):
            self.add_error("sender_job", ValidationError(_("Dites qui l’a envoyée.")))
        return found

    def act(self, regime: str, stage: str) -> Act:
        """Return what a valid form records."""
        found = self.cleaned_data
        return Act(
            ActKind.SENT,
            found["at"],
            regime,
            stage,
            reason=found["reason"],
            channel=Channel(found["channel"]),
            receipt=found["receipt"],
            sender=found["sender_job"] if found["sender"] == SOMEBODY else "",
            notice=found.get("notice"),
        )


class CloseForm(forms.Form):
    """Why a stage asks for nothing."""

    kind = forms.ChoiceField(
        label=_("Que se passe-t-il ?"),
        choices=[(kind, words.KINDS[kind]) for kind in ActKind if kind in CLOSING],
        initial=ActKind.NOT_APPLICABLE,
        widget=Tiles(
            columns=2,
            flat=True,
            helps={
                ActKind.NOT_APPLICABLE: _("Elle n’a jamais été due."),
                ActKind.STOPPED: _("Elle l’était ; quelque chose y met fin."),
            },
        ),
    )
    whole = forms.BooleanField(
        label=_("Pour toutes les étapes de cette obligation"), required=False
    )
    reason = forms.CharField(label=_("Motif"), max_length=REASON_LENGTH, widget=sentence(2))

    def refuse(self, reason: BadAct) -> None:
        """Show why the act was refused."""
        self.add_error(None, ValidationError(_("Cette réponse ne convient pas.")))

    def act(self, regime: str, stage: str, now: datetime) -> Act:
        """Return what a valid form records."""
        found = self.cleaned_data
        of = "" if found["whole"] else stage
        return Act(ActKind(found["kind"]), now, regime, of, reason=found["reason"])


class DueForm(forms.Form):
    """Which clocks of all files to list."""

    state = forms.ChoiceField(required=False, choices=[(state, state) for state in ("", *LISTED)])

    @property
    def chosen(self) -> State | None:
        """Return the state to list, None for all; what is wrong counts as none."""
        self.is_valid()
        found = self.cleaned_data.get("state")
        return State(found) if found else None
