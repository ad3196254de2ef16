"""Where the desk opens files for structures, and sees how it stands."""

from django.urls import path

from vigie.incidents.views import pace, taking

urlpatterns = [
    path("desk/", pace.desk, name="desk"),
    path("calls/", taking.call, name="call"),
    path("calls/mail/", taking.mail, name="call_mail"),
    path("calls/<uuid:key>/", taking.taken, name="taken"),
    path("calls/<uuid:key>/drop/", taking.drop, name="drop_mail"),
]
