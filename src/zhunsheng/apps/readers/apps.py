"""The Django application of reading and its oversight."""

from django.apps import AppConfig

from zhunsheng.apps.readers.pages import MENU, PAGES


class ReadersConfig(AppConfig):
    """Access in an emergency, baits, reading out of the ordinary, what was taken away. Its rows are in access."""

    name = "zhunsheng.apps.readers"
    label = "readers"
    verbose_name = "查阅监督"
    pages = PAGES
    menu = MENU
    table_rules = ()
