"""What is wrong with a policy: a code, a place, what stands there, who forbids it, and what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

CODES: Final = {
    "PG01": "the fact itself is banned",
    "PG02": "a filter or one of its values is banned",
    "PG03": "a weight, factor or tier is banned or set by hand, or a sort of case pays more",
    "PG04": "a derived name hides a banned one",
    "PG05": "what presupposes coercion is counted, summed, needs a minimum, or scores zero when absent",
    "PG06": "it pays for silence",
    "PG07": "it is not on the closed list",
    "PG08": "manual points are off the list, above 5 %, or given by one person",
    "PG09": "volume is paid without a gate, a cap or a reversal, or the gate is loose",
    "PG10": "some lawful endings pay and others do not",
    "PG11": "a tie-break, award or publication rests on a banned fact or a single case, or full places have no reason",
    "PG12": "blocks or roles do not sum, volume is above 30, quality below 30 or empty",
    "PG13": "it names no instrument, article and gist",
    "PG14": "it deducts for a banned count, or for telling the truth",
    "PG15": "the words speak of a banned aim: two persons must say why",
}
ASKS: Final = "PG15"
LOAD, REFUSE, ASK = "load", "refuse", "ask"


@dataclass(frozen=True)
class PolicyIssue:
    """One thing that is wrong with a policy file."""

    path: str
    key: str  # where, such as entry[2].where
    code: str
    text: str  # what stands there, and why it may not
    remedy: str  # what would be right
    source: str = ""  # who forbids it, where somebody does
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        source = f" ({self.source})" if self.source else ""
        return f"{place}: {self.key}: {self.code} {self.text}{source} {self.remedy}".replace(": : ", ": ")


def codes_of(issues: Iterable[PolicyIssue]) -> tuple[str, ...]:
    """The codes of some issues, each once, in order."""
    return tuple(sorted({issue.code for issue in issues}))


def verdict_of(issues: Iterable[PolicyIssue]) -> str:
    """load without an issue, ask where only words are in doubt, else refuse."""
    codes = codes_of(issues)
    if not codes:
        return LOAD
    return ASK if codes == (ASKS,) else REFUSE
