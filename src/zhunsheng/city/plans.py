"""What each case is to become: decided for all of them before any is played."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from zhunsheng.city.faults import FAULTS, Fault
from zhunsheng.city.plan import Plan
from zhunsheng.city.player import LETS_GO, TAKES
from zhunsheng.city.spans import DAY
from zhunsheng.city.steps import Act, Chance, Pick, Step, Story
from zhunsheng.city.stories import STORIES, TYPES

YEAR_DAYS: Final = 365
DAYS_KEPT_FREE: Final = 120  # before the last published day, so that most limits end inside the calendar
FAULT_SHARE: Final = 0.06  # cases in which a check finds something that was planted
EDGE_SHARE: Final = 0.34  # a third of the cases, and a little for those that miss their edge
TWO_PERSONS: Final = 0.12
THREE_PERSONS: Final = 0.02
CORRECTED: Final = 0.045
VOIDED: Final = 0.035
ENTERED_LATE: Final = 0.06
MISSING: Final = 0.012
CARRIED_OVER: Final = 0.03  # opened in the year before
DAYS_TO_OPEN: Final = 30  # at least, in which a case on an edge may open
DAYS_TO_NOTICE: Final = 20  # from a planted violation until the year ends
RAREST: Final = 0.02  # the least weight of a way to an edge
WHOLE_YEARS: Final = 2  # in which whole lawful cases open,
WHOLE_DAYS: Final = 180  # the last of them so long before the end
UNDISTURBED: Final = {"injured": False}  # the appraisal of an injury would pause what stands on the edge
PERSON_FACTS: Final = ("minor", "vulnerable")  # drawn for each person


@dataclass(frozen=True)
class Route:
    """How a story comes to one of its limits, how likely that is, and the longest that it may take in days."""

    target: str
    rule: str | None = None
    path: Mapping[str, Act] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    weight: float = 1.0
    days: int = 0
    since: date | None = None
    before: date | None = None
    is_held: bool = False
    forestalled_by: tuple[str, ...] = ()  # events after which an act on the way would make no sense


@dataclass(frozen=True)
class Window:
    """The year of the city, in local minutes."""

    first: int
    last: int
    is_whole: bool = False  # cases are played to their end, and nothing is left undone

    @staticmethod
    def before(last_published: date) -> "Window":
        """The year that ends 120 days before the last published day."""
        last_day = last_published.toordinal() - DAYS_KEPT_FREE
        return Window((last_day - YEAR_DAYS + 1) * DAY, (last_day + 1) * DAY - 1)

    def reaches(self, route: Route) -> bool:
        """Whether the limit can end inside the year, though it cannot begin before some day."""
        return route.since is None or (self.last // DAY - route.days) > route.since.toordinal() + DAYS_TO_OPEN

    @staticmethod
    def of_whole_cases(last_published: date) -> "Window":
        """Cases open early enough for nearly all of them to end inside the calendar."""
        last = (last_published.toordinal() - DAYS_KEPT_FREE + 1) * DAY - 1
        return Window(last - (WHOLE_DAYS + WHOLE_YEARS * YEAR_DAYS) * DAY, last, is_whole=True)


Routes = tuple[tuple[Route, ...], ...]  # of each story


@dataclass(frozen=True)
class FaultPlan:
    """A planted violation, the story in which it happens, and the way to it."""

    fault: Fault
    story: int
    route: Route


@dataclass(frozen=True)
class Draws:
    """One row a case, drawn at once."""

    story: NDArray[np.int64]
    route: NDArray[np.int64]  # of its story; only where it is on an edge
    fault: NDArray[np.int64]  # what is planted in it; -1: nothing
    is_on_edge: NDArray[np.bool_]
    is_lawful: NDArray[np.bool_]
    is_plain: NDArray[np.bool_]  # on an edge that neither grows nor pauses, and recorded as it was
    opening: NDArray[np.float64]
    is_carried_over: NDArray[np.bool_]
    persons: NDArray[np.int64]
    is_corrected: NDArray[np.bool_]
    is_voided: NDArray[np.bool_]
    is_late: NDArray[np.bool_]
    is_missing: NDArray[np.bool_]
    squad: NDArray[np.float64]

    @staticmethod
    def of(cases: int, seed: int, routes: Routes, faults: "tuple[FaultPlan, ...]") -> "Draws":
        """Draw for all cases.

        In a large enough city every rule has a case just in time and one just too late, and every check a violation.
        """
        rng = np.random.default_rng([seed, 0])
        weights = np.array([story.weight for story in STORIES])
        order = rng.permutation(cases)
        edges = order[: round(cases * EDGE_SHARE)]
        is_on_edge = np.zeros(cases, dtype=np.bool_)
        is_on_edge[edges] = True
        is_lawful = np.zeros(cases, dtype=np.bool_)
        is_lawful[edges[::2]] = True
        persons = rng.random(cases)
        story = rng.choice(len(STORIES), cases, p=weights / weights.sum())
        route = _drawn_routes(story, rng.random(cases), routes)
        quota = np.repeat(np.array(quota_of(routes), dtype=np.int64), 2, axis=0)
        is_plain = np.zeros(cases, dtype=np.bool_)
        if len(quota) <= len(edges):
            is_plain[edges[: len(quota)]] = True
            story[edges[: len(quota)]], route[edges[: len(quota)]] = quota[:, 0], quota[:, 1]
        fault = np.full(cases, -1, dtype=np.int64)
        faulty = order[len(edges) :][: max(round(cases * FAULT_SHARE), len(faults))]
        if 2 * len(faulty) <= cases - len(edges):
            fault[faulty] = np.arange(len(faulty)) % len(faults)
            story[faulty] = np.array([plan.story for plan in faults])[fault[faulty]]
            is_plain[faulty] = True
        return Draws(
            story=story,
            route=route,
            fault=fault,
            is_on_edge=is_on_edge,
            is_lawful=is_lawful,
            is_plain=is_plain,
            opening=rng.random(cases),
            is_carried_over=rng.random(cases) < CARRIED_OVER,
            persons=1 + (persons < TWO_PERSONS).astype(np.int64) + (persons < THREE_PERSONS),
            is_corrected=(rng.random(cases) < CORRECTED) & ~is_plain,
            is_voided=(rng.random(cases) < VOIDED) & ~is_plain,
            is_late=(rng.random(cases) < ENTERED_LATE) & (fault < 0),
            is_missing=(rng.random(cases) < MISSING / (1 - EDGE_SHARE)) & ~is_on_edge & ~is_plain,
            squad=rng.random(cases),
        )

    def plain(self) -> "Draws":
        """The same cases with nothing odd about them and none on an edge."""
        no = np.zeros(len(self.story), dtype=np.bool_)
        return replace(
            self,
            fault=np.full(len(self.story), -1, dtype=np.int64),
            is_on_edge=no,
            is_plain=no,
            is_carried_over=no,
            is_corrected=no,
            is_voided=no,
            is_late=no,
            is_missing=no,
        )


def _drawn_routes(story: NDArray[np.int64], draws: NDArray[np.float64], routes: Routes) -> NDArray[np.int64]:
    """A way to an edge for every case, by weight."""
    found = np.zeros(len(story), dtype=np.int64)
    for n, choices in enumerate(routes):
        ends = np.cumsum([max(route.weight, RAREST) for route in choices])
        mine = story == n
        found[mine] = np.minimum(np.searchsorted(ends, draws[mine] * ends[-1], side="right"), len(choices) - 1)
    return found


def fault_plans(routes: Routes) -> tuple[FaultPlan, ...]:
    """The way to every planted violation."""
    stories = {story.name: n for n, story in enumerate(STORIES)}
    return tuple(_fault_plan(fault, stories[fault.story], routes[stories[fault.story]]) for fault in FAULTS)


def _fault_plan(fault: Fault, s: int, choices: Sequence[Route]) -> FaultPlan:
    steps = {step.name: step for step in STORIES[s].steps}
    ways = [route for route in choices if route.rule == fault.toward] if fault.toward is not None else [Route("")]
    way = min(ways, key=lambda route: (route.since is not None and fault.since is None, -route.weight))
    path = {**way.path, **({way.target: steps[way.target].acts[0]} if way.target else {})}
    path |= {name: steps[name].acts[0] for name in fault.through}
    for name, event in fault.acts.items():
        path[name] = next(act for act in steps[name].acts if act.event == event)
    taken = [_longest(steps[name]) for name in (*fault.through, *fault.acts)]
    overdue = [last + _longest(steps[name]) for name, (_, last) in fault.overdue.items()]
    days = way.days + max([0, *taken, *overdue]) + DAYS_TO_NOTICE
    since = max(filter(None, (way.since, fault.since)), default=None)
    route = replace(way, path=path, facts={**UNDISTURBED, **way.facts, **fault.facts}, days=days, since=since)
    return FaultPlan(fault, s, replace(route, forestalled_by=(*way.forestalled_by, *fault.late)))


def quota_of(routes: Routes) -> list[tuple[int, int]]:
    """For every rule the likeliest way to its edge: story and route."""
    best: dict[str, tuple[float, int, int]] = {}
    for s, choices in enumerate(routes):
        for r, route in enumerate(choices):
            weight = STORIES[s].weight * route.weight
            if route.rule is not None and weight > best.get(route.rule, (0.0, 0, 0))[0]:
                best[route.rule] = (weight, s, r)
    return [(s, r) for _, s, r in best.values()]


def routes_of(story: Story) -> tuple[Route, ...]:
    """The shortest way to every limit of a story."""
    found: list[Route] = []
    seen: set[str] = set()
    queue: list[tuple[Act, Route]] = [(story.opening, Route(""))]
    while queue:
        act, route = queue.pop(0)
        for step in story.steps:
            facts = _forced(step, act, route, story) if step.after == act.event and step.name not in seen else None
            if facts is None:
                continue
            seen.add(step.name)
            here = replace(
                route,
                target=step.name,
                rule=step.rule,
                facts={**route.facts, **facts},
                weight=route.weight * step.chance,
                forestalled_by=(*route.forestalled_by, *step.unless),
                days=route.days + _longest(step),
                since=step.since or route.since,
                before=step.before or route.before,
            )
            if step.span is not None or step.bound is not None:
                found.append(here)
            queue += [(onward, _onward(here, step, onward, route.days + _usual(step))) for onward in step.acts]
    return tuple(found)


def _forced(step: Step, act: Act, route: Route, story: Story) -> dict[str, Any] | None:
    """What must be drawn for the step to follow the act; nothing where it cannot follow."""
    known = {**{name: Chance(0.5) for name in PERSON_FACTS}, **story.facts, **act.facts}
    known = {**known, **route.facts, "in_custody": route.is_held}
    forced = {}
    for name, value in step.when.items():
        given = known.get(name)
        if isinstance(given, Chance) or (isinstance(given, Pick) and value in given.values):
            forced[name] = value
        elif given != value:
            return None
    return forced


def _onward(here: Route, step: Step, act: Act, days: int) -> Route:
    share = act.weight / sum(a.weight for a in step.acts)
    is_held = act.event in TAKES or (here.is_held and act.event not in LETS_GO)
    return replace(here, path={**here.path, step.name: act}, weight=here.weight * share, days=days, is_held=is_held)


def _usual(step: Step) -> int:
    return step.gap[1] // DAY + 1 if step.span is None else step.span.days


def _longest(step: Step) -> int:
    """With the last growth, the pauses and one renewal."""
    if step.span is None:
        return _usual(step) + (step.bound.span.days if step.bound is not None else 0)
    spans = [step.span, *(growth.span for growth in step.growths)]
    renewed = step.span.days if step.renewals else 0
    return max(span.days for span in spans) + sum(halt.days[1] for halt in step.halts) + renewed + 2


def plan_of(
    index: int,
    seed: int,
    draws: Draws,
    routes: Routes,
    faults: Sequence[FaultPlan],
    window: Window,
    name: str,
) -> Plan:
    """The plan of one case. `name`: of its first person, from whom the case has its title."""
    story = STORIES[int(draws.story[index])]
    is_on_edge = bool(draws.is_on_edge[index])
    route = routes[int(draws.story[index])][int(draws.route[index])] if is_on_edge else Route("")
    faulty = faults[int(draws.fault[index])] if draws.fault[index] >= 0 else None
    route = faulty.route if faulty is not None else route
    offence = story.offences[index % len(story.offences)]
    return Plan(
        index=index,
        seed=seed,
        story=story,
        opening=_opening(float(draws.opening[index]), bool(draws.is_carried_over[index]), route, window),
        last=window.last,
        persons=tuple(f"P{index:07}{n}" for n in range(1, int(draws.persons[index]) + 1)),
        title=f"{name}{offence}案",
        type=TYPES.get(offence, "other"),
        is_on_edge=is_on_edge,
        is_lawful=bool(draws.is_lawful[index]),
        is_plain=bool(draws.is_plain[index]),
        target=route.target if is_on_edge else None,
        path=route.path,
        facts={**UNDISTURBED, **route.facts} if is_on_edge or faulty is not None else {},
        fault=faulty.fault if faulty is not None else None,
        forestalled_by=route.forestalled_by,
        is_whole=window.is_whole,
    )


def _opening(draw: float, is_carried_over: bool, route: Route, window: Window) -> int:
    """A case on the edge opens early enough for its edge to lie inside the year."""
    first, last = window.first, window.last
    if window.is_whole:
        return first + int(draw * WHOLE_YEARS * YEAR_DAYS * DAY)
    if not route.days and route.since is None:
        if is_carried_over:
            first, last = first - YEAR_DAYS * DAY, first
        return first + int(draw * (last - first))
    last -= route.days * DAY
    if route.before is not None:
        last = min(last, route.before.toordinal() * DAY - DAY)
    if route.since is not None:
        first = max(first, route.since.toordinal() * DAY)
    if last - first < DAYS_TO_OPEN * DAY:
        first = last - DAYS_TO_OPEN * DAY
    return first + int(draw * (last - first))
