"""The forbidden-indicator gate: what a policy rewards, and whether the law lets it. docs/points-format.md, The gate.

Static: every name is followed to the facts that it is made of (taint), and every place where a name can change a
score is looked at: fact, filter and its values, numerator and denominator, weight, factor, tie-break, award, gate,
reversal. The nudge test (nudge.py) asks the same of the arithmetic itself.
"""

from collections.abc import Iterable
from typing import Final

from zhunsheng.core.points.facts import FactList
from zhunsheng.core.points.gate_entries import EntryGate
from zhunsheng.core.points.gate_frame import frame_issues
from zhunsheng.core.points.issue import ASKS, PolicyIssue
from zhunsheng.core.points.policy_file import Reading, read_policy

MOST_ISSUES: Final = 200


def judge_policy(text: str, facts: FactList, *, path: str = "policy.toml") -> Reading:
    """Read a policy and judge it: the policy as far as it can be read, and every issue of form and of meaning.

    The verdict is issue.verdict_of(reading.issues); only a policy without issue may be put in force.
    """
    reading = read_policy(text, facts, path=path)
    if reading.policy is None:
        return reading
    meant = [*EntryGate(reading.policy, facts, path).issues(), *frame_issues(reading.policy, facts, path)]
    issues = _once([*reading.issues, *meant])
    # Words are asked about only where nothing is refused: what is refused needs no explanation.
    refused = [issue for issue in issues if issue.code != ASKS]
    return Reading(reading.policy, tuple((refused or issues)[:MOST_ISSUES]))


def _once(issues: Iterable[PolicyIssue]) -> list[PolicyIssue]:
    return list(dict.fromkeys(issues))
