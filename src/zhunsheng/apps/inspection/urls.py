"""Addresses of inspection."""

from django.urls import path

from zhunsheng.apps.inspection import (
    card_views,
    oversight_views,
    overtaken_views,
    plan_views,
    reader_views,
    reading_views,
)

app_name = "inspection"
urlpatterns = [
    path("inspection/plans.xlsx", plan_views.plans_sheet, name="plans_sheet"),
    path("inspection/plans/", plan_views.plans, name="plans"),
    path("inspection/plans/<str:number>/", plan_views.plan, name="plan"),
    path("inspection/plans/<str:number>/draw.json", plan_views.record, name="record"),
    path("inspection/plans/<str:number>/<str:act>/", plan_views.act, name="plan_act"),
    path("inspection/readers.xlsx", reader_views.readers_sheet, name="readers_sheet"),
    path("inspection/readers/", reader_views.readers, name="readers"),
    path("inspection/rules/<str:question>.toml", plan_views.skeleton, name="skeleton"),
    path("inspection/verify/", plan_views.verify, name="verify"),
    path("inspection/tasks.xlsx", reading_views.tasks_sheet, name="tasks_sheet"),
    path("inspection/tasks/", reading_views.tasks, name="tasks"),
    path("inspection/tasks/<int:assigned>/", reading_views.sheet, name="sheet"),
    path("inspection/tasks/<int:assigned>/answer/", reading_views.answer, name="answer"),
    path("inspection/tasks/<int:assigned>/submit/", reading_views.submit, name="submit"),
    path("inspection/problems.xlsx", reading_views.problems_sheet, name="problems_sheet"),
    path("inspection/problems/", reading_views.problems, name="problems"),
    path("rectification.xlsx", card_views.cards_sheet, name="cards_sheet"),
    path("rectification/", card_views.cards, name="cards"),
    path("rectification/<str:number>/", card_views.card, name="card"),
    path("rectification/<str:number>/<str:act>/", card_views.act, name="card_act"),
    path("oversight/", oversight_views.oversight, name="oversight"),
    path("oversight.xlsx", oversight_views.oversight_sheet, name="oversight_sheet"),
    path("oversight/<str:indicator>/<str:unit>/<str:month>/", oversight_views.behind, name="behind"),
    path("oversight/<int:alarm>/", oversight_views.check, name="check"),
    path("oversight/overtaken/<str:number>/", overtaken_views.overtaken, name="overtaken"),
    path(
        "oversight/overtaken/<str:number>/<int:place>/<int:leaf>/",
        overtaken_views.page_image,
        name="page_image",
    ),
]
