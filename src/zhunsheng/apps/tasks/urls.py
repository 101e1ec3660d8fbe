"""Addresses of tasks. Everything of a phone lies under one folder, which its worker may answer for."""

from django.urls import path

from zhunsheng.apps.tasks import task_views, views

app_name = "tasks"
urlpatterns = [
    path("tasks/", views.mine, name="mine"),
    path("tasks.xlsx", views.mine_sheet, name="mine_sheet"),
    path("tasks/new/", views.new, name="new"),
    path("tasks/schedules/", views.schedules, name="schedules"),
    path("tasks/schedules.xlsx", views.schedules_sheet, name="schedules_sheet"),
    path("tasks/worker.js", task_views.worker, name="worker"),
    path("tasks/<str:number>/", task_views.task, name="task"),
    path("tasks/<str:number>/give/", task_views.give, name="give"),
    path("tasks/<str:number>/rule/", task_views.rule, name="rule"),
    path("tasks/<str:number>/photos/<int:photo>/", task_views.photo, name="photo"),
]
