"""Decisions about declarations and incidents. Pure: no Django, no clock, no database."""
