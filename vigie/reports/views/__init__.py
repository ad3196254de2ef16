"""Doors to reports: the open form and its follow-up, the officers' desk, the posters."""
