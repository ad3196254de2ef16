from django.urls import include, path

urlpatterns = [
    path("", include("vigie.accounts.urls.sign_in")),
    path("", include("vigie.accounts.urls.people")),
]
