from django.urls import URLPattern, URLResolver, include, path

from config.api import api
from config.health import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health, name="health"),
    path("api/v1/", api.urls),
    path("inventory/", include("vigie.inventory.urls")),
    path("", include("vigie.observatory.urls")),
    path("", include("vigie.reports.urls")),
    path("", include("vigie.incidents.urls")),
    path("", include("vigie.accounts.urls")),
    path("", include("vigie.portal.urls")),
]
handler400 = "vigie.portal.views.errors.bad_request"
handler403 = "vigie.portal.views.errors.forbidden"
handler404 = "vigie.portal.views.errors.not_found"
handler500 = "vigie.portal.views.errors.server_error"
