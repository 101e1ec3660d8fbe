"""What the rulebook says of tasks, as this process has read it."""

from functools import cache

from django.conf import settings

from zhunsheng.apps.inspection import book
from zhunsheng.core.inspection.tasks import Terms
from zhunsheng.inspection_book import load_terms


@cache
def terms() -> Terms:
    """How long tasks may take, and what they look at. Raises RulebookRefused."""
    return load_terms(settings.RULEBOOK, book.sheets())
