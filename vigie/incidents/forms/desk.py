"""Parse what the desk's lists are asked for: filters, orders, places in a list, names of views."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.incidents.forms.fields import categories, titles
from vigie.incidents.models.labels import choices
from vigie.incidents.operations.handover import LONGEST
from vigie.incidents.queries.keyset import Cursor, Order, read_cursor
from vigie.incidents.queries.queue import CHIPS
from vigie.incidents.queries.search import ORDERS, PAGE_SIZES, Filters
from vigie.incidents.rules.search import LONGEST as LONGEST_QUESTION
from vigie.incidents.rules.words import Endangerment, Origin, Status, Tlp, Waiting
from vigie.reference import catalogue
from vigie.ui.marks import SEVERITY
from vigie.ui.widgets import Day

Choice = tuple[str, str | Promise]
ORDER_NAMES: list[Choice] = [
    ("newest", _("Déclarés récemment")),
    ("oldest", _("Déclarés il y a longtemps")),
    ("danger", _("Danger pour les patients")),
    ("severity", _("Gravité")),
    ("due", _("Prochaine action")),
]
BIGGEST = 2**63 - 1
PLACES = ("after", "before", "unfold", "more")  # where one stands: no part of a saved view


def regions() -> list[Choice]:
    """Return the regions of every country that has a file, by name."""
    language = get_language() or "fr"
    found = [
        (code, region.title.in_(language))
        for country in catalogue.countries()
        for code, region in catalogue.regions(country).items()
    ]
    return sorted(found, key=lambda choice: choice[1])


def anything(all_words: str | Promise, found: Iterable[Choice]) -> list[Choice]:
    """Return the choices of a filter, the first of which filters nothing."""
    return [("", all_words), *found]


class ListForm(forms.Form):
    """What a list is asked for in the address bar. What cannot be read is ignored and said."""

    mark_optional = False
    q = forms.CharField(
        label=_("Chercher"),
        required=False,
        max_length=LONGEST_QUESTION,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    region = forms.ChoiceField(
        label=_("Région"), required=False, choices=lambda: anything(_("Toutes"), regions())
    )
    waiting = forms.ChoiceField(
        label=_("Qui doit agir"),
        required=False,
        choices=anything(_("Tous"), [c for c in choices(Waiting) if c[0]]),
    )
    after = forms.CharField(required=False, max_length=300)
    before = forms.CharField(required=False, max_length=300)

    def __init__(self, asked: QueryDict) -> None:
        super().__init__({name: asked.get(name, "") for name in self.base_fields})
        self.is_valid()

    @property
    def right(self) -> dict[str, Any]:
        """Return the values that could be read, by name."""
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}

    def cursor(self, order: Order) -> Cursor | None:
        """Return the place in the list, None for its beginning."""
        for name in ("after", "before"):
            text = self.right.get(name, "")
            found = read_cursor(text, order, backwards=name == "before") if text else None
            if found is not None:
                return found
        return None

    def query(self, **changes: object) -> str:
        """Return the address of the list with some values changed; places are forgotten."""
        kept = {name: value for name, value in self.right.items() if name not in PLACES}
        wanted = {**kept, **changes}
        plain = {name: _plain(value) for name, value in wanted.items() if value not in ("", None)}
        return urlencode({name: text for name, text in plain.items() if text})


def _plain(value: object) -> str:
    if value is True:
        return "1"
    if value is False:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


class QueueForm(ListForm):
    """What the desk's queue is asked for."""

    show = forms.ChoiceField(required=False, choices=[(chip, chip) for chip in CHIPS if chip])
    unfold = forms.IntegerField(required=False, min_value=1, max_value=BIGGEST)

    def filters(self) -> Filters:
        """Return the filters in the words of queries."""
        right = self.right
        return Filters(
            text=right.get("q", ""),
            region=right.get("region", ""),
            waiting=right.get("waiting", ""),
        )


class SearchForm(ListForm):
    """What the list of all files is asked for."""

    status = forms.ChoiceField(
        label=_("Étape"),
        required=False,
        choices=[
            ("", _("Toutes")),
            ("open", _("Ouverts")),
            ("done", _("Terminés")),
            *choices(Status),
        ],
    )
    since = forms.DateField(label=_("Déclaré depuis le"), required=False, widget=Day)
    until = forms.DateField(label=_("Jusqu’au"), required=False, widget=Day)
    type = forms.ChoiceField(
        label=_("Type de structure"),
        required=False,
        choices=lambda: anything(_("Tous"), titles(catalogue.structure_types)()),
    )
    origin = forms.ChoiceField(
        label=_("Origine"),
        required=False,
        choices=anything(_("Toutes"), [c for c in choices(Origin) if c[0]]),
    )
    category = forms.ChoiceField(
        label=_("Catégorie"),
        required=False,
        choices=lambda: anything(_("Toutes"), categories()[1:]),
    )
    severity = forms.TypedChoiceField(
        label=_("Gravité au moins"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=lambda: [
            ("", _("Toutes")),
            *((str(n), f"{n} {word}") for n, word in enumerate(SEVERITY) if n),
        ],
    )
    danger = forms.ChoiceField(
        label=_("Danger pour les patients"),
        required=False,
        choices=[("", _("Tous")), ("any", _("Potentiel ou avéré")), *choices(Endangerment)],
    )
    tlp = forms.ChoiceField(
        label=_("TLP"),
        required=False,
        choices=anything(_("Tous"), [(mark, f"TLP:{mark}") for mark in Tlp]),
    )
    assignee = forms.RegexField(
        r"(me|none|\d{1,18})", label=_("Suivi par"), required=False, widget=forms.Select
    )
    supplier = forms.IntegerField(required=False, min_value=1, max_value=BIGGEST)
    event = forms.IntegerField(required=False, min_value=1, max_value=BIGGEST)
    late = forms.BooleanField(label=_("En retard"), required=False)
    more = forms.CharField(required=False, max_length=1)  # the less usual filters are wanted
    order = forms.ChoiceField(label=_("Trier par"), required=False, choices=ORDER_NAMES)
    size = forms.TypedChoiceField(
        label=_("Lignes"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[(size, size) for size in PAGE_SIZES],
    )

    def __init__(self, asked: QueryDict, *, desk: Iterable[Choice] = ()) -> None:
        super().__init__(asked)
        people = [("", _("Tous")), ("me", _("Moi")), ("none", _("Personne")), *desk]
        cast(forms.Select, self.fields["assignee"].widget).choices = people

    def clean_late(self) -> bool:
        """Return whether only late files are wanted: « late=0 » is no."""
        return str(self.data.get("late", "")) in {"1", "on", "true"}

    @property
    def chosen_order(self) -> str:
        """Return the order of the list."""
        return str(self.right.get("order") or next(iter(ORDERS)))

    @property
    def rows_wanted(self) -> int:
        """Return how many rows a page has, never more than the cap."""
        return int(self.right.get("size", PAGE_SIZES[0]))

    @property
    def narrowed(self) -> list[str]:
        """Return the names of the less usual filters that are set."""
        usual = {"q", "status", "order", "size", "event", "supplier", *PLACES}
        return [name for name, value in self.right.items() if name not in usual and value]

    def filters(self) -> Filters:
        """Return the filters in the words of queries."""
        names = set(Filters.__dataclass_fields__) - {"text", "order"}
        right = {name: value for name, value in self.right.items() if name in names}
        return Filters(text=self.right.get("q", ""), order=self.chosen_order, **right)


class ViewForm(forms.Form):
    """The name of a view to keep."""

    name = forms.CharField(label=_("Nom de la vue"), max_length=80)
    query = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)
    page = forms.ChoiceField(
        choices=[("queue", "queue"), ("list", "list")], widget=forms.HiddenInput
    )


class HandoverForm(forms.Form):
    """What one shift tells the next."""

    text = forms.CharField(
        label=_("Ce que l’équipe suivante doit savoir"),
        help_text=_("Les chiffres de la file et les dossiers graves sont joints d’office."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 10, "class": "v-wide"}),
    )
    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)
