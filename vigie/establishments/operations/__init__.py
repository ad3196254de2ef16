"""Acts on establishments: each is one permission, one write, one journal line."""

from vigie.establishments.operations.answer import (
    AlreadyTaken,
    LinkOver,
    take_call,
    take_call_by_link,
)
from vigie.establishments.operations.calls import (
    call_out,
    close_calls,
    escalate_due,
    forget_expired_calls,
)
from vigie.establishments.operations.group import (
    create_group,
    designate,
    end_designation,
    join_group,
    leave_group,
    rename_group,
)
from vigie.establishments.operations.import_sae import import_sae
from vigie.establishments.operations.index import index_establishments, rebuild_search
from vigie.establishments.operations.register import (
    FAULTS,
    add_ward,
    amend_establishment,
    amend_site,
    amend_ward,
    close_establishment,
    close_site,
    create_establishment,
    create_site,
    remove_ward,
)
from vigie.establishments.operations.rota import (
    DutyFacts,
    NewDuty,
    Repeated,
    StandingFacts,
    add_duties,
    add_duty,
    amend_duty,
    end_duty,
    facts_of,
    forget_expired_duties,
    repeat_week,
    set_standing,
)
from vigie.establishments.operations.setting import (
    ContactFacts,
    create_instance,
    keep_contact,
    retire_contact,
    set_portal,
)
from vigie.establishments.operations.strangers import keep_strangers
from vigie.establishments.rules import CallReason

__all__ = [
    "FAULTS",
    "AlreadyTaken",
    "CallReason",
    "ContactFacts",
    "DutyFacts",
    "LinkOver",
    "NewDuty",
    "Repeated",
    "StandingFacts",
    "add_duties",
    "add_duty",
    "add_ward",
    "amend_duty",
    "amend_establishment",
    "amend_site",
    "amend_ward",
    "call_out",
    "close_calls",
    "close_establishment",
    "close_site",
    "create_establishment",
    "create_group",
    "create_instance",
    "create_site",
    "designate",
    "end_designation",
    "end_duty",
    "escalate_due",
    "facts_of",
    "forget_expired_calls",
    "forget_expired_duties",
    "import_sae",
    "index_establishments",
    "join_group",
    "keep_contact",
    "keep_strangers",
    "leave_group",
    "rebuild_search",
    "remove_ward",
    "rename_group",
    "repeat_week",
    "retire_contact",
    "set_portal",
    "set_standing",
    "take_call",
    "take_call_by_link",
]
