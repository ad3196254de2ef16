"""The acts of the observatory."""

from vigie.observatory.operations.publish import publish

__all__ = ["publish"]
