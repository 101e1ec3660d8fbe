"""How often a rule is right, by what people ruled and by what the data showed; and what follows where it is not.

A verdict is an upheld ruling (误报: wrong), a rejected one (right), or an alert that was told and closed by data
without being disputed (right). What is open, or was withdrawn because facts changed, says nothing. Only verdicts count
since the rule's file is what it is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.digests import tell_about_rule
from zhunsheng.apps.alerts.directory import About
from zhunsheng.apps.alerts.models import Action, Alert, AlertGroup
from zhunsheng.apps.alerts.telling import Teller
from zhunsheng.apps.supervision import releases
from zhunsheng.apps.supervision.lifecycle import STABLE, changed_at
from zhunsheng.apps.supervision.rulebooks import NothingReleased
from zhunsheng.apps.supervision.selectors import rulebook_in_force
from zhunsheng.core.check import Check
from zhunsheng.core.inspection.beta import clopper_pearson
from zhunsheng.core.rule import Rule

PROCESS: Final = "precision"
COUNTED_BY: Final = f"process:{PROCESS}"
POLICY: Final = "policy:release.toml"
PERCENT: Final = 100
REASON: Final = "裁定 {of} 件中 {right} 件正确，95%区间下限 {low}%，低于 {floor}%"
UPHELD, REJECTED = "upheld", "rejected"


@dataclass(frozen=True)
class Precision:
    """Verdicts on a rule: how many were right, of how many; the interval of the share (Clopper–Pearson, 95 %)."""

    right: int
    of: int
    low: float
    high: float

    @property
    def percent(self) -> int:
        """The share that was right, in whole percent; 0 without any verdict."""
        return round(self.right / self.of * PERCENT) if self.of else 0

    @property
    def low_percent(self) -> int:
        """The lower bound of the interval, in whole percent."""
        return round(self.low * PERCENT)

    @property
    def high_percent(self) -> int:
        """The upper bound, in whole percent."""
        return round(self.high * PERCENT)


def precision_of(rule: str) -> Precision:
    """The live precision of a rule, of the verdicts on its file as it stands. Counts of all cases, whoever asks: they
    name none."""
    with as_process(PROCESS):
        return _counted(rule, changed_at(rule))


def _counted(rule: str, since: datetime | None) -> Precision:
    begun = {"at__gte": since} if since else {}
    rulings = Action.objects.filter(group__rule=rule, act=Action.Act.RULE, **begun)
    wrong = rulings.filter(verdict=UPHELD).values("group").distinct().count()
    rejected = rulings.filter(verdict=REJECTED).values_list("group", flat=True)
    told = Exists(Alert.objects.filter(group=OuterRef("pk"), reason__in=[Alert.Reason.FIRST, Alert.Reason.WORSE]))
    disputed = Exists(Action.objects.filter(group=OuterRef("pk"), act=Action.Act.DISPUTE))
    closed = AlertGroup.objects.filter(told, rule=rule, state=AlertGroup.State.DONE).exclude(disputed)
    if since:
        closed = closed.filter(closed_at__gte=since)
    right = closed.count() + rejected.distinct().count()
    low, high = clopper_pearson(right, right + wrong) if right + wrong else (0.0, 1.0)
    return Precision(right, right + wrong, low, high)


def demote_if_below(rule_id: str, teller: Teller, about: About) -> bool:
    """Put a rule back on trial whose precision fell under the floor of release.toml, and tell the legal department. A
    rule of liberty goes on being sent whatever its precision: only the legal department is told.

    Whoever ruled, the process that counts does it: he need not see every case that is judged anew by it.

    Returns whether it went back.
    """
    with as_process(PROCESS):
        return _demoted(rule_id, teller, about)


def _demoted(rule_id: str, teller: Teller, about: About) -> bool:
    rule = _sent_rule(rule_id)
    policy = releases.policy_in_force() if rule is not None else None
    if rule is None or policy is None:
        return False
    found = precision_of(rule_id)
    if found.of < policy.precision_verdicts or found.low * PERCENT >= policy.precision_floor:
        return False
    if not rule.custody:
        low = round(found.low * PERCENT)
        reason = REASON.format(of=found.of, right=found.right, low=low, floor=policy.precision_floor)
        releases.demote(rule_id, by=COUNTED_BY, second=POLICY, reason=reason)
    tell_about_rule(rule_id, rule.title, "below_floor" if rule.custody else "demoted", teller, about, count=found.of)
    return not rule.custody


def _sent_rule(rule_id: str) -> Rule | Check | None:
    try:
        rulebook, _ = rulebook_in_force()
    except NothingReleased:
        return None
    both: tuple[Rule | Check, ...] = (*rulebook.rules, *rulebook.checks)
    return next((one for one in both if one.id == rule_id and one.status == STABLE), None)
