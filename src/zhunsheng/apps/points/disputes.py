"""An alert that somebody calls false freezes the points that rest on its finding, until the legal department rules."""

from datetime import datetime

from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.models import Act, Fact
from zhunsheng.apps.supervision.models import Finding

DEFECT = "defect."


def record_disputes(as_of: datetime) -> int:
    """Record which disputes began and ended since the last time. Returns how many acts."""
    facts = {fact.key: fact for fact in Fact.objects.filter(fact__startswith=DEFECT)}
    if not facts:
        return 0
    groups = dict(Finding.objects.filter(pk__in=facts).values_list("key", "clock"))
    wanted = {key: clock or key for key, clock in groups.items()}
    states = dict(AlertGroup.objects.filter(pk__in=wanted.values()).values_list("key", "state"))
    done = 0
    for key, group in wanted.items():
        is_disputed = states.get(group) == AlertGroup.State.DISPUTED
        done += _say(facts[key], is_disputed=is_disputed, as_of=as_of)
    return done


def _say(fact: Fact, *, is_disputed: bool, as_of: datetime) -> int:
    """The first dispute of a fact freezes it, the first ruling thaws it; what comes later is an appeal."""
    target = f"{fact.fact}|{fact.key}"
    told = set(Act.objects.filter(target=target, act__in=("dispute", "dispute_closed")).values_list("act", flat=True))
    act = "dispute" if is_disputed and not told else "dispute_closed" if not is_disputed and told == {"dispute"} else ""
    if act:
        stored.touch()
        Act.objects.create(
            id=f"{act}|{target}", act=act, target=target, officer=fact.officer, unit=fact.unit,
            author="process:points", at=as_of, recorded_at=as_of,
        )  # fmt: skip
    return bool(act)
