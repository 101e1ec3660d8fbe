"""Addresses of reading and its oversight."""

from django.urls import path

from zhunsheng.apps.readers import views

app_name = "readers"
urlpatterns = [
    path("urgent/", views.urgent, name="urgent"),
    path("urgent/review/", views.review, name="review"),
    path("reading/", views.watch, name="watch"),
    path("reading/baits/", views.set_bait, name="set_bait"),
    path("reading/baits/<int:bait>/end/", views.end_bait, name="end_bait"),
    path("reading/exports/", views.exports, name="exports"),
    path("reading/exports.xlsx", views.exports_sheet, name="exports_sheet"),
]
