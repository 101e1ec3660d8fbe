"""Which language a page is in."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest

from zhunsheng.apps.access.requests import asking

COOKIE: Final = f"{settings.COOKIE_PREFIX}zs_language"
COOKIE_SECONDS: Final = 365 * 24 * 3600


def chosen_language(request: HttpRequest) -> str:
    """The account's choice, else this browser's; empty where nobody chose."""
    account = asking(request).account
    chosen = account.language if account else ""
    chosen = chosen or request.COOKIES.get(COOKIE, "")
    return chosen if chosen in dict(settings.LANGUAGES) else ""
