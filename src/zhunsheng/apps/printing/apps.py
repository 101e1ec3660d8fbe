"""The Django application of documents on paper."""

from typing import ClassVar

from django.apps import AppConfig

from zhunsheng.apps.audit.tables import TableRule
from zhunsheng.apps.printing.pages import PAGES


class PrintingConfig(AppConfig):
    """Sets what pages say as PDF, and keeps which files were issued."""

    name = "zhunsheng.apps.printing"
    label = "printing"
    verbose_name = "文书"
    pages = PAGES
    # Whoever had a document made sees that he had.
    row_conditions: ClassVar[dict[str, str]] = {
        "printing_issueddocument": "'account:' || account = (SELECT current_setting('zs.actor', true))",
    }
    table_rules = (
        TableRule("printing_issueddocument", app_may=("select", "insert"), key=("id",), change="append", sealed=True),
    )
