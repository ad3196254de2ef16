"""Close doors: every view and every API router says who may enter."""

from vigie.accounts.guards.doors import (
    SignedRequest,
    before_second_factor,
    needs,
    open_to_all,
    signed_in,
)
from vigie.accounts.guards.proof import proven
from vigie.accounts.guards.tokens import BearerToken, PageSession

__all__ = [
    "BearerToken",
    "PageSession",
    "SignedRequest",
    "before_second_factor",
    "needs",
    "open_to_all",
    "proven",
    "signed_in",
]
