from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from vigie.audit import rules
from vigie.audit.rules import Target


class ReportsConfig(AppConfig):
    name = "vigie.reports"

    def ready(self) -> None:
        rules.register(
            actors={"public:ward": _("Une personne d’un service")},
            sentences={
                "report.received": _("a envoyé un signalement"),
                "report.completed": _("a complété son signalement"),
                "report.opened": _("a ouvert le signalement"),
                "report.seen": _("a vu le signalement"),
                "report.answered": _("a répondu au signalement"),
                "report.turned": _("a commencé une déclaration depuis le signalement"),
                "report.attached": _("a rattaché le signalement à un dossier"),
                "report.rejected": _("a écarté le signalement"),
                "report.reopened": _("a remis le signalement en attente"),
                "report.caller_erased": _("a effacé qui rappeler"),
                "report.callers_expired": _("a effacé qui rappeler, délai passé"),
                "report.links_opened": _("a créé %(links)s liens de signalement"),
                "report.link_renewed": _("a renouvelé le lien de signalement de %(place)s"),
                "report.link_revoked": _("a révoqué le lien de signalement de %(place)s"),
                "incident.report_attached": _("a rattaché un signalement au dossier"),
            },
            targets={"report": Target(_("Signalement"), "reports:one")},
            labels={
                "danger": _("patient en danger"),
                "device": _("appareil relié à un patient"),
                "picture": _("ce qui se passe"),
                "marks": _("doutes"),
                "report": _("signalement"),
                "reports": _("signalements"),
            },
        )
        # Only now: models are not there before every application is loaded.
        import_module("vigie.reports.queries.journal").open_to_readers()
        import_module("vigie.reports.queries.linked").show_on_files()
