"""Choose a language and colours, signed in or not."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from vigie.accounts.guards import open_to_all
from vigie.accounts.models import User
from vigie.accounts.operations import change_profile
from vigie.kernel import clock
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
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    if isinstance(request.user, User):
        change_profile(by=request.user, now=clock.now(), **chosen)
    if language := chosen.get("language"):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=A_YEAR, samesite="Lax", httponly=True
        )
    if theme := chosen.get("theme"):
        answer.set_cookie(THEME_COOKIE, theme, max_age=A_YEAR, samesite="Lax", httponly=True)
    return answer


def _back(request: HttpRequest) -> str:
    """Return the page the person was reading, never another site."""
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return back if safe else "/"
