"""The city as frames and as files, the same for the same seed."""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from zhunsheng.city.adorn import Adorner
from zhunsheng.city.cast import OFFICERS_PER_WHOLE_CASE, person_row, teams_of, victim_rows
from zhunsheng.city.companions import COMPANIONS
from zhunsheng.city.faults import FAULTS
from zhunsheng.city.log import Columns, Traits, record
from zhunsheng.city.manner import MANNER
from zhunsheng.city.people import (
    OFFICERS_PER_SQUAD,
    PERSONS,
    SURNAMES,
    Squad,
    make_officers,
    make_units,
    squads_that_handle_cases,
)
from zhunsheng.city.plan import Plan
from zhunsheng.city.plans import (
    YEAR_DAYS,
    Draws,
    FaultPlan,
    Routes,
    Window,
    fault_plans,
    plan_of,
    routes_of,
)
from zhunsheng.city.player import Player
from zhunsheng.city.spans import DAY, Days
from zhunsheng.city.steps import Step, Story
from zhunsheng.city.stories import STORIES
from zhunsheng.city.tape import TAPE, Tape
from zhunsheng.core.calendar import Calendar
from zhunsheng.core.schemas import EVENTS, assert_schema
from zhunsheng.core.vocabulary import Vocabulary

CHUNK: Final = 2_000  # cases drawn from one generator; part of what the seed means
PARALLEL_FROM: Final = 4  # chunks
TRIES: Final = 6

CASES: Final = pl.Schema(
    {
        "case": pl.String(),
        "story": pl.String(),
        "unit": pl.String(),
        "opened_on": pl.Date(),
        "is_on_edge": pl.Boolean(),  # an act within a minute or a day of its limit
        "is_lawful": pl.Boolean(),  # of a case on the edge: in time
        "edge": pl.String(),  # the step that stands there
        "edge_rule": pl.String(),  # whose limit that is
        "fault": pl.String(),  # the code of the check that something planted in it breaks
        "persons": pl.Int64(),
        "is_corrected": pl.Boolean(),
        "is_voided": pl.Boolean(),
        "is_late": pl.Boolean(),  # an event recorded days after it happened
        "is_missing": pl.Boolean(),  # a fact that a rule reads is not stated
    }
)
"""What each case was meant to be. Nothing that judges reads it."""


@dataclass(frozen=True)
class City:
    """events: schemas.EVENTS; units, officers, persons: people.UNITS, OFFICERS, PERSONS; cases: CASES."""

    events: pl.DataFrame
    units: pl.DataFrame
    officers: pl.DataFrame
    persons: pl.DataFrame
    cases: pl.DataFrame


@dataclass(frozen=True)
class Ground:
    """What every case of the city stands on."""

    seed: int
    zone: str
    days: Days
    window: Window
    draws: Draws
    routes: Routes
    faults: tuple[FaultPlan, ...]
    following: tuple[dict[str, list[Step]], ...]
    squads: tuple[Squad, ...]

    @staticmethod
    def of(
        cases: int, seed: int, zone: str, calendar: Calendar, squads: Sequence[Squad], *, is_whole: bool = False
    ) -> "Ground":
        """Decide what all cases share, and draw what each is to become."""
        following: list[dict[str, list[Step]]] = []
        for story in STORIES:
            by_event: dict[str, list[Step]] = {}
            for step in story.steps:
                by_event.setdefault(step.after, []).append(step)
            following.append(by_event)
        window = Window.of_whole_cases(calendar.last) if is_whole else Window.before(calendar.last)
        every = tuple(routes_of(story) for story in STORIES)
        routes = tuple(tuple(filter(window.reaches, choices)) for choices in every)
        faults = fault_plans(every)
        draws = Draws.of(cases, seed, routes, faults)
        return Ground(
            seed=seed,
            zone=zone,
            days=Days(calendar),
            window=window,
            draws=draws.plain() if is_whole else draws,
            routes=routes,
            faults=faults,
            following=tuple(following),
            squads=tuple(squads),
        )


def generate(cases: int, seed: int, vocabulary: Vocabulary, calendar: Calendar) -> City:
    """A city of so many cases. The same arguments give the same city, however many processes make it.

    Raises  UnknownEvent if a story names an event type or fact that the vocabulary lacks.
    """
    return _made(cases, seed, vocabulary, calendar, is_whole=False)


def lawful_cases(cases: int, seed: int, vocabulary: Vocabulary, calendar: Calendar) -> City:
    """So many whole cases from their opening to their end, in which everything is done as the law wants it.

    Raises  UnknownEvent as `generate` does.
    """
    return _made(cases, seed, vocabulary, calendar, is_whole=True)


def _made(cases: int, seed: int, vocabulary: Vocabulary, calendar: Calendar, *, is_whole: bool) -> City:
    check_stories(vocabulary)
    units = make_units(cases)
    per_squad = cases * OFFICERS_PER_WHOLE_CASE if is_whole else OFFICERS_PER_SQUAD
    officers = make_officers(units, np.random.default_rng([seed, 1]), per_squad)
    ground = Ground.of(
        cases, seed, vocabulary.zone, calendar, squads_that_handle_cases(units, officers), is_whole=is_whole
    )
    numbers = case_numbers(ground, cases)
    chunks = [(n, numbers[n * CHUNK : (n + 1) * CHUNK]) for n in range((cases + CHUNK - 1) // CHUNK)]
    parts = _play_all(ground, chunks)
    return City(
        events=assert_schema(pl.concat([part[0] for part in parts]), EVENTS, "events"),
        units=units,
        officers=officers,
        persons=pl.concat([part[1] for part in parts]),
        cases=pl.concat([part[2] for part in parts]),
    )


class UnknownEvent(LookupError):
    """A story names what the vocabulary does not have."""


def check_stories(vocabulary: Vocabulary) -> None:
    """Every event type of the stories is one of the vocabulary, and states only what it may state."""
    whole = [(f"story {story.name}", _named(story)) for story in STORIES]
    dressed = [(event, list(facts)) for event, facts in MANNER.items()]
    come = [(companion.event, list(companion.facts)) for companion in COMPANIONS]
    wrong = [(event, list(facts)) for fault in FAULTS for event, facts in fault.states.items()]
    for where, named in [*whole, ("manner", dressed), ("companions", come), ("faults", wrong)]:
        for event, facts in named:
            if event not in vocabulary.event_types:
                raise UnknownEvent(f"{where}: {event!r} is no event type. Add it to vocabulary.toml.")
            for name in facts:
                if name not in vocabulary.facts:
                    raise UnknownEvent(f"{where}: {event}: {name!r} is no fact. Add it to vocabulary.toml.")
                if name not in vocabulary.event_types[event].facts and vocabulary.facts[name].of == "event":
                    raise UnknownEvent(f"{where}: {event} may not state {name!r}. Add it to its facts.")


def _named(story: Story) -> list[tuple[str, list[str]]]:
    """Event types with the facts that they state."""
    named = [(story.opening.event, [*story.opening.facts, *story.facts])]
    for step in story.steps:
        named.append((step.after, []))
        named += [(act.event, list(act.facts)) for act in step.acts]
        named += [(growth.event, list(growth.facts)) for growth in step.growths]
        named += [(renewal.event, list(renewal.facts)) for renewal in step.renewals]
        for halt in step.halts:
            named += [(halt.begin, list(halt.facts)), (halt.end, [])]
    return named


def case_numbers(ground: Ground, cases: int) -> list[str]:
    """A + 12 digits of the station, year, month and a serial of the station and month."""
    serials: dict[str, int] = {}
    numbers = []
    for index in range(cases):
        plan = _plan(ground, index, "某")
        squad = ground.squads[int(ground.draws.squad[index] * len(ground.squads))]
        head = f"A{squad.station}{date.fromordinal(plan.opening // DAY):%Y%m}"
        serials[head] = serials.get(head, 0) + 1
        if serials[head] > 9999:
            raise ValueError(f"{head}: more than 9999 cases of one station in a month; the city needs more stations.")
        numbers.append(f"{head}{serials[head]:04}")
    return numbers


def _plan(ground: Ground, index: int, name: str) -> Plan:
    return plan_of(index, ground.seed, ground.draws, ground.routes, ground.faults, ground.window, name)


def _play_all(
    ground: Ground, chunks: Sequence[tuple[int, list[str]]]
) -> list[tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]]:
    if len(chunks) < PARALLEL_FROM:
        return [play_chunk(ground, n, numbers) for n, numbers in chunks]
    # A forked child would inherit the locks of Polars' threads
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        futures = [pool.submit(play_chunk, ground, n, numbers) for n, numbers in chunks]
        return [future.result() for future in futures]


def play_chunk(ground: Ground, chunk: int, numbers: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The events, persons and cases of one chunk of the city."""
    rng = np.random.default_rng([ground.seed, 2, chunk])
    tapes = rng.random((len(numbers), TAPE)).tolist()
    columns, persons, cases, shared = Columns(), [], [], []
    for n, number in enumerate(numbers):
        index = chunk * CHUNK + n
        tape = Tape(tapes[n], (ground.seed, index))
        squad = ground.squads[int(ground.draws.squad[index] * len(ground.squads))]
        names = [f"{SURNAMES[tape.whole(0, len(SURNAMES) - 1)]}某某" for _ in range(ground.draws.persons[index])]
        plan = replace(_plan(ground, index, names[0]))
        player, tape = _played(ground, plan, tape)
        dressed = Adorner(player).adorn()
        entries, traits = record(dressed, _traits(ground.draws, index), tape, plan.last)
        columns.add(index, entries, teams_of(squad, index, tape, is_whole=plan.is_whole))
        persons += [
            person_row(who, number, name, tape, player.person_facts.get(who, {}), plan)
            for who, name in zip(plan.persons, names, strict=True)
        ]
        persons += victim_rows(player, number, tape)
        cases.append(_case_row(number, plan, player, squad, traits))
        shared.append((index, number, squad.code, squad.branch_name[:1]))
    shape = {
        "case_index": pl.Int64(),
        "case": pl.String(),
        "unit": pl.String(),
        "branch": pl.String(),
    }
    return (
        columns.frame(pl.DataFrame(shared, schema=shape, orient="row"), ground.zone),
        pl.DataFrame(persons, schema=PERSONS, orient="row"),
        pl.DataFrame(cases, schema=CASES, orient="row"),
    )


def _played(ground: Ground, plan: Plan, tape: Tape) -> tuple[Player, Tape]:
    """Play a plan. Where the edge it is meant for is not reached in some tries, the first limit that it comes to is."""
    following = ground.following[int(ground.draws.story[plan.index])]
    plans = [plan] * TRIES if plan.is_on_edge else [plan]
    nearer = replace(plan, target=None, path={}, facts={}, opening=min(plan.opening, plan.last - 120 * DAY))
    for attempt in [*plans, nearer]:
        player = Player(attempt, tape, ground.days, following)
        player.play()
        if player.edge is not None or not plan.is_on_edge:
            break
    return player, tape


def _traits(draws: Draws, index: int) -> Traits:
    return Traits(
        bool(draws.is_corrected[index]),
        bool(draws.is_voided[index]),
        bool(draws.is_late[index]),
        bool(draws.is_missing[index]),
    )


def _case_row(number: str, plan: Plan, player: Player, squad: Squad, traits: Traits) -> tuple[object, ...]:
    is_on_edge = player.edge is not None
    return (
        number,
        plan.story.name,
        squad.code,
        date.fromordinal(plan.opening // DAY),
        is_on_edge,
        plan.is_lawful if is_on_edge else None,
        player.edge,
        player.rule,
        plan.fault.code if plan.fault is not None else None,
        len(plan.persons),
        traits.is_corrected,
        traits.is_voided,
        traits.is_late,
        traits.is_missing,
    )


@dataclass(frozen=True)
class CityFiles:
    """Where a city was written."""

    events: Path
    units: Path
    officers: Path
    persons: Path
    cases: Path
    summary: Path


def write_city(out: Path, cases: int, seed: int, vocabulary: Vocabulary, calendar: Calendar) -> CityFiles:
    """Make a city and write it as Parquet, with city.toml saying what is in it. The folder is made if need be."""
    city = generate(cases, seed, vocabulary, calendar)
    out.mkdir(parents=True, exist_ok=True)
    files = CityFiles(
        events=out / "events.parquet",
        units=out / "units.parquet",
        officers=out / "officers.parquet",
        persons=out / "persons.parquet",
        cases=out / "cases.parquet",
        summary=out / "city.toml",
    )
    city.events.write_parquet(files.events)
    city.units.write_parquet(files.units)
    city.officers.write_parquet(files.officers)
    city.persons.write_parquet(files.persons)
    city.cases.write_parquet(files.cases)
    files.summary.write_text(summary(city, seed, Window.before(calendar.last)), encoding="utf-8")
    return files


def summary(city: City, seed: int, window: Window) -> str:
    """Counts and shares of a city as TOML."""
    cases = city.cases
    shares = cases.select(
        on_edge=pl.col("is_on_edge").mean(),
        on_edge_lawful=pl.col("is_lawful").mean(),
        two_persons=(pl.col("persons") > 1).mean(),
        corrected=(pl.col("is_corrected") | pl.col("is_voided")).mean(),
        entered_late=pl.col("is_late").mean(),
        missing_fact=pl.col("is_missing").mean(),
    ).row(0, named=True)
    first, last = (date.fromordinal(minute // DAY) for minute in (window.first, window.last))
    lines = [
        "# A synthetic city: nobody in it exists.",
        f"seed = {seed}",
        f"first_day = {first}",
        f"last_day = {last}",
        f"days = {YEAR_DAYS}",
        "",
        "[counts]",
        f"cases = {len(cases)}",
        f"events = {len(city.events)}",
        f"persons = {len(city.persons)}",
        f"officers = {len(city.officers)}",
        f"units = {len(city.units)}",
        "",
        "[shares]",
        *(f"{name} = {share or 0:.4f}" for name, share in shares.items()),
    ]
    return "\n".join(lines) + "\n"
