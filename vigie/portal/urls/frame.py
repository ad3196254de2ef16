from django.urls import path

from vigie.portal.views import home, notices, preferences, search

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("about/", notices.about, name="about"),
    path("accessibility/", notices.accessibility, name="accessibility"),
    path("contacts/", notices.contacts, name="contacts"),
]
