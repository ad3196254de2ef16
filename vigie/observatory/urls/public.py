from django.urls import path

from vigie.observatory.views import files, public

# Stable: people quote these addresses, programs fetch them.
urlpatterns = [
    path("observatoire/", public.latest, name="public"),
    path("observatoire/methode/", public.method, name="method"),
    path("observatoire/donnees/", public.open_data_page, name="open_data"),
    path("observatoire/publications.atom", files.feed, name="feed"),
    path("observatoire/series.<str:suffix>", files.series, name="series"),
    path("observatoire/dictionnaire.<str:suffix>", files.dictionary, name="dictionary"),
    path("observatoire/<int:year>/", public.year, name="year"),
    path("observatoire/<int:year>/tableaux.zip", files.archive, name="archive"),
    path("observatoire/<int:year>/rapport.pdf", files.paper, name="paper"),
    path("observatoire/<int:year>/edition.json", files.edition, name="edition"),
    path("observatoire/<int:year>/<str:name>.<str:suffix>", files.table, name="table"),
    path("observatoire/<int:year>/r/<int:revision>/", public.year, name="revision"),
    path(
        "observatoire/<int:year>/r/<int:revision>/tableaux.zip",
        files.archive,
        name="revision_archive",
    ),
    path(
        "observatoire/<int:year>/r/<int:revision>/edition.json",
        files.edition,
        name="revision_edition",
    ),
    path(
        "observatoire/<int:year>/r/<int:revision>/<str:name>.<str:suffix>",
        files.table,
        name="revision_table",
    ),
]
