"""Doors to accounts: signing in, one's own profile, administration of people."""
