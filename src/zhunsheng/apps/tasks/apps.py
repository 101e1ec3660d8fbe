"""The Django application of tasks."""

from typing import ClassVar

from django.apps import AppConfig

from zhunsheng.apps.audit.tables import TableRule
from zhunsheng.apps.tasks.pages import MENU, PAGES

READ_ADD = ("select", "insert")
# Whoever oversees everywhere, and whoever a task was given to. Its unit learns of it by the cards that come of it.
EVERYWHERE = "'ordinary' = ANY (coalesce((SELECT zs_scope('everywhere')), '{}'::text[]))"
OF_TASK = "EXISTS (SELECT FROM tasks_task t WHERE t.number = task_id)"
OF_REPORT = "EXISTS (SELECT FROM tasks_report r WHERE r.key = report_id)"
KEYS = {
    "schedule": "id",
    "scheduleend": "schedule_id",
    "task": "number",
    "thing": "id",
    "given": "id",
    "report": "key",
    "said": "id",
    "photo": "id",
    "ruling": "said_id",
}
"""Tables whose rows are added, never changed, and sealed; with the column that names a row."""


class TasksConfig(AppConfig):
    """On-site checks, on-line patrols and daily tasks: made, given, done, and what they found put right."""

    name = "zhunsheng.apps.tasks"
    label = "tasks"
    verbose_name = "检查任务"
    pages = PAGES
    menu = MENU
    app_functions = ("zs_tasks_waiting(bigint, boolean, text[], text[])",)
    row_conditions: ClassVar[dict[str, str]] = {
        "tasks_schedule": EVERYWHERE,
        "tasks_scheduleend": EVERYWHERE,
        "tasks_given": f"{EVERYWHERE} OR officer_id = (SELECT zs_officer())",
        "tasks_task": f"{EVERYWHERE} OR EXISTS (SELECT FROM tasks_given g WHERE g.task_id = number)",
        "tasks_thing": OF_TASK,
        "tasks_report": OF_TASK,
        "tasks_said": OF_REPORT,
        "tasks_photo": OF_REPORT,
        "tasks_ruling": "EXISTS (SELECT FROM tasks_said s WHERE s.id = said_id)",
    }
    table_rules = tuple(
        TableRule(f"tasks_{name}", app_may=READ_ADD, key=(key,), change="append", sealed=True)
        for name, key in KEYS.items()
    )
