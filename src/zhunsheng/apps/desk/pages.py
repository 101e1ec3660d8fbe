"""Who may ask for the addresses of this application."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.access.declared import Page, for_action, signed_in
from zhunsheng.apps.access.menu import Item
from zhunsheng.apps.access.policy import Action

if TYPE_CHECKING:
    from zhunsheng.apps.access.scope import Viewer


def waiting_by_level(viewer: "Viewer") -> dict[str, int]:
    """How many alerts wait for a viewer, by level: for the top of every page and the entry of the inbox."""
    # Menus are declared before models are there: the question is found when it is first asked.
    found: dict[str, int] = import_module("zhunsheng.apps.desk.inbox").waiting_by_level(viewer)
    return found


PAGES: Final[dict[str, Page]] = {
    "desk:inbox": for_action(GET=Action.CASE_LIST),
    "desk:inbox_acknowledge": for_action(POST=Action.CASE_LIST),
    "desk:inbox_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "desk:mine": for_action(GET=Action.CASE_READ),
    "desk:today": for_action(GET=Action.CASE_LIST),
    "desk:city": for_action(GET=Action.CASE_LIST),
    "desk:city_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "desk:overdue": for_action(GET=Action.CASE_LIST),
    "desk:overdue_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "desk:leads": for_action(GET=Action.CASE_LIST),
    "desk:leads_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "desk:withdrawn": for_action(GET=Action.CASE_LIST),
    "desk:withdrawn_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "desk:looks": signed_in(),
    "desk:looks_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "desk:premises": for_action(GET=Action.CASE_LIST),
    "desk:premises_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "desk:wall": for_action(GET=Action.CASE_LIST),
    "desk:live": signed_in(),
    "desk:alert": for_action(GET=Action.CASE_LIST),
    "desk:alert_act": for_action(GET=Action.CASE_LIST, POST=Action.CASE_LIST),
    "desk:cases": for_action(GET=Action.CASE_LIST),
    "desk:all_cases": for_action(GET=Action.CASE_LIST),
    "desk:cases_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "desk:all_cases_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "desk:case": for_action(GET=Action.CASE_READ),
    "desk:case_element": for_action(GET=Action.CASE_READ),
    "desk:clock": for_action(GET=Action.CASE_READ),
    "desk:rules": signed_in(),
    "desk:rules_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "desk:rule": signed_in(),
    "desk:silences": for_action(GET=Action.CASE_LIST, POST=Action.CASE_LIST),
    "desk:silences_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "desk:silence_end": for_action(POST=Action.CASE_LIST),
    "desk:sources": for_action(GET=Action.SOURCE_MANAGE),
    "desk:quality": for_action(GET=Action.QUARANTINE_READ),
}
MENU: Final = {
    "desk:mine": Item(
        _("我的期限"),
        icon="clock",
        position=5,
        roles=frozenset({"officer", "auxiliary"}),
        home_for=frozenset({"officer", "auxiliary"}),
    ),
    "desk:today": Item(
        _("今日"),
        icon="sun",
        position=6,
        roles=frozenset({"unit_head", "county_head"}),
        home_for=frozenset({"unit_head", "county_head"}),
    ),
    "desk:city": Item(
        _("全市"),
        icon="building-community",
        position=7,
        roles=frozenset({"legal_department", "county_head", "inspectorate"}),
        home_for=frozenset({"legal_department"}),
    ),
    "desk:leads": Item(
        _("线索"),
        icon="flag",
        position=8,
        roles=frozenset({"inspectorate", "legal_department"}),
        home_for=frozenset({"inspectorate"}),
    ),
    "desk:inbox": Item(
        _("预警收件箱"), icon="inbox", position=20, home_for=frozenset({"legal_officer"}), is_in_header=True, go="i"
    ),
    "desk:cases": Item(_("案件"), icon="folder", position=30, go="c"),
    "desk:overdue": Item(
        _("超期台账"),
        icon="report",
        section="watch",
        position=30,
        roles=frozenset({"legal_department", "county_head", "unit_head", "legal_officer", "inspectorate"}),
    ),
    "desk:withdrawn": Item(
        _("撤回记录"),
        icon="history",
        section="watch",
        position=32,
        roles=frozenset({"legal_department", "inspectorate"}),
    ),
    "desk:looks": Item(_("查阅记录"), icon="eye", section="watch", position=34, roles=frozenset({"inspectorate"})),
    "desk:premises": Item(
        _("办案区"),
        icon="building",
        section="watch",
        position=36,
        roles=frozenset(
            {"area_keeper", "unit_head", "county_head", "legal_officer", "legal_department", "inspectorate"}
        ),
        home_for=frozenset({"area_keeper"}),
    ),
    "desk:wall": Item(
        _("大屏"),
        icon="chart-bar",
        section="watch",
        position=70,
        roles=frozenset({"legal_department", "county_head", "unit_head"}),
        is_tab=False,
    ),
    "desk:rules": Item(
        _("规则"),
        icon="scale",
        section="watch",
        position=40,
        roles=frozenset({"legal_department", "legal_officer", "inspectorate", "county_head"}),
    ),
    "desk:silences": Item(
        _("静默"), icon="bell", section="watch", position=45, roles=frozenset({"legal_department", "inspectorate"})
    ),
    "desk:sources": Item(
        _("接口与同步"), icon="refresh", section="manage", position=30, home_for=frozenset({"security_admin"})
    ),
    "desk:quality": Item(_("数据质量"), icon="database", section="watch", position=60),
}
