"""Parse what a structure told the desk by phone or mail: few answers, the rest comes from it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vigie.incidents.feeds.mail import Problem
from vigie.incidents.forms.declare import NAME_LENGTH, phone_field, structure_label
from vigie.incidents.forms.fields import field_of, without_controls
from vigie.incidents.forms.follow import sentence
from vigie.incidents.operations.declare import Person, Submission
from vigie.incidents.queries import Structure
from vigie.incidents.rules.facts import LINE_LENGTH, TEXT_LENGTH, Facts
from vigie.incidents.rules.words import Channel
from vigie.kernel.partial import PartialDate
from vigie.ui.widgets import Moment, Tiles

PROBLEMS = {
    Problem.MANY_HEADERS: _("un nombre anormal d’en-têtes"),
    Problem.LONG: _("un texte trop long, coupé"),
    Problem.DEEP: _("trop de messages imbriqués : la structure est mise à plat"),
    Problem.MANY_PARTS: _("trop de parties : les dernières ne sont pas lues"),
    Problem.SLOW: _("une lecture trop longue, arrêtée"),
    Problem.NO_BOUNDARY: _("une limite entre les parties qui manque"),
    Problem.CHARSET: _("un jeu de caractères inconnu ou faux"),
    Problem.DATE: _("une date illisible"),
    Problem.BROKEN_PART: _("une partie abîmée"),
    Problem.OUTLOOK_PARTS: _("des pièces enfermées par Outlook (winmail.dat), non ouvertes"),
    Problem.ENCRYPTED: _("un contenu chiffré, non lu"),
    Problem.NO_TEXT: _("aucun texte lisible"),
    Problem.TEXT_CUT: _("un texte coupé : l’original est gardé entier"),
}
NOT_MAIL = {
    "empty": _("Ce fichier est vide."),
    "large": _("Ce fichier dépasse 25 Mo."),
    "outlook": _("C’est un message Outlook (.msg) : enregistrez-le au format .eml."),
    "other": _("Ce n’est pas un courriel au format .eml."),
}


class MailForm(forms.Form):
    """The e-mail file that the desk received."""

    mail = forms.FileField(label=_("Courriel (.eml)"), max_length=200)
    key = forms.UUIDField(widget=forms.HiddenInput)


class FirstWordForm(forms.Form):
    """Which structure, who told, when, and what happens there."""

    structure_q = forms.CharField(
        label=_("Chercher la structure"),
        help_text=_("Son nom, sa commune ou son numéro FINESS."),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    structure = forms.ChoiceField(
        label=_("Quelle structure ?"), choices=(), widget=Tiles(columns=2)
    )
    told_at = forms.DateTimeField(label=_("Quand l’a-t-elle dit ?"), widget=Moment)
    name = forms.CharField(label=_("Qui l’a dit"), max_length=NAME_LENGTH, required=False)
    job = forms.CharField(label=_("Fonction"), max_length=NAME_LENGTH, required=False)
    email = forms.EmailField(label=_("Courriel"), max_length=200, required=False)
    title = forms.CharField(
        label=_("Ce qui se passe, en une ligne"),
        max_length=LINE_LENGTH,
        widget=forms.TextInput(attrs={"class": "v-wide"}),
    )
    description = forms.CharField(
        label=_("Ce que la structure dit"),
        max_length=TEXT_LENGTH,
        help_text=_("Ses mots. Aucun nom ni numéro de patient."),
        widget=sentence(8),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        structures: Iterable[Structure],
        now: datetime,
        channel: Channel,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.now, self.channel = now, channel
        self.found = list(structures)
        field = self.fields["structure"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [(one.code, structure_label(one)) for one in self.found]
        if len(self.found) == 1:
            self.initial.setdefault("structure", self.found[0].code)
        self.fields["phone"] = phone_field(_("Où la rappeler ?"), required=channel is Channel.PHONE)
        for name in ("endangerment", "structure_impact", "support_requested"):
            self.fields[name] = field_of(name)
        self.fields["support_requested"].required = False
        self.fields["support_requested"].label = _("Demande-t-elle l’appui du CERT ?")

    def clean(self) -> dict[str, Any]:
        """Want a moment that has come, and a way to reach the structure."""
        found = super().clean() or self.cleaned_data
        if found.get("told_at") and found["told_at"] > self.now:
            self.add_error("told_at", ValidationError(_("Cette heure est à venir.")))
        if not (found.get("phone") or found.get("email")) and "phone" not in self.errors:
            self.add_error("phone", ValidationError(_("Un numéro ou un courriel pour répondre.")))
        return found

    @property
    def submission(self) -> Submission:
        """Return what a valid form holds."""
        found = self.cleaned_data
        place = next(one for one in self.found if one.code == found["structure"])
        key: UUID = found["key"]
        return Submission(
            key=key,
            establishment=place.establishment,
            site=place.site,
            facts=self._facts(),
            declarant=Person(found["name"], found["job"], found["phone"], found["email"]),
            channel=self.channel,
            told_at=found["told_at"],
        )

    def _facts(self) -> Facts:
        found = self.cleaned_data
        asked = found.get("support_requested")  # "" where nobody said it
        noticed = PartialDate.at(found["told_at"], timezone.get_current_timezone())
        return Facts(
            title=without_controls(found["title"]),
            description=without_controls(found["description"]),
            noticed=str(noticed),
            endangerment=found["endangerment"],
            structure_impact=found["structure_impact"],
            support_requested=None if asked == "" else asked,
        )
