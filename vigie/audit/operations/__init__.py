"""The acts of the journal: write, seal, forget; back up and restore in modules of their own."""

from vigie.audit.operations.chain import BrokenChain, seal
from vigie.audit.operations.people import forget, forget_expired
from vigie.audit.operations.write import record

__all__ = ["BrokenChain", "forget", "forget_expired", "record", "seal"]
