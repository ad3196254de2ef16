"""Say on the page what the rules refuse."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext

from vigie.accounts.rules import Refusal


def refuse(form: forms.Form, reason: Refusal, field: str | None = None) -> None:
    """Show a refusal with a form."""
    form.add_error(field, gettext(reason.message))


def tell_refusal(request: HttpRequest, reason: Refusal) -> None:
    """Show a refusal on the next page."""
    messages.error(request, gettext(reason.message))
