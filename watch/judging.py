"""From the signs of life to faults, and from faults to what is said. Pure: times come in as arguments."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

STEADY_AFTER = timedelta(seconds=60)  # a fault that is gone for so long is over
FALLS_WITHIN = timedelta(hours=1)
FELL_FOR = timedelta(days=1)  # so long a fall is told of, if the clocks do not come back


@dataclass(frozen=True)
class Limits:
    """How late is too late, in seconds of the machine; how little room on the disk is too little, and by how much the
    open clocks may fall within an hour, if there were so many at least. `probe`: one comes every ten minutes."""

    heartbeat: float = 90.0
    watermark: float = 120.0
    unsent_red: float = 120.0
    sealer: float = 60.0
    archive: float = 120.0
    database: float = 30.0
    skew: float = 30.0
    probe: float = 720.0
    disk_free_percent: float = 10.0
    clocks_fall_percent: float = 10.0
    clocks_at_least: int = 100
    steady: timedelta = STEADY_AFTER


@dataclass(frozen=True)
class Signs:
    """What was seen at one look. Seconds throughout; None: there is nothing to be late.

    `away`: how long the database has not answered; the rest then says nothing. `loops`: seconds since the last beat,
    and since everything due was done, for each process that ever beat. `late_sources`: silent longer than they may be.
    """

    away: float = 0.0
    loops: Mapping[str, tuple[float, float | None]] = field(default_factory=dict)
    unsent_red: float | None = None
    unsealed: float | None = None
    unarchived: float | None = None  # since the archive last took a segment, where it refused one after that
    late_sources: Sequence[str] = ()
    untold: int = 0  # alerts that nobody could be told of
    unhandled: int = 0  # cases that cannot be judged, and alerts that cannot be told, set aside for now
    skew: float = 0.0
    disk_free_percent: float = 100.0
    open_clocks: int | None = None
    fallen_percent: float | None = None  # of the open clocks, too far within an hour
    probe: float | None = None  # since the last probe that arrived was told


@dataclass(frozen=True)
class Fault:
    """Something is wrong: its name, the same as long as it lasts, and its number for the text."""

    name: str
    about: str = ""
    amount: int = 0


def faults(signs: Signs, limits: Limits, processes: Sequence[str]) -> dict[str, Fault]:
    """Everything that is wrong, by name and what it is about.

    `processes`: the loops that must be alive; one that never beat at all is as late as can be.
    """
    found: list[Fault] = []
    if signs.away > limits.database:
        found.append(Fault("database", amount=int(signs.away)))
    if signs.away == 0:
        found += _loops(signs, limits, processes)
        found += _queues(signs, limits)
        found += [Fault("source", source) for source in signs.late_sources]
        if abs(signs.skew) > limits.skew:
            found.append(Fault("skew", amount=int(abs(signs.skew))))
        if signs.untold:
            found.append(Fault("untold", amount=signs.untold))
        if signs.unhandled:
            found.append(Fault("unhandled", amount=signs.unhandled))
        if signs.fallen_percent is not None:
            found.append(Fault("clocks", amount=int(signs.fallen_percent)))
    if signs.disk_free_percent < limits.disk_free_percent:
        found.append(Fault("disk", amount=int(signs.disk_free_percent)))
    return {f"{fault.name} {fault.about}".strip(): fault for fault in found}


def _loops(signs: Signs, limits: Limits, processes: Sequence[str]) -> list[Fault]:
    found = []
    for process in processes:
        if process not in signs.loops:
            found.append(Fault("never", process))
            continue
        beat, behind = signs.loops[process]
        if beat > limits.heartbeat:
            found.append(Fault("heartbeat", process, int(beat)))
        elif behind is not None and behind > limits.watermark:
            found.append(Fault("watermark", process, int(behind)))
    return found


def _queues(signs: Signs, limits: Limits) -> list[Fault]:
    found = []
    if signs.unsent_red is not None and signs.unsent_red > limits.unsent_red:
        found.append(Fault("unsent_red", amount=int(signs.unsent_red)))
    if signs.unsealed is not None and signs.unsealed > limits.sealer:
        found.append(Fault("sealer", amount=int(signs.unsealed)))
    if signs.unarchived is not None and signs.unarchived > limits.archive:
        found.append(Fault("archive", amount=int(signs.unarchived)))
    if signs.probe is not None and signs.probe > limits.probe:
        found.append(Fault("probe", amount=int(signs.probe)))
    return found


class OpenClocks:
    """How many clocks were open, so that it is seen when far fewer are: a rulebook that lost its rules is no fault of
    any loop."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._seen: deque[tuple[datetime, int]] = deque()
        self._fell: tuple[datetime, int] | None = None  # when it was noticed, and from how many

    def fallen_percent(self, count: int, now: datetime) -> float | None:
        """By how much they fell, if that is too much within an hour; until they are back, or a day has gone by."""
        if self._fell is not None and (not self._is_low(count, self._fell[1]) or now - self._fell[0] >= FELL_FOR):
            self._fell = None
            self._seen.clear()
        while self._seen and now - self._seen[0][0] > FALLS_WITHIN:
            self._seen.popleft()
        self._seen.append((now, count))
        highest = max(seen for _, seen in self._seen)
        if self._fell is None and highest >= self._limits.clocks_at_least and self._is_low(count, highest):
            self._fell = now, highest
        return None if self._fell is None else 100.0 * (self._fell[1] - count) / self._fell[1]

    def _is_low(self, count: int, highest: int) -> bool:
        return 100.0 * count < highest * (100.0 - self._limits.clocks_fall_percent)


@dataclass(frozen=True)
class News:
    """Something to say. `nth` counts how often this fault was told of."""

    key: str
    fault: Fault
    since: datetime
    nth: int
    is_over: bool = False


@dataclass
class _Standing:
    fault: Fault
    since: datetime
    seen_at: datetime
    told_at: datetime
    told: int = 1


class Register:
    """The faults that stand, so that each is told when it begins, again while it lasts, and once when it is over."""

    def __init__(self, *, repeat: timedelta, steady: timedelta = STEADY_AFTER) -> None:
        self._repeat, self._steady = repeat, steady
        self._standing: dict[str, _Standing] = {}

    @property
    def count(self) -> int:
        """How many faults stand."""
        return len(self._standing)

    def step(self, found: Mapping[str, Fault], now: datetime) -> list[News]:
        """What is to be said now that these faults are there."""
        news = [self._begin(key, fault, now) for key, fault in found.items() if key not in self._standing]
        for key, standing in list(self._standing.items()):
            if key in found:
                standing.fault, standing.seen_at = found[key], now
                if now - standing.told_at >= self._repeat:
                    standing.told_at, standing.told = now, standing.told + 1
                    news.append(News(key, standing.fault, standing.since, standing.told))
            elif now - standing.seen_at >= self._steady:
                del self._standing[key]
                news.append(News(key, standing.fault, standing.since, standing.told + 1, is_over=True))
        return news

    def _begin(self, key: str, fault: Fault, now: datetime) -> News:
        self._standing[key] = _Standing(fault, since=now, seen_at=now, told_at=now)
        return News(key, fault, now, 1)
