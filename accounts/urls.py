"""Addresses of signing in. The names are those by which django-allauth asks for them."""

from __future__ import annotations

from allauth.socialaccount.providers.openid_connect.urls import urlpatterns as company
from django.urls import include, path

from accounts import methods, signin, views

urlpatterns = [
    path("sign-in", signin.Start.as_view(), name="account_login"),
    path("sign-in", signin.Start.as_view(), name="account_request_login_code"),
    path("sign-in", signin.Start.as_view(), name="account_signup"),
    path("sign-in", signin.Start.as_view(), name="socialaccount_signup"),
    path("sign-in/code", signin.code, name="account_confirm_login_code"),
    path("sign-in/second", signin.Second.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey", signin.Passkey.as_view(), name="mfa_login_webauthn"),
    path("sign-in/link/<str:token>", views.link, name="signin_link"),
    path("sign-in/company/", include(company)),
    path("sign-out", views.sign_out, name="account_logout"),
    path("settings/sign-in", methods.home, name="mfa_index"),
    path("settings/sign-in/passkeys", methods.add_passkey, name="mfa_add_webauthn"),
    path("settings/sign-in/passkeys/options", methods.passkey_options),
    path("settings/sign-in/passkeys/remove", methods.remove_passkey),
    path("settings/sign-in/app", methods.app, name="mfa_activate_totp"),
    path("settings/sign-in/app/remove", methods.remove_app),
    path("settings/sign-in/codes", methods.new_codes),
    path("organization", views.organization, name="organization"),
]
