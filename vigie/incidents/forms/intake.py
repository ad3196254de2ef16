"""Parse what people say of a file of declarations: its shape, its columns, its words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vigie.incidents.feeds.sheets import Survey
from vigie.incidents.feeds.words import titles
from vigie.incidents.forms.follow import offer
from vigie.incidents.models import Mapper
from vigie.incidents.models.labels import LABELS, Label, titled
from vigie.incidents.models.questions import QUESTIONS, STEPS
from vigie.incidents.operations.mappers import LONGEST_NAME
from vigie.incidents.rules import guess
from vigie.incidents.rules.blocks import AMENDED
from vigie.incidents.rules.columns import ANSWERS, COLUMNS, closed_words, enum_of
from vigie.incidents.rules.mapping import (
    DELIMITERS,
    ENCODINGS,
    IGNORED,
    KEPT,
    SEPARATORS,
    SEVERAL,
    Days,
    Shape,
    Unlisted,
    Unread,
    Use,
    holds_words,
)
from vigie.incidents.rules.mapping import Mapping as Reading
from vigie.incidents.rules.words import Status
from vigie.ui.widgets import Choices

Words = str | Promise
BESIDE: dict[str, Words] = {
    "key": _("Référence dans la source"),
    "declared": _("Date de déclaration"),
    "establishment": _("Structure : numéro FINESS (EJ)"),
    "site": _("Site : numéro FINESS (ET)"),
    "structure_name": _("Structure : son nom"),
    "event": _("Événement commun"),
    "status": _("Étape : clos ou écarté"),
    "status_reason": _("Pourquoi elle est écartée"),
    "major_confirmed": _("Incident majeur confirmé"),
}
WHOLE: dict[str, Words] = {
    KEPT: _("Garder telle quelle dans le dossier"),
    IGNORED: _("Ne pas reprendre (noms, téléphones…)"),
}
SIGNS: dict[str, Words] = {
    "": _("une seule valeur"),
    "|": _("barre |"),
    ";": _("point-virgule ;"),
    ",": _("virgule , (sans espace après)"),
    ", ": _("virgule et espace"),
    "/": _("barre oblique /"),
    "\n": _("à la ligne"),
    "\t": _("tabulation"),
}
NOT_SAID, UNKNOWN = "-", "unknown"


class UploadForm(forms.Form):
    """A file of past declarations."""

    file = forms.FileField(
        label=_("Fichier CSV ou classeur Excel (.xlsx)"),
        max_length=200,
        help_text=_(
            "25 Mo au plus. Rien n’est écrit avant que vous ayez vu le sort de chaque ligne."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xlsm"}),
    )
    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)
    mark_optional = False


class ShapeForm(forms.Form):
    """How the file is written, where the guess is wrong; and which mapper reads it."""

    mapper = forms.TypedChoiceField(
        label=_("Correspondance enregistrée"), required=False, coerce=int, empty_value=None
    )
    encoding = forms.ChoiceField(label=_("Encodage"), required=False)
    delimiter = forms.ChoiceField(label=_("Séparateur des colonnes"), required=False)
    sheet = forms.ChoiceField(label=_("Feuille"), required=False)
    header = forms.IntegerField(
        label=_("Ligne de l’en-tête"), required=False, min_value=1, max_value=1000
    )
    mark_optional = False

    def __init__(self, data: Any, *, mappers: Sequence[Mapper], sheets: Sequence[str]) -> None:
        super().__init__(data)
        offer(self, "mapper", [("", _("aucune : proposer")), *((m.pk, str(m)) for m in mappers)])
        offer(self, "encoding", [("", _("deviner")), *((name, name) for name in ENCODINGS)])
        offer(
            self, "delimiter", [("", _("deviner")), *((sign, SIGNS[sign]) for sign in DELIMITERS)]
        )
        offer(self, "sheet", [("", _("deviner")), *((name, name) for name in sheets)])
        for name in ("encoding", "delimiter") if sheets else ("sheet",):
            del self.fields[name]

    @property
    def shape(self) -> Shape:
        """Return what was said of the file; nothing where it makes no sense."""
        if not self.is_valid():
            return Shape()
        said = {n: v for n, v in self.cleaned_data.items() if n != "mapper" and v}
        return Shape.model_validate(said)


@dataclass(frozen=True, slots=True)
class Line:
    """One column of the file, as the page shows it."""

    column: str
    samples: list[str]
    to: BoundField
    also: BoundField


class ColumnsForm(forms.Form):
    """What each column is taken for, and what becomes of what does not fit."""

    source = forms.SlugField(
        label=_("Nom court de la source"),
        max_length=20,
        help_text=_(
            "En minuscules, sans espace. Avec la référence, il reconnaît ce qui est déjà importé."
        ),
    )
    unlisted = forms.ChoiceField(
        label=_("Une structure absente du registre"),
        choices=[
            (Unlisted.REFUSED, _("refuse la ligne")),
            (Unlisted.OPENED, _("est ouverte pour cette source, à part du registre")),
        ],
        widget=Choices,
    )
    unread = forms.ChoiceField(
        label=_("Une valeur sans correspondance"),
        choices=[
            (Unread.REFUSED, _("refuse la ligne")),
            (Unread.KEPT, _("est gardée à côté, la réponse reste inconnue")),
        ],
        widget=Choices,
    )
    days = forms.ChoiceField(
        label=_("03/04/2021 est"),
        choices=[(Days.DAY_FIRST, _("le 3 avril")), (Days.MONTH_FIRST, _("le 4 mars"))],
        widget=Choices,
    )
    mark_optional = False

    def __init__(self, data: Any, *, survey: Survey, base: Reading) -> None:
        self.survey, self.base = survey, base
        options = base.model_dump(include={"source", "unlisted", "unread", "days"})
        super().__init__(data, initial=options)
        for number, column in enumerate(survey.columns):
            uses = [use.to for use in base.columns if use.column == column] or [base.others]
            for name, to in ((f"to-{number}", uses[0]), (f"also-{number}", (*uses, "")[1])):
                field = forms.ChoiceField(
                    label=column,
                    choices=targets(blank=name.startswith("also")),
                    required=name.startswith("to"),
                    initial=to,
                )
                field.widget.attrs["aria-label"] = column
                self.fields[name] = field

    def lines(self) -> Iterator[Line]:
        """Yield the columns with their first values and their controls."""
        for number, column in enumerate(self.survey.columns):
            samples = self.survey.samples(column)
            yield Line(column, samples, self[f"to-{number}"], self[f"also-{number}"])

    def options(self) -> list[BoundField]:
        """Return the controls of the whole file."""
        return [self[name] for name in ("source", "unlisted", "unread", "days")]

    def given(self) -> list[tuple[Words, str]]:
        """Return what the mapper gives for the whole file, by the name of the field."""
        return [(field_name(name), text) for name, text in self.base.constants.items()]

    def clean_source(self) -> str:
        """A source has a name of its own."""
        name: str = self.cleaned_data["source"]
        if name != name.lower() or name in {"veris", "demo"}:
            raise ValidationError(_("En minuscules, et ni « veris » ni « demo »."))
        return name

    def clean(self) -> dict[str, Any]:
        """Say what is missing to make declarations of the lines."""
        found = super().clean() or self.cleaned_data
        fields = [use[1] for use in self._chosen(found)]
        known = {*fields, *self.base.constants}
        if not known & {"declared", "occurred"}:
            self.add_error(None, _("Dites quelle colonne donne la date (déclaration ou survenue)."))
        named = known & {"establishment", "site", "structure_name"}
        if not named and found.get("unlisted") == Unlisted.REFUSED:
            self.add_error(
                None,
                _("Dites quelle colonne donne la structure, ou laissez ouvrir les absentes."),
            )
        for name in sorted({n for n in fields if fields.count(n) > 1} - SEVERAL):
            told = _("« %(field)s » : une seule colonne peut la donner.")
            self.add_error(None, ValidationError(told, params={"field": field_name(name)}))
        return dict(found)

    def _chosen(self, found: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return the columns with what each is taken for, in the order of the file."""
        return [
            (column, found[name])
            for number, column in enumerate(self.survey.columns)
            for name in (f"to-{number}", f"also-{number}")
            if found.get(name)
        ]

    def reading(self, labels: guess.Labels) -> Reading:
        """Return the mapping: what a column's words mean stays, or is guessed anew."""
        before = {(use.column, use.to): use for use in self.base.columns}
        uses = []
        for column, to in self._chosen(self.cleaned_data):
            cells = [row[column] for row in self.survey.rows if row.get(column)]
            fresh = guess.proposed(column, to, cells, labels.get(to, {}))
            uses.append(before.get((column, to), fresh))
        kept = self.base.model_dump(include={"only"})
        filled = {use.to for use in uses}
        constants = {n: v for n, v in self.base.constants.items() if n not in filled}
        options = {
            name: self.cleaned_data[name] for name in ("source", "unlisted", "unread", "days")
        }
        return Reading(
            **kept, **options, columns=uses, constants=constants, shape=self.survey.shape
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a column, with the control that says what it means."""

    value: str
    field: BoundField


@dataclass(frozen=True, slots=True)
class Group:
    """A column whose values need a meaning."""

    column: str
    field: Words
    separator: BoundField
    choices: list[Choice]


class WordsForm(forms.Form):
    """What the values of closed answers mean, and the name under which all this is kept."""

    name = forms.CharField(
        label=_("Garder ces correspondances sous le nom (sinon laissez vide)"),
        required=False,
        max_length=LONGEST_NAME,
        help_text=_("Tout le pays pourra s’en servir. Le même nom ajoute une version."),
    )
    mark_optional = False

    def __init__(self, data: Any, *, survey: Survey, base: Reading) -> None:
        super().__init__(data)
        self.base = base
        self.values: dict[int, list[str]] = {}
        for number, use in enumerate(base.columns):
            if holds_words(use.to):
                self._add(number, use, survey)

    def _add(self, number: int, use: Use, survey: Survey) -> None:
        separator = forms.ChoiceField(
            label=_("Valeurs séparées par"),
            required=False,
            choices=[("", SIGNS[""]), *((sign, SIGNS[sign]) for sign in SEPARATORS)],
            initial=use.separator,
        )
        separator.clean = lambda value: value if value in SIGNS else ""  # type: ignore[method-assign]
        self.fields[f"sep-{number}"] = separator
        cells = [row[use.column] for row in survey.rows if row.get(use.column)]
        self.values[number] = guess.distinct(cells, use.separator)
        for place, value in enumerate(self.values[number]):
            said = use.meant(value)
            first = NOT_SAID if said is None else said or UNKNOWN
            self.fields[f"word-{number}-{place}"] = forms.ChoiceField(
                label=value, choices=words_of(use.to), initial=first, required=False
            )

    def groups(self) -> Iterator[Group]:
        """Yield the columns with their values and controls."""
        for number, values in self.values.items():
            use = self.base.columns[number]
            choices = [Choice(v, self[f"word-{number}-{n}"]) for n, v in enumerate(values)]
            yield Group(use.column, field_name(use.to), self[f"sep-{number}"], choices)

    def reading(self) -> Reading:
        """Return the mapping with what was said of the words."""
        uses = list(self.base.columns)
        for number, values in self.values.items():
            said = dict(uses[number].words)
            for place, value in enumerate(values):
                chosen = self.cleaned_data.get(f"word-{number}-{place}") or NOT_SAID
                said.pop(value, None)
                if chosen != NOT_SAID:
                    said[value] = "" if chosen == UNKNOWN else chosen
            separator = self.cleaned_data.get(f"sep-{number}", "")
            uses[number] = uses[number].model_copy(update={"words": said, "separator": separator})
        return self.base.model_copy(update={"columns": uses})


def field_name(name: str) -> Words:
    """Return what a field that a column may fill is called."""
    if name in BESIDE:
        return BESIDE[name]
    return WHOLE.get(name) or (QUESTIONS[name].title if name in QUESTIONS else name)


def targets(*, blank: bool = False) -> list[tuple[Words, Any]]:
    """Return what a column may be taken for, in groups."""
    steps = [
        (STEPS[step], [(n, field_name(n)) for n in names if n in COLUMNS])
        for step, names in AMENDED.items()
    ]
    whole: list[tuple[Words, Any]] = [("", "–")] if blank else list(WHOLE.items())
    return [*whole, (_("Repères de la déclaration"), list(BESIDE.items())), *steps]


def words_of(field: str) -> list[tuple[str, Label]]:
    """Return what a value may mean in a field."""
    found: list[tuple[str, Label]] = [
        (NOT_SAID, _("sans correspondance")),
        (UNKNOWN, _("rien de connu")),
    ]
    if field in ANSWERS:
        return [*found, ("yes", _("Oui")), ("no", _("Non"))]
    return [*found, *((code, _word(field, code)) for code in closed_words(field))]


def _word(field: str, code: str) -> Label:
    if entries := titles(field):
        return titled(entries, code)
    kind = Status if field == "status" else enum_of(field)
    return LABELS.get(kind, {}).get(code, code) if kind else code
