"""Who may ask for the addresses of this application."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.access.declared import Page, for_action, signed_in
from zhunsheng.apps.access.menu import Item
from zhunsheng.apps.access.policy import Action

if TYPE_CHECKING:
    from zhunsheng.apps.access.scope import Viewer


def waiting(viewer: "Viewer") -> int:
    """How many proposals and appeals wait for a viewer."""
    # Menus are declared before models are there: the question is found when it is first asked.
    found: int = import_module("zhunsheng.apps.points.decisions").waiting(viewer)
    return found


PAGES: Final[dict[str, Page]] = {
    "points:mine": for_action(GET=Action.POINTS_OWN),
    "points:looks": for_action(GET=Action.POINTS_OWN),
    "points:row": signed_in(),
    "points:appeal": for_action(POST=Action.POINTS_OWN),
    "points:unit": for_action(GET=Action.POINTS_READ),
    "points:unit_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "points:officer": signed_in(),
    "points:published": for_action(GET=Action.POINTS_READ),
    "points:policies": for_action(GET=Action.POINTS_DECIDE),
    "points:policies_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "points:policy": for_action(GET=Action.POINTS_DECIDE),
    "points:decisions": for_action(GET=Action.POINTS_DECIDE),
    "points:decisions_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "points:appeals": for_action(GET=Action.POINTS_DECIDE),
    "points:appeals_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "points:propose": for_action(GET=Action.POINTS_DECIDE, POST=Action.POINTS_DECIDE),
    "points:decide": for_action(POST=Action.POINTS_CONFIRM),
    "points:answer": for_action(POST=Action.POINTS_CONFIRM),
    "points:close": for_action(POST=Action.POINTS_CONFIRM),
    "api:pointsMe": signed_in(),
    "api:pointsEntry": signed_in(),
    "api:pointsAppeal": signed_in("POST"),
    "api:policiesCheck": signed_in("POST"),
}
MENU: Final = {
    "points:mine": Item(_("我的积分"), icon="chart-bar", section="result", position=10),
    "points:unit": Item(_("所队积分"), icon="users", section="result", position=20),
    "points:policies": Item(
        _("积分办法"),
        icon="scale",
        section="result",
        position=30,
        roles=frozenset({"legal_department", "county_head", "inspectorate"}),
        is_tab=False,
    ),
    "points:decisions": Item(_("积分审批"), icon="list", section="result", position=40, is_tab=False, count=waiting),
}
