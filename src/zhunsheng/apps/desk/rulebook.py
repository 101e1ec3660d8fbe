"""The rulebook that pages show: the one in force, and in words."""

from zhunsheng.apps.display.formats import is_english
from zhunsheng.apps.supervision.rulebooks import NothingReleased
from zhunsheng.apps.supervision.selectors import rulebook_in_force
from zhunsheng.core.check import Check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.rule import Rule


def shown_rulebook() -> Rulebook | None:
    """The rulebook in force; None before the first release."""
    try:
        return rulebook_in_force()[0]
    except NothingReleased:
        return None


def rule_titles() -> dict[str, str]:
    """The title of every rule and check, in the language of the page."""
    rulebook = shown_rulebook()
    if rulebook is None:
        return {}
    in_english = is_english()
    return {rule.id: rule.title_en if in_english else rule.title for rule in all_rules(rulebook)}


def all_rules(rulebook: Rulebook) -> list[Rule | Check]:
    """Deadlines, then checks, each by id."""
    return [*rulebook.rules, *rulebook.checks]


def statutory_limits() -> list[str]:
    """The ids of the limits that a statute sets: only they are ever counted as 超期."""
    rulebook = shown_rulebook()
    return [rule.id for rule in rulebook.rules if rule.nature == "statutory"] if rulebook else []
