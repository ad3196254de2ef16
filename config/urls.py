from django.urls import URLPattern, URLResolver, include, path

from config.api import api
from config.health import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health, name="health"),
    path("api/v1/", api.urls),
    path("incidents/", include("vigie.incidents.urls")),
]
