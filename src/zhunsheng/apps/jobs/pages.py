"""Who may ask for the addresses of this application."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.access.declared import Page, for_action, signed_in
from zhunsheng.apps.access.menu import Item
from zhunsheng.apps.access.policy import Action

if TYPE_CHECKING:
    from zhunsheng.apps.access.scope import Viewer


def unseen(viewer: "Viewer") -> int:
    """How many tasks of a viewer have ended since he looked."""
    # Menus are declared before models are there: the question is found when it is first asked.
    found: int = import_module("zhunsheng.apps.jobs.services").unseen(viewer)
    return found


PAGES: Final[dict[str, Page]] = {
    "jobs:mine": signed_in(),
    "jobs:mine_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "jobs:start": for_action(POST=Action.CASE_LIST),
    "jobs:export": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "jobs:table": for_action(GET=Action.ORG_MANAGE, POST=Action.ORG_MANAGE),
    "jobs:check_policy": for_action(POST=Action.POINTS_DECIDE),
    "jobs:try_rule": for_action(POST=Action.RULEBOOK_DRAFT),
    "jobs:draft_rule": for_action(POST=Action.RULEBOOK_DRAFT),
    "jobs:propose_rule": for_action(POST=Action.RULEBOOK_RELEASE),
    "jobs:cancel": signed_in("POST"),
    "jobs:result": signed_in(),
}
MENU: Final = {
    "jobs:mine": Item(_("我的任务"), icon="list", position=90, is_tab=False, count=unseen),
    "jobs:table": Item(_("导入组织数据"), icon="upload", section="manage", position=20, is_tab=False),
}
