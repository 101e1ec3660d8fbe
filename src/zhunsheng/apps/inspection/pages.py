"""Who may ask for the addresses of this application. Views narrow them to roles."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.access.declared import Page, for_action, signed_in
from zhunsheng.apps.access.menu import Item
from zhunsheng.apps.access.policy import Action

if TYPE_CHECKING:
    from zhunsheng.apps.access.scope import Viewer


def files_waiting(viewer: "Viewer") -> int:
    """How many files the viewer has still to read."""
    # Menus are declared before models are there: the question is found when it is first asked.
    found: int = import_module("zhunsheng.apps.inspection.lists").files_waiting(viewer)
    return found


def cards_waiting(viewer: "Viewer") -> int:
    """How many cards wait for the viewer."""
    found: int = import_module("zhunsheng.apps.inspection.lists").cards_waiting(viewer)
    return found


LIST: Final = Action.CASE_LIST
TAKEN: Final = for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT)
PAGES: Final[dict[str, Page]] = {
    "inspection:plans": for_action(GET=LIST, POST=LIST),
    "inspection:plans_sheet": TAKEN,
    "inspection:plan": for_action(GET=LIST),
    "inspection:plan_act": for_action(POST=LIST),
    "inspection:readers": for_action(GET=LIST, POST=LIST),
    "inspection:readers_sheet": TAKEN,
    "inspection:record": signed_in(),
    "inspection:skeleton": for_action(GET=LIST),
    "inspection:verify": signed_in("GET", "POST"),
    "inspection:tasks": for_action(GET=Action.CASE_READ),
    "inspection:tasks_sheet": TAKEN,
    "inspection:sheet": for_action(GET=Action.CASE_READ),
    "inspection:answer": for_action(POST=Action.CASE_READ),
    "inspection:submit": for_action(POST=Action.CASE_READ),
    "inspection:problems": for_action(GET=Action.CASE_READ, POST=Action.CASE_READ),
    "inspection:problems_sheet": TAKEN,
    "inspection:cards": for_action(GET=LIST),
    "inspection:cards_sheet": TAKEN,
    "inspection:card": for_action(GET=LIST),
    "inspection:card_act": for_action(POST=LIST),
    "inspection:oversight": for_action(GET=LIST),
    "inspection:oversight_sheet": TAKEN,
    "inspection:behind": for_action(GET=LIST),
    "inspection:check": for_action(GET=LIST, POST=LIST),
    "inspection:overtaken": for_action(GET=LIST),
    "inspection:page_image": for_action(GET=LIST),
    "api:inspectionPlans": signed_in("GET", "POST"),
    "api:inspectionDraw": signed_in(),
    "api:inspectionAnswer": signed_in("POST"),
    "api:rectificationAnswer": signed_in("POST"),
    "api:rectificationRecheck": signed_in("POST"),
    "api:rectificationReturn": signed_in("POST"),
    "api:rectificationObject": signed_in("POST"),
    "api:oversightIndicators": signed_in(),
}
MENU: Final = {
    "inspection:tasks": Item(
        _("阅卷任务"),
        icon="clipboard-check",
        section="watch",
        position=10,
        roles=frozenset({"legal_department", "legal_officer"}),
        count=files_waiting,
    ),
    "inspection:plans": Item(
        _("质量巡查"),
        icon="report",
        section="watch",
        position=12,
        roles=frozenset({"legal_department", "county_head", "inspectorate"}),
    ),
    "inspection:problems": Item(
        _("问题确认"),
        icon="checks",
        section="watch",
        position=13,
        roles=frozenset({"legal_department", "legal_officer"}),
        is_tab=False,
    ),
    "inspection:cards": Item(
        _("整改"),
        icon="tool",
        section="watch",
        position=14,
        roles=frozenset({"officer", "unit_head", "county_head", "legal_officer", "legal_department", "inspectorate"}),
        count=cards_waiting,
    ),
    "inspection:oversight": Item(
        _("督察指标"),
        icon="activity",
        section="watch",
        position=16,
        roles=frozenset({"inspectorate", "unit_head", "county_head"}),
        is_tab=False,
    ),
    "inspection:verify": Item(
        _("抽签验证"),
        icon="shield-check",
        section="watch",
        position=18,
        roles=frozenset({"legal_department", "legal_officer", "unit_head", "county_head", "inspectorate"}),
        is_tab=False,
    ),
}
