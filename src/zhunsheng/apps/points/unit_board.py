"""所队积分: a unit's median, its live board with bands, and the boards that were published."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from django.http import Http404

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.org.selectors import ZONE
from zhunsheng.apps.points import stored, words
from zhunsheng.apps.points.closing import board_of
from zhunsheng.apps.points.models import Publication
from zhunsheng.apps.points.own import PeriodChoice, periods
from zhunsheng.apps.points.people import POSTS, UNIT_KINDS, names_of, posts_in, units_led
from zhunsheng.apps.points.policies import governing, in_use
from zhunsheng.apps.points.roster import period_of
from zhunsheng.apps.points.standing import standing
from zhunsheng.core.points.policy import Policy


@dataclass(frozen=True)
class Line:
    """One officer of a board. `place` only where the policy publishes places."""

    holder: str
    name: str
    band: Any
    first: Any
    last: Any
    place: Any
    score: str
    low: str
    high: str
    per_hundred: str
    cases: int
    days: str


@dataclass(frozen=True)
class Printed:
    """A published board of the unit: what it said, and by how much totals differ since."""

    id: int
    title: str
    at: datetime
    sha256: str
    lines: Sequence[Line]
    differences: Sequence[tuple[str, str, str, str]]  # name, printed, now, difference


@dataclass(frozen=True)
class UnitBoard:
    """The page. `ours` is the unit's own line under the scheme of units, where there is one."""

    unit: Unit
    units: Sequence[Unit]
    policy: Policy
    period: date
    title: str
    median: str
    of: int
    lines: Sequence[Line]
    ours: Line | None
    is_live: bool
    printed: Printed | None
    periods: Sequence[PeriodChoice]
    may_name: bool


def choices(viewer: Viewer) -> list[Unit]:
    """The units that a viewer leads and that a policy can name, by path."""
    led = units_led(viewer)
    found = Unit.objects.filter(kind__in=UNIT_KINDS, closed_on=None)
    return list((found if led is None else found.filter(pk__in=led)).order_by("path"))


def unit_board(viewer: Viewer, *, unit: str, period: str, now: datetime) -> UnitBoard | None:
    """The board of a unit in a period; None where no approved policy governs it. Without a unit, of the first of the
    viewer's in which somebody is scored.

    Raises  Http404 for a unit that the viewer does not lead, or a period that is none.
    """
    units = choices(viewer)
    today = now.astimezone(ZONE).date()
    # A policy on trial is shown to those who wrote it.
    policies = in_use(shown_only="legal_department" not in viewer.roles())
    here = next((one for one in units if one.pk == unit), None) if unit else _opening(units, policies, now)
    if unit and here is None:
        raise Http404
    policy = _policy(policies, here, today, "officer") if here is not None else None
    if here is None or policy is None:
        return None
    begins = min(one.in_force for one in policies if one.id == policy.id)
    known = periods(policy, begins, period_of(today, policy.period), today)
    chosen = next((one.period for one in known if one.period.isoformat() == period), None) if period else None
    if period and chosen is None:
        raise Http404
    shown = chosen or period_of(today, policy.period)
    with stored.whole():
        found = standing(_policy(policies, here, shown, "officer") or policy, shown, as_of=now)
        ours = _ours(policies, here, shown, now)
        printed = Publication.objects.filter(policy=policy.id, period=shown).first()
        return UnitBoard(
            unit=here,
            units=units,
            policy=found.policy,
            period=shown,
            title=words.period_title(shown, policy.period),
            median=words.score(found.median(here.pk)),
            of=found.board.filter(pl.col("unit") == here.pk).height,
            lines=lines_of(found.board, here.pk),
            ours=ours,
            is_live=printed is None,
            printed=_printed(printed, here.pk, policy.period) if printed else None,
            periods=[PeriodChoice(one.period, one.title, one.period == shown) for one in known],
            may_name=any(here.pk in (s.unit, *viewer.below(s.unit)) for s in viewer.standings
                         if s.role in ("unit_head", "county_head")),
        )  # fmt: skip


def _opening(units: Sequence[Unit], policies: Sequence[Policy], now: datetime) -> Unit | None:
    """The unit that the page begins with: the first of whose people somebody has a band, else the first that a policy
    governs and in which somebody works whom it scores, else the first that one governs, else the first of all."""
    today = now.astimezone(ZONE).date()
    governed = {unit.pk: policy for unit in units if (policy := _policy(policies, unit, today, "officer"))}
    held = posts_in(governed, on=today)
    scored = {unit for unit, post in held if post in governed[unit].posts}
    of_version = {one.version: one for one in governed.values()}
    banded = {unit for policy in of_version.values() for unit in _banded(policy, now)}
    first = (one for known in (banded, scored, governed) for one in units if one.pk in known)
    return next(first, next(iter(units), None))


def _banded(policy: Policy, now: datetime) -> set[str]:
    """The units in which a policy has put somebody into a band in the period that runs."""
    with stored.whole():
        found = standing(policy, period_of(now.astimezone(ZONE).date(), policy.period), as_of=now).board
    return set(found.filter(pl.col("band").is_not_null())["unit"].to_list())


def _policy(policies: Sequence[Policy], unit: Unit, on: date, scheme: str) -> Policy | None:
    kind = UNIT_KINDS[unit.kind]
    named = [governing(policies, scheme=scheme, unit_kind=kind, post=post, on=on) for post in POSTS.values()]
    return next((one for one in named if one is not None), None)


def _ours(policies: Sequence[Policy], unit: Unit, period: date, now: datetime) -> Line | None:
    policy = _policy(policies, unit, period, "unit")
    if policy is None:
        return None
    found = standing(policy, period_of(period, policy.period), as_of=now)
    return next(iter(lines_of(found.board, unit.pk)), None)


def lines_of(board: pl.DataFrame, unit: str) -> list[Line]:
    """The lines of a unit on a board, by band and then by name: inside a band there is no order."""
    own = board.filter(pl.col("unit") == unit)
    names = names_of(own["holder"].to_list())
    found = [
        Line(
            holder=row["holder"],
            name=names[row["holder"]],
            band=row["band"],
            first=row["first"],
            last=row["last"],
            place=row["place"],
            score=words.of_line(row, "total"),
            low=words.of_line(row, "low"),
            high=words.of_line(row, "high"),
            per_hundred=words.of_line(row, "per_hundred"),
            cases=row["cases"],
            days=words.half_days(row["half_days"]),
        )
        for row in own.iter_rows(named=True)
    ]
    return sorted(found, key=lambda line: (line.band is None, line.band or 0, line.place or 0, line.name, line.holder))


def _printed(publication: Publication, unit: str, every: str) -> Printed:
    board = board_of(publication)
    lines = lines_of(board, unit)
    ours = {line.holder: line.name for line in lines}
    last = publication.corrections.order_by("-pk").first()
    differing = [
        (ours[holder], words.score(printed), words.score(now), words.change((now or 0) - (printed or 0)))
        for holder, (printed, now) in (last.differences if last else {}).items()
        if holder in ours
    ]
    return Printed(
        publication.pk,
        words.period_title(publication.period, every),
        publication.at,
        publication.sha256,
        lines,
        differing,
    )


def cells(found: UnitBoard) -> Iterator[Sequence[Cell]]:
    """The board as it is taken away. Names leave only with the heads of the unit itself."""
    for line in found.lines:
        who = line.name if found.may_name else ""
        ranks = f"{line.first}–{line.last}" if line.first else ""
        yield (who, line.band, ranks, line.score, line.low, line.high, line.per_hundred, line.cases, line.days)
