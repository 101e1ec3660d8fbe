"""The Django application of long work."""

from typing import ClassVar

from django.apps import AppConfig

from zhunsheng.apps.audit.tables import TableRule
from zhunsheng.apps.jobs.pages import MENU, PAGES


class JobsConfig(AppConfig):
    """Tasks, the process that does them, the page of one's own."""

    name = "zhunsheng.apps.jobs"
    label = "jobs"
    verbose_name = "任务"
    pages = PAGES
    menu = MENU
    row_conditions: ClassVar[dict[str, str]] = {
        "jobs_job": "'account:' || account = (SELECT current_setting('zs.actor', true))",
    }
    # Progress is no act: that a task was given, ended, cancelled or its result fetched is recorded where it happens.
    table_rules = (
        TableRule("jobs_job", app_may=("select", "insert", "update", "delete"), key=("id",), change="plain"),
    )
