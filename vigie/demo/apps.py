from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from vigie.audit import rules


class DemoConfig(AppConfig):
    name = "vigie.demo"

    def ready(self) -> None:
        rules.register(sentences={"demo.built": _("a créé la nation fictive")})
