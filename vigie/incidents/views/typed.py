"""What was typed in a form of the declaration, and what its buttons do to it."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext

from vigie.incidents.forms import episodes
from vigie.kernel import clock
from vigie.kernel.partial import PartialDate

NOT_ANSWERS = frozenset(
    {"csrfmiddlewaretoken", "go", "now", "remove", "idempotency_key", "based_on", "reason"}
)


def tell_masked(request: HttpRequest, count: int) -> None:
    """Warn that numbers which look like a patient's were taken out."""
    if not count:
        return
    warning = ngettext(
        "Un numéro de sécurité sociale a été masqué : n’écrivez aucun numéro de patient.",
        "%(count)d numéros de sécurité sociale ont été masqués : "
        "n’écrivez aucun numéro de patient.",
        count,
    )
    messages.warning(request, warning % {"count": count})


def answers_of(request: HttpRequest) -> dict[str, list[str]]:
    """Return what was typed, by the name of the control."""
    return {name: list(v) for name, v in request.POST.lists() if name not in NOT_ANSWERS}


def after_button(request: HttpRequest) -> dict[str, list[str]]:
    """Return what was typed, after the button that was pressed did its part."""
    told = answers_of(request)
    if request.POST.get("go") == "add_row":
        told = episodes.with_row(told)
    if removed := request.POST.get("remove"):
        told = episodes.without_row(told, removed)
    if wanted := request.POST.get("now"):
        told |= _moment_now(wanted)
    return told


def _moment_now(name: str) -> dict[str, list[str]]:
    """Return the boxes of a date, set to the present minute where the reader is."""
    zone = timezone.get_current_timezone()
    lived = PartialDate.at(clock.now(), zone).moment
    boxes = {"day": "%d", "month": "%m", "year": "%Y", "time": "%H:%M"}
    return {f"{name}_{box}": [lived.strftime(pattern)] for box, pattern in boxes.items()}
