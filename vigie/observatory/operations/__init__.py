"""The acts of the observatory."""

from vigie.observatory.operations.publish import publish
from vigie.observatory.operations.snapshots import compute_snapshots, open_years_in_progress

__all__ = ["compute_snapshots", "open_years_in_progress", "publish"]
