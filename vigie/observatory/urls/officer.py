from django.urls import path

from vigie.observatory.views import figures

urlpatterns = [
    path("observatory/", figures.figures, name="figures"),
    path("observatory/tables/", figures.tables, name="tables"),
    path("observatory/figures.<str:suffix>", figures.download, name="download"),
]
