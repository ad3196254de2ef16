"""Invent a nation: names, structures and people that exist nowhere. Pure and repeatable."""
