"""One plan as its page shows it, and as a row of the list of plans."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from math import isinf
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.cases.words import page_vocabulary
from zhunsheng.apps.display import formats
from zhunsheng.apps.display.listing import Asked, Column, Listing, Page
from zhunsheng.apps.inspection import plans
from zhunsheng.apps.inspection.models import Assigned, Pick, Plan
from zhunsheng.apps.inspection.people import PLANNERS, WITNESSES
from zhunsheng.apps.inspection.planting import marked_for, taken_back
from zhunsheng.apps.inspection.results import Result, result
from zhunsheng.apps.org.selectors import unit_names
from zhunsheng.core.inspection.risk import Lift
from zhunsheng.core.inspection.sizes import Claim, claim, percent

STATES: Final = {
    "waiting": gettext_noop("等待抽取"),
    "drawn": gettext_noop("已抽取"),
    "read": gettext_noop("已查完"),
    "void": gettext_noop("已作废"),
}
ROUND_TITLES: Final = {"first": gettext_noop("初评"), "second": gettext_noop("复评"), "third": gettext_noop("裁定")}
PICKS: Final = Listing((Column("pick", "", sort=("pk",)),), (), default_sort="pick")
"""The files of a plan in the order in which they were drawn, fifty a page."""


@dataclass(frozen=True)
class PlanRow:
    """One plan in the list."""

    number: str
    title: str
    unit: str
    period: str
    files: int
    drawn: int
    read: int
    claim: str
    state: str
    state_title: str


@dataclass(frozen=True)
class PickShown:
    """One file that is to be read. `readers`: round, name, whether it was handed in; `is_planted`: shown to whoever is
    to know it; `is_taken_back`: nobody has to read it any more."""

    case: str
    unit: str
    stream: str
    stratum: str
    inclusion: str
    readers: Sequence[tuple[str, str, bool]]
    is_planted: bool
    is_taken_back: bool


@dataclass(frozen=True)
class StratumShown:
    """One stratum of the frame."""

    name: str
    files: int
    draw: int
    inclusion: str


@dataclass(frozen=True)
class PlanPage:
    """A plan. `picks`: those of its `page`; `offers`: commit or publish, where that is the viewer's next act."""

    row: PlanRow
    hour: datetime
    frame_hash: str
    risk_files: int
    commitment: str
    witness: str
    nonce: str
    head: str
    head_at: datetime | None
    seed: str
    record: str
    void: str
    strata: Sequence[StratumShown]
    page: Page[Pick]
    picks: Sequence[PickShown]
    result: Result | None
    lift: str
    offers: str
    may_assign: bool


def plan_rows(rows: Sequence[Plan]) -> list[PlanRow]:
    """Plans as their list shows them."""
    return _rows(rows, unit_names())


def _rows(rows: Sequence[Plan], names: dict[str, str]) -> list[PlanRow]:
    drawn, counted = plans.read_of(rows), plans.counted_of(rows)
    return [_row(plan, names, *drawn.get(plan.pk, (0, 0)), *counted[plan.pk]) for plan in rows]


def _row(plan: Plan, names: dict[str, str], picks: int, read: int, of: int, counted: int) -> PlanRow:
    files = plan.frame.files
    state = _state(plan, picks, read)
    return PlanRow(
        number=plan.pk,
        title=plan.title,
        unit=names.get(plan.unit, plan.unit),
        period=f"{formats.full_day(plan.from_on)}—{formats.full_day(plan.until_on - timedelta(days=1))}",
        files=files,
        drawn=plan.drawn,
        read=read,
        claim=_claim(of, counted, plan.problems),
        state=state,
        state_title=_(STATES[state]),
    )


def _claim(files: int, drawn: int, problems: int) -> str:
    if not drawn:
        return _("不能下结论")
    can = _can(files, drawn, problems)
    return _("问题不超过 %(n)d 件，可以说低于 %(rate)s") % {"n": problems, "rate": percent(can.rate)}


@lru_cache(maxsize=1024)
def _can(files: int, drawn: int, problems: int) -> Claim:
    """What a sample can say, exactly: worked out once for the same numbers."""
    return claim(files, drawn, problems)


def _state(plan: Plan, picks: int, read: int) -> str:
    if hasattr(plan, "void"):
        return "void"
    if not hasattr(plan, "draw"):
        return "waiting"
    return "read" if picks and read == picks else "drawn"


def plan_page(plan: Plan, viewer: Viewer, asked: Asked, *, real_at: datetime) -> PlanPage:
    """A plan with its strata, and those of its files that the viewer may see."""
    names, draw = unit_names(), getattr(plan, "draw", None)
    kept, void = getattr(plan, "commitment", None), getattr(plan, "void", None)
    page = asked.page(plan.picks.prefetch_related("assignments__reader", "assignments__submission"))
    planted, found, back = marked_for(viewer), result(plan) if draw else None, taken_back()
    to_give = plan.picks.filter(assignments=None).exclude(pk__in=back)
    return PlanPage(
        row=_rows([plan], names)[0],
        hour=plan.hour,
        frame_hash=plan.frame.hash,
        risk_files=plan.frame.risk_files,
        commitment=kept.value if kept else "",
        witness=kept.by.name if kept else "",
        nonce=draw.nonce if draw else "",
        head=draw.head if draw else "",
        head_at=draw.head_at if draw else None,
        seed=draw.seed if draw else "",
        record=draw.record if draw else "",
        void=void.reason if void else "",
        strata=_strata(plan, names),
        page=page,
        picks=[_pick(pick, names, planted, back) for pick in page.rows],
        result=found,
        lift=_lift(found.lift) if found and found.lift else "",
        offers=_offers(plan, viewer, real_at),
        may_assign=bool(viewer.roles() & PLANNERS and draw and to_give.exists()),
    )


def _lift(lift: Lift) -> str:
    """How many times as often a file that was looked for had a problem as one that was drawn, and how sure that is."""
    words = {"value": f"{lift.value:.1f}", "low": f"{lift.low:.1f}", "high": f"{lift.high:.1f}"}
    if isinf(lift.value):
        return _("随机件没有发现问题，与风险件不能比较倍数。")
    if isinf(lift.high):
        return _("风险件有问题的比例是随机件的 %(value)s 倍，至少 %(low)s 倍。") % words
    return _("风险件有问题的比例是随机件的 %(value)s 倍（%(low)s—%(high)s）。") % words


def _offers(plan: Plan, viewer: Viewer, real_at: datetime) -> str:
    if hasattr(plan, "draw") or hasattr(plan, "void") or not viewer.roles() & WITNESSES:
        return ""
    kept = getattr(plan, "commitment", None)
    if kept is None:
        return "commit" if real_at < plan.hour else ""
    return "publish" if kept.by_id == viewer.officer and real_at >= plan.hour else ""


def _strata(plan: Plan, names: dict[str, str]) -> list[StratumShown]:
    sizes: dict[str, tuple[int, int]] = {}
    for name, draw in plan.files.order_by("stratum").values_list("stratum", "draw"):
        files, _draw = sizes.get(name, (0, draw))
        sizes[name] = (files + 1, draw)
    return [
        StratumShown(stratum_title(name, names), files, draw, str(Fraction(draw, files)))
        for name, (files, draw) in sizes.items()
    ]


def stratum_title(name: str, names: dict[str, str]) -> str:
    """The station by its name, then the kinds and results."""
    station, _bar, cells = name.partition("|")
    kinds, results = dict(Case.Kind.choices), page_vocabulary().event_types
    shown = []
    for cell in cells.split("、"):
        kind, _plus, result = cell.partition("+")
        ending = results[result].title if result in results else result
        shown.append(" ".join(filter(None, (_(str(kinds.get(kind, kind))), ending))))
    return f"{names.get(station, station)} · {'、'.join(shown)}"


def _pick(pick: Pick, names: dict[str, str], planted: Collection[str], back: Collection[int]) -> PickShown:
    latest: dict[str, Assigned] = {row.round: row for row in sorted(pick.assignments.all(), key=lambda one: one.pk)}
    return PickShown(
        case=pick.case,
        unit=names.get(pick.unit, pick.unit),
        stream=pick.stream,
        stratum=stratum_title(pick.stratum, names) if pick.stratum else "",
        inclusion=pick.inclusion,
        readers=[
            (_(ROUND_TITLES[name]), row.reader.name if row.reader else "", hasattr(row, "submission"))
            for name, row in latest.items()
        ],
        is_planted=pick.case in planted,
        is_taken_back=pick.pk in back,
    )
