"""Addresses of login and administration."""

from django.urls import path

from zhunsheng.apps.access import passkey_views, views

app_name = "access"
urlpatterns = [
    path("login/", views.login, name="login"),
    path("login/factor/", views.factor, name="factor"),
    path("login/enrol/", views.enrol, name="enrol"),
    path("login/passkey/options/", passkey_views.options, name="passkey_options"),
    path("login/passkey/enrol/", passkey_views.enrol, name="passkey_enrol"),
    path("login/passkey/", passkey_views.login, name="passkey_login"),
    path("confirm/", views.confirm, name="confirm"),
    path("confirm/passkey/options/", passkey_views.options, name="passkey_confirm_options"),
    path("confirm/passkey/", passkey_views.confirm, name="passkey_confirm"),
    path("logout/", views.logout, name="logout"),
    path("admin/accounts/", views.accounts, name="accounts"),
    path("admin/audit/", views.audit_log, name="audit_log"),
]
