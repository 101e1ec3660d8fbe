"""The synthetic city as it goes on: what has happened by the city's clock is recorded, in the order in which it became
known."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
from django.db import connection, transaction

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.eventlog import record_events
from zhunsheng.apps.cases.models import Assignment, Case
from zhunsheng.apps.cases.persons import Identity, put_in_case, register_person
from zhunsheng.apps.cases.services import assign, register_case
from zhunsheng.apps.cases.sources import RECORDER, note_heard
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.book import load_rulebook
from zhunsheng.city.make import City, generate
from zhunsheng.web.demo.people import PROCESS

SEED: Final = 2026
HISTORY: Final = timedelta(days=12)  # that is there when the demonstration opens
STEP: Final = timedelta(hours=12)
OVERLAP: Final = timedelta(days=1)
BATCH: Final = 4_000
BEIJING: Final = ZoneInfo("Asia/Shanghai")
KINDS: Final = {"criminal": Case.Kind.CRIMINAL, "administrative": Case.Kind.ADMINISTRATIVE}


def made(cases: int, rulebook: Path) -> City:
    """The city of the demonstration."""
    book = load_rulebook(rulebook)
    return generate(cases, SEED, book.vocabulary, book.calendar)


def beginning(city: City, history: timedelta = HISTORY) -> "tuple[Play, datetime]":
    """The city from a morning two thirds into its year on, and the instant at which the demonstration opens.

    Of the cases that were open before, nothing is told: half a case would ask for what it lacks.
    """
    known = city.events["recorded_at"].sort()
    first, last = known[len(known) // 20], known[len(known) - len(known) // 20 - 1]
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    morning = (first + (last - first) * 2 / 3).astimezone(BEIJING).replace(hour=9, minute=0, second=0, microsecond=0)
    opens = morning.astimezone(UTC)
    start = opens - history
    begun = city.events.group_by(pl.coalesce("case", "incident").alias("key")).agg(pl.col("recorded_at").min())
    later = begun.filter(pl.col("recorded_at") > start)
    events = city.events.filter(pl.coalesce("case", "incident").is_in(later["key"].implode()))
    return Play(replace(city, events=events), start), opens


def without_cases(events: pl.DataFrame, cases: Collection[str]) -> pl.DataFrame:
    """Events (schemas.EVENTS) but for those of some cases and of the incidents that these came from.

    A planted file lies under a number that was free: the city, which gives that number later, does without the case.
    """
    is_theirs = pl.col("case").is_in(list(cases)).fill_null(value=False)
    incidents = events.filter(is_theirs)["incident"].drop_nulls().unique()
    came_before = pl.col("case").is_null() & pl.col("incident").is_in(incidents.implode()).fill_null(value=False)
    return events.filter(~(is_theirs | came_before))


def with_named_areas(events: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Events (schemas.EVENTS) in which a case-handling area is called as people call it: after the station whose squad
    it is. The city knows it by the code of the unit."""
    above = units.select(parent="code", station="name")
    called = pl.when(pl.col("kind") == "case_squad").then("station").otherwise("name")
    areas = units.join(above, on="parent", how="left").select(place=pl.format("A{}", "code"), area=called)
    named = events.join(areas, on="place", how="left", maintain_order="left")
    return named.with_columns(place=pl.coalesce(pl.format("{}办案区", "area"), "place")).drop("area")


def first_days(play: "Play", opens: datetime) -> list[datetime]:
    """The instants at which the history is told and judged; none where it has been told."""
    told = last_told()
    start = max(play.told_until, told)
    return [start + STEP * n for n in range(1, int((opens - start) / STEP) + 1)]


def last_told() -> datetime:
    """When the newest event of the log was recorded, by the city's clock; long ago where there is none."""
    # As a process: row security hides every event from a session that says not who it is.
    with transaction.atomic(), as_process(PROCESS), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(recorded_at), timestamptz '2000-01-01 00:00:00+00') FROM cases_event")
        (instant,) = cursor.fetchone()
    assert isinstance(instant, datetime)
    return instant


def stand_at(instant: datetime) -> None:
    """Let the city's clock stand still."""
    clock.set_city_clock(instant, seconds_per_second=0)


def set_pace(seconds_per_second: int) -> None:
    """Let the city go on from its newest event: its clock does not run while the demonstration is stopped."""
    clock.set_city_clock(last_told() + timedelta(minutes=1), seconds_per_second=seconds_per_second)


@dataclass
class Play:
    """A city and how far it has been told."""

    city: City
    told_until: datetime

    def tell(self, until: datetime) -> int:
        """Record everything that became known by an instant. Returns the number of events."""
        events = self.city.events
        known = pl.col("recorded_at")
        due = events.filter((known > self.told_until.astimezone(UTC)) & (known <= until.astimezone(UTC)))
        for part in due.sort("recorded_at", "source", "id", "version").iter_slices(BATCH):
            self._record(part)
        self.told_until = until
        return due.height

    def _record(self, events: pl.DataFrame) -> None:
        known = events.with_columns(document_no=pl.coalesce("document_no", pl.lit("晴公文〔2026〕1号")))
        known = with_named_areas(known, self.city.units)
        with transaction.atomic(), as_process(PROCESS):
            new = set(events["case"].drop_nulls()) - set(Case.objects.values_list("number", flat=True))
            self._register(events.filter(pl.col("case").is_in(list(new))))
            record_events(known, recorder=f"process:{PROCESS}", second_person=True)
            for source in sorted(set(known["source"])):  # it is their news that the demonstration tells
                note_heard(f"{RECORDER}{source}")

    def _register(self, events: pl.DataFrame) -> None:
        """What a case system sends beside events: title, kind, unit, handlers and persons of each new case."""
        people = self.city.persons.group_by("case").agg(pl.struct("id", "name", "id_number").alias("persons"))
        first = events.sort("recorded_at").group_by("case", maintain_order=True).first()
        for row in first.join(people, on="case", how="left").iter_rows(named=True):
            facts = json.loads(row["facts"] or "{}")
            case = register_case(
                number=row["case"],
                title=facts.get("case_title", ""),
                kind=KINDS.get(facts.get("case_kind", ""), Case.Kind.UNKNOWN),
                unit=Unit.objects.get(pk=row["unit"]),
            )
            self._hand_to(case, row["officers"] or [], row["at"])
            self._put_persons(case, row["persons"] or [])

    @staticmethod
    def _hand_to(case: Case, officers: list[str], at: datetime) -> None:
        roles = (Assignment.Role.CASE_OFFICER, Assignment.Role.CO_OFFICER)
        for role, name in zip(roles, officers, strict=False):
            province, _, number = name.partition("-")
            officer = Officer.objects.filter(province=province, number=number, left_on=None).first()
            if officer is not None:
                assign(case=case, officer=officer, role=role, from_at=at)

    @staticmethod
    def _put_persons(case: Case, persons: list[dict[str, Any]]) -> None:
        for person in persons:
            identity = Identity(person["name"], person["id_number"], "", "")
            put_in_case(case=case, person=register_person(person_id=person["id"], identity=identity), role="suspect")


def go_on(play: Play, *, wait: Callable[[], bool]) -> None:
    """Tell the city as its clock goes, until `wait` says to stop."""
    while not wait():
        play.tell(clock.now())
