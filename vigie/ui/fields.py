"""Form fields of the house: a moment that is known only in part."""

from collections.abc import Callable
from datetime import tzinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vigie.ui.widgets import PartialMoment

Reader = Callable[[str, tzinfo], object]


class PartialMomentField(forms.MultiValueField):
    """A year, month, day or minute typed in boxes; gives the text that is stored, "" if empty.

    read: turns « 14/03/2026 02:10 », 03/2026 or 2026 and the reader's time zone into what its
    str() stores; raises ValueError (with `message` and `params` to translate) on nonsense.
    """

    widget = PartialMoment

    def __init__(self, *, read: Reader, **kwargs: Any) -> None:
        self.read = read
        boxes = [forms.CharField(required=False) for _box in range(4)]
        super().__init__(fields=boxes, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> str:
        """Return the stored text. Raises ValidationError where a box lacks its neighbour."""
        day, month, year, time = (part.strip() for part in data_list or [""] * 4)
        if not any((day, month, year, time)):
            return ""
        self._check_gaps(day, month, year, time)
        text = "/".join(part for part in (day, month, year) if part) + (f" {time}" if time else "")
        try:
            return str(self.read(text, timezone.get_current_timezone()))
        except ValueError as reason:
            raise ValidationError(_sentence(reason), code="invalid") from reason

    def _check_gaps(self, day: str, month: str, year: str, time: str) -> None:
        if not year:
            raise ValidationError(_("Indiquez au moins l’année."), code="incomplete")
        if day and not month:
            raise ValidationError(_("Indiquez aussi le mois."), code="incomplete")
        if time and not day:
            raise ValidationError(_("Une heure a besoin d’un jour."), code="incomplete")


def _sentence(reason: ValueError) -> str:
    """Return the reason in the reader's language, where it brings a message to translate."""
    message = getattr(reason, "message", "")
    if not message:
        return gettext("Cette date n’est pas lisible.")
    return gettext(message) % (getattr(reason, "params", None) or {})
