"""The Django application that ties the others together."""

from typing import ClassVar

from django.apps import AppConfig

from zhunsheng.apps.access.declared import Page, public, signed_in
from zhunsheng.apps.audit.tables import TableRule


class WebConfig(AppConfig):
    """Base templates, static files, error pages; the rules of Django's own tables."""

    name = "zhunsheng.web"
    label = "web"
    verbose_name = "准绳"
    pages: ClassVar[dict[str, Page]] = {
        "index": signed_in(),
        "help": signed_in(),
        "health": public(),
        "api:openapi-json": public(),
        "api:api-root": public(),
    }
    table_rules = (
        TableRule("django_migrations", app_may=("select",), key=("id",), change="plain"),
        TableRule(
            "django_session",
            app_may=("select", "insert", "update", "delete"),
            key=("session_key",),
            change="plain",
            hidden=("session_key", "session_data"),
        ),
    )
