"""Write docs/openapi.json, or find out whether it still says what the API does.

python tools/openapi.py           # write it
python tools/openapi.py --check   # exit 1 when it is out of date
"""

import json
import os
import sys
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "docs" / "openapi.json"


def main(wish: str = "") -> int:
    """Write the contract, or compare it."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from config.api import api  # noqa: PLC0415 - needs Django

    text = json.dumps(api.get_openapi_schema(), indent=2, ensure_ascii=False, default=str) + "\n"
    if wish != "--check":
        CONTRACT.write_text(text, encoding="utf-8")
    elif not CONTRACT.exists() or CONTRACT.read_text(encoding="utf-8") != text:
        print("docs/openapi.json is not what the API does: run `make openapi` and read the change.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
