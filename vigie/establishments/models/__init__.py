"""Tables of establishments, of who is on call for them and of who was called."""

from vigie.establishments.models.calls import CallItem, Callout, CallStep
from vigie.establishments.models.register import (
    Dated,
    DatedQuerySet,
    Designation,
    Edition,
    EmergencyContact,
    Establishment,
    Group,
    GroupMember,
    Instance,
    NationSetting,
    Registered,
    SearchTerm,
    SearchVariant,
    Site,
    Today,
    Ward,
    ends_after,
)
from vigie.establishments.models.rota import Duty, Rota

__all__ = [
    "CallItem",
    "CallStep",
    "Callout",
    "Dated",
    "DatedQuerySet",
    "Designation",
    "Duty",
    "Edition",
    "EmergencyContact",
    "Establishment",
    "Group",
    "GroupMember",
    "Instance",
    "NationSetting",
    "Registered",
    "Rota",
    "SearchTerm",
    "SearchVariant",
    "Site",
    "Today",
    "Ward",
    "ends_after",
]
