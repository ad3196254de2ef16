"""Parse what the desk decides on a file: one form an act, each with the version that was read."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.incidents.forms.fields import categories, titles
from vigie.incidents.models.labels import action_typed, choices
from vigie.incidents.operations.exchange import LONGEST
from vigie.incidents.operations.qualify import Decision
from vigie.incidents.rules import search
from vigie.incidents.rules.follow import ACTION_LENGTH, NextAction
from vigie.incidents.rules.words import Helper, Origin, Tlp, Waiting
from vigie.reference import catalogue
from vigie.ui.marks import SEVERITY
from vigie.ui.widgets import Moment, Ticks, Tiles

Choice = tuple[str, str | Promise]
REASON_LENGTH = 4_000
EXACT, TOMORROW = "exact", "tomorrow"
MORNING = 9  # o'clock, where the reader is
SOON: dict[str, timedelta] = {
    "15": timedelta(minutes=15),
    "30": timedelta(minutes=30),
    "60": timedelta(hours=1),
    "120": timedelta(hours=2),
    "240": timedelta(hours=4),
}
SOON_CHOICES: list[Choice] = [
    ("15", _("dans 15 min")),
    ("30", _("dans 30 min")),
    ("60", _("dans 1 h")),
    ("120", _("dans 2 h")),
    ("240", _("dans 4 h")),
    (TOMORROW, _("demain à 9 h")),
    (EXACT, _("à un autre moment")),
]
SIDES: list[Choice] = [choice for choice in choices(Waiting) if choice[0]]
SIDE_ICONS: dict[str, str] = {
    Waiting.CERT: "user-circle",
    Waiting.STRUCTURE: "building-hospital",
    Waiting.SUPPLIER: "plug",
    Waiting.AUTHORITY: "map-pin",
}
AS_COMPUTED = ""
MAJOR: list[Choice] = [("yes", _("Oui")), ("no", _("Non")), ("", _("Pas encore tranché"))]


def sentence(rows: int = 3, **more: Any) -> forms.Textarea:
    """Return a box for sentences."""
    return forms.Textarea(attrs={"rows": rows, "class": "v-wide", **more})


def because(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    """Return a field that asks why."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=REASON_LENGTH,
        help_text=help_text,
        widget=sentence(2),
    )


def rsit_choices() -> list[Any]:
    """Return the classes of RSIT 1003 with their types, in the reader's language."""
    language = get_language() or "fr"
    groups = []
    for code, klass in catalogue.rsit_classes().items():
        title = klass.title.in_(language)
        types = [
            (key, entry.title.in_(language))
            for key, entry in catalogue.rsit().items()
            if entry.klass.code == code
        ]
        whole = (code, _("%(title)s, sans préciser le type") % {"title": title})
        groups.append((title, [whole, *types]))
    return [("", _("Non classé")), *groups]


class ActForm(forms.Form):
    """What every act on a file carries: the version of the file that the person had read."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class DueForm(forms.Form):
    """Until when: a quick choice or an exact moment; gives `due` in cleaned_data."""

    soon = forms.ChoiceField(
        label=_("Pour quand"), choices=SOON_CHOICES, widget=Tiles(columns=4, flat=True)
    )
    exact = forms.DateTimeField(label=_("Autre moment"), required=False, widget=Moment)

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean(self) -> dict[str, Any]:
        """Work out the moment; it must be still to come."""
        found = super().clean() or self.cleaned_data
        soon, exact = found.get("soon"), found.get("exact")
        if soon == EXACT and exact is None and "exact" not in self.errors:
            self.add_error("exact", ValidationError(_("Indiquez le jour et l’heure.")))
        elif soon == EXACT and exact is not None and exact <= self.now:
            self.add_error("exact", ValidationError(_("Ce moment est passé.")))
        elif soon:
            found["due"] = self._due(soon, exact)
        return found

    def _due(self, soon: str, exact: datetime | None) -> datetime | None:
        if soon == TOMORROW:
            day = timezone.localtime(self.now) + timedelta(days=1)
            return day.replace(hour=MORNING, minute=0, second=0, microsecond=0)
        return exact if soon == EXACT else self.now + SOON[soon]


class NextForm(ActForm, DueForm):
    """The one thing that comes next."""

    text = forms.CharField(
        label=_("Prochaine action"),
        max_length=ACTION_LENGTH,
        help_text=_("Un verbe et un objet : « Rappeler l’ingénieur biomédical »."),
        widget=forms.TextInput(attrs={"class": "v-wide", "data-focus": ""}),
    )
    waiting = forms.ChoiceField(
        label=_("Qui doit agir"),
        choices=SIDES,
        widget=Tiles(icons=SIDE_ICONS, columns=4, flat=True),
    )
    field_order: tuple[str, ...] = ("text", "soon", "exact", "waiting", "version")

    @property
    def action(self) -> NextAction:
        """Return the next action that a valid form holds."""
        found = self.cleaned_data
        return NextAction(action_typed(found["text"]), found["due"], Waiting(found["waiting"]))


class PostponeForm(ActForm, DueForm):
    """Another time for the next action."""

    reason = because(_("Pourquoi"), required=False)
    field_order = ("soon", "exact", "reason", "version")


class QualifyForm(NextForm):
    """The CERT's decision and, while nobody said it, what comes next."""

    origin = forms.ChoiceField(
        label=_("Origine"),
        choices=[choice for choice in choices(Origin) if choice[0]],
        widget=Tiles(columns=3, flat=True),
    )
    category = forms.ChoiceField(label=_("Catégorie"), choices=lambda: _choose(categories()[1:]))
    rsit = forms.ChoiceField(
        label=_("Taxonomie RSIT 1003"),
        required=False,
        choices=rsit_choices,
        help_text=_("Classe et type de la taxonomie européenne de référence."),
    )
    severity = forms.TypedChoiceField(
        label=_("Gravité, échelle Vigie"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=lambda: [(AS_COMPUTED, _("Comme calculée")), *levels()],
        widget=Tiles(columns=3, flat=True),
        help_text=_("Échelle propre à Vigie, sans effet sur l’obligation légale."),
    )
    major_confirmed = forms.ChoiceField(
        label=_("Incident majeur"),
        required=False,
        choices=MAJOR,
        widget=Tiles(columns=3, flat=True),
    )
    reason = because(
        _("Motif"),
        required=False,
        help_text=_("Obligatoire si la gravité n’est pas celle que Vigie calcule."),
    )
    field_order = (
        "origin",
        "category",
        "rsit",
        "severity",
        "major_confirmed",
        "reason",
        "text",
        "soon",
        "exact",
        "waiting",
        "version",
    )

    def __init__(self, *args: Any, with_next: bool = True, computed: int | None = None, **kw: Any):
        super().__init__(*args, **kw)
        self.fields["text"].widget.attrs.pop("data-focus", None)
        self.with_next = with_next
        if computed is not None:
            as_computed = (AS_COMPUTED, _("Comme calculée : %(level)s") % {"level": computed})
            offer(self, "severity", [as_computed, *levels()])
        if not with_next:
            for name in ("text", "soon", "exact", "waiting"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """An overridden severity needs its reason."""
        found = super().clean()
        if found.get("severity") is not None and not found.get("reason"):
            self.add_error("reason", ValidationError(_("Dites pourquoi vous changez la gravité.")))
        return found

    @property
    def decision(self) -> Decision:
        """Return the decision that a valid form holds."""
        found = self.cleaned_data
        rsit_class, _slash, rsit_type = found["rsit"].partition("/")
        answers = {"yes": True, "no": False}
        return Decision(
            origin=Origin(found["origin"]),
            category=found["category"],
            rsit_class=rsit_class,
            rsit_type=rsit_type,
            severity=found["severity"],
            major_confirmed=answers.get(found["major_confirmed"]),
            reason=found["reason"],
        )

    @property
    def then(self) -> NextAction | None:
        """Return what comes next, None where the form does not ask."""
        return self.action if self.with_next else None


def levels() -> list[Choice]:
    """Return the levels of Vigie's own scale."""
    return [(str(level), f"{level} {word}") for level, word in enumerate(SEVERITY)]


def offer(form: forms.Form, name: str, found: Iterable[Any]) -> None:
    """Give a field the choices that are known only when the form is made."""
    cast(forms.ChoiceField, form.fields[name]).choices = list(found)


def _choose(groups: Iterable[Any]) -> list[Any]:
    return [("", _("À choisir")), *groups]


class MoveForm(ActForm):
    """One step on, or one back with a reason."""

    reason = because(_("Pourquoi revenir en arrière"))
    lessons = forms.CharField(
        label=_("Ce qu’il faut retenir"),
        max_length=LONGEST,
        help_text=_("Causes, ce qui a marché, ce qui change. « Rien de nouveau » est une réponse."),
        widget=sentence(6),
    )

    def __init__(self, *args: Any, needs: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("reason", "lessons"):
            if name not in needs:
                del self.fields[name]


class ReasonForm(ActForm):
    """An act that needs its reason and nothing else."""

    reason = because(_("Motif"))


class MergeForm(ActForm):
    """The file in which the follow-up goes on."""

    into = forms.CharField(
        label=_("Référence du dossier à garder"),
        max_length=40,
        help_text=_("Par exemple INC-2026-0417 ou 26-0417."),
        widget=forms.TextInput(attrs={"class": "v-short", "data-focus": ""}),
    )
    reason = because(_("Pourquoi c’est le même incident"))

    def clean_into(self) -> int:
        """Return the number of the file that the reference names."""
        found = search.wanted(self.cleaned_data["into"])
        if found.file is None:
            raise ValidationError(_("Ce n’est pas la référence d’un dossier."))
        return found.file


class AssignForm(ActForm):
    """Who follows the file."""

    to = forms.TypedChoiceField(
        label=_("Suivi par"), required=False, coerce=int, empty_value=None, choices=()
    )

    def __init__(self, *args: Any, desk: Iterable[Choice] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "to", [("", _("Personne")), *desk])


class TlpForm(ActForm):
    """How far the file may be told."""

    tlp = forms.ChoiceField(label=_("Diffusion permise"), widget=Tiles(columns=2))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "fr"
        marks = catalogue.tlp()
        offer(self, "tlp", [(mark, f"TLP:{mark}") for mark in Tlp])
        widget = cast(Tiles, self.fields["tlp"].widget)
        widget.helps = {code: entry.title.in_(language) for code, entry in marks.items()}


class SupportForm(ActForm):
    """Who gives support."""

    helpers = forms.MultipleChoiceField(
        label=_("Qui apporte un appui"),
        required=False,
        choices=titles(catalogue.support_providers),
        widget=Ticks,
    )

    @property
    def chosen(self) -> list[Helper]:
        """Return the helpers that a valid form holds."""
        return [Helper(code) for code in self.cleaned_data["helpers"]]
