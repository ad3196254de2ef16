"""Where duties to notify are followed."""

from django.urls import path

from vigie.incidents.views.duties import acts, due, page

STAGE = "<int:pk>/duties/<slug:regime>/<slug:stage>"
urlpatterns = [
    path("due/", due.due, name="due"),
    path("<int:pk>/duties/", page.duties, name="duties"),
    path("<int:pk>/duties/questions/<slug:fact>/", acts.answer, name="duty_answer"),
    path("<int:pk>/duties/records/<int:number>/retract/", acts.retract, name="retract_duty"),
    path("<int:pk>/duties/<slug:regime>/aware/", acts.aware, name="duty_aware"),
    path(f"{STAGE}/event/", acts.event, name="duty_event"),
    path(f"{STAGE}/sent/", acts.sent, name="duty_sent"),
    path(f"{STAGE}/close/", acts.close, name="duty_close"),
]
