"""The Django application of alerts."""

from typing import ClassVar

from django.apps import AppConfig

from zhunsheng.apps.access.declared import Page, for_sources
from zhunsheng.apps.alerts.channels.webhook.client import PROBE_CHANNEL
from zhunsheng.apps.audit.tables import TableRule
from zhunsheng.apps.cases.probes import OF_INCIDENT

READ_ADD = ("select", "insert")
READ_WRITE = ("select", "insert", "update")
ABOUT_SEEN = """
    ("case" IS NOT NULL OR incident IS NOT NULL) AND (SELECT zs_every_case())
    OR ("case" IS NOT NULL AND EXISTS (SELECT FROM cases_case c WHERE c.number = "case"))
    OR ("case" IS NULL AND incident IS NOT NULL AND EXISTS (SELECT FROM cases_incident i WHERE i.number = incident))
"""
GROUP_SEEN = """
    (SELECT zs_every_case()) OR (
        seen_label = ANY ((SELECT zs_scope('everywhere'))::text[])
        OR seen_label || ':' || seen_unit IN (SELECT unnest(zs_scope('units')))
        OR "case" = ANY ((SELECT zs_urgent())::text[])
        OR (seen_label = ANY ((SELECT zs_scope('own'))::text[]) AND "case" IN (
            SELECT a.case_id FROM cases_assignment a WHERE a.officer_id = (SELECT zs_officer())
                AND a.until_at IS NULL AND a.role <> 'recused'))
    ) AND NOT coalesce("case" IN (
        SELECT a.case_id FROM cases_assignment a WHERE a.officer_id = (SELECT zs_officer())
            AND a.until_at IS NULL AND a.role = 'recused'), false)
"""
BY_PROBE_CHANNEL = f"channel = '{PROBE_CHANNEL}'"
OF_GROUP_SEEN = "(SELECT zs_every_case()) OR EXISTS (SELECT FROM alerts_alertgroup g WHERE g.key = group_id)"


READING = ("listCases", "listClocks", "listFindings", "listAlerts", "explainClock")


class AlertsConfig(AppConfig):
    """Alerts to the people who can put a thing right, and what they do about them."""

    name = "zhunsheng.apps.alerts"
    label = "alerts"
    verbose_name = "预警"
    app_functions = (
        "zs_alerts_waiting(bigint)",
        "zs_open_alerts(date, text[])",
        "zs_alerts_passed(timestamptz, timestamptz, timestamptz, text[])",
        "zs_alerts_of_cases(text[], text[], bigint, timestamptz, timestamptz)",
        "zs_untold(bigint, text[])",
        "zs_alerts_ended(bigint, text[], timestamptz, timestamptz)",
        "zs_last_ruling()",
        "zs_told_since(bigint, timestamptz, text[])",
        "zs_alerts_under(text[])",
        "zs_band(timestamptz, timestamptz, timestamptz, boolean, timestamptz, timestamptz, timestamptz)",
    )
    pages: ClassVar[dict[str, Page]] = {f"api:{name}": for_sources("GET") for name in READING}
    # What is about a case is seen by those who may list the case; a digest by its receiver; a gap names no case.
    row_conditions: ClassVar[dict[str, str]] = {
        "alerts_alertgroup": GROUP_SEEN,
        "alerts_alert": f"""
            {ABOUT_SEEN} OR ("case" IS NULL AND incident IS NULL
                AND (officer_id = (SELECT zs_officer()) OR reason IN ('no_recipient', 'fault')))
        """,
        "alerts_action": OF_GROUP_SEEN,
        "alerts_concern": "officer_id = (SELECT zs_officer())",
        "alerts_keptcount": "false",
        "alerts_delivery": "EXISTS (SELECT FROM alerts_alert a WHERE a.key = alert_id)",
        "alerts_deliveryoutcome": "EXISTS (SELECT FROM alerts_alert a WHERE a.key = alert_id)",
        "alerts_reply": "EXISTS (SELECT FROM alerts_alert a WHERE a.key = alert_id)",
    }
    rows_of_probes: ClassVar[dict[str, str]] = {
        "alerts_alertgroup": OF_INCIDENT,
        "alerts_alert": OF_INCIDENT,
        "alerts_delivery": BY_PROBE_CHANNEL,
        "alerts_deliveryoutcome": BY_PROBE_CHANNEL,
    }
    table_rules = (
        TableRule(
            "alerts_alertgroup",
            app_may=READ_WRITE,
            key=("key",),
            change="audited",
            hidden=("clock", "findings", "explanation"),
        ),
        TableRule("alerts_alert", app_may=READ_ADD, key=("key",), change="append", sealed=True),
        TableRule("alerts_concern", app_may=("select",), key=("id",), change="function"),
        TableRule("alerts_keptcount", app_may=("select",), key=("id",), change="function"),
        TableRule("alerts_action", app_may=READ_ADD, key=("id",), change="append", sealed=True),
        TableRule("alerts_silence", app_may=READ_WRITE, key=("id",), change="audited"),
        TableRule("alerts_switch", app_may=READ_WRITE, key=("id",), change="audited"),
        TableRule("alerts_gap", app_may=READ_WRITE, key=("key",), change="audited"),
        TableRule("alerts_fault", app_may=READ_WRITE, key=("key",), change="audited"),
        TableRule("alerts_pending", app_may=(*READ_WRITE, "delete"), key=("alert_id",), change="plain"),
        # A lease is no act: what became of a message is in its outcomes.
        TableRule("alerts_delivery", app_may=READ_WRITE, key=("key",), change="plain"),
        TableRule("alerts_deliveryoutcome", app_may=READ_ADD, key=("id",), change="append", sealed=True),
        TableRule("alerts_reply", app_may=READ_ADD, key=("key",), change="append", sealed=True),
    )
