"""Figures of points in words."""

from datetime import date

import polars as pl
from django.template.loader import render_to_string

from tests.platform import environment  # noqa: F401 - sets Django up
from tests.points.ledger_story import shipped
from zhunsheng.apps.points.standing import Standing
from zhunsheng.apps.points.words import of_line


def test_a_score_of_nothing_is_a_dash_and_a_score_that_came_to_nothing_is_not() -> None:
    # Found on the board of a station: who had no case stood there with 0.00, as if he had lost all he had.
    nothing = {"cases": 0, "total": 0, "low": 0, "high": 0, "per_hundred": None}
    assert [of_line(nothing, name) for name in nothing if name != "cases"] == ["—"] * 4
    lost = {"cases": 3, "total": 0, "low": 0, "high": 812, "per_hundred": 0}
    assert [of_line(lost, name) for name in ("total", "low", "high", "per_hundred")] == ["0.00", "0.00", "8.12", "0.00"]
    by_hand = {"cases": 0, "total": 300, "low": 300, "high": 300, "per_hundred": 0}
    assert [of_line(by_hand, name) for name in ("total", "per_hundred")] == ["3.00", "—"]
    assert of_line({}, "total") == "—"


def test_the_median_of_a_unit_is_that_of_those_who_had_something_to_count() -> None:
    # Found on the board of a squad: three of five had no case, and the median of all was the 0.00 of one of them.
    board = pl.DataFrame(
        {"unit": ["E"] * 5 + ["W"], "cases": [0, 0, 0, 3, 2, 0], "total": [0, 0, 0, 9000, 8000, 0]},
        schema_overrides={"total": pl.Int64},
    )
    of_march = Standing(shipped(), date(2026, 3, 1), pl.DataFrame(), board)
    assert of_march.median("E") == 8500
    assert of_march.median("W") is None


def test_an_interval_of_nothing_is_one_dash() -> None:
    def shown(low: str, score: str, high: str) -> str:
        return render_to_string("points/_interval.html", {"low": low, "score": score, "high": high})

    assert shown("—", "—", "—") == "—"
    assert shown("88.10", "91.00", "93.40").startswith("88.10–93.40<svg")
