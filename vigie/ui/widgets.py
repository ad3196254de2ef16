"""Controls of the house: tiles to choose from, ticks, days, moments known in part."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import pgettext_lazy


class Ticks(forms.CheckboxSelectMultiple):
    """Boxes to tick, in columns; groups of choices keep their titles."""

    template_name = "ui/widgets/ticks.html"


class Choices(forms.RadioSelect):
    """One choice of a short list, round buttons."""

    template_name = "ui/widgets/ticks.html"


class Tiles(forms.RadioSelect):
    """One choice among boxes that fill when they are chosen.

    icons and helps go by value. hot: values that alarm (filled red when chosen).
    flat: short answers, side by side even on a phone.
    """

    template_name = "ui/widgets/tiles.html"

    def __init__(
        self,
        *,
        icons: Mapping[str, str] | None = None,
        helps: Mapping[str, Any] | None = None,
        hot: Iterable[str] = (),
        columns: int = 3,
        flat: bool = False,
        attrs: dict[str, Any] | None = None,
        choices: Iterable[Any] = (),
    ) -> None:
        super().__init__(attrs=attrs, choices=choices)
        self.icons, self.helps, self.hot = icons or {}, helps or {}, frozenset(hot)
        self.columns, self.flat = columns, flat

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Tell the template how many columns there are."""
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"columns": self.columns, "flat": self.flat}
        return context

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add what the tile shows beside its label."""
        option = super().create_option(*args, **kwargs)
        value = str(option["value"])
        option |= {"icon": self.icons.get(value, ""), "help": self.helps.get(value, "")}
        option["hot"] = value in self.hot
        return option


class Day(forms.DateInput):
    """A whole day, with the browser's calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"class": "v-short", **(attrs or {})}, format="%Y-%m-%d")


class Moment(forms.DateTimeInput):
    """A day and a time, with the browser's calendar."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        attrs = {"class": "v-short", **(attrs or {})}
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")


class PartialMoment(forms.MultiWidget):
    """Boxes for day, month, year and time; any but the year may stay empty."""

    template_name = "ui/widgets/moment.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        numbers = {"inputmode": "numeric", "autocomplete": "off", "class": "form-control"}
        super().__init__(
            {
                "day": forms.TextInput({**numbers, "maxlength": 2}),
                "month": forms.TextInput({**numbers, "maxlength": 2}),
                "year": forms.TextInput(
                    {**numbers, "maxlength": 4, "class": "form-control v-year"}
                ),
                "time": forms.TextInput(
                    {
                        "autocomplete": "off",
                        "maxlength": 5,
                        "class": "form-control v-hour",
                        "placeholder": "00:00",
                    }
                ),
            },
            attrs,
        )

    def decompress(self, value: Any) -> list[str]:
        """Return the texts of the boxes for 2026, 2026-03, 2026-03-14 or 2026-03-14T02:10+01:00."""
        day, _, rest = str(value or "").partition("T")
        year, month, number, *_extra = [*day.split("-"), "", "", ""]
        return [number, month, year, rest[:5]]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Give each box its short label."""
        context = super().get_context(name, value, attrs)
        labels = (
            pgettext_lazy("date", "Jour"),
            pgettext_lazy("date", "Mois"),
            pgettext_lazy("date", "Année"),
            pgettext_lazy("date", "Heure"),
        )
        for box, label in zip(context["widget"]["subwidgets"], labels, strict=True):
            box["label"] = label
        return context
