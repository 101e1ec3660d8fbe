"""The Django application of the audit log."""

from django.apps import AppConfig

from zhunsheng.apps.audit.tables import TableRule


class AuditConfig(AppConfig):
    """Audit entries, the sealed log and its heads, the deployment's one row."""

    name = "zhunsheng.apps.audit"
    label = "audit"
    verbose_name = "审计"
    app_functions = (
        "zs_now()",
        "zs_set_city_clock(timestamptz, double precision)",
        "zs_audit(text, text, text, text, jsonb)",
        "zs_may_send()",
        "zs_cluster()",
    )
    table_rules = (
        TableRule("audit_deployment", app_may=("select",), key=("one",), change="function"),
        TableRule("audit_entry", app_may=("select",), key=("id",), change="append", sealed=True),
        TableRule("audit_leaf", app_may=("select",), key=("n",), change="append"),
        TableRule("audit_head", app_may=("select",), key=("size",), change="append"),
        TableRule("audit_progress", app_may=("select",), key=("one",), change="function"),
        TableRule("audit_fence", app_may=("select", "insert", "update"), key=("id",), change="audited"),
        TableRule("audit_sentbefore", app_may=("select", "insert"), key=("id",), change="append"),
    )
