from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from vigie.audit import rules


class ObservatoryConfig(AppConfig):
    name = "vigie.observatory"

    def ready(self) -> None:
        rules.register(
            sentences={
                "figures.published": _("a publié les chiffres de %(year)s"),
                "figures.corrected": _(
                    "a corrigé les chiffres publiés de %(year)s (révision %(revision)s)"
                ),
                "figures.opened": _("a ouvert au public les années en cours"),
                "figures.closed": _("a fermé au public les années en cours"),
            },
            targets={"publication": rules.Target(_("Publication"), "observatory:publication")},
            labels={"year": _("année"), "revision": _("révision")},
        )
