"""Mark every view with who may enter, and turn others away."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from vigie.accounts import queries
from vigie.accounts.models import User
from vigie.accounts.rules import Permission

View = Callable[..., HttpResponseBase]
Door = Permission | Literal["signed_in", "open_to_all"]


class SignedRequest(HttpRequest):
    """A request behind a guard: its user is signed in."""

    user: User
    htmx: HtmxDetails


def needs(permission: Permission) -> Callable[[View], View]:
    """Close a view to people without the permission anywhere; the act asks again for the place."""

    def close(view: View) -> View:
        @login_required
        @wraps(view)
        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not queries.may(request.user, permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return _mark(door, permission)

    return close


def signed_in(view: View) -> View:
    """Close a view to people who are not signed in."""
    return _mark(login_required(view), "signed_in")


def open_to_all(view: View) -> View:
    """Mark a view that anyone on the network may read."""
    return _mark(view, "open_to_all")


def before_second_factor(view: View) -> View:
    """Let a view be used by people on their way to a second factor: signing in, setting it up."""
    view.before_second_factor = True  # type: ignore[attr-defined]
    return view


def _mark(view: View, door: Door) -> View:
    view.door = door  # type: ignore[attr-defined]
    return view
