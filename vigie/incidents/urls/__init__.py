"""Every address of declarations and files; one module a door."""

from django.urls import include, path

from vigie.incidents.urls import declare, desk, duties, taking, together

app_name = "incidents"
urlpatterns = [
    *declare.urlpatterns,
    path(
        "incidents/",
        include(
            [
                *desk.urlpatterns,
                *together.urlpatterns,
                *taking.urlpatterns,
                *duties.urlpatterns,
            ]
        ),
    ),
]
