"""Choose a language and colours, signed in or not."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from vigie.accounts.guards import open_to_all
from vigie.portal.forms import PreferencesForm
from vigie.portal.views.frame import THEME_COOKIE

A_YEAR = 365 * 24 * 3600  # seconds


@open_to_all
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep what was chosen in the browser, and with the person who is signed in."""
    form = PreferencesForm(request.POST)
    answer = redirect(_back(request))
    if not form.is_valid():
        return answer
    language, theme = form.cleaned_data["language"], form.cleaned_data["theme"]
    if language:
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=A_YEAR, samesite="Lax", httponly=True
        )
    if theme:
        answer.set_cookie(THEME_COOKIE, theme, max_age=A_YEAR, samesite="Lax", httponly=True)
    return answer


def _back(request: HttpRequest) -> str:
    """Return the page the person was reading, never another site."""
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return back if safe else "/"
