"""Addresses of cases."""

from django.urls import path

from zhunsheng.apps.cases import admin_views, dossier_views, search_views, views

app_name = "cases"
urlpatterns = [
    path("cases/<str:number>/upload/", views.upload, name="upload"),
    path("persons/<str:person>/", views.person, name="person"),
    path("documents/<int:document>/<int:number>/", views.page_image, name="page_image"),
    path("dossiers/<str:code>/", dossier_views.dossier, name="dossier"),
    path("dossiers/<str:code>/pages/", dossier_views.add_page, name="add_page"),
    path("search/", search_views.found, name="search"),
    path("search/persons/", search_views.persons, name="search_persons"),
    path("held/", views.held, name="held"),
    path("held.xlsx", views.held_sheet, name="held_sheet"),
    path("held/<int:held>/decide/", views.decide, name="decide"),
    path("labels.xlsx", admin_views.labels_sheet, name="labels_sheet"),
    path("labels/", admin_views.label_list, name="labels"),
    path("admin/source-keys/", admin_views.source_list, name="sources"),
    path("admin/source-keys/<str:source>/switch/", admin_views.switch_source, name="switch_source"),
]
