"""Reads of the portal: what waits for a person, what their words find."""

from vigie.portal.queries.needs import needs
from vigie.portal.queries.search import Found, search
from vigie.portal.queries.setup import setup

__all__ = ["Found", "needs", "search", "setup"]
