"""How the queue and the list draw their rows: heads, boxes, icons, addresses."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from vigie.incidents.forms.desk import ListForm
from vigie.incidents.models import Incident

register = template.Library()

SIDE_ICONS = {
    "cert": "user-circle",
    "structure": "building-hospital",
    "supplier": "plug",
    "authority": "map-pin",
}


ANY_NUMBER = 10**15  # stands in an address for the number of a row
AT_ONCE = 20  # lines of the queue that a phone shows


@register.simple_tag
def heads() -> dict[str, str]:
    """Return what every row says alike: the heads of the columns, the address of a file."""
    return {
        "file": reverse("incidents:file", args=[ANY_NUMBER]),
        "pick": gettext("Choisir le dossier"),
        "nobody": gettext("non affecté"),
        "declared": gettext("Déclaré"),
        "place": gettext("Structure"),
        "title": gettext("Ce qui se passe"),
        "danger": gettext("Danger patient"),
        "severity": gettext("Gravité"),
        "step": gettext("Étape"),
        "next": gettext("Prochaine action"),
        "due": gettext("Pour"),
        "late": gettext("en retard :"),
        "waits": gettext("Attend"),
        "who": gettext("Analyste"),
    }


@register.filter
def numbered(address: str, number: int) -> str:
    """Return an address that heads gave with the number of a row."""
    return address.replace(str(ANY_NUMBER), str(number))


@register.simple_tag
def pick(incident: Incident, heads: dict[str, str]) -> SafeString:
    """Draw the box that chooses a row for an act on many."""
    return format_html(
        '<label class="v-pick v-noprint"><span class="v-sr">{} {}</span><input '
        'class="form-check-input" type="checkbox" name="file" form="bulk" value="{}.{}"></label>',
        heads["pick"],
        incident.short_reference,
        incident.pk,
        incident.version,
    )


@register.filter
def is_beyond(line: int) -> bool:
    """Return whether a line of the queue is folded on a phone until it is asked for."""
    return line > AT_ONCE


@register.filter
def side_icon(side: str) -> str:
    """Return the icon of whose turn it is."""
    return SIDE_ICONS.get(side, "circle")


@register.simple_tag
def query(form: ListForm, **changes: object) -> str:
    """Return the address of a list with some values changed: {% query form show="late" %}."""
    return f"?{form.query(**changes)}"
