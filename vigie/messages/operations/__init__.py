"""The acts of the outbox: post and withdraw, send, send again, forget."""

from vigie.messages.operations.queue import post, withdraw
from vigie.messages.operations.send import give_up_lost, send_next, send_one
from vigie.messages.operations.upkeep import NotAgain, doubt_restored, forget_expired, send_again
from vigie.messages.rules import Letter

__all__ = [
    "Letter",
    "NotAgain",
    "doubt_restored",
    "forget_expired",
    "give_up_lost",
    "post",
    "send_again",
    "send_next",
    "send_one",
    "withdraw",
]
