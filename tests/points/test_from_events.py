"""Events and findings of cases → facts of points: who worked on what ended, and what was kept in it."""

from typing import Any

import polars as pl
import pytest

from tests.points.book import facts
from tests.points.ledger_story import SHANGHAI, at
from zhunsheng.core import schemas
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.from_events import ENDINGS, case_facts, rules_of_facts
from zhunsheng.core.points.policy import ENDS

CUSTODY = "criminal.detention.first-interrogation"
NOTICE = "interrogation.rights-first"
RULES = pl.DataFrame(
    {
        "fact": ["clock.kept", "clock.kept.custody", "check.kept.rights_notice"],
        "rule": [CUSTODY, CUSTODY, NOTICE],
    }
)
POSTS = pl.DataFrame(
    {"officer": ["A", "B", "C", "D", "E"], "unit.kind": ["station"] * 5, "officer.post": ["case_officer"] * 5}
)


def event(kind: str, case: str, when: str, *officers: str, **more: Any) -> dict[str, Any]:
    row = {**dict.fromkeys(schemas.EVENTS), "source": "s", "id": f"{kind}:{case}:{when}", "version": 1, "void": False}
    return {
        **row,
        "type": kind,
        "case": case,
        "unit": "S1",
        "at": at(when),
        "recorded_at": at(when),
        "officers": list(officers),
        **more,
    }


def finding(rule: str, case: str, kind: str) -> dict[str, Any]:
    return {**dict.fromkeys(schemas.FINDINGS), "rule": rule, "case": case, "kind": kind, "level": "red"}


def facts_of_march(events: list[dict[str, Any]], findings: list[dict[str, Any]]) -> pl.DataFrame:
    return case_facts(
        pl.DataFrame(events, schema=schemas.EVENTS),
        pl.DataFrame(findings, schema=schemas.FINDINGS),
        RULES,
        POSTS,
        begins=at("2027-03-01 00:00"),
        ends=at("2027-04-01 00:00"),
    )


OPENED = event("case.filed", "C1", "2027-02-10 09:00", "B", "A", facts='{"case_kind":"criminal"}')


def test_the_team_is_whoever_opened_it_and_those_with_most_acts_four_in_all() -> None:
    # B is named first where the case was filed; A has 4 acts, D 3, C 2, E 1: E is the fifth
    acts = [
        event("interrogation.started", "C1", f"2027-02-{day} 09:00", *names)
        for day, names in ((11, "AD"), (12, "ADC"), (13, "ADCE"))
    ]
    ended = event("prosecution.transferred", "C1", "2027-03-08 10:00")
    work = facts_of_march([OPENED, *acts, ended], []).filter(pl.col("fact") == "work.assigned_minutes")
    assert work.select("officer", "role").rows() == [("A", "assist"), ("B", "lead"), ("C", "assist"), ("D", "assist")]
    row = work.row(1, named=True)
    assert (row["key"], row["at"], row["case.kind"], row["unit.kind"]) == (
        "C1",
        at("2027-03-08 10:00"),
        "criminal",
        "station",
    )
    assert row["cites"] == ["s/prosecution.transferred:C1:2027-03-08 10:00"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_makes_the_same_facts(ending: str) -> None:
    found = facts_of_march([OPENED, event(ending, "C1", "2027-03-08 10:00")], [])
    first = facts_of_march([OPENED, event(ENDS[0], "C1", "2027-03-08 10:00")], [])
    assert len(found) == 5  # two officers' work, three shares of the lead
    assert found.drop("cites").equals(first.drop("cites"))


def test_a_case_is_kept_unless_one_of_the_facts_rules_is_broken_and_unknown_is_unknown() -> None:
    ended = event("case.closed", "C1", "2027-03-08 10:00")
    told = {
        "nothing found": ([], (True, True, True)),
        "late once": ([finding(CUSTODY, "C1", "late")], (False, False, True)),
        "late once and asked about": (
            [finding(CUSTODY, "C1", "unknown"), finding(CUSTODY, "C1", "late")],
            (False, False, True),
        ),
        "a question": ([finding(NOTICE, "C1", "unknown")], (True, True, None)),
        "a warning only": ([finding(CUSTODY, "C1", "approaching")], (True, True, True)),
        "of another case": ([finding(CUSTODY, "C2", "late")], (True, True, True)),
    }
    for name, (findings, want) in told.items():
        shares = facts_of_march([OPENED, ended], findings).filter(pl.col("officer") == "B")
        kept = {row["fact"]: row["kept"] for row in shares.iter_rows(named=True)}
        assert tuple(kept[fact] for fact in RULES["fact"]) == want, name


def test_a_detention_more_with_all_its_duties_kept_changes_no_fact() -> None:
    ended = event("case.closed", "C1", "2027-03-08 10:00")
    more = [
        event("person.detained", "C1", "2027-02-20 09:00", "B", person="P1"),
        event("interrogation.started", "C1", "2027-02-20 11:00", "B", person="P1"),
    ]
    assert facts_of_march([OPENED, *more, ended], []).equals(facts_of_march([OPENED, ended], []))


def test_a_case_ends_once_and_only_in_its_month() -> None:
    before = event("case.closed", "C1", "2027-02-27 10:00")
    again = event("case.closed", "C1", "2027-03-08 10:00")
    void = event("case.closed", "C3", "2027-03-08 10:00", void=True)
    later = event("case.closed", "C2", "2027-04-01 00:00")
    first = event("case.closed", "C4", "2027-03-08 10:00")
    corrected = event("case.closed", "C4", "2027-02-20 10:00", id=first["id"], version=2)
    assert facts_of_march([OPENED, before, again, void, later, first, corrected], []).is_empty()


def test_the_closed_list_names_rules_by_id_by_beginning_and_by_code() -> None:
    ids = [CUSTODY, "criminal.custody.term", "dossier.archive", NOTICE]
    found = rules_of_facts(facts(), ids, {"P14": NOTICE})
    by_fact = dict(found.group_by("fact").agg(pl.col("rule").sort()).rows())
    assert by_fact["check.kept.rights_notice"] == [NOTICE]
    assert by_fact["clock.kept.custody"] == ["criminal.custody.term", CUSTODY]
    assert by_fact["clock.kept"] == ["criminal.custody.term", CUSTODY, "dossier.archive"]  # every deadline, no check


def test_the_span_of_a_month_may_be_said_in_any_zone() -> None:
    # A clock of Shanghai was compared with instants of UTC, which Polars refuses
    events = pl.DataFrame([OPENED, event("case.closed", "C1", "2027-03-01 00:00")], schema=schemas.EVENTS)
    none = pl.DataFrame(schema=schemas.FINDINGS)
    months = [(at(f"2027-0{n}-01 00:00").astimezone(SHANGHAI), at(f"2027-0{n + 1}-01 00:00")) for n in (2, 3)]
    found = [case_facts(events, none, RULES, POSTS, begins=begins, ends=ends) for begins, ends in months]
    assert [len(one) for one in found] == [0, 5]


def test_facts_of_a_month_are_what_the_ledger_takes() -> None:
    found = facts_of_march([OPENED, event("case.closed", "C1", "2027-03-08 10:00")], [])
    assert found.schema == t.POINT_FACTS
