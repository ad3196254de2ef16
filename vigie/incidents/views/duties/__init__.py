"""Doors to the duties of a file: the page, the acts on it, notices, what is due everywhere."""
