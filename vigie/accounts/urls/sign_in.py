"""Addresses on the way in. Their names are the library's, which asks for them by name."""

from django.urls import path, re_path

from vigie.accounts.views import directory, second_factor, sign_in

F = "account/second-factor/"
D = "account/directory/"
urlpatterns = [
    path("account/sign-in/", sign_in.sign_in, name="account_login"),
    path("account/sign-out/", sign_in.sign_out, name="account_logout"),
    path("account/closed/", sign_in.closed, name="account_inactive"),
    path("account/confirm/", sign_in.password_again, name="account_reauthenticate"),
    path("account/password/", sign_in.change_password, name="account_change_password"),
    path("account/password/first/", sign_in.set_password, name="account_set_password"),
    path("account/password/lost/", sign_in.reset_password, name="account_reset_password"),
    path("account/password/lost/sent/", sign_in.reset_sent, name="account_reset_password_done"),
    path(
        "account/password/lost/done/",
        sign_in.new_password_kept,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^account/password/lost/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        sign_in.new_password,
        name="account_reset_password_from_key",
    ),
    path(F, second_factor.index, name="mfa_index"),
    path(F + "give/", second_factor.give_factor, name="mfa_authenticate"),
    path(F + "confirm/", second_factor.code_again, name="mfa_reauthenticate"),
    path(F + "confirm/key/", second_factor.key_again, name="mfa_reauthenticate_webauthn"),
    path(F + "application/", second_factor.set_up_application, name="mfa_activate_totp"),
    path(F + "application/drop/", second_factor.drop_application, name="mfa_deactivate_totp"),
    path(F + "keys/", second_factor.index, name="mfa_list_webauthn"),
    path(F + "keys/add/", second_factor.add_key, name="mfa_add_webauthn"),
    path(F + "keys/sign-in/", second_factor.key_sign_in, name="mfa_login_webauthn"),
    path(F + "keys/<int:pk>/drop/", second_factor.drop_key, name="mfa_remove_webauthn"),
    path(F + "keys/<int:pk>/rename/", second_factor.rename_key, name="mfa_edit_webauthn"),
    path(F + "codes/", second_factor.recovery_codes, name="mfa_view_recovery_codes"),
    path(F + "codes/new/", second_factor.new_codes, name="mfa_generate_recovery_codes"),
    path(D + "cancelled/", directory.cancelled, name="socialaccount_login_cancelled"),
    path(D + "failed/", directory.failed, name="socialaccount_login_error"),
    path(D + "unlink/", directory.unlink, name="socialaccount_connections"),
    path(D + "<slug:provider_id>/", directory.leave, name="openid_connect_login"),
    path(D + "<slug:provider_id>/back/", directory.come_back, name="openid_connect_callback"),
]
