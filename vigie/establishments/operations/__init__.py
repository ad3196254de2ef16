"""Acts on establishments: each is one permission, one write, one journal line."""

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
from vigie.establishments.operations.setting import (
    ContactFacts,
    create_instance,
    keep_contact,
    retire_contact,
    set_portal,
)
from vigie.establishments.operations.strangers import keep_strangers

__all__ = [
    "FAULTS",
    "ContactFacts",
    "add_ward",
    "amend_establishment",
    "amend_site",
    "amend_ward",
    "close_establishment",
    "close_site",
    "create_establishment",
    "create_group",
    "create_instance",
    "create_site",
    "designate",
    "end_designation",
    "import_sae",
    "index_establishments",
    "join_group",
    "keep_contact",
    "keep_strangers",
    "leave_group",
    "rebuild_search",
    "remove_ward",
    "rename_group",
    "retire_contact",
    "set_portal",
]
