"""Addresses of making rules."""

from django.urls import path

from zhunsheng.apps.rulemaking import views

app_name = "rulemaking"
urlpatterns = [
    path("drafts/<str:rule>/", views.edit, name="edit"),
    path("drafts/<str:rule>/preview/", views.preview, name="preview"),
    path("drafts/<str:rule>/file/", views.file, name="file"),
    path("releases/", views.released, name="releases"),
    path("releases.xlsx", views.releases_sheet, name="releases_sheet"),
    path("releases/decide/", views.decide, name="decide"),
    path("trials/<uuid:trial>/", views.trial, name="trial"),
]
