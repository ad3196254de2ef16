"""Where the desk works and everyone follows: lists, files, acts, exchanges, hand-overs."""

from django.urls import path

from vigie.incidents.views import (
    acts,
    bulk,
    desk,
    detail,
    exchange,
    intake,
    routing,
    wording,
)

urlpatterns = [
    path("", desk.files, name="list"),
    path("queue/", desk.queue, name="queue"),
    path("bulk/", bulk.bulk, name="bulk"),
    path("templates/", wording.templates, name="templates"),
    path("templates/<int:pk>/", wording.template, name="template"),
    path("templates/<int:pk>/retire/", wording.retire, name="retire_template"),
    path("export.csv", desk.export, name="export"),
    path("views/", desk.save_view, name="save_view"),
    path("views/<int:pk>/drop/", desk.drop_view, name="drop_view"),
    path("handovers/", desk.handovers, name="handovers"),
    path("handovers/<int:pk>/", desk.handover, name="handover"),
    path("imports/", intake.intakes, name="intakes"),
    path("imports/<int:pk>/", intake.intake, name="intake"),
    path("imports/<int:pk>/columns/", intake.columns, name="intake_columns"),
    path("imports/<int:pk>/words/", intake.words, name="intake_words"),
    path("imports/<int:pk>/start/", intake.start, name="intake_start"),
    path("imports/<int:pk>/drop/", intake.drop, name="intake_drop"),
    path("imports/<int:pk>/fates.csv", intake.fates, name="intake_fates"),
    path("imports/mappers/<int:pk>.yaml", intake.mapper, name="mapper"),
    path("imports/mappers/<int:pk>/retire/", intake.retire_mapper, name="retire_mapper"),
    path("<int:pk>/", detail.file, name="file"),
    path("<int:pk>/journal/", detail.journal, name="journal"),
    path("<int:pk>/messages/", exchange.write, name="write"),
    path("<int:pk>/wording/", wording.wording, name="wording"),
    path("<int:pk>/read/", exchange.mark_read, name="read"),
    path("<int:pk>/attachments/<int:number>/", exchange.download, name="attachment"),
    path("<int:pk>/routing/other/", routing.tell_other, name="tell_other"),
    path("<int:pk>/routing/<int:number>/retract/", routing.retract, name="retract_told"),
    path("<int:pk>/routing/<slug:rule>/", routing.tell, name="tell"),
    path(
        "<int:pk>/routing/<slug:rule>/<slug:language>.pdf",
        routing.document,
        name="party_document",
    ),
    path("<int:pk>/qualify/", acts.qualification, name="qualify"),
    path("<int:pk>/ask-support/", acts.support, name="ask-support"),
    *(
        path(f"<int:pk>/{name}/", acts.follow_up, {"name": name}, name=name)
        for name in acts.ACTS
        if name not in {"qualify", "ask-support"}
    ),
]
