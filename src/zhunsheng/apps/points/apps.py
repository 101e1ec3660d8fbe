"""The Django application of points and ranking."""

from typing import ClassVar

from django.apps import AppConfig

from zhunsheng.apps.audit.tables import TableRule
from zhunsheng.apps.points.pages import MENU, PAGES

READ_ADD = ("select", "insert")
# The net under the pages: one's own, and what belongs to a unit whose sensitive cases one may list, as its heads may.
OF_ONES_OWN = """(
    SELECT o.province || '-' || o.number FROM org_officer o WHERE o.id = (SELECT zs_officer())
)"""
OF_A_UNIT_LED = """
    ('sensitive:' || unit) = ANY (coalesce((SELECT zs_scope('units')), '{}'::text[]))
    OR 'sensitive' = ANY (coalesce((SELECT zs_scope('everywhere')), '{}'::text[]))
"""
PROCESSES_ONLY = "false"
SEALED = (
    "fact", "act", "closing", "weight", "exposure", "bound", "run", "proposal", "publication", "correction", "check",
    "look",
)  # fmt: skip


class PointsConfig(AppConfig):
    """Facts become points under policies that two bodies approved; what people do about it; the boards."""

    name = "zhunsheng.apps.points"
    label = "points"
    verbose_name = "积分与排名"
    pages = PAGES
    menu = MENU
    row_conditions: ClassVar[dict[str, str]] = {
        "points_fact": f"officer = {OF_ONES_OWN} OR {OF_A_UNIT_LED}",
        "points_act": f"officer = {OF_ONES_OWN} OR {OF_A_UNIT_LED}",
        "points_entry": f"holder = {OF_ONES_OWN} OR {OF_A_UNIT_LED}",
        "points_exposure": f"holder = {OF_ONES_OWN} OR {OF_A_UNIT_LED}",
        "points_look": f"holder = {OF_ONES_OWN} OR by_id = (SELECT zs_officer())",
        # Boards and proposals name people of every unit: pages ask for the part that their viewer may see.
        "points_proposal": PROCESSES_ONLY,
        "points_decision": PROCESSES_ONLY,
        "points_publication": PROCESSES_ONLY,
        "points_correction": PROCESSES_ONLY,
    }
    app_functions = ("zs_points_undecided()",)
    table_rules = (
        TableRule("points_revision", app_may=(*READ_ADD, "update"), key=("one",), change="plain"),
        *(TableRule(f"points_{name}", app_may=READ_ADD, key=("id",), change="append", sealed=True) for name in SEALED),
        TableRule("points_entry", app_may=READ_ADD, key=("key",), change="append", sealed=True),
        TableRule("points_decision", app_may=READ_ADD, key=("proposal_id",), change="append", sealed=True),
    )
