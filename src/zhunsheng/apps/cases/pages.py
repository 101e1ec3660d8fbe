"""Who may ask for the addresses of this application."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.access.declared import Page, for_action, for_sources, signed_in
from zhunsheng.apps.access.menu import Item
from zhunsheng.apps.access.policy import Action

PAGES: Final[dict[str, Page]] = {
    "cases:person": for_action(POST=Action.PERSON_REVEAL),
    "cases:upload": for_action(POST=Action.DOSSIER_UPLOAD),
    "cases:page_image": for_action(GET=Action.CASE_READ),
    "cases:search": signed_in(),
    "cases:search_persons": for_action(POST=Action.CASE_READ),
    "cases:held": for_action(GET=Action.EVENT_CONFIRM),
    "cases:decide": for_action(POST=Action.EVENT_CONFIRM),
    "api:recordEvents": for_sources("POST"),
}
MENU: Final = {"cases:held": Item(_("待双人确认"), icon="checks", section="watch", position=20)}
