"""我的积分: one's score, its band, the rows it is made of, and who looked. Heads see that of others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import polars as pl
from django.http import Http404

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.cases.selectors import visible_cases
from zhunsheng.apps.org.selectors import ZONE
from zhunsheng.apps.points import stored, words
from zhunsheng.apps.points.models import Look, Publication
from zhunsheng.apps.points.people import Posted, names_of, posted
from zhunsheng.apps.points.policies import governing, in_use, known
from zhunsheng.apps.points.roster import next_period, period_of
from zhunsheng.apps.points.standing import Standing, standing
from zhunsheng.core.points.policy import Policy
from zhunsheng.core.points.states import with_states
from zhunsheng.core.points.why import EntryWhy, ScoreWhy, why_score

NONE: Final = words.score(None)
MOST_LOOKS: Final = 50
BANDS_ONLY_AFTER: Final = timedelta(days=731)


@dataclass(frozen=True)
class Row:
    """One row of the ledger as the page says it. `case`: its number, where the viewer may list it; sealed: there is
    one, counted like any other, and he may not."""

    key: str
    at: datetime
    kind: str
    title: str
    case: str
    may_open: bool
    is_sealed: bool
    figure: str
    state: str
    state_word: Any


@dataclass(frozen=True)
class EntryShown:
    """One entry of the policy, what it gives, and the rows that this is the sum of."""

    id: str
    title: str
    instrument: str
    article: str
    gist: str
    figure: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class BlockShown:
    """One block: its value of its weight."""

    name: str
    title: Any
    weight: int
    value: str
    note: Any
    entries: Sequence[EntryShown]


@dataclass(frozen=True)
class PeriodChoice:
    """A period that can be chosen."""

    period: date
    title: str
    is_here: bool


@dataclass(frozen=True)
class Own:
    """The page. `score` is a dash where there is none yet."""

    holder: str
    name: str
    policy: Policy
    period: date
    title: str
    score: str
    band: Any
    first: Any
    last: Any
    of: int
    low: str
    high: str
    is_live: bool
    bands_only: bool
    published_at: datetime | None
    median: str
    bands: Sequence[tuple[int, int]]
    days: str
    cases: int
    per_hundred: str
    blocks: Sequence[BlockShown]
    manual: str
    frozen: int
    periods: Sequence[PeriodChoice]


@dataclass(frozen=True)
class Seen:
    """Somebody looked."""

    at: datetime
    name: str


def place_of(holder: str, *, on: date) -> Posted | None:
    """Where a holder works on a day; None where no policy can name his post."""
    return next(iter(posted(on=on, holder=holder)), None) if holder else None


def own_page(viewer: Viewer, holder: str, asked: str, *, now: datetime) -> Own | None:
    """The page of a holder in the period asked for, or the open one; None where no approved policy governs him.

    Raises  Http404 for a period that is none.
    """
    today = now.astimezone(ZONE).date()
    place = place_of(holder, on=today)
    policies = in_use(shown_only=True)
    policy = _policy(policies, place, today)
    if place is None or policy is None:
        return None
    begins = min(one.in_force for one in policies if one.id == policy.id)
    period = _period(asked, policy, begins, today)
    policy = _policy(policies, place, period) or policy
    with stored.whole():
        found = standing(policy, period, as_of=now)
        why, states = _why(found, holder, now)
        published = Publication.objects.filter(policy=policy.id, period=period).first()
    choices = periods(policy, begins, period, today)
    return _page(viewer, holder, found, why, states, published, choices, now)


def _policy(policies: Sequence[Policy], place: Posted | None, on: date) -> Policy | None:
    if place is None:
        return None
    return governing(policies, scheme="officer", unit_kind=place.unit_kind, post=place.post, on=on)


def _period(asked: str, policy: Policy, begins: date, today: date) -> date:
    """The first day of a period that has begun; the open one where nothing is asked for."""
    if not asked:
        return period_of(today, policy.period)
    try:
        period = date.fromisoformat(asked)
    except ValueError as problem:
        raise Http404 from problem
    if period != period_of(period, policy.period) or not begins <= period <= today:
        raise Http404
    return period


def periods(policy: Policy, begins: date, here: date, today: date) -> list[PeriodChoice]:
    """The periods that a policy has had since its first version, the open one first."""
    found, period = [], begins
    while period <= today:
        found.append(PeriodChoice(period, words.period_title(period, policy.period), is_here=period == here))
        period = next_period(period, policy.period)
    return found[::-1]


def _why(found: Standing, holder: str, now: datetime) -> tuple[ScoreWhy | None, pl.DataFrame]:
    condition = {"policy": found.policy.id, "holder": holder, "period": found.period}
    rows = stored.entries(
        "t.policy = {policy} AND t.holder = {holder} AND t.period = {period} AND t.kind <> 'close'", **condition
    )
    states = with_states(rows, stored.acts(), as_of=now)
    try:
        return why_score(states, found.scores, found.policy, holder=holder, period=found.period), states
    except LookupError:
        return None, states


def _page(
    viewer: Viewer, holder: str, found: Standing, why: ScoreWhy | None, states: pl.DataFrame,
    published: Publication | None, choices: Sequence[PeriodChoice], now: datetime,
) -> Own:  # fmt: skip
    line, score = found.line(holder) or {}, found.score(holder) or {}
    policy, unit, total = found.policy, str(score.get("unit") or ""), words.of_line(line, "total")
    peers = found.board.filter(pl.col("peers") == line.get("peers", ""))
    bands = peers["band"].drop_nulls().value_counts().sort("band").rows() if peers.height else []
    bands_only = now - datetime.combine(found.period, datetime.min.time(), ZONE) > BANDS_ONLY_AFTER
    return Own(
        holder=holder,
        name=names_of([holder])[holder],
        policy=policy,
        period=found.period,
        title=words.period_title(found.period, policy.period),
        score=total,
        band=line.get("band"),
        first=line.get("first"),
        last=line.get("last"),
        of=peers.height,
        low=words.of_line(line, "low"),
        high=words.of_line(line, "high"),
        is_live=published is None,
        bands_only=bands_only,
        published_at=published.at if published else None,
        median=words.score(found.median(unit)),
        bands=[(int(band), int(count)) for band, count in bands],
        days=words.half_days(line.get("half_days")),
        cases=int(str(line.get("cases") or 0)),
        per_hundred=words.of_line(line, "per_hundred"),
        blocks=() if why is None or bands_only else _blocks(viewer, why, policy, score, is_counted=total != NONE),
        manual=words.change(why.manual) if why is not None and why.manual else "",
        frozen=states.filter(pl.col("state") == "frozen").height,
        periods=choices,
    )


def _blocks(
    viewer: Viewer, why: ScoreWhy, policy: Policy, score: Mapping[str, Any], *, is_counted: bool
) -> list[BlockShown]:
    groups = {
        str(row["group"]) for block in why.blocks for entry in block.entries for row in entry.rows if row["group"]
    }
    cases = case_marks(viewer, groups)
    return [
        BlockShown(
            name=block.name,
            title=words.BLOCKS[block.name],
            weight=block.weight,
            value=words.score(block.value if is_counted else None),
            note=words.VOLUME_STATES.get(str(score.get("volume_state")), "") if block.name == "volume" else "",
            entries=[
                EntryShown(
                    entry.id, entry.title, entry.cite.instrument, entry.cite.article, entry.cite.gist,
                    _figure_of(policy, entry),
                    [_row(row, cases) for row in entry.rows],
                )
                for entry in block.entries
            ],
        )
        for block in why.blocks
        if block.weight or any(entry.rows for entry in block.entries)
    ]  # fmt: skip


def _figure_of(policy: Policy, entry: EntryWhy) -> str:
    """What the rows of an entry add up to; a dash where there are none."""
    if not entry.rows:
        return "—"
    is_share = any(one.id == entry.id and one.measure == "share" for one in policy.entries)
    return f"{entry.kept}/{entry.judged}" if is_share else words.change(entry.amount)


@dataclass(frozen=True)
class CaseMarks:
    """Of some cases: which a viewer may open, which he may list, and which there are."""

    open: frozenset[str]
    listed: frozenset[str]
    all: frozenset[str]


def case_marks(viewer: Viewer, numbers: Collection[str]) -> CaseMarks:
    """What a viewer may do with cases."""

    def seen(action: Action) -> frozenset[str]:
        return frozenset(visible_cases(viewer, action).filter(number__in=numbers).values_list("number", flat=True))

    with stored.whole():
        there = frozenset(Case.objects.filter(number__in=numbers).values_list("number", flat=True))
    return CaseMarks(seen(Action.CASE_READ), seen(Action.CASE_LIST), there)


def _row(row: Mapping[str, Any], cases: CaseMarks) -> Row:
    fact = known().facts.get(row["fact"])
    case = str(row["group"] or "")
    return Row(
        key=row["key"],
        at=row["at"],
        kind=row["kind"],
        title=fact.title if fact else row["fact"],
        case=case if case in cases.listed else "",
        may_open=case in cases.open,
        is_sealed=case in cases.all - cases.listed,
        figure=figure(row),
        state=row["state"],
        state_word=words.STATES[row["state"]],
    )


def figure(row: Mapping[str, Any]) -> str:
    """What a row gives: points, or 1/1 and 0/1 of a share."""
    if row["judged"]:
        sign = "−" if row["judged"] < 0 else ""
        return f"{sign}{abs(row['kept'])}/{abs(row['judged'])}"
    return words.change(row["amount"])


def looks_of(holder: str) -> list[Seen]:
    """The last who looked at the page of a holder; all of them are in a list of their own."""
    with stored.whole():
        rows = Look.objects.filter(holder=holder).select_related("by").order_by("-at", "-pk")[:MOST_LOOKS]
        return [Seen(row.at, row.by.name) for row in rows]


def note_look(viewer: Viewer, holder: str, unit: str, *, at: datetime) -> None:
    """Say that somebody looks at the page of another, before he sees it."""
    if viewer.officer:
        Look.objects.create(holder=holder, unit=unit, by_id=viewer.officer, at=at)
