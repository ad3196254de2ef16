"""What the architecture tests look at: folders, floors and sources, read from one truth each."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "vigie"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = PROJECT["tool"]["importlinter"]["contracts"]
CAPABILITIES = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
GROUND = {"kernel", "reference", "ui"}  # no acts of their own
NOT_SHIPPED = {"migrations", "tests"}


def layer_heights() -> dict[str, int]:
    """Return the height of each capability, ground = 0, as the import contract says."""
    layers = CONTRACTS[0]["layers"]
    return {
        name.strip(" ()"): height
        for height, layer in enumerate(reversed(layers))
        for name in layer.split("|")
    }


def house_models() -> list[type]:
    """Return the models that Vigie itself defines."""
    return [model for model in apps.get_models() if model.__module__.startswith("vigie.")]


def sources(*roots: Path) -> list[Path]:
    """Return the Python files that ship, tests and migrations left out."""
    found = (path for root in roots or (PACKAGE,) for path in root.rglob("*.py"))
    return sorted(path for path in found if shipped(path))


def shipped(path: Path) -> bool:
    """Return whether a file is code of a capability or of the wiring."""
    return not NOT_SHIPPED & set(path.parts) and path != PACKAGE / "__init__.py"


def capability_of(path: Path) -> str:
    """Return the capability that a file lies in."""
    return path.relative_to(PACKAGE).parts[0]


def part_of(path: Path) -> str:
    """Return which part of a capability a file is: rules, operations, views, …"""
    return Path(path.relative_to(PACKAGE).parts[1]).stem


def tree_of(path: Path) -> ast.Module:
    """Return the syntax of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def calls_in(path: Path) -> Iterator[tuple[int, str, ast.Call]]:
    """Yield each call of a method: line, name, call."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.lineno, node.func.attr, node


def name_of(path: Path) -> str:
    """Return how a test names a file."""
    return str(path.relative_to(ROOT))
