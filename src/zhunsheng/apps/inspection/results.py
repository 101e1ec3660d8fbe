"""What a plan found: the rate of its random stream with its interval, and beside it, never in it, the risk stream."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from zhunsheng.apps.inspection import book, planting
from zhunsheng.apps.inspection.models import Assigned, Pick, Plan
from zhunsheng.apps.inspection.outcomes import (
    current_readings,
    deciding_reading,
    has_problem,
    is_unclear,
    latest_answers,
)
from zhunsheng.apps.inspection.plans import whole
from zhunsheng.core.inspection.agreement import Agreement, Detection, cross_table, kappa
from zhunsheng.core.inspection.estimates import Rate, RateRefused, Read, Stream, rate
from zhunsheng.core.inspection.risk import Lift, lift
from zhunsheng.core.inspection.sheets import ANSWERS

LEAST_PAIRS: Final = 20
"""So many files that both answered a question in, before anything is said of it."""
Pair = tuple[str, str, str]


@dataclass(frozen=True)
class Doubtful:
    """A question that two readers answer too differently: to be rewritten, or worse."""

    question: str
    text: str
    agreement: Agreement


@dataclass(frozen=True)
class Result:
    """How far a plan is, and what it may say. `why_not`: why there is no rate yet. `sensitivity`: how much of what was
    planted readers have found, over all plans."""

    files: int
    read: int
    rate: Rate | None
    why_not: str
    lift: Lift | None
    agreement: Agreement | None
    sensitivity: Detection | None = None
    doubtful: tuple[Doubtful, ...] = ()


def result(plan: Plan) -> Result:
    """The result of a drawn plan. A rate is given when every file of the lot was read: an unfinished lot is no lot.

    It is the same whoever asks, and planted files are in none of its figures. Until the lot is read only how many
    sheets are out is said, of all alike: what moved with one sheet, or not, would tell its reader what it was.
    """
    with planting.shown():
        picks = plan.picks.exclude(pk__in=planting.taken_back())
        every = [deciding_reading(pick) is not None for pick in picks.prefetch_related("assignments")]
    if not all(every):
        why = _("还有 %(n)d 件没有查完，查完才给出问题率。") % {"n": every.count(False)}
        return Result(len(every), sum(every), None, why, None, None, _sensitivity())
    with whole():
        return _result(plan)


def _sensitivity() -> Detection | None:
    return planting.found_by_readers().sensitivity


def _result(plan: Plan) -> Result:
    picks = list(plan.picks.prefetch_related("assignments"))
    deciding = {pick.pk: deciding_reading(pick) for pick in picks}
    random = [pick for pick in picks if pick.stream == "random"]
    risky = [pick for pick in picks if pick.stream == "risk"]
    found, why = None, ""
    try:
        found = rate([*_strata(plan, random, deciding), *_whole(risky, deciding)])
    except RateRefused as problem:
        why = str(problem)
    lifted, pairs = _lift(random, risky, deciding), _pairs(random)
    return Result(len(picks), len(picks), found, why, lifted, _agreement(pairs), _sensitivity(), _doubtful(pairs))


def _strata(plan: Plan, picks: Iterable[Pick], deciding: dict[int, Assigned | None]) -> list[Read]:
    sizes: dict[str, int] = {}
    true = plan.cases.filter(stream="random").values("ref")
    for name in plan.files.filter(ref__in=true).values_list("stratum", flat=True):
        sizes[name] = sizes.get(name, 0) + 1
    by_stratum: dict[str, list[Assigned]] = {}
    for pick in picks:
        row = deciding[pick.pk]
        if row is not None:
            by_stratum.setdefault(pick.stratum, []).append(row)
    return [
        Read(size, len(rows), sum(map(has_problem, rows)), sum(map(is_unclear, rows)))
        for name, size in sorted(sizes.items())
        for rows in [by_stratum.get(name, [])]
    ]


def _whole(picks: list[Pick], deciding: dict[int, Assigned | None]) -> list[Read]:
    rows = [row for pick in picks if (row := deciding[pick.pk]) is not None]
    if not picks:
        return []
    return [Read(len(picks), len(rows), sum(map(has_problem, rows)), stream=Stream.RISK)]


def _lift(random: list[Pick], risky: list[Pick], deciding: dict[int, Assigned | None]) -> Lift | None:
    def found(picks: list[Pick]) -> tuple[int, int]:
        rows = [row for pick in picks if (row := deciding[pick.pk]) is not None]
        return sum(map(has_problem, rows)), len(rows)

    return lift(found(risky), found(random))


def _agreement(pairs: Iterable[Pair]) -> Agreement | None:
    return kappa(cross_table([(one, other) for _question, one, other in pairs], list(ANSWERS)))


def _doubtful(pairs: Sequence[Pair]) -> tuple[Doubtful, ...]:
    """Questions on which readers hardly agree, of those that were answered twice often enough, the worst first."""
    found = []
    for question in sorted({question for question, _one, _other in pairs}):
        own = [pair for pair in pairs if pair[0] == question]
        agreed = _agreement(own) if len(own) >= LEAST_PAIRS else None
        if agreed is not None and agreed.verdict != "keep":
            known = book.questions().get(question)
            found.append(Doubtful(question, known[1].text if known else "", agreed))
    return tuple(sorted(found, key=lambda one: (one.agreement.kappa, one.question)))


def _pairs(picks: Iterable[Pick]) -> list[Pair]:
    """What both readers of a file said to each question that both answered."""
    pairs: list[Pair] = []
    for pick in picks:
        rows = current_readings(pick)
        first, second = rows.get("first"), rows.get("second")
        if first is None or second is None or not (hasattr(first, "submission") and hasattr(second, "submission")):
            continue
        one, other = latest_answers(first), latest_answers(second)
        pairs += [(name, one[name].answer, other[name].answer) for name in sorted(one.keys() & other.keys())]
    return pairs
