"""The synthetic city: what it promises of itself, checked on what it writes and, for its edges, by the oracle."""

import json
import re
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.oracle.asking import ROOT
from tests.oracle.truth import TRUTH, Bench, choose, main, truth_of
from zhunsheng.book import load_calendar, load_rulebook, load_vocabulary
from zhunsheng.city import make
from zhunsheng.city.make import City, UnknownEvent, check_stories, generate, lawful_cases, write_city
from zhunsheng.city.people import check_character, false_id_number
from zhunsheng.city.plans import routes_of
from zhunsheng.city.spans import Days, Span
from zhunsheng.city.stories import STORIES
from zhunsheng.core.judge import judge
from zhunsheng.core.schemas import EVENTS

CASES = 1000
LAWFUL = 500
SEED = 20260902
RULEBOOK = ROOT / "rulebook"
VOCABULARY = load_vocabulary(RULEBOOK)
CALENDAR = load_calendar(RULEBOOK)
ZONE = ZoneInfo("Asia/Shanghai")
END_OF_YEAR = datetime(2026, 9, 3, tzinfo=ZONE)
UNPLANTED = {"U03"}  # counts what is planted for the others
BROKEN = ("late", "lapsed")
KEPT = ("met", "moot")
DAY_OF_MINUTES = 1440
PAUSES = ("appraisal.entrusted", "hearing.period_started", "psychiatric.decided", "family_notice.impossible")
RESTARTS = (
    "bail.taken_over",
    "identity.established",
    "mediation.failed",
    "new_crime.discovered",
    "person.escorted_home",
    "property.brought_back",
    "property.urgent_exam_finished",
)


@pytest.fixture(scope="module")
def city() -> City:
    return generate(CASES, SEED, VOCABULARY, CALENDAR)


@pytest.fixture(scope="module")
def bench() -> Bench:
    """Every rule, the one that is switched off included."""
    read = Bench.read(RULEBOOK)
    return replace(read, rules=tuple(replace(rule, is_on=True) for rule in read.rules))


@pytest.fixture(scope="module")
def judged(city: City) -> pl.DataFrame:
    """The events of all cases on an edge, of those that lack a fact or an offender, and of every sixth other."""
    is_odd = pl.col("is_on_edge") | pl.col("is_missing") | (pl.col("story") == "offender-unknown")
    wanted = city.cases.with_row_index("index").filter(is_odd | (pl.col("index") % 6 == 0))["index"]
    return city.events.filter(pl.col("id").str.extract(r"^(\d+)-").cast(pl.UInt32).is_in(wanted.implode()))


@pytest.fixture(scope="module")
def truth(judged: pl.DataFrame, bench: Bench) -> pl.DataFrame:
    """What the oracle, which knows nothing of the plan, finds at the end of the year."""
    return truth_of(judged, bench, [END_OF_YEAR], processes=1)


@pytest.fixture(scope="module")
def edges(city: City, truth: pl.DataFrame) -> pl.DataFrame:
    """The cases on an edge, whether the oracle sees a clock of that rule stop there, and whether that is too late.

    Shifts and incidents have no case; every event bears the index of its case in its id.
    """
    minutes = (pl.col("stopped") - pl.col("outer")).dt.total_minutes()
    index = pl.col("start_event").str.extract(r"/(\d+)-").cast(pl.UInt32)
    near = truth.filter(minutes.is_between(-DAY_OF_MINUTES, DAY_OF_MINUTES)).with_columns(index=index)
    by_case = near.group_by("index", edge_rule="rule").agg(outcomes="outcome")
    planned = city.cases.with_row_index("index").filter("is_on_edge")
    return planned.join(by_case, on=["index", "edge_rule"], how="left")


def share(flags: pl.Series) -> float:
    """The share of those that are true."""
    return int(flags.sum()) / len(flags)


def share_with(city: City, events: pl.Expr) -> float:
    """The share of cases that have such an event."""
    return city.events.filter(events)["case"].drop_nulls().n_unique() / CASES


# -- the same for the same seed ----------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_city(city: City) -> None:
    again = generate(CASES, SEED, VOCABULARY, CALENDAR)
    assert_frame_equal(city.events, again.events)
    assert_frame_equal(city.persons, again.persons)
    assert_frame_equal(city.officers, again.officers)
    assert not city.events.equals(generate(CASES, SEED + 1, VOCABULARY, CALENDAR).events)


def test_two_processes_make_the_same_city_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = generate(make.CHUNK + 10, 3, VOCABULARY, CALENDAR)
    monkeypatch.setattr(make, "PARALLEL_FROM", 2)
    assert_frame_equal(alone.events, generate(make.CHUNK + 10, 3, VOCABULARY, CALENDAR).events)


# -- the shares that are promised --------------------------------------------------------------------------------------


def test_a_third_of_the_cases_stand_on_an_edge_and_half_of_these_in_time(city: City, edges: pl.DataFrame) -> None:
    assert share(city.cases["is_on_edge"]) == pytest.approx(1 / 3, abs=0.02)
    assert share(edges["is_lawful"]) == pytest.approx(0.5, abs=0.05)
    assert share(edges["outcomes"].is_not_null()) > 0.97


def test_what_is_just_in_time_is_in_time_and_what_is_just_too_late_is_late(edges: pl.DataFrame) -> None:
    is_late = pl.col("outcomes").list.eval(pl.element().is_in(BROKEN)).list.any()
    found = edges.filter(pl.col("outcomes").is_not_null()).select("is_lawful", is_late=is_late)
    assert share(found.filter("is_lawful")["is_late"]) < 0.03
    assert share(found.filter(~pl.col("is_lawful"))["is_late"]) > 0.97


def test_every_rule_starts_and_is_kept_and_broken_at_its_threshold(edges: pl.DataFrame, bench: Bench) -> None:
    every = {rule.id for rule in bench.rules}
    outcome = edges.explode("outcomes").select("edge_rule", "outcomes")
    assert every - set(outcome.filter(pl.col("outcomes").is_in(KEPT))["edge_rule"]) == set()
    assert every - set(outcome.filter(pl.col("outcomes").is_in(BROKEN))["edge_rule"]) == set()
    assert len(every) == 140


@pytest.mark.parametrize(
    ("what", "events"),
    [
        ("pauses", pl.col("type").is_in(PAUSES)),
        ("restarts", pl.col("type").is_in(RESTARTS)),
        ("corrections", (pl.col("version") > 1) & ~pl.col("void")),
        ("withdrawals", pl.col("void")),
        ("late entries", pl.col("recorded_at") - pl.col("at") > pl.duration(days=3)),
        ("extensions", pl.col("type").str.ends_with("extended") | (pl.col("type") == "custody.extension_approved")),
        ("bare dates", pl.col("at_precision") == "day"),
        ("a second person", pl.col("person").str.ends_with("2")),
    ],
)
def test_what_is_rare_is_in_at_least_two_cases_of_a_hundred(city: City, what: str, events: pl.Expr) -> None:
    assert share_with(city, events) >= 0.02, what


def test_facts_are_missing_only_where_that_was_planted(city: City, truth: pl.DataFrame) -> None:
    planted = city.cases.filter("is_missing")["case"]
    assert 0.005 < len(planted) / CASES < 0.02
    asked = truth.filter(pl.col("question").is_in(["missing_fact", "missing_tier"]))
    assert set(asked["case"]) <= set(planted)
    assert len(asked) > 0


def test_every_outcome_occurs(truth: pl.DataFrame) -> None:
    outcomes = {"met", "moot", "late", "lapsed", "excused", "running", "paused", "waiting", "restarted", "unknown"}
    assert outcomes <= set(truth["outcome"])


def test_every_rule_has_a_step_that_keeps_it(bench: Bench) -> None:
    assert {rule.id for rule in bench.rules} == {s.rule for story in STORIES for s in story.steps if s.rule is not None}
    assert all(step.rule is not None for story in STORIES for step in story.steps if step.span is not None)


def test_every_limit_of_every_story_can_be_put_on_an_edge() -> None:
    limited = {s.name for story in STORIES for s in story.steps if s.span is not None or s.bound is not None}
    assert limited == {route.target for story in STORIES for route in routes_of(story)}


# -- what goes wrong beside deadlines --------------------------------------------------------------------------------


def test_every_check_finds_what_was_planted_for_it(city: City) -> None:
    rulebook = load_rulebook(RULEBOOK)
    codes = {check.id: check.code for check in rulebook.judged_checks()}
    found = judge(city.events, rulebook, as_of=END_OF_YEAR).findings.filter(pl.col("rule").is_in(list(codes)))
    index = pl.col("event").str.extract(r"/(\d+)-").cast(pl.UInt32)
    seen = found.select(index, "kind", fault=pl.col("rule").replace_strict(codes)).unique()
    planted = city.cases.with_row_index("event").filter(pl.col("fault").is_not_null()).select("event", "fault")
    missed = planted.join(seen, on=["event", "fault"], how="anti")
    assert missed.rows() == []
    asks = {check.code for check in rulebook.judged_checks() if check.level == "ask"}
    assert set(seen.filter(kind="broken")["fault"]) == set(codes.values()) - asks
    assert set(planted["fault"]) == set(codes.values()) - UNPLANTED


# -- lawful cases --------------------------------------------------------------------------------------------------


def test_lawful_whole_cases_raise_nothing() -> None:
    rulebook = load_rulebook(RULEBOOK)
    whole = lawful_cases(LAWFUL, SEED, VOCABULARY, CALENDAR)
    last = whole.events["at"].max()
    assert isinstance(last, datetime)
    found = judge(whole.events, rulebook, as_of=last).findings
    assert found.filter(~pl.col("kind").is_in(["approaching", "lapsed"])).is_empty()
    assert len(whole.cases) == LAWFUL
    assert whole.events["case"].n_unique() > 0.98 * LAWFUL


# -- a year, in its calendar -------------------------------------------------------------------------------------------


def test_the_year_ends_120_days_before_the_calendar_does(city: City) -> None:
    # The calendar ends on 31 December 2026; 120 days before is 2 September
    last = city.events["at"].max()
    assert isinstance(last, datetime)
    assert last < END_OF_YEAR
    in_year = city.events.filter(pl.col("at") >= datetime(2025, 9, 3, tzinfo=ZONE).astimezone(UTC))
    assert len(in_year) / len(city.events) > 0.75


def test_nothing_is_known_before_it_happened(city: City) -> None:
    assert city.events.filter(pl.col("recorded_at") < pl.col("at")).is_empty()


# -- names, numbers, vocabulary ----------------------------------------------------------------------------------------


def test_the_check_character_is_that_of_the_standard() -> None:
    # The example that the standard itself prints: 11010519491231002X
    assert check_character("11010519491231002") == "X"
    assert false_id_number("110105", "19491231", 2)[-1] != "X"


def test_every_identity_number_fails_its_checksum(city: City) -> None:
    numbers = city.persons["id_number"].to_list()
    assert all(re.fullmatch(r"\d{17}[\dX]", number) for number in numbers)
    assert all(check_character(number[:17]) != number[17] for number in numbers)


def test_no_name_is_a_full_one(city: City) -> None:
    for name in [*city.persons["name"], *city.officers["name"]]:
        assert re.fullmatch(r"[\u4e00-\u9fff]某某?", name)
    titles = city.events.filter(pl.col("facts").str.contains("case_title"))["facts"].to_list()
    assert titles
    assert all(re.match(r"[\u4e00-\u9fff]某某", json.loads(text)["case_title"]) for text in titles)


def test_units_and_case_numbers_have_their_form(city: City) -> None:
    codes = set(city.units["code"])
    assert all(re.fullmatch(r"\d{12}", code) for code in codes)
    assert set(city.units["parent"].drop_nulls()) <= codes
    assert {"city", "branch", "station", "command_room", "case_squad", "community_squad"} == set(city.units["kind"])
    numbers = city.cases["case"].to_list()
    assert len(set(numbers)) == CASES
    assert all(re.fullmatch(r"[A-Z]\d{12}(19|20)\d{2}(0[1-9]|1[0-2])\d{4}", number) for number in numbers)


def test_every_event_is_of_the_vocabulary_and_states_only_its_own_facts(city: City) -> None:
    assert city.events.schema == EVENTS
    for event, text in city.events.select("type", "facts").unique().iter_rows():
        own = VOCABULARY.event_types[event].facts
        stated = json.loads(text or "{}")
        assert list(stated) == sorted(stated)
        for name, value in stated.items():
            fact = VOCABULARY.facts[name]
            assert name in own or fact.of in ("case", "person"), f"{event} states {name}"
            values = set(value) if fact.type == "set" else {value}
            assert values <= set(fact.values) or fact.type not in ("enum", "set"), f"{event}: {name} = {value}"


def test_two_versions_of_an_event_are_one_event(city: City) -> None:
    keys = city.events.select("source", "id", "version")
    assert keys.is_unique().all()
    corrected = city.events.filter(pl.col("version") == 2)
    first = city.events.filter(pl.col("version") == 1)
    assert corrected.join(first, on=["source", "id", "type"], how="anti").is_empty()


def test_a_story_that_names_an_unknown_event_is_refused() -> None:
    fewer = {name: kind for name, kind in VOCABULARY.event_types.items() if name != "bail.ended"}
    with pytest.raises(UnknownEvent, match=r"bail\.ended"):
        check_stories(replace(VOCABULARY, event_types=fewer))


# -- where the edges are put -------------------------------------------------------------------------------------------


def minute(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return moment.toordinal() * 1440 + moment.hour * 60 + moment.minute


@pytest.mark.parametrize(
    ("span", "start", "paused", "too_late", "why"),
    [
        (Span(3, "days", rolls="forward"), "2022-11-02T16:48", [], "2022-11-08T00:00", "Saturday to Monday 24:00"),
        (
            Span(24, "hours", full_hour=True),
            "2026-01-29T10:20",
            [],
            "2026-01-30T11:01",
            "from 11:00, its minute counts",
        ),
        (Span(2, "months", last_to_last=True), "2026-06-30T00:00", [], "2026-09-01T00:00", "last day to last day"),
        (Span(2, "months", last_to_last=True), "2025-12-31T09:00", [], "2026-03-01T00:00", "no 31 February"),
        (Span(10, "working_days"), "2026-02-09T09:00", [], "2026-03-01T00:00", "10-13, 14, 24-27, 28 (make-up)"),
        (
            Span(5, "working_days"),
            "2026-03-02T09:00",
            [("2026-03-03T10:00", "2026-03-06T09:00")],
            "2026-03-13T00:00",
            "3-6, 9 March, and three working days (4, 5, 6) that did not count: 12 March",
        ),
        (
            Span(1, "months", rolls="forward", more=Span(15, "days")),
            "2026-03-31T09:00",
            [],
            "2026-05-16T00:00",
            "30 April, then 15 days: 15 May, a Friday; only the last day rolls",
        ),
        (Span(2, "months", minus=7), "2026-01-30T09:00", [], "2026-03-24T00:00", "30 March, seven days before"),
        (Span(0, "at_once"), "2026-03-08T15:00", [], "2026-03-08T19:01", "four hours"),
        (
            Span(30, "days", rolls="forward"),
            "2026-01-05T09:00",
            [("2026-01-10T10:00", "2026-01-25T09:00")],
            "2026-02-25T00:00",
            "4 + 15 = 19 February, in the Spring Festival",
        ),
    ],
)
def test_the_first_minute_that_is_too_late(
    span: Span, start: str, paused: list[tuple[str, str]], too_late: str, why: str
) -> None:
    pauses = [(minute(begin), minute(end)) for begin, end in paused]
    end = Days(CALENDAR).end(span, minute(start), pauses, lambda _: False)
    assert end.minute == minute(too_late), why


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_city_is_written_with_what_is_in_it(tmp_path: Path) -> None:
    files = write_city(tmp_path / "city", 200, 5, VOCABULARY, CALENDAR)
    summary = tomllib.loads(files.summary.read_text(encoding="utf-8"))
    events = pl.read_parquet(files.events)
    assert summary["seed"] == 5
    assert summary["first_day"] == date(2025, 9, 3)
    assert summary["last_day"] == date(2026, 9, 2)
    assert summary["counts"]["events"] == len(events)
    assert summary["counts"]["persons"] == len(pl.read_parquet(files.persons))
    assert events.schema == EVENTS


def test_the_truth_of_a_sample_is_the_truth_of_the_whole(
    judged: pl.DataFrame, truth: pl.DataFrame, bench: Bench
) -> None:
    sample = choose(judged, [], 30)
    found = truth_of(sample, bench, [END_OF_YEAR.astimezone(UTC)], processes=1)
    cases = found["case"].drop_nulls().unique()
    assert len(cases) >= 25
    assert_frame_equal(found.filter(pl.col("case").is_not_null()), truth.filter(pl.col("case").is_in(cases.implode())))


def test_the_truth_is_written_from_the_command_line(city: City, tmp_path: Path) -> None:
    log, out = tmp_path / "events.parquet", tmp_path / "truth.parquet"
    city.events.write_parquet(log)
    case = city.cases.sort("opened_on")["case"][0]
    instants = ["--as-of", "2026-03-01T00:00:00+08:00", "--as-of", "2026-06-30T12:00:00+08:00"]
    assert main([str(log), *instants, "--case", case, "--processes", "1", "--out", str(out)]) == 0
    written = pl.read_parquet(out)
    assert written.schema == TRUTH
    assert set(written["case"].drop_nulls()) == {case}
    assert written["as_of"].n_unique() == 2
