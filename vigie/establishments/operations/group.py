"""Form groups of establishments and record what authorities made of an establishment."""

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from vigie.audit.operations import record
from vigie.establishments.models import Designation, Establishment, Group, GroupMember
from vigie.establishments.queries import require_from
from vigie.establishments.rules import Actor, DesignationKind, GroupKind, Place

MANAGE = "establishments.manage"


@transaction.atomic
def create_group(
    *, by: Actor, code: str, name: str, kind: GroupKind, country: str = "FR", now: datetime
) -> Group:
    """Form a group of establishments. Raises PermissionDenied or ValidationError."""
    require_from(by, MANAGE, at=Place(country))
    group = Group(code=code.strip(), name=" ".join(name.split()), kind=kind, country=country)
    group.full_clean()
    group.save()
    _record(by, "group.created", group, now, {"code": group.code, "name": group.name})
    return group


@transaction.atomic
def rename_group(*, by: Actor, group: Group, name: str, kind: GroupKind, now: datetime) -> Group:
    """Change the name or the kind of a group; its code stays. Raises as create_group."""
    require_from(by, MANAGE, at=group.place)
    before = {"name": group.name, "kind": group.kind}
    group.name, group.kind = " ".join(name.split()), kind
    group.full_clean()
    group.save()
    _record(by, "group.amended", group, now, {"before": before, "name": group.name})
    return group


@transaction.atomic
def join_group(
    *,
    by: Actor,
    group: Group,
    establishment: Establishment,
    joined_on: date | None,
    now: datetime,
) -> GroupMember:
    """Let an establishment belong to a group from a day on, or since ever with None.

    Raises PermissionDenied when the actor may not both for the group and the establishment:
    a group opens the establishment's records to the group's people. Raises ValidationError when
    it already belongs to the group.
    """
    require_from(by, MANAGE, at=group.place)
    require_from(by, MANAGE, at=establishment.place)
    member = GroupMember(group=group, establishment=establishment, joined_on=joined_on)
    member.full_clean()
    member.save()
    details = {"establishment": establishment.pk, "on": _day(joined_on)}
    _record(by, "group.joined", group, now, details)
    return member


@transaction.atomic
def leave_group(*, by: Actor, member: GroupMember, left_on: date, now: datetime) -> GroupMember:
    """End a membership from a day on.

    Raises PermissionDenied, or ValidationError when the day lies before the membership began.
    """
    require_from(by, MANAGE, at=member.group.place)
    if member.joined_on and left_on < member.joined_on:
        raise ValidationError({"left_on": _("La sortie ne peut pas précéder l’entrée.")})
    member.left_on = left_on
    member.save(update_fields=["left_on"])
    details = {"establishment": member.establishment_id, "on": _day(left_on)}
    _record(by, "group.left", member.group, now, details)
    return member


@transaction.atomic
def designate(
    *,
    by: Actor,
    establishment: Establishment,
    kind: DesignationKind,
    valid_from: date | None,
    now: datetime,
) -> Designation:
    """Record that an authority designated an establishment, from a day on.

    Raises PermissionDenied, or ValidationError when it already is so designated.
    """
    require_from(by, MANAGE, at=establishment.place)
    designation = Designation(establishment=establishment, kind=kind, valid_from=valid_from)
    designation.full_clean()
    designation.save()
    details = {"kind": str(kind), "on": _day(valid_from)}
    _record(by, "establishment.designated", establishment, now, details)
    return designation


@transaction.atomic
def end_designation(
    *, by: Actor, designation: Designation, valid_to: date, now: datetime
) -> Designation:
    """End a designation from a day on.

    Raises PermissionDenied, or ValidationError when the day lies before its beginning.
    """
    require_from(by, MANAGE, at=designation.establishment.place)
    if designation.valid_from and valid_to < designation.valid_from:
        raise ValidationError({"valid_to": _("La fin ne peut pas précéder le début.")})
    designation.valid_to = valid_to
    designation.save(update_fields=["valid_to"])
    details = {"kind": designation.kind, "on": _day(valid_to)}
    _record(by, "establishment.designation_ended", designation.establishment, now, details)
    return designation


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _record(
    by: Actor, verb: str, row: Group | Establishment, now: datetime, details: Mapping[str, object]
) -> None:
    target = f"{type(row).__name__.lower()}:{row.pk}"
    record(actor=by.journal_name, verb=verb, target=target, at=now, details=dict(details))
