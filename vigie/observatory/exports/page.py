"""A report as one HTML file that needs nothing else and runs nothing."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from vigie.observatory.exports import tabular, words
from vigie.observatory.rules.figures import Report

STYLE = Path(__file__).with_name("page.css")
POLICY = "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'"


def write(report: Report) -> bytes:
    """Return a report as an HTML file; its policy lets the browser take its own style alone."""
    style, policy = _style()
    return render_to_string(
        "observatory/report.html",
        {
            "language": get_language() or "fr",
            "title": words.title(report),
            "perimeter": words.perimeter(report),
            "as_of": words.as_of(report),
            "themes": words.by_theme(report, words.lines(report)),
            "tables": tabular.tables(report),
            "notes": words.notes(report),
            "style": style,
            "policy": policy,
        },
    ).encode()


@cache
def _style() -> tuple[SafeString, str]:
    """Return the style element of the file, and the policy that names it by its hash."""
    rules = STYLE.read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(rules.encode()).digest()).decode()
    return format_html("<style>{}</style>", mark_safe(rules)), POLICY.format(digest)  # noqa: S308 - our own file
