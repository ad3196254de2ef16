"""Ask public services for known weaknesses of what Vigie stands on.

Exit code 1 when there is one. Where no service answers, it says "not audited" and exits with 0:
silence is not a finding, and must not look like a clean bill either.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from static_packages import npm_command

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".uv" / "bin" / "uv"


def main() -> int:
    """Audit both kinds of packages. Returns 1 when either has a known weakness."""
    return max(python_packages(), npm_packages())


def python_packages() -> int:
    """Audit what uv.lock installs for the product."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "requirements.txt"
        run(UV, "export", "--locked", "--quiet", "--no-emit-project", "--output-file", wanted)
        found = run(
            sys.executable, "-m", "pip_audit", "--requirement", wanted, "--disable-pip",
            "--progress-spinner", "off", "--format", "json",
        )  # fmt: skip
    try:
        packages = json.loads(found.stdout)["dependencies"]
    except (ValueError, KeyError):
        return not_audited("Python", found.stderr)
    weak = [
        f"{package['name']} {package['version']}: {weakness['id']}"
        for package in packages
        for weakness in package.get("vulns", [])
    ]
    return tell("Python", len(packages), weak)


def npm_packages() -> int:
    """Audit what package-lock.json installs."""
    command, environment = npm_command()
    found = subprocess.run(
        [*command, "audit", "--json"],
        cwd=ROOT, env=environment, check=False, capture_output=True, text=True,
    )  # fmt: skip
    try:
        answer = json.loads(found.stdout)
        weak = [
            f"{name}: {', '.join(str(way.get('title', way)) for way in one['via'] if way)}"
            for name, one in answer["vulnerabilities"].items()
        ]
        count = answer["metadata"]["dependencies"]["total"]
    except (ValueError, KeyError, AttributeError):
        return not_audited("npm", found.stdout + found.stderr)
    return tell("npm", count, weak)


def run(*words: object) -> subprocess.CompletedProcess[str]:
    """Run a program in the checkout and keep what it says."""
    return subprocess.run(
        [str(word) for word in words], cwd=ROOT, check=False, capture_output=True, text=True
    )


def tell(kind: str, count: int, weak: list[str]) -> int:
    """Print the finding. Returns 1 when there is a known weakness."""
    print(f"{kind}: {count} packages, {len(weak)} with a known weakness", *weak, sep="\n  ")
    return 1 if weak else 0


def not_audited(kind: str, words: str) -> int:
    """Say that no service answered."""
    reason = (words.strip().splitlines() or ["no answer"])[-1]
    print(f"{kind}: not audited ({reason.strip()[:200]})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
