"""Doors of the portal: the frame around every page, home, search, notices, errors."""
