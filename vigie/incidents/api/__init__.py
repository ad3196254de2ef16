"""REST doors to declarations and files; their types are the OpenAPI contract."""

from vigie.incidents.api.problems import PROBLEMS
from vigie.incidents.api.routes import router

__all__ = ["PROBLEMS", "router"]
