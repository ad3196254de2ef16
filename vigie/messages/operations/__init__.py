"""The acts of the outbox: post, withdraw."""

from vigie.messages.operations.queue import post, withdraw
from vigie.messages.rules import Letter

__all__ = ["Letter", "post", "withdraw"]
