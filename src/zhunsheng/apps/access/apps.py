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
    app_functions = ("zs_officer()", "zs_scope(text)", "zs_whole()")
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
        TableRule("access_loginattempt", app_may=("select", "insert"), key=("id",), change="append"),
    )
