"""Turn a Typst template and plain data into a PDF that a screen reader can read.

A template begins with `#import "/kernel/typst/house.typ": data, house` and `#show: house`; paths
start at the package. The same data and moment give the same bytes.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

import typst
from django.conf import settings

PACKAGE = Path(__file__).resolve().parent.parent
STANDARD: Final = "ua-1"  # PDF/UA-1: tagged, titled, with a language. Source: ISO 14289-1


class BadTemplate(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A template does not compile, or its document cannot be made accessible."""


def pdf(
    template: str, data: Mapping[str, object], *, title: str, language: str, now: datetime
) -> bytes:
    """Return the document as PDF/UA-1.

    template: path below the package, such as "incidents/templates/incidents/form.typ".
    data: JSON values, which the template finds in `data`; text is never taken for markup.
    language: of the document, "fr" or "en"; hyphenation and quotes follow it.
    now: the moment written into the file, with a time zone.
    Raises BadTemplate with the place in the template.
    """
    told = {**data, "title": title, "language": language}
    try:
        made = typst.compile(
            PACKAGE / template,
            root=PACKAGE,
            font_paths=fonts(),
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=STANDARD,
            timestamp=int(now.timestamp()),
            sys_inputs={"data": json.dumps(told, ensure_ascii=False)},
        )
    except RuntimeError as reason:
        raise BadTemplate(f"{template}: {getattr(reason, 'diagnostic', reason)}") from reason
    return made


@cache
def fonts() -> typst.Fonts:
    """Return the fonts of documents: our own, and those inside Typst where a sign is missing."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[str(settings.FONTS_DIR)],
    )
