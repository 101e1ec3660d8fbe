"""Random histories of one check: every event type that it looks at, on and beside its thresholds."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.oracle.check_book import MONTHS, Check, length
from zhunsheng.core.vocabulary import Fact, Vocabulary

COLUMNS: Final = ("person", "item", "visit", "order", "document", "dossier", "place", "unit", "document_no")
FIRST_DAY: Final = date(2025, 12, 14)
SPAN_DAYS: Final = 30
KNOWN_AT: Final = date(2026, 1, 5)
BARE_SHARE: Final = 0.15
MISSING_SHARE: Final = 0.15
UNTIL_SHARE: Final = 0.2
SECOND_VERSION_SHARE: Final = 0.06
LOOSE_SHARE: Final = 0.1
LENGTHS: Final = ("within", "before", "since_at_least", "at_most", "at_least", "longest")
HOURS: Final = (1, 2, 6, 12, 24)


@dataclass(frozen=True)
class History:
    """Rows as a person writes them (at, type, columns and facts side by side), and when they are judged."""

    rows: list[dict[str, Any]]
    as_of: datetime


class CheckHistories:
    """A stream of histories for a check, the same for the same seed."""

    def __init__(self, check: Check, vocabulary: Vocabulary, seed: int) -> None:
        self.check, self.vocabulary = check, vocabulary
        self.random = random.Random(f"{check.id}/{seed}")
        self.zone = ZoneInfo(vocabulary.zone)
        self.types = sorted(check.types) + list(check.acts)
        self.wanted = wanted_values(check)
        self.steps = thresholds(check)

    def histories(self, count: int) -> Iterator[History]:
        """So many; every column is marked with the number of its history, so that none touches another."""
        for n in range(count):
            yield self._history(f"{n:04d}")

    def _history(self, mark: str) -> History:
        day = FIRST_DAY + timedelta(days=self.random.randrange(SPAN_DAYS))
        moment = datetime.combine(day, time(self.random.randrange(24), self.random.choice((0, 30))), self.zone)
        rows: list[dict[str, Any]] = []
        for n in range(self.random.randrange(1, 8)):
            row = self._row(mark, n, moment)
            rows.append(row)
            if self.random.random() < SECOND_VERSION_SHARE:
                rows.append(self._corrected(row, moment))
            moment = self._later(moment)
        return History(rows, self._later(moment) if self.random.random() < 0.7 else moment)

    def _row(self, mark: str, n: int, moment: datetime) -> dict[str, Any]:
        pick = self.random
        row: dict[str, Any] = {
            "id": f"{mark}-{pick.choice('abc')}{n}",
            "source": pick.choice(("s", "t")),
            "type": pick.choice(self.types),
            "at": moment.astimezone(self.zone).date() if pick.random() < BARE_SHARE else moment,
            "recorded_at": moment + timedelta(hours=pick.choice((0, 1, 24, 71, 72, 73, 400))),
        }
        row |= {name: f"{mark}{name}{pick.choice('1112')}" for name in COLUMNS if pick.random() < 0.8}
        row |= self._place(mark)
        row["officers"] = [f"{mark}J{i}" for i in pick.sample(range(3), pick.choice((0, 1, 1, 2, 2)))] or None
        if pick.random() < UNTIL_SHARE:
            end = self._later(moment) - timedelta(days=pick.choice((0, 0, 0, 1)))
            row["until"] = end.astimezone(self.zone).date() if pick.random() < 0.3 else end
        for name, values in self.wanted.items():
            fact = self.vocabulary.facts[name]
            if pick.random() >= MISSING_SHARE and self._may_state(row["type"], fact):
                row[name] = self._value(fact, values, moment)
        return row

    def _place(self, mark: str) -> dict[str, str | None]:
        """A case, and perhaps its incident or that of another; or an incident alone: of one case, of two or of none."""
        pick = self.random
        number = pick.choice("1112")
        if pick.random() < LOOSE_SHARE:
            return {"case": None, "incident": f"{mark}incident{pick.choice('1123')}"}
        incident = None if pick.random() < LOOSE_SHARE else f"{mark}incident{pick.choice((number,) * 7 + ('2',))}"
        return {"case": f"{mark}case{number}", "incident": incident}

    def _corrected(self, row: Mapping[str, Any], moment: datetime) -> dict[str, Any]:
        """A second version of an event: called off, at another time, or in another case."""
        later = {**row, "version": 2, "recorded_at": moment + timedelta(days=self.random.choice((1, 5, 20)))}
        changes: tuple[dict[str, Any], ...] = ({"void": True}, {"at": self._later(moment)}, self._place(row["id"][:4]))
        return {**later, **self.random.choice(changes)}

    def _later(self, moment: datetime) -> datetime:
        """The same minute, a threshold on or beside it, or the end or beginning of a day."""
        kind = self.random.random()
        if kind < 0.2:
            return moment
        edge = timedelta(minutes=self.random.choice((-1, 0, 0, 1)))
        if kind < 0.6:
            return moment + self.random.choice(self.steps) + edge
        if kind < 0.75:
            next_day = moment.astimezone(self.zone).date() + timedelta(days=self.random.choice((0, 1)))
            return max(moment, datetime.combine(next_day, time(self.random.choice((0, 6, 22))), self.zone) + edge)
        return moment + timedelta(minutes=self.random.randrange(1, 600))

    def _may_state(self, event_type: str, fact: Fact) -> bool:
        return fact.of != "event" or fact.id in self.vocabulary.event_types[event_type].facts

    def _value(self, fact: Fact, wanted: list[Any], moment: datetime) -> Any:
        pick = self.random
        if fact.type == "bool":
            return pick.random() < 0.5
        if fact.type == "integer":
            near = [value + step for value in wanted for step in (-1, 0, 0, 1)]
            return pick.choice([*near, 2, 3])
        if fact.type == "enum":
            return pick.choice([*(value for value in wanted if value in fact.values), *fact.values])
        if fact.type == "set":
            return sorted(pick.sample(list(fact.values), pick.randrange(len(fact.values) + 1)))
        if fact.type == "instant":
            return moment + timedelta(minutes=pick.choice((-600, -1, 0, 1, 600)))
        return "x"


def wanted_values(check: Check) -> dict[str, list[Any]]:
    """Every fact that a check reads, with the values that it asks for."""
    lists = [*check.unless, check.does.get("if", {})]
    lists += [tests for version in check.versions for tests in (*version.applies, *version.require)]
    lists += [table.get("if", {}) for table in check.does.get("longer", [])]
    found: dict[str, list[Any]] = {}
    for tests in lists:
        for name, wanted in tests.items():
            operands = wanted.values() if isinstance(wanted, dict) else [wanted]
            for operand in operands:
                found.setdefault(name, []).extend(operand if isinstance(operand, list) else [operand])
    names = [*check.does.get("agree", []), *check.does.get("differ", [])]
    names += [check.does["fact"]] if "fact" in check.does else []
    for name in names:
        found.setdefault(name, [])
    skipped = {"officers", "until", *COLUMNS}
    return {name: values for name, values in sorted(found.items()) if name not in skipped}


def thresholds(check: Check) -> list[timedelta]:
    """Every length that a check names, else some hours."""
    texts = [table["at_most"] for table in check.does.get("longer", [])]
    texts += [check.does[name] for name in LENGTHS if name in check.does]
    found = [timedelta(hours=hours) for hours in HOURS]
    for text in texts:
        if isinstance(text, str) and text != "until":
            months = MONTHS.fullmatch(text)
            found += [timedelta(days=30 * int(months.group(1)) + 4) if months else length(text)] * 4
    return found
