"""Addresses of points and ranking."""

from django.urls import path

from zhunsheng.apps.points import appeal_views, decision_views, officer_views, policy_views, unit_views

app_name = "points"
urlpatterns = [
    path("points/", officer_views.mine, name="mine"),
    path("points/entry/", officer_views.row, name="row"),
    path("points/entry/appeal/", officer_views.appeal, name="appeal"),
    path("points/looks/", officer_views.looks, name="looks"),
    path("points/officers/<str:holder>/", officer_views.officer, name="officer"),
    path("points/unit/", unit_views.board, name="unit"),
    path("points/unit.xlsx", unit_views.board_sheet, name="unit_sheet"),
    path("points/published/<int:number>/", unit_views.published, name="published"),
    path("points/policies/", policy_views.policies, name="policies"),
    path("points/policies.xlsx", policy_views.policies_sheet, name="policies_sheet"),
    path("points/policies/<str:name>/", policy_views.policy, name="policy"),
    path("points/decisions/", decision_views.decisions, name="decisions"),
    path("points/decisions.xlsx", decision_views.decisions_sheet, name="decisions_sheet"),
    path("points/decisions/new/<str:kind>/", decision_views.propose, name="propose"),
    path("points/decisions/<uuid:proposal>/", decision_views.decide, name="decide"),
    path("points/appeals/", appeal_views.appeals, name="appeals"),
    path("points/appeals.xlsx", appeal_views.appeals_sheet, name="appeals_sheet"),
    path("points/appeals/answer/", appeal_views.answer, name="answer"),
    path("points/periods/close/", decision_views.close, name="close"),
]
