"""The form of a policy file: every issue at once, with file, key, line and remedy; hostile files refused."""

import time
from collections.abc import Callable
from datetime import date
from fractions import Fraction

import pytest

from tests.points.book import POLICIES, Table, entry, facts, given, judged, said
from tests.points.toml_text import toml_text
from zhunsheng.core.points.facts import FactListRefused, PointFact, parse_fact_list
from zhunsheng.core.points.gate import judge_policy
from zhunsheng.core.points.policy import Policy, in_force_on

LAWFUL = (POLICIES / "l01_balanced.toml").read_text("utf-8")


def read(policy: Table) -> Policy:
    reading = judge_policy(toml_text(policy), facts())
    assert reading.policy is not None
    assert reading.issues == ()
    return reading.policy


def test_a_lawful_file_is_read_whole() -> None:
    policy = read(given())
    assert policy.version == "l01_balanced@2027-01-01"
    assert dict(policy.roles) == {"lead": Fraction(3, 5), "assist": Fraction(2, 5)}
    assert dict(policy.blocks) == {"volume": 20, "quality": 40, "timeliness": 20, "effect": 10, "ability": 10}
    work = policy.entries[0]
    assert (work.points, work.per, work.ends) == (100, 60, ())  # "1.00" is a hundred hundredths; all endings
    assert work.reverses_on == ("defect.decision_annulled", "defect.record_falsified")  # what it does not say


def test_every_issue_comes_at_once_with_file_key_line_and_remedy() -> None:
    policy = given()
    policy["colour"] = "red"
    policy["in_force"] = date(2027, 1, 15)
    policy["approved"]["second"] = "法制支队"
    entry(policy, "work")["points"] = "one"
    found = said(policy)
    assert len(found) == 4
    for key, remedy in (
        ("colour", "docs/points-format.md"),
        ("in_force", "first day of a period"),
        ("approved", "Two bodies"),
        ("entry[0].points", '"3.00"'),
    ):
        assert any(f"{key}: PG07" in issue and remedy in issue for issue in found), (key, found)
    assert all(issue.startswith("p.toml:") and issue.split(":")[1].isdigit() for issue in found)


def test_a_key_given_twice_is_refused() -> None:
    assert judged(LAWFUL.replace('id       = "l01', 'id       = "twice"\nid       = "l01', 1)) == ("refuse", ("PG07",))


HOSTILE: dict[str, Callable[[], str]] = {
    "a hundred thousand entries": lambda: LAWFUL + '[[entry]]\nid = "x"\n' * 100_000,
    "sixty-one entries": lambda: LAWFUL.split("[weights]")[0] + '[[entry]]\nid = "x"\n' * 60,
    "nested without end": lambda: LAWFUL + "x = " + "{ a = " * 900 + "1" + " }" * 900,
    "lists without end": lambda: LAWFUL + "x = " + "[" * 3000 + "]" * 3000,
    "a homoglyph": lambda: LAWFUL.replace("clock.kept", "clоck.kept"),
    "a width that nobody sees": lambda: LAWFUL.replace("随机抽检合格率", "随机\u200b抽检合格率"),
    "a number that is none": lambda: LAWFUL.replace('"1.30"', "nan"),
    "a fraction too fine": lambda: LAWFUL.replace('"3.00"', '"3.001"'),
    "a time of day": lambda: LAWFUL.replace("in_force = 2027-01-01", "in_force = 2027-01-01T00:00:00"),
    "no TOML": lambda: "\x00",
    "nothing": lambda: "",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_fault_14_a_hostile_file_is_refused_within_a_second(name: str) -> None:
    text = HOSTILE[name]()
    begun = time.perf_counter()
    verdict, _ = judged(text)
    assert (verdict, time.perf_counter() - begun < 1) == ("refuse", True)


def test_fault_14_a_cycle_of_thousand_derivations_is_refused_within_a_second() -> None:
    policy = given()
    policy["derive"] = [{"name": f"d{n}", "op": "sum", "of": [f"d{(n + 1) % 1000}"]} for n in range(1000)]
    begun = time.perf_counter()
    assert judged(policy)[0] == "refuse"
    assert time.perf_counter() - begun < 1


def test_the_version_in_force_is_the_last_begun_and_never_a_later_one() -> None:
    first, second = given(), given()
    second["in_force"] = date(2027, 4, 1)
    both = (read(first), read(second))
    days = {
        date(2026, 12, 31): None,  # before the first version: none, not the nearest
        date(2027, 1, 1): date(2027, 1, 1),
        date(2027, 3, 31): date(2027, 1, 1),
        date(2027, 4, 1): date(2027, 4, 1),
    }
    for day, begun in days.items():
        found = in_force_on(both, "l01_balanced", day)
        assert (found.in_force if found else None) == begun


def test_a_deployment_may_refuse_more_and_never_less() -> None:
    more = PointFact("village.visited_count", "走访数", facts().labels["headcount"])
    policy = given()
    row = {**entry(policy, "exam"), "id": "x", "fact": "village.visited_count", "measure": "count"}
    policy["entry"].append(row)
    text = toml_text(policy)
    assert [issue.code for issue in judge_policy(text, facts()).issues] == ["PG07"]
    assert [issue.code for issue in judge_policy(text, facts().with_refused([more])).issues] == ["PG01"]
    earnable = PointFact("person.detained", "刑事拘留人数", facts().labels["work"])
    with pytest.raises(FactListRefused, match="is not refused"):
        facts().with_refused([earnable])


def test_the_closed_list_says_all_that_is_wrong_with_it() -> None:
    text = """
[[label]]
name = "work"
title = "分派的工作"
may = "earn"
[[fact]]
name = "a"
title = "甲"
label = "play"
measure = ["sum"]
[[fact]]
name = "b"
title = "乙"
label = "work"
measure = ["guess"]
colour = 1
[[refused]]
name = "c"
title = "丙"
label = "work"
"""
    with pytest.raises(FactListRefused) as refused:
        parse_fact_list(text)
    assert len(refused.value.issues) == 4  # label play, measure guess, key colour, c under [[refused]]
