"""Make sure that Chromium is here for the journeys: Debian's, which Playwright drives as it is."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SILENT = {"DEBIAN_FRONTEND": "noninteractive"}


def main() -> int:
    """Install Chromium where nothing like it is and we may; else say what will be skipped."""
    if any(shutil.which(name) for name in NAMES):
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the journeys…", flush=True)
        apt("update")
        apt("install", "-y", "--no-install-recommends", "chromium")
        return 0
    print(
        "No Chromium here, and only root may install it: journeys are skipped.\n"
        "On Debian: sudo apt-get install chromium"
    )
    return 0


def apt(*words: str) -> None:
    """Run apt-get; its many words only when it fails."""
    done = subprocess.run(
        ["apt-get", "-q", *words],  # noqa: S607 - the machine's own
        env=os.environ | SILENT,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\n{done.stderr}\napt-get {words[0]} failed: {done.returncode}")


if __name__ == "__main__":
    sys.exit(main())
