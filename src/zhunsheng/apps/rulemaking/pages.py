"""Who may ask for the addresses of making rules."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.access.declared import Page, for_action
from zhunsheng.apps.access.menu import Item
from zhunsheng.apps.access.policy import Action

DRAFTS: Final = Action.RULEBOOK_DRAFT
PAGES: Final[dict[str, Page]] = {
    "rulemaking:edit": for_action(GET=DRAFTS, POST=DRAFTS),
    "rulemaking:preview": for_action(POST=DRAFTS),
    "rulemaking:file": for_action(GET=DRAFTS),
    "rulemaking:trial": for_action(GET=DRAFTS),
    "rulemaking:releases": for_action(GET=DRAFTS),
    "rulemaking:releases_sheet": for_action(GET=Action.LIST_EXPORT, POST=Action.LIST_EXPORT),
    "rulemaking:decide": for_action(POST=Action.RULEBOOK_RELEASE),
}
MENU: Final = {
    "rulemaking:releases": Item(_("规则发布"), icon="checks", section="manage", position=30, is_tab=False),
}
