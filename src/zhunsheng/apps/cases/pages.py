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
    "cases:dossier": for_action(GET=Action.CASE_READ),
    "cases:add_page": for_action(POST=Action.DOSSIER_UPLOAD),
    "cases:search": signed_in(),
    "cases:search_persons": for_action(POST=Action.CASE_READ),
    "cases:held": for_action(GET=Action.EVENT_CONFIRM),
    "cases:held_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "cases:decide": for_action(POST=Action.EVENT_CONFIRM),
    "cases:labels": for_action(GET=Action.CASE_LABEL, POST=Action.CASE_LABEL),
    "cases:labels_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "cases:sources": for_action(GET=Action.SOURCE_MANAGE, POST=Action.SOURCE_MANAGE),
    "cases:switch_source": for_action(POST=Action.SOURCE_MANAGE),
    "api:recordEvents": for_sources("POST"),
}
MENU: Final = {
    "cases:held": Item(_("待双人确认"), icon="checks", section="watch", position=20),
    "cases:labels": Item(_("密级标签"), icon="lock", section="manage", position=40, is_tab=False),
    "cases:sources": Item(_("来源与密钥"), icon="key", section="manage", position=31),
}
