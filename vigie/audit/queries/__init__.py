"""Read the journal, and find out whether it can be believed."""

from vigie.audit.queries.chain import KEY, entries, head, verify
from vigie.audit.queries.events import EventPage, Line, events

__all__ = ["KEY", "EventPage", "Line", "entries", "events", "head", "verify"]
