"""The Django application of cases and events."""

from typing import ClassVar

from django.apps import AppConfig

from zhunsheng.apps.audit.tables import TableRule
from zhunsheng.apps.cases.pages import MENU, PAGES
from zhunsheng.apps.cases.probes import OF_INCIDENT

READ_WRITE = ("select", "insert", "update")
CASE_SEEN = """
    (SELECT zs_every_case()) OR (
        label = ANY ((SELECT zs_scope('everywhere'))::text[])
        OR label || ':' || unit_id IN (SELECT unnest(zs_scope('units')))
        OR number = ANY ((SELECT zs_urgent())::text[])
        OR (label = ANY ((SELECT zs_scope('own'))::text[]) AND EXISTS (
            SELECT FROM cases_assignment a WHERE a.case_id = number AND a.officer_id = (SELECT zs_officer())
                AND a.until_at IS NULL AND a.role <> 'recused'))
    ) AND NOT EXISTS (
        SELECT FROM cases_assignment a WHERE a.case_id = number AND a.officer_id = (SELECT zs_officer())
            AND a.until_at IS NULL AND a.role = 'recused')
"""
INCIDENT_SEEN = """
    'ordinary' = ANY ((SELECT zs_scope('everywhere'))::text[])
    OR 'ordinary:' || unit_id = ANY ((SELECT zs_scope('units'))::text[])
"""
OF_CASE_SEEN = "(SELECT zs_every_case()) OR EXISTS (SELECT FROM cases_case c WHERE c.number = case_id)"
EVENT_SEEN = """
    (SELECT zs_every_case()) OR
    CASE WHEN "case" IS NOT NULL THEN EXISTS (SELECT FROM cases_case c WHERE c.number = "case")
    ELSE EXISTS (SELECT FROM cases_incident i WHERE i.number = incident) END
"""


class CasesConfig(AppConfig):
    """The five elements, the event log, and what comes in."""

    name = "zhunsheng.apps.cases"
    label = "cases"
    verbose_name = "案件与事件"
    pages = PAGES
    menu = MENU
    app_functions = (
        "zs_append_events(text, timestamptz, interval)",
        "zs_quarantine(bytea, text, text, integer, text, text, text, bytea)",
        "zs_ties(bigint)",
        "zs_case_titles(text[])",
        "zs_case_officers(text[])",
    )
    # What row security lets the session's viewer see. Assignments stay visible: the conditions above read them.
    row_conditions: ClassVar[dict[str, str]] = {
        "cases_case": CASE_SEEN,
        "cases_incident": INCIDENT_SEEN,
        "cases_event": EVENT_SEEN,
        "cases_personincase": OF_CASE_SEEN,
        "cases_person": "EXISTS (SELECT FROM cases_personincase p WHERE p.person_id = cases_person.id)",
        "cases_item": OF_CASE_SEEN,
        "cases_placevisit": OF_CASE_SEEN,
        "cases_dossier": OF_CASE_SEEN,
        "cases_document": "EXISTS (SELECT FROM cases_dossier d WHERE d.code = dossier_id)",
        "cases_page": "EXISTS (SELECT FROM cases_document d WHERE d.id = document_id)",
        "cases_upload": OF_CASE_SEEN,
        "cases_heldevent": 'EXISTS (SELECT FROM cases_case c WHERE c.number = "case")',
    }
    rows_of_probes: ClassVar[dict[str, str]] = {"cases_event": OF_INCIDENT}
    table_rules = (
        TableRule("cases_incident", app_may=READ_WRITE, key=("number",), change="audited"),
        TableRule("cases_case", app_may=READ_WRITE, key=("number",), change="audited", hidden=("title",)),
        TableRule("cases_assignment", app_may=READ_WRITE, key=("id",), change="audited"),
        TableRule(
            "cases_person",
            app_may=READ_WRITE,
            key=("id",),
            change="audited",
            hidden=(
                "masked_name",
                "name",
                "id_number",
                "phone",
                "address",
                "name_index",
                "id_number_index",
                "phone_index",
            ),
        ),
        TableRule("cases_personincase", app_may=READ_WRITE, key=("id",), change="audited"),
        TableRule("cases_item", app_may=READ_WRITE, key=("code",), change="audited", hidden=("title",)),
        TableRule("cases_placevisit", app_may=READ_WRITE, key=("code",), change="audited"),
        TableRule("cases_dossier", app_may=READ_WRITE, key=("code",), change="audited", hidden=("title",)),
        TableRule("cases_document", app_may=("select", "insert"), key=("id",), change="audited"),
        TableRule("cases_page", app_may=("select", "insert"), key=("id",), change="audited"),
        TableRule("cases_upload", app_may=READ_WRITE, key=("id",), change="audited"),
        TableRule("cases_source", app_may=READ_WRITE, key=("id",), change="audited", hidden=("key_digest",)),
        TableRule("cases_sourceprogress", app_may=READ_WRITE, key=("source_id",), change="plain"),
        TableRule("cases_sourceheard", app_may=READ_WRITE, key=("source_id",), change="plain"),
        TableRule("cases_heldevent", app_may=("select", "insert"), key=("id",), change="append", sealed=True),
        TableRule("cases_helddecision", app_may=("select", "insert"), key=("id",), change="append", sealed=True),
        TableRule("cases_event", app_may=("select",), key=("source", "id", "version"), change="append", sealed=True),
        TableRule("cases_quarantine", app_may=("select",), key=("digest",), change="append", sealed=True),
    )
