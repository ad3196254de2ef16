"""Rules of the house that no linter knows."""

import ast
import re
from pathlib import Path

import pytest
from django.urls import URLPattern, get_resolver

from tests.architecture.house import (
    CAPABILITIES,
    CONTRACTS,
    GROUND,
    PACKAGE,
    PROJECT,
    ROOT,
    calls_in,
    capability_of,
    house_models,
    layer_heights,
    name_of,
    part_of,
    sources,
    tree_of,
)

WRITES = {"save", "delete", "create", "bulk_create", "bulk_update", "get_or_create"}
WRITES |= {"update_or_create", "aupdate", "acreate", "asave", "adelete"}
DOORS = {"views", "forms", "api", "urls", "admin", "tasks"}
WALL = 400  # lines
TEMPLATE_NAME = re.compile(r"""{%\s*(?:extends|include)\s+["']([^"']+)["']""")
THIRD_PARTY_TEMPLATES = {"accounts": {"account", "mfa", "socialaccount", "usersessions", "allauth"}}


@pytest.mark.parametrize("model", house_models(), ids=lambda model: model._meta.label)
def test_foreign_keys_point_downwards(model):
    heights = layer_heights()
    for field in model._meta.get_fields():
        if not field.is_relation or field.auto_created or field.related_model not in house_models():
            continue
        below = heights[field.related_model.__module__.split(".")[1]]
        assert below <= heights[model.__module__.split(".")[1]], field


def is_write(name: str, call: ast.Call) -> bool:
    # A dictionary's update takes a mapping, a query's takes keywords alone.
    if name == "update":
        return bool(call.keywords) and not call.args
    return name in WRITES


ACTING = [path for path in sources() if capability_of(path) not in GROUND]


@pytest.mark.parametrize(
    "path", [path for path in ACTING if part_of(path) != "operations"], ids=name_of
)
def test_only_operations_write(path):
    found = [
        f"line {line}: .{name}()" for line, name, call in calls_in(path) if is_write(name, call)
    ]
    assert not found


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_nobody_enters_anothers_door(path):
    home = capability_of(path)
    taken = [target for target in imports_of(path) if target[0] != home and target[1] in DOORS]
    assert not taken


def imports_of(path: Path) -> list[tuple[str, str]]:
    """Return the parts of capabilities that a file imports, such as (incidents, views)."""
    found = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{name.name}" for name in node.names]
        elif isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        else:
            continue
        parts = [name.split(".") for name in names if name.startswith("vigie.")]
        found += [(part[1], part[2]) for part in parts if len(part) > 2]
    return found


def patterns(found: object = None) -> list[URLPattern]:
    every = []
    for pattern in found if found is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            every.append(pattern)
        else:
            every.extend(patterns(pattern.url_patterns))
    return every


def house_views() -> dict[str, object]:
    views = (pattern.callback for pattern in patterns())
    own = (view for view in views if view.__module__.startswith(("vigie.", "config.")))
    return {f"{view.__module__}.{view.__qualname__}": view for view in own}


def test_there_are_views_to_look_at():
    assert len(house_views()) > 10


@pytest.mark.parametrize("name", sorted(house_views()))
def test_every_page_says_who_may_enter(name):
    assert hasattr(house_views()[name], "door"), "no @needs(...), @signed_in or @open_to_all"


@pytest.mark.parametrize("path", [path for path in ACTING if part_of(path) == "views"], ids=name_of)
def test_views_are_functions(path):
    classes = [
        node.name
        for node in tree_of(path).body
        if isinstance(node, ast.ClassDef)
        and any("View" in ast.unparse(base) for base in node.bases)
    ]
    assert not classes


TEMPLATES = sorted(PACKAGE.glob("*/templates/**/*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_templates_name_only_their_own_folder_and_ui(path):
    home = capability_of(path)
    allowed = {home, "ui", *THIRD_PARTY_TEMPLATES.get(home, ())}
    named = {name.split("/")[0] for name in TEMPLATE_NAME.findall(path.read_text(encoding="utf-8"))}
    assert named <= allowed


LONG = [path for path in ROOT.rglob("*") if path.suffix in {".py", ".html", ".js"}]
WALLED = [
    path
    for path in LONG
    if path.relative_to(ROOT).parts[0] in {"vigie", "config", "tools", "tests"}
    and "migrations" not in path.parts
]


def test_no_file_is_longer_than_the_wall():
    lengths = {name_of(path): len(path.read_bytes().splitlines()) for path in WALLED}
    assert lengths
    assert not {name: length for name, length in lengths.items() if length > WALL}


def test_every_capability_that_acts_keeps_the_inner_floors():
    inside = {container.partition(".")[2] for container in CONTRACTS[1]["containers"]}
    assert inside == set(CAPABILITIES) - GROUND


def dependency_lines() -> list[str]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = list(PROJECT["project"]["dependencies"])
    for group in PROJECT["dependency-groups"].values():
        wanted += group
    return [next(line for line in text.splitlines() if f'"{name}"' in line) for name in wanted]


@pytest.mark.parametrize("line", dependency_lines(), ids=lambda line: line.split('"')[1])
def test_every_dependency_says_why(line):
    assert len(line.partition("#")[2].strip()) > 5


TESTS = sorted(path for path in PACKAGE.rglob("tests/**/*.py"))


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_our_own_code_is_never_mocked(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"""(patch(\.object)?|setattr)\(\s*["']vigie\.""", text)


def test_only_config_reads_the_environment():
    readers = [
        name_of(path)
        for path in sources()
        if re.search(r"\bos\.(environ|getenv)\b", path.read_text(encoding="utf-8"))
    ]
    assert readers == []


def test_no_model_orders_itself():
    assert not [m._meta.label for m in house_models() if m._meta.ordering]


def test_templates_hold_no_script_no_style_and_no_handler():
    forbidden = re.compile(
        r"<style|\sstyle=|\son[a-z]+=[\"']|<script(?![^>]*\ssrc=)", re.IGNORECASE
    )
    guilty = {
        name_of(path): found.group(0)
        for path in TEMPLATES
        if "pdf" not in path.parts and (found := forbidden.search(path.read_text(encoding="utf-8")))
    }
    assert not guilty


def test_no_template_asks_anyone_else():
    outside = re.compile(r"""(?:src|srcset|action)=["']https?://|<link[^>]+href=["']https?://""")
    guilty = [name_of(p) for p in TEMPLATES if outside.search(p.read_text(encoding="utf-8"))]
    assert not guilty


def test_the_tree_holds_no_leftovers():
    wanted = re.compile(r"\b(TODO|FIXME|XXX)\b")
    every = [*sources(), *sources(ROOT / "config", ROOT / "tools"), *TEMPLATES]
    assert not [name_of(path) for path in every if wanted.search(path.read_text(encoding="utf-8"))]
