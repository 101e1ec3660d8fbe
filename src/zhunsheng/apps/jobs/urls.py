"""Addresses of long work."""

from django.urls import path

from zhunsheng.apps.jobs import views

app_name = "jobs"
urlpatterns = [
    path("jobs/", views.mine, name="mine"),
    path("jobs.xlsx", views.mine_sheet, name="mine_sheet"),
    path("jobs/start/", views.start, name="start"),
    path("jobs/export/<str:view>/", views.export, name="export"),
    path("jobs/policies/check/", views.check_policy, name="check_policy"),
    path("jobs/rules/try/", views.try_rule, name="try_rule"),
    path("jobs/rules/draft/", views.draft_rule, name="draft_rule"),
    path("jobs/rules/propose/", views.propose_rule, name="propose_rule"),
    path("jobs/table/", views.table, name="table"),
    path("jobs/<uuid:job>/cancel/", views.cancel, name="cancel"),
    path("jobs/<uuid:job>/result/", views.result, name="result"),
]
