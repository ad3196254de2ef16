"""The acts on people, roles, delegations and tokens: one act, one transaction, one journal line."""

from vigie.accounts.operations import mail
from vigie.accounts.operations.delegations import (
    delegate,
    revoke_delegation,
)
from vigie.accounts.operations.invitations import (
    Invited,
    Newcomer,
    accept_invitation,
    invite,
    join,
    revoke_invitation,
)
from vigie.accounts.operations.memberships import (
    end_membership,
    give_membership,
)
from vigie.accounts.operations.people import (
    change_profile,
    correct_person,
    create_user,
    deactivate_person,
    end_other_sessions,
    end_sessions,
    reactivate_person,
    reset_second_factor,
)
from vigie.accounts.operations.sign_in import (
    choose_scope,
    keep_directory_claims,
    note_security,
    note_sign_in,
)
from vigie.accounts.operations.tokens import (
    NewToken,
    create_token,
    note_token_use,
    revoke_token,
)

__all__ = [
    "Invited",
    "NewToken",
    "Newcomer",
    "accept_invitation",
    "change_profile",
    "choose_scope",
    "correct_person",
    "create_token",
    "create_user",
    "deactivate_person",
    "delegate",
    "end_membership",
    "end_other_sessions",
    "end_sessions",
    "give_membership",
    "invite",
    "join",
    "keep_directory_claims",
    "mail",
    "note_security",
    "note_sign_in",
    "note_token_use",
    "reactivate_person",
    "reset_second_factor",
    "revoke_delegation",
    "revoke_invitation",
    "revoke_token",
]
