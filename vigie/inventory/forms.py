"""Read what people type about suppliers and applications."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.establishments.models import Establishment
from vigie.inventory.models import Application, Need, Supplier
from vigie.inventory.rules import NAME_LENGTH, NEEDS, ApplicationFacts
from vigie.reference import catalogue
from vigie.ui.widgets import Ticks

UNSAID = _("Non saisi")


class SearchForm(forms.Form):
    """What a list is narrowed by."""

    q = forms.CharField(label=_("Chercher"), max_length=100, required=False)
    retired = forms.BooleanField(label=_("Montrer aussi ce qui est retiré"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.is_valid()

    @property
    def text(self) -> str:
        """Return the words to look for, "" for none."""
        return str(self.cleaned_data.get("q", ""))

    @property
    def with_retired(self) -> bool:
        """Return whether what is retired is shown too."""
        return bool(self.cleaned_data.get("retired"))


class SupplierForm(forms.Form):
    """The names of a supplier."""

    name = forms.CharField(label=_("Nom"), max_length=NAME_LENGTH)
    aliases = forms.CharField(
        label=_("Autres noms"),
        required=False,
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Un par ligne : sigle, ancien nom, nom du groupe."),
    )

    def __init__(self, *args: Any, supplier: Supplier | None = None, **kwargs: Any) -> None:
        if supplier is not None:
            names = [alias.name for alias in supplier.aliases.all()]
            kwargs["initial"] = {"name": supplier.name, "aliases": "\n".join(names)}
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def clean_aliases(self) -> list[str]:
        """Return the other names, one a line."""
        return str(self.cleaned_data["aliases"]).splitlines()


class ApplicationForm(forms.Form):
    """What is known of an application."""

    name = forms.CharField(label=_("Nom"), max_length=NAME_LENGTH)
    supplier_name = forms.CharField(
        label=_("Fournisseur"),
        max_length=NAME_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"list": "suppliers", "autocomplete": "off"}),
        help_text=_("Choisissez dans la liste, ou tapez un nom : il y sera ajouté."),
    )
    hosting = forms.ChoiceField(
        label=_("Hébergement"), required=False, choices=Application.Hosting.choices
    )
    care_activities = forms.MultipleChoiceField(
        label=_("Activités servies"), required=False, widget=Ticks()
    )

    def __init__(
        self,
        *args: Any,
        application: Application | None = None,
        establishments: list[Establishment] | None = None,
        **kwargs: Any,
    ) -> None:
        if application is not None:
            kwargs["initial"] = shown(application)
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        language = get_language() or "fr"
        self.fields["care_activities"].choices = [  # type: ignore[attr-defined]
            (code, entry.title.in_(language)) for code, entry in catalogue.care_activities().items()
        ]
        for name, (label, text) in NEED_LABELS.items():
            self.fields[name] = need_field(label, text)
        if establishments is not None:
            self.fields["establishment"] = establishment_field(establishments)
            self.order_fields(["establishment", *self.fields])

    def clean_supplier_name(self) -> str:
        """Return the name with one space between words."""
        return " ".join(str(self.cleaned_data["supplier_name"]).split())

    @property
    def facts(self) -> ApplicationFacts:
        """Return what was stated; the supplier is told by name, apart."""
        told = self.cleaned_data
        needs = {name: int(told[name]) if told[name] else None for name in NEEDS}
        return ApplicationFacts(
            name=told["name"],
            hosting=told["hosting"],
            care_activities=tuple(told["care_activities"]),
            **needs,
        )


NEED_LABELS: dict[str, tuple[Any, Any]] = {
    "availability": (
        _("Besoin de disponibilité"),
        _("Combien les soins souffrent-ils si l’application s’arrête ?"),
    ),
    "integrity": (
        _("Besoin d’intégrité"),
        _("Et si ce qu’elle affiche est faux ?"),
    ),
    "confidentiality": (
        _("Besoin de confidentialité"),
        _("Et si d’autres la lisent ?"),
    ),
}


def need_field(label: Any, text: Any) -> forms.ChoiceField:
    """Return the choice of how much care depends on one property."""
    choices = [(str(value), title) for value, title in Need.choices]
    return forms.ChoiceField(
        label=label,
        help_text=text,
        required=False,
        choices=[("", UNSAID), *choices],
    )


def establishment_field(establishments: list[Establishment]) -> forms.ChoiceField:
    """Return the choice of the establishment that has the application."""
    choices: list[tuple[str, str | Promise]] = [(str(e.pk), e.name) for e in establishments]
    if len(choices) > 1:
        choices.insert(0, ("", _("Choisir…")))
    return forms.ChoiceField(label=_("Établissement"), choices=choices)


def shown(application: Application) -> dict[str, Any]:
    """Return an application as its form shows it before anybody types."""
    return {
        "name": application.name,
        "supplier_name": application.supplier.name if application.supplier else "",
        "hosting": application.hosting,
        "care_activities": application.care_activities,
        **{name: str(getattr(application, name) or "") for name in NEEDS},
    }
