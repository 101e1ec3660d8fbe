"""Who may ask for the addresses of this application."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.access.declared import Page, for_action
from zhunsheng.apps.access.menu import Item
from zhunsheng.apps.access.policy import Action

if TYPE_CHECKING:
    from zhunsheng.apps.access.scope import Viewer


def waiting(viewer: "Viewer") -> int:
    """How many accesses in an emergency the viewer is to go through."""
    # Menus are declared before models are there: the question is found when it is first asked.
    found: int = import_module("zhunsheng.apps.readers.urgent").waiting(viewer)
    return found


PAGES: Final[dict[str, Page]] = {
    "readers:urgent": for_action(GET=Action.CASE_LIST, POST=Action.CASE_URGENT),
    "readers:urgent_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "readers:review": for_action(POST=Action.READING_WATCH),
    "readers:watch": for_action(GET=Action.READING_WATCH),
    "readers:baits": for_action(GET=Action.READING_WATCH, POST=Action.READING_WATCH),
    "readers:end_bait": for_action(POST=Action.READING_WATCH),
    "readers:exports": for_action(GET=Action.READING_WATCH),
    "readers:exports_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
}
MENU: Final = {
    "readers:urgent": Item(
        _("紧急查阅"), icon="lock", section="watch", position=33, is_tab=False, count=waiting,
        roles=frozenset({"officer", "unit_head", "county_head", "legal_officer", "legal_department", "inspectorate"}),
    ),
    "readers:watch": Item(_("查阅监督"), icon="eye", section="watch", position=35, is_tab=False),
    "readers:exports": Item(_("导出台账"), icon="report", section="watch", position=37, is_tab=False),
}  # fmt: skip
