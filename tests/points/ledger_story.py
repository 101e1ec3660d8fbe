"""What the tests of the ledger share: facts as a file of a case, acts, exposure, and the ledger at an instant."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from tests.points.book import ROOT, Table, facts, given
from tests.points.toml_text import toml_text
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.gate import judge_policy
from zhunsheng.core.points.ledger import ledger
from zhunsheng.core.points.policy import Policy
from zhunsheng.core.points.scores import scores
from zhunsheng.core.points.states import counted

SHANGHAI = ZoneInfo("Asia/Shanghai")
PLAIN = dict.fromkeys(t.FIELDS)


def at(text: str) -> datetime:
    """An instant in Shanghai: 2027-03-05 10:00."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@cache
def shipped(name: str = "station_case_team") -> Policy:
    """A policy of the rulebook."""
    return policy_of((ROOT / "rulebook" / "points" / "policies" / f"{name}.toml").read_text("utf-8"))


def policy_of(text: Table | str) -> Policy:
    """A policy that passes the gate."""
    reading = judge_policy(text if isinstance(text, str) else toml_text(text), facts())
    assert reading.issues == ()
    assert reading.policy is not None
    return reading.policy


def balanced() -> Policy:
    """The given balanced policy."""
    return policy_of(given("l01_balanced.toml"))


def fact(name: str, key: str, officer: str, when: str, **more: Any) -> dict[str, Any]:
    """One officer's part in one fact; recorded when it happened unless said otherwise."""
    row = {
        **dict.fromkeys(t.POINT_FACTS),
        "fact": name,
        "key": key,
        "group": key,
        "officer": officer,
        "unit": "S1",
        "at": at(when),
        "recorded_at": at(more.pop("recorded", when)),
        "amount": 1,
        "unit.kind": "station",
        "officer.post": "case_officer",
        "cites": [f"test/{key}"],
    }
    named = {name.replace("__", "."): value for name, value in more.items()}
    return {**row, **named}


def work(case: str, when: str, team: str = "lead:P1", **more: Any) -> list[dict[str, Any]]:
    """A case that ended lawfully, with who worked on it."""
    rows = []
    for part in team.split():
        role, officer = part.split(":")
        named = {"case__type": "盗窃", "role": role, "amount": 544, **more}
        rows.append(fact("work.assigned_minutes", case, officer, when, **named))
    return rows


def act(kind: str, target: str, when: str, **more: Any) -> dict[str, Any]:
    """What somebody did to an entry."""
    row = {**dict.fromkeys(t.POINT_ACTS), "id": f"{kind}:{target}:{when}", "act": kind, "target": target}
    return {**row, "author": "R1", "at": at(when), "recorded_at": at(when), **more}


@dataclass
class Book:
    """Facts, acts and closings of some months, and what follows from them."""

    policies: Sequence[Policy]
    facts: list[dict[str, Any]] = field(default_factory=list)
    acts: list[dict[str, Any]] = field(default_factory=list)
    closings: list[tuple[date, datetime]] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=lambda: {"盗窃": 544})

    def close(self, period: str, when: str) -> None:
        """Close a month."""
        self.closings.append((date.fromisoformat(f"{period}-01"), at(when)))

    def ledger(self, *, facts_in: list[dict[str, Any]] | None = None, as_of: str | None = None) -> pl.DataFrame:
        """The whole ledger, or what was recorded by an instant."""
        rows = self.facts if facts_in is None else facts_in
        acts = self.acts
        if as_of is not None:
            rows = [row for row in rows if row["recorded_at"] <= at(as_of)]
            acts = [row for row in acts if row["recorded_at"] <= at(as_of)]
        weights = [(2026, "S1", name, minutes) for name, minutes in self.weights.items()]
        return ledger(
            pl.DataFrame(rows, schema=t.POINT_FACTS),
            self.policies,
            facts(),
            acts=pl.DataFrame(acts, schema=t.POINT_ACTS),
            closings=pl.DataFrame(self.closings, schema=t.CLOSINGS, orient="row"),
            weights=pl.DataFrame(weights, schema=t.WEIGHTS, orient="row"),
        )

    def counted(self, when: str) -> pl.DataFrame:
        """The rows that count at an instant."""
        return counted(self.ledger(), pl.DataFrame(self.acts, schema=t.POINT_ACTS), as_of=at(when))

    def scores(self, when: str, exposure: pl.DataFrame, bounds: pl.DataFrame | None = None) -> pl.DataFrame:
        """The scores at an instant, under the first policy."""
        good = pl.DataFrame(schema=t.BOUNDS) if bounds is None else bounds
        return scores(self.counted(when), self.policies[0], facts(), exposure=exposure, bounds=good)


def exposure(period: str, days: dict[str, float], unit: str = "S1") -> pl.DataFrame:
    """Working days of officers in a month."""
    first = date.fromisoformat(f"{period}-01")
    rows = [(name, unit, "station|case_officer", first, round(2 * d)) for name, d in days.items()]
    return pl.DataFrame(rows, schema=t.EXPOSURE, orient="row")


def bound(period: str, value: float, files: int = 60, unit: str = "S1") -> pl.DataFrame:
    """What the random stream says of a unit."""
    return pl.DataFrame([(unit, date.fromisoformat(f"{period}-01"), value, files)], schema=t.BOUNDS, orient="row")


def points(rows: pl.DataFrame) -> list[str]:
    """Rows as people read them: period, holder, kind, points."""
    return [
        f"{period:%Y-%m} {holder} {kind} {amount / 100:+.2f}"
        for period, holder, kind, amount in rows.filter(pl.col("amount") != 0)
        .sort("period", "recorded_at", "holder", "kind")
        .select("period", "holder", "kind", "amount")
        .iter_rows()
    ]


def days_after(text: str, days: int) -> str:
    """The same hour some days later."""
    return (datetime.fromisoformat(text) + timedelta(days)).isoformat(sep=" ")
