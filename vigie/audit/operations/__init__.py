"""The acts of the journal: write, seal, forget."""

from vigie.audit.operations.write import record

__all__ = ["record"]
