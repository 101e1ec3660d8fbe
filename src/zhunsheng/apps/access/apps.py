"""The Django application of access."""

from django.apps import AppConfig

from zhunsheng.apps.access.pages import MENU, PAGES
from zhunsheng.apps.audit.tables import TableRule


class AccessConfig(AppConfig):
    """Accounts, second factors, login, the policy table and its derivations."""

    name = "zhunsheng.apps.access"
    label = "access"
    verbose_name = "访问控制"
    pages = PAGES
    menu = MENU
    app_functions = (
        "zs_every_case()",
        "zs_officer()",
        "zs_scope(text)",
        "zs_sees_probes()",
        "zs_urgent()",
        "zs_whole()",
    )
    table_rules = (
        TableRule(
            "access_account",
            app_may=("select", "insert", "update"),
            key=("id",),
            change="audited",
            hidden=("password",),
        ),
        TableRule(
            "access_factor",
            app_may=("select", "insert", "update", "delete"),
            key=("id",),
            change="audited",
            hidden=("secret", "credential_id", "last_counter"),
        ),
        TableRule(
            "access_savedfilter",
            app_may=("select", "insert", "update", "delete"),
            key=("id",),
            change="audited",
            hidden=("title", "query"),
        ),
        TableRule(
            "access_readtoken",
            app_may=("select", "insert", "update"),
            key=("name",),
            change="audited",
            hidden=("key_digest",),
        ),
        TableRule("access_urgentaccess", app_may=("select", "insert"), key=("id",), change="append", sealed=True),
        TableRule("access_urgentreview", app_may=("select", "insert"), key=("id",), change="append", sealed=True),
        # The log is read by an administrator too: which case is a bait stands in it nowhere, nor which reading told.
        TableRule(
            "access_bait", app_may=("select", "insert", "update"), key=("id",), change="audited", hidden=("kind", "key")
        ),
        TableRule("access_baitalarm", app_may=("select", "update"), key=("id",), change="plain"),
        TableRule("access_loginattempt", app_may=("select", "insert"), key=("id",), change="append"),
    )
