"""Tasks of the risk stream: the file of terms, the turns of a plan, what a patrol and a day look at."""

from datetime import date, datetime
from fractions import Fraction

import pytest

from tests.story import RULEBOOK
from zhunsheng.book import load_calendar, load_rulebook
from zhunsheng.core.inspection.risk import Sign
from zhunsheng.core.inspection.tasks import Arrived, Look, due, looks, neediest, order_of, parse_terms, since, turn
from zhunsheng.inspection_book import load_sheets, load_terms

SHEETS = load_sheets(RULEBOOK, load_rulebook(RULEBOOK))
QUESTIONS = {question.id: question for sheet in SHEETS for question in sheet.questions}
TERMS = load_terms(RULEBOOK, SHEETS)
CALENDAR = load_calendar(RULEBOOK)
TEXT = (RULEBOOK / "inspections" / "tasks.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("onsite = 5", "onsite = 0", "is not between 1 and 30"),
        ("in_force = 2026-01-01\n", "", "in_force: missing"),
        ('["PL", "PR", "RP"]', '["ZZ"]', "is no sheet"),
        ('"CR02"', '"CR99"', "is no question"),
        ('title    = "新拘留"', 'title    = "新拘留"\nlimit = 3', "unknown key"),
        ("[[version]]", "[[version", "is not TOML"),
    ],
)
def test_the_file_of_terms_says_everything_that_is_wrong_with_it(old: str, new: str, says: str) -> None:
    assert old in TEXT
    terms, issues = parse_terms(TEXT.replace(old, new, 1), QUESTIONS, path="tasks.toml")
    assert terms is None
    assert says in "\n".join(map(str, issues))


@pytest.mark.parametrize(
    ("every", "day", "begins"),
    [
        ("day", "2026-10-08", "2026-10-08"),
        ("day", "2026-10-07", None),  # why: the last day of the National Day holiday
        ("week", "2026-11-18", "2026-11-16"),  # a Wednesday: its Monday
        ("week", "2026-11-16", "2026-11-16"),
        ("week", "2026-10-06", None),  # why: Monday and Tuesday are holidays, nobody works yet
        ("week", "2026-10-08", "2026-10-05"),
        ("month", "2026-10-07", None),
        ("month", "2026-10-31", "2026-10-01"),
        ("day", "2099-01-05", None),  # beyond the published calendar
    ],
)
def test_a_plan_has_its_turn_from_the_first_working_day_on(every: str, day: str, begins: str | None) -> None:
    found = turn(every, date.fromisoformat(day), CALENDAR)
    assert found == (date.fromisoformat(begins) if begins else None)


def test_what_came_in_since_the_last_working_day_is_new() -> None:
    assert since(date(2026, 11, 17), CALENDAR) == date(2026, 11, 16)
    assert since(date(2026, 11, 16), CALENDAR) == date(2026, 11, 13)  # why: over the weekend, from Friday on


def test_a_task_is_due_at_the_end_of_its_last_working_day() -> None:
    given = datetime.fromisoformat("2026-11-16T10:00:00+08:00")
    # why: a Monday; five working days after it are 17, 18, 19, 20 and 23 November
    assert due("onsite", given, TERMS, CALENDAR) == datetime.fromisoformat("2026-11-24T00:00:00+08:00")
    assert due("daily", given, TERMS, CALENDAR) == datetime.fromisoformat("2026-11-18T00:00:00+08:00")


def test_a_day_asks_each_question_once_a_case_by_its_procedure() -> None:
    arrived = [
        Arrived("person.detained", "A1", "criminal"),
        Arrived("case.accepted", "A1", "criminal"),
        Arrived("case.accepted", "A1", "criminal"),
        Arrived("case.accepted", "A2", "administrative"),
        Arrived("case.accepted", "A3", "traffic_violation"),  # no question is made for these
        Arrived("person.detained", "A2", "administrative"),
    ]
    assert looks(arrived, TERMS) == (Look("CR02", "A1"), Look("AD02", "A2"), Look("CR19", "A1"))


def test_a_patrol_looks_at_the_gravest_first_and_asks_nothing_twice() -> None:
    signs = {
        "k1": Sign("A1", "r1", "yellow", 0),
        "k2": Sign("A1", "r2", "red_overdue", 31),  # why: 5 halved once is 2.5
        "k3": Sign("A2", "r1", "red", 2),
        "k4": Sign("A3", "r1", "red_overdue", 0),
    }
    assert order_of(signs, seen=["k4"]) == ("k3", "k2", "k1")


def test_the_unit_with_most_points_that_was_not_visited_is_visited() -> None:
    points = {"350203010000": Fraction(4), "350203020000": Fraction(7), "350203030000": Fraction(4)}
    assert neediest(points, visited=[]) == "350203020000"
    assert neediest(points, visited=["350203020000"]) == "350203010000"
    assert neediest({"350203010000": Fraction(0)}, visited=[]) is None
