"""Addresses of the pages that gather."""

from django.urls import path, register_converter

from zhunsheng.apps.desk import (
    alert_views,
    case_page_views,
    case_views,
    city_views,
    duty_views,
    inbox_views,
    inspector_views,
    live_views,
    overdue_views,
    premises_views,
    quality_views,
    rule_views,
    silence_views,
    wall_views,
)

register_converter(case_page_views.ElementConverter, "element")
register_converter(alert_views.KeyConverter, "alert")
register_converter(alert_views.ActConverter, "act")
app_name = "desk"
urlpatterns = [
    path("inbox/", inbox_views.shown, name="inbox"),
    path("inbox/acknowledge/", inbox_views.acknowledge, name="inbox_acknowledge"),
    path("inbox.xlsx", inbox_views.sheet, name="inbox_sheet"),
    path("mine/", duty_views.own, name="mine"),
    path("today/", duty_views.leader, name="today"),
    path("city/", city_views.whole, name="city"),
    path("city.xlsx", city_views.whole_sheet, name="city_sheet"),
    path("overdue/", overdue_views.ledger, name="overdue"),
    path("overdue.xlsx", overdue_views.ledger_sheet, name="overdue_sheet"),
    path("leads/", inspector_views.found_leads, name="leads"),
    path("leads.xlsx", inspector_views.leads_sheet, name="leads_sheet"),
    path("withdrawn/", inspector_views.withdrawn, name="withdrawn"),
    path("withdrawn.xlsx", inspector_views.withdrawn_sheet, name="withdrawn_sheet"),
    path("looks/", inspector_views.own_looks, name="looks"),
    path("looks.xlsx", inspector_views.own_looks_sheet, name="looks_sheet"),
    path("premises/", premises_views.who_is_in, name="premises"),
    path("premises.xlsx", premises_views.who_is_in_sheet, name="premises_sheet"),
    path("wall/", wall_views.shown, name="wall"),
    path("live/", live_views.news, name="live"),
    path("a/<alert:key>/", alert_views.alert, name="alert"),
    path("a/<alert:key>/<act:act>/", alert_views.act, name="alert_act"),
    path("cases/", case_views.running, name="cases"),
    path("cases.xlsx", case_views.running_sheet, name="cases_sheet"),
    path("cases/all/", case_views.every, name="all_cases"),
    path("cases/all.xlsx", case_views.every_sheet, name="all_cases_sheet"),
    path("cases/<str:number>/", case_page_views.case, name="case"),
    path("cases/<str:number>/<element:element>/", case_page_views.element, name="case_element"),
    path("clocks/<str:key>/", case_page_views.clock, name="clock"),
    path("rules.xlsx", rule_views.rules_sheet, name="rules_sheet"),
    path("rules/", rule_views.rules, name="rules"),
    path("rules/<str:rule>/", rule_views.rule, name="rule"),
    path("silences/", silence_views.shown, name="silences"),
    path("silences.xlsx", silence_views.sheet, name="silences_sheet"),
    path("silences/<int:silence>/end/", silence_views.end, name="silence_end"),
    path("admin/sources/", quality_views.registered, name="sources"),
    path("quarantine/", quality_views.quality, name="quality"),
]
