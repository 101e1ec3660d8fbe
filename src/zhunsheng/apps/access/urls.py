"""Addresses of login and administration."""

from django.urls import path

from zhunsheng.apps.access import admin_views, own_account_views, passkey_views, preference_views, views

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
    path("language/", preference_views.language, name="language"),
    path("stay/", preference_views.stay, name="stay"),
    path("settings/", preference_views.own_settings, name="settings"),
    path("settings/password/", own_account_views.password, name="password"),
    path("settings/sessions/end/", own_account_views.end_others, name="end_sessions"),
    path("settings/filters/", preference_views.keep_filter, name="keep_filter"),
    path("settings/filters/<int:pk>/forget/", preference_views.forget_filter, name="forget_filter"),
    path("admin/accounts/", admin_views.accounts, name="accounts"),
    path("admin/accounts.xlsx", admin_views.accounts_sheet, name="accounts_sheet"),
    path("admin/audit/", admin_views.audit_log, name="audit_log"),
    path("admin/audit.xlsx", admin_views.audit_log_sheet, name="audit_log_sheet"),
]
