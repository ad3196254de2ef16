from django.urls import path

from vigie.portal.views import groups, places, registering, settings

E = "establishments/"
S = "administration/settings/"
urlpatterns = [
    path(E, places.places, name="places"),
    path(E + "new/", registering.new_place, name="new_place"),
    path(E + "groups/", groups.groups, name="groups"),
    path(E + "groups/new/", groups.new_group, name="new_group"),
    path(E + "groups/<int:pk>/", groups.group, name="group"),
    path(E + "groups/<int:pk>/amend/", groups.amend_group, name="amend_group"),
    path(E + "groups/members/<int:pk>/leave/", groups.leave_group, name="leave_group"),
    path(E + "designations/<int:pk>/end/", groups.end_designation, name="end_designation"),
    path(E + "sites/<int:pk>/amend/", registering.amend_site, name="amend_site"),
    path(E + "sites/<int:pk>/close/", registering.close_site, name="close_site"),
    path(E + "sites/<int:pk>/wards/new/", registering.new_ward, name="new_ward"),
    path(E + "wards/<int:pk>/", registering.amend_ward, name="amend_ward"),
    path(E + "wards/<int:pk>/remove/", registering.remove_ward, name="remove_ward"),
    path(E + "<int:pk>/", places.place, name="place"),
    path(E + "<int:pk>/amend/", registering.amend_place, name="amend_place"),
    path(E + "<int:pk>/close/", registering.close_place, name="close_place"),
    path(E + "<int:pk>/sites/new/", registering.new_site, name="new_site"),
    path(E + "<int:pk>/groups/join/", groups.join_group, name="join_group"),
    path(E + "<int:pk>/designate/", groups.designate, name="designate"),
    path(S, settings.settings, name="settings"),
    path(S + "portal/", settings.portal, name="set_portal"),
    path(S + "contacts/new/", settings.new_contact, name="new_contact"),
    path(S + "contacts/<slug:key>/", settings.contact, name="contact"),
    path(S + "contacts/<slug:key>/retire/", settings.retire_contact, name="retire_contact"),
]
