"""Addresses of profiles and of the administration of people."""

from django.urls import path

from vigie.accounts.views import (
    delegations,
    invitations,
    inviting,
    pages,
    people,
    profile,
    second_factor,
    sign_in,
)

app_name = "accounts"
urlpatterns = [
    path("account/", profile.profile, name="profile"),
    path("account/play/", sign_in.play, name="play"),
    path("account/scope/", profile.scope, name="scope"),
    path("account/sessions/end/", profile.end_sessions, name="end_sessions"),
    path("account/tokens/new/", profile.new_token, name="new_token"),
    path("account/tokens/<int:pk>/revoke/", profile.revoke_token, name="revoke_token"),
    path("account/second-factor/start/", second_factor.start, name="second_factor"),
    path("invitation/", invitations.invited, name="invited"),
    path("invitation/<str:secret>/", invitations.opened, name="invitation"),
    path("administration/", pages.administration, name="administration"),
    path("administration/journal/", pages.journal, name="journal"),
    path("administration/people/", people.people, name="people"),
    path("administration/people/invite/", inviting.invite, name="invite"),
    path("administration/people/invitations/", inviting.invitations, name="invitations"),
    path(
        "administration/people/invitations/<int:pk>/revoke/",
        inviting.revoke,
        name="revoke_invitation",
    ),
    path("administration/people/<int:pk>/", people.person, name="person"),
    path("administration/people/<int:pk>/correct/", people.correct, name="correct"),
    path("administration/people/<int:pk>/roles/give/", people.give_role, name="give_role"),
    path("administration/people/<int:pk>/roles/<int:role>/end/", people.end_role, name="end_role"),
    path(
        "administration/people/<int:pk>/tokens/<int:token>/revoke/",
        people.revoke_token,
        name="revoke_persons_token",
    ),
    path("administration/people/<int:pk>/<slug:name>/", people.act, name="act"),
    path("delegations/", delegations.delegations, name="delegations"),
    path("delegations/new/", delegations.delegate, name="delegate"),
    path("delegations/<int:pk>/revoke/", delegations.revoke, name="revoke_delegation"),
    path("roles/", pages.roles, name="roles"),
]
