"""The Django application of making rules."""

from typing import ClassVar

from django.apps import AppConfig

from zhunsheng.apps.audit.tables import TableRule
from zhunsheng.apps.rulemaking.pages import MENU, PAGES


class RulemakingConfig(AppConfig):
    """Drafts of rule files as sentences, and their back-tests."""

    name = "zhunsheng.apps.rulemaking"
    label = "rulemaking"
    verbose_name = "规则编写"
    pages = PAGES
    menu = MENU
    row_conditions: ClassVar[dict[str, str]] = {
        # The answer of a trial names cases of every unit: the legal department, which may list them all, reads it.
        "rulemaking_trial": "'ordinary' = ANY (coalesce((SELECT zs_scope('everywhere')), '{}'::text[]))",
    }
    table_rules = (
        TableRule("rulemaking_draft", app_may=("select", "insert", "update", "delete"), key=("rule",), change="plain"),
        TableRule("rulemaking_trial", app_may=("select", "insert"), key=("id",), change="append"),
    )
