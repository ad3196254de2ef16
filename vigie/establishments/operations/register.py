"""Open, correct and close establishments, sites and wards."""

from dataclasses import asdict, replace
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vigie.audit.operations import record
from vigie.establishments.models import Establishment, Site, Ward
from vigie.establishments.operations.index import index_establishments
from vigie.establishments.queries import require_from
from vigie.establishments.rules import Actor, EstablishmentFacts, Facts, Place, SiteFacts
from vigie.reference import catalogue

MANAGE = "establishments.manage"
FAULTS = {
    "empty": gettext_lazy("Ce champ est obligatoire."),
    "finess": gettext_lazy("Ce n’est pas un numéro FINESS : neuf caractères, dont une clé."),
    "type": gettext_lazy("Ce type de structure n’existe pas."),
    "country": gettext_lazy("Un pays s’écrit en deux lettres, comme FR."),
    "region": gettext_lazy("Cette région n’existe pas dans ce pays."),
    "department": gettext_lazy("Ce département n’existe pas dans cette région."),
    "status": gettext_lazy("Ce statut juridique n’existe pas."),
}


@transaction.atomic
def create_establishment(*, by: Actor, facts: EstablishmentFacts, now: datetime) -> Establishment:
    """Open an establishment (legal entity).

    Raises PermissionDenied when the actor may not there, ValidationError when a fact is wrong.
    """
    facts = facts.checked()
    require_from(by, MANAGE, at=_place_of(facts))
    establishment = Establishment()
    _state(establishment, facts)
    establishment.full_clean()
    establishment.save()
    index_establishments([establishment.pk])
    _record(by, "created", establishment, now, {"finess": facts.finess, "name": facts.name})
    return establishment


@transaction.atomic
def amend_establishment(
    *, by: Actor, establishment: Establishment, facts: EstablishmentFacts, now: datetime
) -> Establishment:
    """Correct what is known of an establishment; what a person corrected outlives an import.

    Raises PermissionDenied when the actor may not at the old or the new place, ValidationError
    when a fact is wrong.
    """
    facts = facts.checked()
    establishment = Establishment.objects.select_for_update(of=("self",)).get(pk=establishment.pk)
    require_from(by, MANAGE, at=establishment.place)
    require_from(by, MANAGE, at=replace(_place_of(facts), establishment_id=establishment.pk))
    changed = _state(establishment, facts)
    if changed:
        establishment.full_clean()
        establishment.save()
        index_establishments([establishment.pk])
        _record(by, "amended", establishment, now, changed)
    return establishment


@transaction.atomic
def close_establishment(
    *, by: Actor, establishment: Establishment, closed_on: date | None, now: datetime
) -> Establishment:
    """Close an establishment and its open sites from a day on, or open it again with None.

    Sites stay closed when it opens again. Raises PermissionDenied when the actor may not,
    ValidationError when the day lies before its opening.
    """
    establishment = Establishment.objects.select_for_update(of=("self",)).get(pk=establishment.pk)
    require_from(by, MANAGE, at=establishment.place)
    for site in establishment.sites.filter(closed_on=None).order_by("id") if closed_on else ():
        _close(by, site, closed_on, now)
    _close(by, establishment, closed_on, now)
    _sum_beds(establishment)
    return establishment


@transaction.atomic
def create_site(
    *, by: Actor, establishment: Establishment, facts: SiteFacts, now: datetime
) -> Site:
    """Open a site of an establishment.

    Raises PermissionDenied when the actor may not in the establishment or where the site lies,
    ValidationError when a fact is wrong.
    """
    facts = facts.checked()
    require_from(by, MANAGE, at=establishment.place)
    require_from(by, MANAGE, at=replace(_place_of(facts), establishment_id=establishment.pk))
    site = Site(establishment=establishment)
    _state(site, facts)
    site.full_clean()
    site.save()
    _sum_beds(establishment)
    index_establishments([establishment.pk])
    _record(by, "created", site, now, {"finess": facts.finess, "name": facts.name})
    return site


@transaction.atomic
def amend_site(*, by: Actor, site: Site, facts: SiteFacts, now: datetime) -> Site:
    """Correct what is known of a site; what a person corrected outlives an import.

    Raises PermissionDenied when the actor may not at the old or the new place, ValidationError
    when a fact is wrong.
    """
    facts = facts.checked()
    site = Site.objects.select_for_update(of=("self",)).get(pk=site.pk)
    require_from(by, MANAGE, at=site.place)
    moved = replace(_place_of(facts), establishment_id=site.establishment_id, site_id=site.pk)
    require_from(by, MANAGE, at=moved)
    changed = _state(site, facts)
    if changed:
        site.full_clean()
        site.save()
        _sum_beds(site.establishment)
        index_establishments([site.establishment_id])
        _record(by, "amended", site, now, changed)
    return site


@transaction.atomic
def close_site(*, by: Actor, site: Site, closed_on: date | None, now: datetime) -> Site:
    """Close a site from a day on, or open it again with None.

    Raises PermissionDenied when the actor may not, ValidationError when the day lies before its
    opening.
    """
    site = Site.objects.select_for_update(of=("self",)).get(pk=site.pk)
    require_from(by, MANAGE, at=site.place)
    _close(by, site, closed_on, now)
    _sum_beds(site.establishment)
    return site


@transaction.atomic
def add_ward(*, by: Actor, site: Site, name: str, care_activity: str, now: datetime) -> Ward:
    """Add a ward to a site. Raises PermissionDenied or ValidationError."""
    require_from(by, MANAGE, at=site.place)
    ward = Ward(site=site)
    _state_ward(ward, name, care_activity)
    _record(by, "created", ward, now, {"name": ward.name})
    return ward


@transaction.atomic
def amend_ward(*, by: Actor, ward: Ward, name: str, care_activity: str, now: datetime) -> Ward:
    """Rename a ward or change what it does. Raises PermissionDenied or ValidationError."""
    require_from(by, MANAGE, at=ward.site.place)
    before = {"name": ward.name, "care_activity": ward.care_activity}
    _state_ward(ward, name, care_activity)
    _record(by, "amended", ward, now, {"before": before, "name": ward.name})
    return ward


@transaction.atomic
def remove_ward(*, by: Actor, ward: Ward, now: datetime) -> None:
    """Remove a ward. Raises PermissionDenied when the actor may not."""
    require_from(by, MANAGE, at=ward.site.place)
    _record(by, "removed", ward, now, {"name": ward.name})
    ward.delete()


def _place_of(facts: Facts) -> Place:
    return Place(facts.country, facts.region, facts.department)


def _state(row: Establishment | Site, facts: Facts) -> dict[str, object]:
    """Put checked facts on a row; return what changed as {field: [before, after]}."""
    if faults := facts.faults():
        raise ValidationError({field: str(FAULTS[fault]) for field, fault in faults.items()})
    changed: dict[str, object] = {}
    for field, value in asdict(facts).items():
        after = (value or None) if field == "finess" else value
        before = getattr(row, field)
        if before != after:
            setattr(row, field, after)
            changed[field] = [str(before or ""), str(after or "")]
    if row.source:
        row.corrected = sorted({*row.corrected, *changed})
    return changed


def _state_ward(ward: Ward, name: str, care_activity: str) -> None:
    if care_activity not in catalogue.care_activities():
        raise ValidationError({"care_activity": _("Cette activité de soins n’existe pas.")})
    ward.name = " ".join(name.split())
    ward.care_activity = care_activity
    ward.full_clean()
    ward.save()


def _close(by: Actor, row: Establishment | Site, closed_on: date | None, now: datetime) -> None:
    if row.closed_on == closed_on:
        return
    if closed_on and row.opened_on and closed_on < row.opened_on:
        raise ValidationError({"closed_on": _("La fermeture ne peut pas précéder l’ouverture.")})
    row.closed_on = closed_on
    if row.source:
        row.corrected = sorted({*row.corrected, "closed_on"})
    row.save(update_fields=["closed_on", "corrected"])
    verb = "closed" if closed_on else "reopened"
    _record(by, verb, row, now, {"on": closed_on.isoformat() if closed_on else ""})


def _sum_beds(establishment: Establishment) -> None:
    total = establishment.sites.filter(closed_on=None).aggregate(total=Sum("beds"))["total"]
    establishment.beds = total or 0
    establishment.save(update_fields=["beds"])


def _record(
    by: Actor,
    verb: str,
    row: Establishment | Site | Ward,
    now: datetime,
    details: dict[str, object],
) -> None:
    kind = type(row).__name__.lower()
    # A ward has no page of its own: what happens to it is told of its site.
    target = f"site:{row.site_id}" if isinstance(row, Ward) else f"{kind}:{row.pk}"
    record(actor=by.journal_name, verb=f"{kind}.{verb}", target=target, at=now, details=details)
