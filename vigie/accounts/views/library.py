"""Let the views of the sign-in library answer with pages of ours."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.views.generic import View

from vigie.accounts.guards import before_second_factor, open_to_all, signed_in

UNPROCESSABLE = 422
Answer = Callable[..., HttpResponseBase]


def answer(
    view: type[View],
    request: HttpRequest,
    *args: Any,
    template: str = "",
    whole: bool = False,
    **options: Any,
) -> HttpResponseBase:
    """Return what a view of the library answers on a page of ours.

    whole: what a form changes and its line in the journal are kept together or not at all.
    A form that is shown again for its mistakes answers 422, which scripts understand.
    """
    keys = options.pop("keys", {})
    if template:
        options["template_name"] = template
    entered = view.as_view(**options)
    if whole and request.method == "POST":
        with transaction.atomic():
            answered: HttpResponseBase = entered(request, *args, **keys)
    else:
        answered = entered(request, *args, **keys)
    # A confirmed request may answer here in the name of another page: that one is left alone.
    if request.method == "POST" and template and shows(answered, template):
        answered.status_code = UNPROCESSABLE
    return answered


def shows(answered: HttpResponseBase, template: str) -> bool:
    """Return whether the answer is a page of ours, drawn from the template."""
    names = answered.template_name if isinstance(answered, TemplateResponse) else []
    return answered.status_code == 200 and isinstance(names, list) and template in names


def entrance(view: Answer) -> Answer:
    """Mark a view on the way in: open to all, also to those who still owe a second factor."""
    return before_second_factor(open_to_all(view))


def inside(view: Answer) -> Answer:
    """Mark a view for the signed in, also for those who still owe a second factor."""
    return before_second_factor(signed_in(view))
