"""Build the fictitious nation."""

from vigie.demo.operations.build import Built, NotEmpty, build

__all__ = ["Built", "NotEmpty", "build"]
