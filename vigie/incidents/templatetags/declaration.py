"""How templates say what the rules conclude of a declaration."""

from datetime import datetime, timedelta

from django import template
from django.conf import settings
from django.utils.functional import Promise

from vigie.incidents.models import Draft, conclusions
from vigie.incidents.rules.doubts import Doubt
from vigie.incidents.rules.legal import Answer, Criterion, Duty, Finding, Standing

register = template.Library()
Words = str | Promise


@register.filter
def erased_at(draft: Draft) -> datetime:
    """Return when a draft is erased unless somebody goes on with it."""
    return draft.updated_at + timedelta(days=settings.DRAFTS_KEPT_DAYS)


@register.filter
def criterion(value: Criterion) -> Words:
    """Say a legal criterion in the law's words."""
    return conclusions.CRITERIA[value]


@register.filter
def answered(value: Answer) -> Words:
    """Say whether a criterion is met."""
    return conclusions.ANSWERS[value]


@register.filter
def obliged(value: Answer) -> Words:
    """Say whether the law names the kind of structure."""
    return conclusions.OBLIGED[value]


@register.filter
def because(reasons: tuple[str, ...]) -> str:
    """Say the facts that lead to a conclusion."""
    return conclusions.together(conclusions.REASONS[reason] for reason in reasons)


@register.filter
def because_of(finding: Finding) -> str:
    """Say why a criterion is met, not met or to check."""
    return because(finding.because)


@register.filter
def duty(value: Duty) -> Words:
    """Say whether the law wants a declaration."""
    return conclusions.DUTIES[value]


@register.filter
def duty_why(value: Duty) -> Words:
    """Say what the duty rests on."""
    return conclusions.DUTIES_WHY[value]


@register.filter
def standing(value: Standing) -> Words:
    """Say where the legal declaration stands."""
    return conclusions.STANDINGS[value]


@register.filter
def doubt(value: Doubt) -> Words:
    """Say which answers do not fit together."""
    return conclusions.DOUBTS[value]


@register.filter
def authority_why(value: str) -> Words:
    """Say under whose authority a declaration was sent."""
    return conclusions.AUTHORITY_WHY[value]
