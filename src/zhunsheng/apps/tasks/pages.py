"""Who may ask for the addresses of this application. Views narrow them to roles."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.access.declared import Page, for_action, signed_in
from zhunsheng.apps.access.menu import Item
from zhunsheng.apps.access.policy import Action

if TYPE_CHECKING:
    from zhunsheng.apps.access.scope import Viewer


def waiting(viewer: "Viewer") -> int:
    """How many tasks and problems wait for the viewer."""
    # Menus are declared before models are there: the question is found when it is first asked.
    found: int = import_module("zhunsheng.apps.tasks.lists").waiting(viewer)
    return found


READ: Final = Action.CASE_READ
TAKEN: Final = for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT)
PAGES: Final[dict[str, Page]] = {
    "tasks:mine": for_action(GET=READ),
    "tasks:mine_sheet": TAKEN,
    "tasks:new": for_action(GET=READ, POST=READ),
    "tasks:schedules": for_action(GET=READ, POST=READ),
    "tasks:schedules_sheet": TAKEN,
    "tasks:worker": signed_in(),
    "tasks:task": for_action(GET=READ, POST=READ),
    "tasks:give": for_action(POST=READ),
    "tasks:rule": for_action(POST=READ),
    "tasks:photo": for_action(GET=READ),
}
MENU: Final = {
    "tasks:mine": Item(
        _("检查任务"),
        icon="map-pin",
        section="watch",
        position=9,
        roles=frozenset({"legal_department", "legal_officer", "inspectorate"}),
        count=waiting,
    ),
}
