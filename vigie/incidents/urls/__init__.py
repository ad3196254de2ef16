"""Every address of declarations and files; one module a door."""

from vigie.incidents.urls import declare, desk

app_name = "incidents"
urlpatterns = [*declare.urlpatterns, *desk.urlpatterns]
