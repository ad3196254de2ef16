"""Measure Vigie against its promises, in one run, as ratios where machines are noisy."""
