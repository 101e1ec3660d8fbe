"""Addresses of reading and its oversight."""

from django.urls import path

from zhunsheng.apps.readers import urgent_views, views

app_name = "readers"
urlpatterns = [
    path("urgent/", urgent_views.urgent, name="urgent"),
    path("urgent.xlsx", urgent_views.urgent_sheet, name="urgent_sheet"),
    path("urgent/review/", urgent_views.review, name="review"),
    path("reading/", views.watch, name="watch"),
    path("reading/baits/", views.bait_list, name="baits"),
    path("reading/baits/<int:bait>/end/", views.end_bait, name="end_bait"),
    path("reading/exports/", views.exports, name="exports"),
    path("reading/exports.xlsx", views.exports_sheet, name="exports_sheet"),
]
