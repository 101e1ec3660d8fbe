"""What each case is to become: decided for all of them before any is played."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from zhunsheng.city.player import Plan
from zhunsheng.city.spans import DAY
from zhunsheng.city.steps import Act, Step, Story
from zhunsheng.city.stories import STORIES

YEAR_DAYS: Final = 365
DAYS_KEPT_FREE: Final = 120  # before the last published day, so that most limits end inside the calendar
EDGE_SHARE: Final = 0.34  # a third of the cases, and a little for those that miss their edge
TWO_PERSONS: Final = 0.12
THREE_PERSONS: Final = 0.02
CORRECTED: Final = 0.04
VOIDED: Final = 0.03
ENTERED_LATE: Final = 0.06
MISSING: Final = 0.012
CARRIED_OVER: Final = 0.03  # opened in the year before


@dataclass(frozen=True)
class Window:
    """The year of the city, in local minutes."""

    first: int
    last: int

    @staticmethod
    def before(last_published: date) -> "Window":
        """The year that ends 120 days before the last published day."""
        last_day = last_published.toordinal() - DAYS_KEPT_FREE
        return Window((last_day - YEAR_DAYS + 1) * DAY, (last_day + 1) * DAY - 1)


@dataclass(frozen=True)
class Route:
    """How a story comes to one of its limits, and the longest that may take in days."""

    target: str
    path: Mapping[str, Act]
    days: int
    since: date | None
    before: date | None


@dataclass(frozen=True)
class Draws:
    """One row a case, drawn at once."""

    story: NDArray[np.int64]
    is_on_edge: NDArray[np.bool_]
    is_lawful: NDArray[np.bool_]
    route: NDArray[np.float64]
    opening: NDArray[np.float64]
    is_carried_over: NDArray[np.bool_]
    persons: NDArray[np.int64]
    is_corrected: NDArray[np.bool_]
    is_voided: NDArray[np.bool_]
    is_late: NDArray[np.bool_]
    is_missing: NDArray[np.bool_]
    squad: NDArray[np.float64]

    @staticmethod
    def of(cases: int, seed: int) -> "Draws":
        """Draw for all cases."""
        rng = np.random.default_rng([seed, 0])
        weights = np.array([story.weight for story in STORIES])
        order = rng.permutation(cases)
        is_on_edge = np.zeros(cases, dtype=np.bool_)
        is_on_edge[order[: round(cases * EDGE_SHARE)]] = True
        is_lawful = np.zeros(cases, dtype=np.bool_)
        is_lawful[order[: round(cases * EDGE_SHARE) : 2]] = True
        persons = rng.random(cases)
        return Draws(
            story=rng.choice(len(STORIES), cases, p=weights / weights.sum()),
            is_on_edge=is_on_edge,
            is_lawful=is_lawful,
            route=rng.random(cases),
            opening=rng.random(cases),
            is_carried_over=rng.random(cases) < CARRIED_OVER,
            persons=1 + (persons < TWO_PERSONS).astype(np.int64) + (persons < THREE_PERSONS),
            is_corrected=rng.random(cases) < CORRECTED,
            is_voided=rng.random(cases) < VOIDED,
            is_late=rng.random(cases) < ENTERED_LATE,
            is_missing=(rng.random(cases) < MISSING / (1 - EDGE_SHARE)) & ~is_on_edge,
            squad=rng.random(cases),
        )


def routes_of(story: Story) -> tuple[Route, ...]:
    """The shortest way to every limit of a story."""
    found: list[Route] = []
    seen: set[str] = set()
    queue: list[tuple[Act, Route]] = [(story.opening, Route("", {}, 0, None, None))]
    while queue:
        act, route = queue.pop(0)
        for step in story.steps:
            if step.name in seen or step.after != act.event or not _fits(step, act, story):
                continue
            seen.add(step.name)
            here = Route(step.name, route.path, route.days + _longest(step), *_narrower(route, step))
            if step.span is not None:
                found.append(here)
            further = route.days + _usual(step)
            queue += [(a, Route("", {**route.path, step.name: a}, further, here.since, here.before)) for a in step.acts]
    return tuple(found)


def _fits(step: Step, act: Act, story: Story) -> bool:
    known = {**story.facts, **act.facts}
    return all(known.get(name) == value for name, value in step.when.items())


def _narrower(route: Route, step: Step) -> tuple[date | None, date | None]:
    return step.since or route.since, step.before or route.before


def _usual(step: Step) -> int:
    return step.gap[1] // DAY + 1 if step.span is None else step.span.days


def _longest(step: Step) -> int:
    """With the last growth, the pauses and one renewal."""
    if step.span is None:
        return _usual(step)
    spans = [step.span, *(growth.span for growth in step.growths)]
    renewed = step.span.days if step.renewals else 0
    return max(span.days for span in spans) + sum(halt.days[1] for halt in step.halts) + renewed + 2


def plan_of(
    index: int, seed: int, draws: Draws, routes: Sequence[Sequence[Route]], window: Window, names: Sequence[str]
) -> Plan:
    """The plan of one case. Its persons bear `names`; the first gives the case its title."""
    story = STORIES[int(draws.story[index])]
    is_on_edge = bool(draws.is_on_edge[index])
    choices = routes[int(draws.story[index])]
    route = choices[int(draws.route[index] * len(choices))] if is_on_edge else None
    offence = story.offences[index % len(story.offences)]
    return Plan(
        index=index,
        seed=seed,
        story=story,
        opening=_opening(float(draws.opening[index]), bool(draws.is_carried_over[index]), route, window),
        last=window.last,
        persons=tuple(f"P{index:07}{n}" for n in range(1, int(draws.persons[index]) + 1)),
        title=f"{names[0]}{offence}案",
        is_on_edge=is_on_edge,
        is_lawful=bool(draws.is_lawful[index]),
        target=route.target if route is not None else None,
        path=route.path if route is not None else {},
    )


def _opening(draw: float, is_carried_over: bool, route: Route | None, window: Window) -> int:
    """A case on the edge opens early enough for its edge to lie inside the year."""
    first, last = window.first, window.last
    if route is None:
        if is_carried_over:
            first, last = first - YEAR_DAYS * DAY, first
        return first + int(draw * (last - first))
    last -= route.days * DAY
    if route.before is not None:
        last = min(last, route.before.toordinal() * DAY - DAY)
    if route.since is not None:
        first = max(first, route.since.toordinal() * DAY)
    if last - first < 30 * DAY:
        first = last - 30 * DAY
    return first + int(draw * (last - first))
