"""Collect the static files under names that carry their hash, compressed, for `vigie up`.

Settings serve files as they lie in the sources until this has run once, so the storage is named
here and not taken from them.
"""

import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Collect them all again: what no source holds any more must go."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    settings.STORAGES["staticfiles"] = {"BACKEND": settings.HASHED}
    django.setup()
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)


if __name__ == "__main__":
    main()
