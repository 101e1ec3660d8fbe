"""The fifteen limits that the bench judges, and the rulebook of just these."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from zhunsheng.book import load_rulebook
from zhunsheng.core.clocks import Rulebook

ROOT: Final = Path(__file__).resolve().parent.parent
RULEBOOK: Final = ROOT / "rulebook"
CORE: Final = (
    "admin.case.public-security",
    "admin.seizure.term",
    "admin.summons.questioning",
    "criminal.arrest.procuratorate-review",
    "criminal.bail.term",
    "criminal.conclusion.supplementary-investigation",
    "criminal.custody.investigation",
    "criminal.detention.first-interrogation",
    "criminal.detention.notify-family",
    "criminal.detention.request-arrest",
    "criminal.detention.transfer-to-detention-house",
    "criminal.intake.filing-decision",
    "criminal.summons.duration",
    "criminal.surveillance.term",
    "property.handover",
)


def core_rulebook(folder: Path = RULEBOOK) -> Rulebook:
    """The rulebook with these fifteen rules only, and no checks. Raises RulebookRefused."""
    whole = load_rulebook(folder)
    return replace(whole, rules=tuple(rule for rule in whole.rules if rule.id in CORE), checks=())
