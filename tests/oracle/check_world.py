"""What a check sees: records at the instants of one reading, their facts, and which of them belong together."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.oracle.book import Tests, Vocabulary
from tests.oracle.check_book import MICROSECOND, OF_ALL, Check
from tests.oracle.events import Event, case_groups, event_of, rows_that_count
from tests.oracle.facts import MISSING, Answer, Facts, one_test

PRESENT_ONLY: Final = (
    "person",
    "item",
    "visit",
    "order",
    "document",
    "dossier",
    "place",
    "unit",
    "until",
    "document_no",
)
YES: Final = Answer(holds=True)
NO: Final = Answer(holds=False)


@dataclass(frozen=True, eq=False)
class Record(Event):
    """An event with the columns that checks alone read. `stated` is its instant before any reading moved it."""

    officers: frozenset[str] = frozenset()
    recorded_at: datetime | None = None
    version: int = 1
    belongs: str | None = None
    stated: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    @property
    def case(self) -> str | None:
        """The case; without one the only case that names its incident, else the incident."""
        return self.belongs or self.columns["incident"]

    @property
    def person(self) -> str | None:
        """The person it names."""
        return self.columns["person"]

    @property
    def order(self) -> tuple[datetime, str, str, str]:
        """By instant; at one instant by case, source and id."""
        return (self.at, self.case or "", self.source, self.id)

    @property
    def last_instant(self) -> datetime | None:
        """Its `until`; a bare date is the last microsecond of its day."""
        if self.until is None:
            return None
        return self.until.at - MICROSECOND if self.until.at_end else self.until.at


def record_of(row: Mapping[str, Any]) -> Record:
    """One row of the event table."""
    event = event_of(row)
    columns = {**event.columns, **{name: row.get(name) for name in ("place", "unit", "document_no")}}
    own = {name: getattr(event, name) for name in ("source", "id", "type", "at", "is_bare_date", "until", "facts")}
    return Record(
        **own,
        columns=columns,
        officers=frozenset(row.get("officers") or ()),
        recorded_at=row.get("recorded_at"),
        version=row.get("version") or 1,
        stated=event.at,
    )


class World:
    """All records that count, and the facts of each case."""

    def __init__(
        self, rows: Iterable[Mapping[str, Any]], vocabulary: Vocabulary, as_of: datetime, known_at: datetime | None
    ) -> None:
        self.zone, self.as_of = ZoneInfo(vocabulary.zone), as_of
        counted = [record_of(row) for row in rows_that_count(rows, known_at)]
        self.records: list[Record] = []
        self.facts: dict[str, Facts] = {}
        by_key = {r.key: r for r in counted if r.at <= as_of}
        for group in case_groups(by_key.values()):
            facts = Facts(vocabulary, group.events)
            self.facts.update((event.key, facts) for event in group.events)
            self.records += [replace(by_key[event.key], belongs=group.case) for event in group.events]
        self.records.sort(key=lambda r: r.order)

    def day_end(self, at: datetime) -> datetime:
        """The last microsecond of the local day."""
        return self.day_start(at) + timedelta(days=1) - MICROSECOND

    def day_start(self, at: datetime) -> datetime:
        """The beginning of the local day."""
        return datetime.combine(at.astimezone(self.zone).date(), time(), self.zone)

    def read(self, name: str, record: Record) -> Any:
        """A column or a fact of a record; MISSING where nobody states it."""
        if name == "officers":
            return record.officers or MISSING
        if name in record.columns:
            return record.columns[name] or MISSING
        value = self.facts[record.key].read(name, record, record.person)
        return tuple(sorted(value)) if isinstance(value, list) else value

    def one_list(self, tests: Tests, record: Record, assume: Mapping[str, Any] | None) -> Answer:
        """All tests of a list: columns first, then facts, each in file order."""
        missing = None
        is_column = {name: name == "officers" or name in PRESENT_ONLY for name in tests}
        for name in sorted(tests, key=lambda n: not is_column[n]):
            holds = self._holds(name, tests[name], record, assume, is_column=is_column[name])
            if holds is False:
                return NO
            if holds is None and missing is None:
                missing = name
        return YES if missing is None else Answer(None, f"missing_fact: {missing}")

    def _holds(
        self, name: str, wanted: Any, record: Record, assume: Mapping[str, Any] | None, *, is_column: bool
    ) -> bool | None:
        if name == "officers":
            return one_test(len(record.officers) or MISSING, wanted)
        if name == "until":
            return one_test(record.until or MISSING, wanted)
        if is_column:
            return one_test(record.columns[name] or MISSING, wanted)
        value = self.facts[record.key].read(name, record, record.person)
        if value is MISSING and assume is not None and name in assume:
            value = assume[name]
        return one_test(value, wanted)

    def alternatives(
        self, lists: tuple[Tests, ...], record: Record, assume: Mapping[str, Any] | None = None
    ) -> Answer | None:
        """One list that holds suffices; None where there is no list at all."""
        if not lists:
            return None
        answers = [self.one_list(tests, record, assume) for tests in lists]
        for wanted in (True, None):
            for answer in answers:
                if answer.holds is wanted:
                    return answer
        return NO


@dataclass(frozen=True)
class Reading:
    """The records of one check, bare dates at one edge of their days."""

    world: World
    check: Check
    records: tuple[Record, ...]
    _alike: dict[tuple[str, ...], dict[tuple[Any, ...], list[Record]]] = field(default_factory=dict)

    def acts(self) -> list[Record]:
        """Acts in order."""
        return [r for r in self.records if r.type in self.check.acts]

    def alike(self, record: Record, columns: Iterable[str]) -> list[Record]:
        """All records, in order, that share all of these columns with one, itself among them: laid out once, so that a
        city can be walked through record by record."""
        names = tuple(columns)
        if names not in self._alike:
            groups: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
            for one in self.records:
                groups[shared(one, names)].append(one)
            self._alike[names] = groups
        return self._alike[names].get(shared(record, names), [])

    def subjects(self, record: Record) -> list[str]:
        """Whom or what it names of the kind that is judged."""
        if self.check.key == "officer":
            return sorted(record.officers)
        value = record.case if self.check.key == "case" else record.columns[self.check.key]
        return [value] if value else []

    def is_of(self, subject: str, other: Record) -> bool:
        """Whether a record names the key, or none where it then belongs to all of its case."""
        named = self.subjects(other)
        return subject in named or (not named and self.check.key in OF_ALL and "case" in self.check.same)

    def others(
        self, act: Record, subject: str | None, types: Iterable[str], keep: Callable[[Record], bool] | None = None
    ) -> list[Record]:
        """Records of these types that belong with the act, in order."""
        return [
            r
            for r in self._near(act, subject)
            if r.type in types
            and r.key != act.key
            and (subject is None or self.is_of(subject, r))
            and (keep is None or keep(r))
        ]

    def _near(self, act: Record, subject: str | None) -> list[Record]:
        """Records that share what the check asks for, and its key where none of them may do without it."""
        same, key = self.check.same, self.check.key
        if subject is None or key == "officer" or (key in OF_ALL and "case" in same):
            return self.alike(act, same)
        return self.alike(act, (*same, key))

    def may_lie_in(self, record: Record, begin: datetime | None, end: datetime) -> bool:
        """Whether a bare date's day touches a window."""
        if not record.is_bare_date:
            return False
        first, last = self.world.day_start(record.stated), self.world.day_end(record.stated)
        return first <= end and (begin is None or last >= begin)


def shared(record: Record, columns: Iterable[str]) -> tuple[Any, ...]:
    """What a record states in these columns; what neither of two names is equal in both."""
    return tuple(_column(record, name) for name in columns)


def _column(record: Record, name: str) -> Any:
    if name == "case":
        return record.case
    return record.officers if name in ("officer", "officers") else record.columns[name]


def readings(world: World, check: Check) -> list[Reading]:
    """Both readings; only one where no record of the check bears a bare date."""
    types = frozenset(check.types)
    mine = [r for r in world.records if r.type in types]
    early = [replace(r, at=world.day_start(r.at)) if r.is_bare_date else r for r in mine]
    late = [replace(r, at=world.day_end(r.at)) if r.is_bare_date else r for r in mine]
    kept = [early, late] if any(r.is_bare_date for r in mine) else [mine]
    return [Reading(world, check, tuple(sorted(rows, key=lambda r: r.order))) for rows in kept]
