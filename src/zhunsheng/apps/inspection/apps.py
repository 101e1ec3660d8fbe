"""The Django application of inspection."""

from typing import ClassVar

from django.apps import AppConfig

from zhunsheng.apps.access.rls import WITHHELD
from zhunsheng.apps.audit.tables import TableRule
from zhunsheng.apps.inspection.pages import MENU, PAGES

READ_ADD = ("select", "insert")
OF_CASE = '(SELECT zs_every_case()) OR EXISTS (SELECT FROM cases_case c WHERE c.number = "case")'
# Which files a lot holds is seen of a planted one as of any other; only a process of ours counts without it.
OF_CASE_OR_PLANTED = f'{OF_CASE} OR "case" = ANY ((SELECT zs_planted_in_reach())::text[])'
PICK_SEEN = f"{OF_CASE_OR_PLANTED} OR id = ANY ((SELECT zs_taken_back_in_reach())::bigint[])"
# A process counts neither a planted file nor the place of one that gave way to a true case; who treats them alike does.
COUNTED_ALIKE = "current_setting('zs.planted', true) = 'on'"
NOT_COUNTED = f"""
    (SELECT zs_whole()) AND (
        "case" = ANY ({WITHHELD}) OR {COUNTED_ALIKE} IS NOT TRUE AND id = ANY ((SELECT {{}}())::bigint[])
    )
"""
# Whoever may list every case sees what hangs on any of them: nothing need be looked up row by row, table by table.
OF_PICK = "(SELECT zs_every_case()) OR EXISTS (SELECT FROM inspection_pick p WHERE p.id = pick_id)"
OF_ASSIGNED = "(SELECT zs_every_case()) OR EXISTS (SELECT FROM inspection_assigned a WHERE a.id = assigned_id)"
OF_ANSWER = "(SELECT zs_every_case()) OR EXISTS (SELECT FROM inspection_answer a WHERE a.id = answer_id)"
# A card of a place is of no case: its unit sees it, and whoever is held responsible.
OF_CARD_ITSELF = f"""
    CASE WHEN "case" <> '' THEN {OF_CASE}
    ELSE 'ordinary' = ANY ((SELECT zs_scope('everywhere'))::text[])
        OR 'ordinary:' || unit = ANY ((SELECT zs_scope('units'))::text[]) OR responsible_id = (SELECT zs_officer()) END
"""
OF_CARD = "(SELECT zs_every_case()) OR EXISTS (SELECT FROM inspection_card c WHERE c.number = card_id)"
SEALED = {
    "plan": "id",
    "frame": "plan_id",
    "framefile": "id",
    "framecase": "id",
    "commitment": "plan_id",
    "draw": "plan_id",
    "void": "plan_id",
    "pick": "id",
    "assigned": "id",
    "answer": "id",
    "submission": "assigned_id",
    "confirmation": "answer_id",
    "card": "number",
    "cardstep": "id",
    "planted": "case",
    "plantedtold": "id",
    "apicall": "id",
    "alarm": "id",
    "checkstep": "id",
}
"""Tables whose rows are added, never changed, and sealed; with the column that names a row."""


class InspectionConfig(AppConfig):
    """Draws that anybody can repeat, files read against check sheets, faults put right, and the watchers watched."""

    name = "zhunsheng.apps.inspection"
    label = "inspection"
    verbose_name = "案件质检"
    pages = PAGES
    menu = MENU
    # A frame is public under the names it is published by; which case is behind a name, only who may list the case.
    row_conditions: ClassVar[dict[str, str]] = {
        "inspection_framecase": OF_CASE_OR_PLANTED,
        "inspection_pick": PICK_SEEN,
        "inspection_assigned": OF_PICK,
        "inspection_answer": OF_ASSIGNED,
        "inspection_submission": OF_ASSIGNED,
        "inspection_confirmation": OF_ANSWER,
        "inspection_unconfirmed": OF_ANSWER,
        "inspection_countedspan": "false",
        "inspection_card": OF_CARD_ITSELF,
        "inspection_cardstep": OF_CARD,
        "inspection_cardnow": OF_CARD,
        "inspection_planted": "false",
        "inspection_plantedtold": "false",
        "inspection_overtaken": "false",
    }
    # Planted files are there as cases for whoever reads them, and for no count.
    rows_withheld: ClassVar[dict[str, str]] = {
        "cases_case": f"number = ANY ({WITHHELD})",
        "cases_event": f'"case" = ANY ({WITHHELD})',
        "cases_dossier": f"case_id = ANY ({WITHHELD})",
        "inspection_framecase": NOT_COUNTED.format("zs_taken_back_of_frames"),
        "inspection_pick": NOT_COUNTED.format("zs_taken_back"),
        "inspection_planted": f'"case" = ANY ({WITHHELD})',
        "inspection_plantedtold": f'"case" = ANY ({WITHHELD})',
    }
    app_functions = (
        "zs_withheld()",
        "zs_planted_in_reach()",
        "zs_taken_back()",
        "zs_taken_back_of_frames()",
        "zs_taken_back_in_reach()",
        "zs_hold_arrivals()",
        "zs_hold_plants()",
        "zs_readers_of(text[])",
        "zs_under_reading(bigint)",
        "zs_has_files(bigint)",
        "zs_has_cards(bigint, text[])",
        "zs_all_cards_waiting(text[], text[])",
        "zs_files_waiting(bigint)",
        "zs_problems_waiting(bigint, text[], text, text, text, text, timestamptz, bigint, boolean, integer)",
        "zs_problems_counted(bigint, text[])",
        "zs_read_of_plans(text[])",
        "zs_counted_of_plans(text[])",
        "zs_open_lots()",
        "zs_said_beside_data(timestamptz)",
        "zs_confirmed_often(timestamptz, text[], integer)",
        "zs_cards_waiting(bigint, text[], text[], text[])",
    )
    table_rules = (
        *(
            TableRule(f"inspection_{name}", app_may=READ_ADD, key=(key,), change="append", sealed=True)
            for name, key in SEALED.items()
        ),
        # Only the database's own triggers add to it.
        TableRule("inspection_overtaken", app_may=("select",), key=("case",), change="append", sealed=True),
        # A cache of what is counted each day.
        TableRule("inspection_countedspan", app_may=(*READ_ADD, "update"), key=("question", "since"), change="plain"),
        TableRule("inspection_unconfirmed", app_may=("select",), key=("answer_id",), change="function"),
        TableRule("inspection_cardnow", app_may=(*READ_ADD, "update"), key=("card_id",), change="plain"),
    )
