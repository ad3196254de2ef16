"""Duties to notify: which apply to a file and why, their clocks, and what people record of them."""
