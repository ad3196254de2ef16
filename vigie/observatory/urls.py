from django.urls import path

from vigie.observatory.views import figures

app_name = "observatory"
urlpatterns = [
    path("", figures.figures, name="figures"),
    path("tables/", figures.tables, name="tables"),
    path("figures.<str:suffix>", figures.download, name="download"),
]
