"""Save how the tables of a source are read, for the whole nation to use."""

from datetime import datetime

from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Operator, Permission
from vigie.audit.operations import record
from vigie.establishments.rules import Place
from vigie.incidents.models import Mapper
from vigie.incidents.queries.intake import last_version, mapper_named
from vigie.incidents.rules.mapping import Mapping

LONGEST_NAME = 80


class BadMapperName(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A mapper needs a name of 1 to 80 signs."""


@transaction.atomic
def save_mapper(
    *, by: User | Operator, country: str, name: str, mapping: Mapping, now: datetime
) -> Mapper:
    """Keep a mapping under a name; the same name again adds a version where it changed.

    Raises PermissionDenied, BadMapperName.
    """
    _check(by, country)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadMapperName
    content = mapping.model_dump(mode="json", exclude_defaults=True)
    before = mapper_named(name, country)
    if before and before.content == content:
        return before
    mapper = Mapper(
        country=country,
        name=name,
        version=last_version(name, country) + 1,
        content=content,
        at=now,
        by=by if isinstance(by, User) else None,
    )
    mapper.save(force_insert=True)
    _record(by, "mapper.saved", mapper, now)
    return mapper


@transaction.atomic
def retire_mapper(*, by: User | Operator, mapper: Mapper, now: datetime) -> None:
    """Offer a mapper no more; its versions stay. Raises PermissionDenied."""
    _check(by, mapper.country)
    Mapper.objects.filter(country=mapper.country, name=mapper.name, retired_at=None).update(
        retired_at=now
    )
    _record(by, "mapper.retired", mapper, now)


def _check(by: User | Operator, country: str) -> None:
    if isinstance(by, User):
        require(by, Permission.IMPORT_DECLARATIONS, at=Place(country))


def _record(by: User | Operator, verb: str, mapper: Mapper, now: datetime) -> None:
    details = {"name": mapper.name, "version": mapper.version, "country": mapper.country}
    record(actor=by.journal_name, verb=verb, target=f"mapper:{mapper.pk}", at=now, details=details)
