"""The Django application of supervision."""

from typing import ClassVar

from django.apps import AppConfig

from zhunsheng.apps.audit.tables import TableRule
from zhunsheng.apps.cases.probes import OF_INCIDENT

OF_CASE_OR_INCIDENT_SEEN = """
    (SELECT zs_every_case()) OR
    CASE WHEN "case" IS NOT NULL THEN EXISTS (SELECT FROM cases_case c WHERE c.number = "case")
    ELSE EXISTS (SELECT FROM cases_incident i WHERE i.number = incident) END
"""
OF_CASE_SEEN = '(SELECT zs_every_case()) OR EXISTS (SELECT FROM cases_case c WHERE c.number = "case")'
PROCESSES_ONLY = "false"
KEPT = ("select", "insert", "update")
CACHED = (*KEPT, "delete")


class SupervisionConfig(AppConfig):
    """Runs the core over what happened; keeps clocks and findings."""

    name = "zhunsheng.apps.supervision"
    label = "supervision"
    verbose_name = "期限监督"
    row_conditions: ClassVar[dict[str, str]] = {
        "supervision_clock": OF_CASE_OR_INCIDENT_SEEN,
        "supervision_finding": OF_CASE_OR_INCIDENT_SEEN,
        "supervision_inhand": OF_CASE_SEEN,
        "supervision_keptcount": PROCESSES_ONLY,
        "supervision_duekey": PROCESSES_ONLY,
        "supervision_personkey": PROCESSES_ONLY,
        "supervision_actkey": PROCESSES_ONLY,
        "supervision_touched": PROCESSES_ONLY,
        "supervision_touchedunit": PROCESSES_ONLY,
    }
    rows_of_probes: ClassVar[dict[str, str]] = {"supervision_clock": OF_INCIDENT, "supervision_finding": OF_INCIDENT}
    app_functions = (
        "zs_due_in()",
        "zs_unfold_appended()",
        "zs_index_acts(text[], text[])",
        "zs_kept_counts(text[], text[], text[], date, date, timestamptz, text[])",
        "zs_in_hand_by_unit(text[])",
        "zs_exceeded_by_unit(text[], timestamptz, timestamptz, timestamptz, timestamptz, text[], text[])",
    )
    table_rules = (
        # Caches of facts: the events and the released rulebook give them again, so that no change is an act.
        TableRule("supervision_clock", app_may=CACHED, key=("key",), change="plain"),
        TableRule("supervision_finding", app_may=KEPT, key=("key",), change="plain"),
        TableRule("supervision_inhand", app_may=("select",), key=("case",), change="function"),
        TableRule("supervision_keptcount", app_may=("select",), key=("id",), change="function"),
        TableRule("supervision_duekey", app_may=KEPT, key=("kind", "number"), change="plain"),
        TableRule("supervision_personkey", app_may=("select",), key=("id",), change="plain"),
        TableRule("supervision_acttype", app_may=("select",), key=("id",), change="plain"),
        TableRule("supervision_actkey", app_may=("select",), key=("id",), change="plain"),
        TableRule("supervision_touched", app_may=CACHED, key=("id",), change="plain"),
        TableRule("supervision_touchedunit", app_may=CACHED, key=("id",), change="plain"),
        TableRule("supervision_appended", app_may=("select",), key=("xid",), change="function"),
        TableRule("supervision_release", app_may=KEPT, key=("id",), change="audited", hidden=("files",)),
        TableRule("supervision_heartbeat", app_may=KEPT, key=("process",), change="plain"),
    )
