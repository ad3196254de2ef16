from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from vigie.audit import rules


class MessagesConfig(AppConfig):
    name = "vigie.messages"
    label = "outbox"  # "messages" is the label of Django's own notices

    def ready(self) -> None:
        # Only now: models are not there before every application is loaded.
        upkeep = import_module("vigie.messages.operations.upkeep")
        import_module("vigie.audit.operations.restore").AFTER.append(upkeep.doubt_restored)
        rules.register(
            sentences={
                "message.sent_again": _("a demandé un nouvel envoi du message"),
                "messages.erased": _("a effacé %(messages)s messages gardés assez longtemps"),
            },
            targets={
                "message": rules.Target(_("Message")),
                "outbox": rules.Target(_("Messages envoyés"), is_one=True),
            },
            labels={"about": _("à propos de"), "state": _("état")},
        )
