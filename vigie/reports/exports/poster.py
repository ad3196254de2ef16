"""Lay out the posters that hang in wards: what to do, the number to call, the code to scan."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

import qrcode
from django.utils import formats, translation
from django.utils.translation import gettext as _
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathFillImage

from vigie.kernel import typeset
from vigie.reference import advice
from vigie.reports.queries.places import Whereabouts
from vigie.reports.queries.telephone import Telephone

TEMPLATE = "reports/templates/reports/poster.typ"
QUIET_ZONE = 4  # modules of white around a code, as its standard asks (ISO/IEC 18004)


def pdf(
    places: Sequence[Whereabouts], telephone: Telephone | None, *, address: str, now: datetime
) -> bytes:
    """Return one A4 page a place, in French and in English.

    address: of this Vigie, with which the codes begin. Places without a link are left out.
    """
    order = advice.report_orders()["device"]
    data: dict[str, object] = {
        "posters": [_poster(where, address) for where in places if where.link],
        "number": telephone.number if telephone else "",
        "who": {"fr": telephone.who.fr, "en": telephone.who.en} if telephone else {},
        "order": {
            language: {"title": order.title.in_(language), "steps": list(order.steps[language])}
            for language in ("fr", "en")
        },
    }
    data["vouched"] = {language: _vouched(language) for language in ("fr", "en")}
    title = _("Affiches de signalement") if len(places) > 1 else _("Affiche de signalement")
    return typeset.pdf(TEMPLATE, data, title=title, language="fr", now=now)


def short_address(address: str, code: str) -> str:
    """Return what people type when they cannot scan: the address without its scheme."""
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path}/s/{code}"


def qr_svg(text: str) -> str:
    """Return a text as a QR code, with the white margin that readers need."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(text)
    drawn: bytes = code.make_image(image_factory=SvgPathFillImage).to_string()
    return drawn.decode()


def _vouched(language: str) -> str:
    known = advice.report_validation()
    with translation.override(language):
        if not known.by or known.on is None:
            return _("Personne n’a encore validé cette consigne.")
        told = {"who": known.by, "day": formats.date_format(known.on)}
        return _("Consigne validée par %(who)s, le %(day)s.") % told


def _poster(where: Whereabouts, address: str) -> dict[str, str]:
    assert where.link is not None  # noqa: S101 - the caller left those out
    return {
        "name": where.name,
        "around": where.around or str(where.establishment),
        "address": short_address(address, where.link.code),
        "qr": qr_svg(f"{address}/s/{where.link.code}"),
    }
