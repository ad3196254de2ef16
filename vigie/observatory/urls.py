from django.urls import path

from vigie.observatory import views

app_name = "observatory"
urlpatterns = [
    path("", views.figures, name="figures"),
    path("tables/", views.tables, name="tables"),
    path("figures.<str:suffix>", views.download, name="download"),
]
