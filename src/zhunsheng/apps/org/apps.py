"""The Django application of the organisation."""

from django.apps import AppConfig

from zhunsheng.apps.audit.tables import TableRule

ALL = ("select", "insert", "update", "delete")


class OrgConfig(AppConfig):
    """Units, officers, posts, duty rosters, delegation, leave."""

    name = "zhunsheng.apps.org"
    label = "org"
    verbose_name = "单位与人员"
    table_rules = (
        TableRule("org_unit", app_may=("select", "insert", "update"), key=("code",), change="audited"),
        TableRule(
            "org_officer",
            app_may=("select", "insert", "update"),
            key=("id",),
            change="audited",
            hidden=("name", "mobile"),
        ),
        TableRule("org_post", app_may=("select", "insert", "update"), key=("id",), change="audited"),
        TableRule("org_duty", app_may=ALL, key=("id",), change="audited"),
        TableRule("org_delegation", app_may=("select", "insert", "update"), key=("id",), change="audited"),
        TableRule("org_leave", app_may=("select", "insert", "update"), key=("id",), change="audited"),
    )
