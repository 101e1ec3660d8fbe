"""Who may ask for the addresses of this application."""

from typing import Final

from zhunsheng.apps.access.declared import Page, for_action
from zhunsheng.apps.access.policy import Action

PAGES: Final[dict[str, Page]] = {
    "printing:supervision_card": for_action(GET=Action.CASE_READ),
    "printing:computation": for_action(GET=Action.CASE_READ),
    "printing:daily_brief": for_action(GET=Action.CASE_LIST),
    "printing:rectification_letter": for_action(GET=Action.CASE_LIST),
}
