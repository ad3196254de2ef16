from django.urls import path

from vigie.reports.views import public

# Short on purpose, and without a slash at the end: they are typed from a poster.
urlpatterns = [
    path("signaler/", public.start, name="start"),
    path("signaler/<str:kind>/<int:pk>/", public.place, name="place"),
    path("s/<str:code>", public.short_link, name="short_link"),
    path("s/suivi/<str:token>", public.follow, name="follow"),
]
