"""Who may ask for the addresses of this application."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.access.declared import Page, for_action, signed_in
from zhunsheng.apps.access.menu import Item
from zhunsheng.apps.access.policy import Action

PAGES: Final[dict[str, Page]] = {
    "desk:cases": for_action(GET=Action.CASE_LIST),
    "desk:all_cases": for_action(GET=Action.CASE_LIST),
    "desk:cases_sheet": for_action(GET=Action.CASE_LIST),
    "desk:all_cases_sheet": for_action(GET=Action.CASE_LIST),
    "desk:case": for_action(GET=Action.CASE_READ),
    "desk:case_element": for_action(GET=Action.CASE_READ),
    "desk:clock": for_action(GET=Action.CASE_READ),
    "desk:rules": signed_in(),
    "desk:rule": signed_in(),
    "desk:sources": for_action(GET=Action.SOURCE_MANAGE),
    "desk:quality": for_action(GET=Action.QUARANTINE_READ),
}
MENU: Final = {
    "desk:cases": Item(_("案件"), icon="folder", position=30, go="c"),
    "desk:rules": Item(
        _("规则"),
        icon="scale",
        section="watch",
        position=40,
        roles=frozenset({"legal_department", "legal_officer", "inspectorate", "county_head"}),
    ),
    "desk:sources": Item(
        _("接口与同步"), icon="refresh", section="manage", position=30, home_for=frozenset({"security_admin"})
    ),
    "desk:quality": Item(_("数据质量"), icon="database", section="watch", position=60),
}
