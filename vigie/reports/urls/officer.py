from django.urls import path

from vigie.reports.views import links, officer

urlpatterns = [
    path("reports/", officer.reports, name="list"),
    path("reports/<int:pk>/", officer.one, name="one"),
    path("reports/<int:pk>/seen/", officer.seen, name="seen"),
    path("reports/<int:pk>/answer/", officer.answer, name="answer"),
    path("reports/<int:pk>/declare/", officer.turn, name="turn"),
    path("reports/<int:pk>/attach/", officer.attach, name="attach"),
    path("reports/<int:pk>/reject/", officer.reject, name="reject"),
    path("reports/<int:pk>/reopen/", officer.reopen, name="reopen"),
    path("reports/<int:pk>/erase-caller/", officer.erase, name="erase"),
    path("reports/links/", links.links, name="links"),
    path("reports/links/site/<int:pk>/open/", links.open_links, name="open_links"),
    path("reports/links/site/<int:pk>/posters.pdf", links.posters_pdf, name="posters"),
    path("reports/links/<int:pk>/renew/", links.renew, name="renew_link"),
    path("reports/links/<int:pk>/revoke/", links.revoke, name="revoke_link"),
    path("reports/links/<int:pk>/poster.pdf", links.poster_pdf, name="poster"),
]
