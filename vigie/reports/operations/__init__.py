"""The acts on reports and on the posters that lead to them: one act, one journal line."""

from vigie.reports.operations.forget import erase_caller, forget_expired_callers
from vigie.reports.operations.handle import (
    answer,
    attach,
    mark_seen,
    open_report,
    reject,
    reopen,
    turn,
)
from vigie.reports.operations.links import open_short_links, renew_link, revoke_link
from vigie.reports.operations.send import Receipt, add_words, new_key, receive

__all__ = [
    "Receipt",
    "add_words",
    "answer",
    "attach",
    "erase_caller",
    "forget_expired_callers",
    "mark_seen",
    "new_key",
    "open_report",
    "open_short_links",
    "receive",
    "reject",
    "renew_link",
    "reopen",
    "revoke_link",
    "turn",
]
