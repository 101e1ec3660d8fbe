"""Addresses of the pages that gather."""

from django.urls import path

from zhunsheng.apps.desk import case_views, quality_views, rule_views

app_name = "desk"
urlpatterns = [
    path("cases/", case_views.running, name="cases"),
    path("cases.xlsx", case_views.running_sheet, name="cases_sheet"),
    path("cases/all/", case_views.every, name="all_cases"),
    path("cases/all.xlsx", case_views.every_sheet, name="all_cases_sheet"),
    path("rules/", rule_views.rules, name="rules"),
    path("rules/<str:rule>/", rule_views.rule, name="rule"),
    path("admin/sources/", quality_views.registered, name="sources"),
    path("quarantine/", quality_views.quality, name="quality"),
]
