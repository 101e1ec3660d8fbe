"""What the rulebook says of inspection, as this process has read it."""

from functools import cache

from django.conf import settings

from zhunsheng.book import load_calendar, load_rulebook
from zhunsheng.core.calendar import Calendar
from zhunsheng.core.check import Check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.inspection.rectification import Clocks
from zhunsheng.core.inspection.sheets import Question, Sheet
from zhunsheng.core.rule import Rule
from zhunsheng.inspection_book import load_clocks, load_sheets


@cache
def rulebook() -> Rulebook:
    """The rules that questions name. Raises RulebookRefused."""
    return load_rulebook(settings.RULEBOOK)


@cache
def rules_of_codes() -> dict[str, str]:
    """The rule behind each check's code, as findings name it."""
    return {check.code: check.id for check in rulebook().checks}


@cache
def rules_in_trial() -> frozenset[str]:
    """The rules that are shown and not yet relied upon."""
    both: tuple[Rule | Check, ...] = (*rulebook().rules, *rulebook().checks)
    return frozenset(one.id for one in both if one.status == "trial")


@cache
def sheets() -> tuple[Sheet, ...]:
    """The check sheets, read once. Raises RulebookRefused."""
    return load_sheets(settings.RULEBOOK, rulebook())


@cache
def clocks() -> Clocks:
    """How long each step of rectification may take."""
    return load_clocks(settings.RULEBOOK)


@cache
def calendar() -> Calendar:
    """The published working days."""
    return load_calendar(settings.RULEBOOK)


@cache
def questions() -> dict[str, tuple[Sheet, Question]]:
    """Every question by id, with its sheet: of two versions of a sheet the newer one."""
    ordered = sorted(sheets(), key=lambda sheet: sheet.version)
    return {question.id: (sheet, question) for sheet in ordered for question in sheet.questions}
