"""The table that stands in publications alone: key figures by region.

Its numbers are hidden together with those of the nation, which no single report could do.
"""

from vigie.kernel.partial import gettext_noop as _
from vigie.observatory.rules.indicators import Source
from vigie.observatory.rules.tables import TABLES, Kind, Table

KEY_FIGURES = Table(
    "R01",
    _("Chiffres clés par région"),
    _(
        "Déclarations et structures déclarantes, puis déclarations d’origine malveillante, de"
        " rançongiciels, en mode dégradé et avec mise en danger de patients."
    ),
    kind=Kind.REGIONS,
    has_shares=False,
    is_breakdown=True,
    source=Source.VIGIE,
)
PUBLISHED = (*TABLES, KEY_FIGURES)
BY_ID = {table.id: table for table in PUBLISHED}
