"""Parse what people state about establishments, groups, contacts and the legal portal."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.establishments.models import Establishment, Group, Site
from vigie.establishments.operations import FAULTS, ContactFacts
from vigie.establishments.rules import (
    DesignationKind,
    EstablishmentFacts,
    Facts,
    GroupKind,
    Portal,
    SiteFacts,
)
from vigie.reference import catalogue
from vigie.reference.catalogue import Entry
from vigie.ui.widgets import Day, Tiles

Choice = tuple[str, str]
DESIGNATIONS: dict[str, Any] = {
    DesignationKind.OSE: _("Opérateur de services essentiels (OSE)"),
    DesignationKind.OIV: _("Opérateur d’importance vitale (OIV)"),
    DesignationKind.EE: _("Entité essentielle (EE, NIS 2)"),
    DesignationKind.EI: _("Entité importante (EI, NIS 2)"),
    DesignationKind.PRIORITY: _("Structure prioritaire"),
}
GROUP_KINDS: dict[str, Any] = {
    GroupKind.GHT: _("Groupement hospitalier de territoire (GHT)"),
    GroupKind.GCS: _("Groupement de coopération sanitaire (GCS)"),
    GroupKind.OTHER: _("Autre groupement"),
}
PORTALS: dict[str, Any] = {
    Portal.ELSEWHERE: _("Sur un autre portail : Vigie prépare le texte"),
    Portal.HERE: _("Ici : déclarer dans Vigie suffit"),
}
PORTAL_ICONS = {"elsewhere": "external-link", "here": "building-hospital"}
UNKNOWN = ("", _("Non précisé"))
STATED_NAME = {"name": "…"}  # where the name itself is at fault, the rest is still checked


def titled(entries: Mapping[str, Entry]) -> list[Choice]:
    """Return the choices of a reference list in the reader's language."""
    language = get_language() or "fr"
    return [(code, entry.title.in_(language)) for code, entry in entries.items()]


def departments() -> list[Choice]:
    """Return the departments with their codes, as people know them."""
    return [(code, f"{code} {name}") for code, name in titled(catalogue.departments())]


class StatementForm(forms.Form):
    """A form whose facts an act may still refuse."""

    def refuse(self, refused: ValidationError) -> None:
        """Show what an act refused, at its field where the form has it."""
        told = refused.message_dict if hasattr(refused, "error_dict") else {"": refused.messages}
        for name, texts in told.items():
            field = name if name in self.fields and name != NON_FIELD_ERRORS else None
            for text in texts:
                self.add_error(field, text)

    def tell_faults(self, facts: Facts) -> None:
        """Show what cannot be stored, at its field."""
        for field, fault in facts.checked().faults().items():
            if field not in self.errors:
                self.add_error(field if field in self.fields else None, FAULTS[fault])


class PlaceFilterForm(forms.Form):
    """What part of the register to list."""

    mark_optional = False

    q = forms.CharField(
        label=_("Nom, commune ou FINESS"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )
    region = forms.ChoiceField(
        label=_("Région"),
        required=False,
        choices=lambda: [("", _("Toutes")), *titled(catalogue.regions())],
    )
    type = forms.ChoiceField(
        label=_("Type de structure"),
        required=False,
        choices=lambda: [("", _("Tous")), *titled(catalogue.structure_types())],
    )
    designation = forms.ChoiceField(
        label=_("Désignation"),
        required=False,
        choices=[("", _("Toutes")), *DESIGNATIONS.items()],
    )
    state = forms.ChoiceField(
        label=_("Ouverts ou fermés"),
        required=False,
        choices=[("", _("Ouverts")), ("closed", _("Fermés")), ("all", _("Tous"))],
    )
    sort = forms.ChoiceField(
        required=False, choices=[("", ""), ("beds", "")], widget=forms.HiddenInput
    )
    page = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class EstablishmentForm(StatementForm):
    """What a person states about an establishment."""

    name = forms.CharField(label=_("Raison sociale"), max_length=200)
    finess = forms.CharField(
        label=_("FINESS de l’entité juridique"),
        required=False,
        max_length=20,
        help_text=_("Neuf caractères. Laissez vide pour une structure qui n’en a pas."),
    )
    structure_type = forms.ChoiceField(
        label=_("Type de structure"), choices=lambda: titled(catalogue.structure_types())
    )
    legal_status = forms.ChoiceField(
        label=_("Statut juridique"),
        required=False,
        choices=lambda: [UNKNOWN, *titled(catalogue.legal_statuses())],
    )
    department = forms.ChoiceField(
        label=_("Département du siège"),
        required=False,
        choices=lambda: [UNKNOWN, *departments()],
        help_text=_("La région s’en déduit."),
    )
    commune = forms.CharField(label=_("Commune du siège"), required=False, max_length=100)
    opened_on = forms.DateField(label=_("Ouvert le"), required=False, widget=Day)

    @classmethod
    def of(cls, row: Establishment, posted: Any = None) -> "EstablishmentForm":
        """Return the form of a known establishment."""
        return cls(posted, initial={name: getattr(row, name) for name in cls.base_fields})

    @property
    def facts(self) -> EstablishmentFacts:
        """Return what was stated; the region follows from the department."""
        return EstablishmentFacts(**self.cleaned_data)

    def clean(self) -> None:
        """Tell all that is wrong at once."""
        self.tell_faults(EstablishmentFacts(**STATED_NAME | self.cleaned_data))


class SiteForm(StatementForm):
    """What a person states about a site."""

    name = forms.CharField(label=_("Nom du site"), max_length=200)
    finess = forms.CharField(
        label=_("FINESS de l’établissement géographique"),
        required=False,
        max_length=20,
        help_text=_("Neuf caractères. Laissez vide pour un site qui n’en a pas."),
    )
    structure_type = forms.ChoiceField(
        label=_("Type de structure"), choices=lambda: titled(catalogue.structure_types())
    )
    department = forms.ChoiceField(
        label=_("Département"), required=False, choices=lambda: [UNKNOWN, *departments()]
    )
    commune = forms.CharField(label=_("Commune"), required=False, max_length=100)
    postcode = forms.CharField(label=_("Code postal"), required=False, max_length=10)
    beds = forms.IntegerField(label=_("Lits"), min_value=0, max_value=100_000, initial=0)
    emergency_visits = forms.IntegerField(
        label=_("Passages aux urgences par an"),
        required=False,
        min_value=0,
        max_value=10_000_000,
        help_text=_("Laissez vide s’il n’y a pas de service d’urgence."),
    )
    opened_on = forms.DateField(label=_("Ouvert le"), required=False, widget=Day)

    @classmethod
    def of(cls, row: Site, posted: Any = None) -> "SiteForm":
        """Return the form of a known site."""
        return cls(posted, initial={name: getattr(row, name) for name in cls.base_fields})

    def clean(self) -> None:
        """Tell all that is wrong at once."""
        self.tell_faults(SiteFacts(**STATED_NAME | self.cleaned_data))

    def facts(self, row: Site | None = None) -> SiteFacts:
        """Return what was stated; what the form does not ask stays as the row has it."""
        kept = {} if row is None else {n: getattr(row, n) for n in ("category", "commune_insee")}
        return SiteFacts(**self.cleaned_data, **kept)


class CloseForm(StatementForm):
    """From which day on a structure is closed."""

    closed_on = forms.DateField(
        label=_("Fermé à partir du"),
        required=False,
        widget=Day,
        help_text=_("Le premier jour de fermeture. Laissez vide pour rouvrir."),
    )


class WardForm(StatementForm):
    """A ward and what it does."""

    name = forms.CharField(label=_("Nom du service"), max_length=120)
    care_activity = forms.ChoiceField(
        label=_("Activité de soins"), choices=lambda: titled(catalogue.care_activities())
    )


class GroupForm(StatementForm):
    """A group of establishments."""

    name = forms.CharField(label=_("Nom du groupement"), max_length=200)
    kind = forms.ChoiceField(label=_("Genre"), choices=GROUP_KINDS.items())


class NewGroupForm(GroupForm):
    """A new group: its code stays for good."""

    code = forms.SlugField(
        label=_("Code"),
        max_length=20,
        help_text=_("Lettres, chiffres et tirets. Il ne changera plus."),
    )
    field_order = ("code", "name", "kind")


class JoinForm(StatementForm):
    """Which group an establishment enters, and when."""

    group = forms.ModelChoiceField(
        label=_("Groupement"), queryset=Group.objects.order_by("name", "id")
    )
    joined_on = forms.DateField(label=_("Membre depuis le"), required=False, widget=Day)


class DesignationForm(StatementForm):
    """What an authority made of an establishment, and since when."""

    kind = forms.ChoiceField(label=_("Désignation"), choices=DESIGNATIONS.items())
    valid_from = forms.DateField(label=_("Depuis le"), required=False, widget=Day)


class DayForm(StatementForm):
    """The day on which something ends."""

    day = forms.DateField(
        label=_("À partir du"), widget=Day, help_text=_("Le premier jour où cela ne vaut plus.")
    )


class ContactForm(StatementForm):
    """A public contact as somebody verified it."""

    label_fr = forms.CharField(label=_("Nom en français"), max_length=120)
    label_en = forms.CharField(label=_("Nom en anglais"), max_length=120)
    phone = forms.CharField(label=_("Téléphone"), required=False, max_length=32)
    email = forms.EmailField(label=_("Courriel"), required=False)
    url = forms.URLField(label=_("Site internet"), required=False, assume_scheme="https")
    hours = forms.CharField(label=_("Horaires"), required=False, max_length=120)
    source = forms.CharField(
        label=_("Vérifié auprès de"),
        max_length=300,
        help_text=_("La page lue, ou la personne appelée."),
    )
    checked_on = forms.DateField(label=_("Vérifié le"), widget=Day)

    @property
    def facts(self) -> ContactFacts:
        """Return the contact as it was stated."""
        return ContactFacts(**self.cleaned_data)


class PortalForm(StatementForm):
    """Where the law of the nation wants declarations."""

    portal = forms.ChoiceField(
        label=_("Où la loi veut la déclaration"),
        choices=PORTALS.items(),
        widget=Tiles(icons=PORTAL_ICONS, columns=2),
    )
    portal_name = forms.CharField(label=_("Nom du portail"), required=False, max_length=120)
    portal_url = forms.URLField(
        label=_("Adresse du portail"), required=False, assume_scheme="https"
    )
