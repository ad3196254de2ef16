"""The acts on people, roles, delegations and tokens: one act, one transaction, one journal line."""

from vigie.accounts.operations.tokens import (
    NewToken,
    TooMuch,
    create_token,
    note_token_use,
    revoke_token,
)

__all__ = ["NewToken", "TooMuch", "create_token", "note_token_use", "revoke_token"]
