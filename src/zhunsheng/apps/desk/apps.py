"""The Django application of the pages that gather."""

from django.apps import AppConfig

from zhunsheng.apps.desk.pages import MENU, PAGES, waiting_by_level


class DeskConfig(AppConfig):
    """Asks cases, supervision and alerts, and shows what they say together. Keeps nothing of its own."""

    name = "zhunsheng.apps.desk"
    label = "desk"
    verbose_name = "工作台"
    pages = PAGES
    menu = MENU
    table_rules = ()
    header_counts = staticmethod(waiting_by_level)
