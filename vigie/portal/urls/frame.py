from django.urls import path

from vigie.portal.views import home, notices, outbox, preferences, search

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("administration/messages/", outbox.outbox, name="outbox"),
    path("administration/messages/<int:pk>/again/", outbox.send_again, name="send_again"),
    path("about/", notices.about, name="about"),
    path("accessibility/", notices.accessibility, name="accessibility"),
    path("contacts/", notices.contacts, name="contacts"),
]
