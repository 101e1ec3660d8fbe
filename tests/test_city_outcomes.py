"""Officers act on messages: a rulebook that calls all the time is heeded less, and more persons are held too long."""

from dataclasses import replace
from datetime import date
from functools import cache

import polars as pl

from tests.story import law
from zhunsheng.city.make import generate
from zhunsheng.city.outcomes import Manner, Outcome, outcome
from zhunsheng.core.backtest.days import Days
from zhunsheng.core.clocks import Rulebook

SPRING = Days(date(2026, 3, 1), date(2026, 5, 31), "Asia/Shanghai")
SURE = Manner(remembers=0.0, heeds=1.0, tires_after=1e9, takes_hours=1e-6)
DEAF = Manner(remembers=0.0, heeds=0.0)


@cache
def city() -> pl.DataFrame:
    """Two hundred and fifty cases, which ten officers work: a small place with much to do."""
    events = generate(250, 11, law().vocabulary, law().calendar).events
    few = pl.col("officers").list.eval(pl.element().str.tail(1)).list.unique().list.sort()
    return events.with_columns(officers=few)


def calm() -> Rulebook:
    """Only the limits of persons held."""
    return replace(law(), rules=tuple(rule for rule in law().rules if rule.custody), checks=())


def noisy() -> Rulebook:
    """Every rule and check tells the handling officers at every level."""
    everybody = dict.fromkeys(("blue", "yellow", "red", "ask"), ("case_officer", "co_officer"))
    told = [replace(one, recipients=everybody) for one in law().rules]
    return replace(law(), rules=tuple(told), checks=tuple(replace(one, recipients=everybody) for one in law().checks))


@cache
def played(name: str) -> Outcome:
    """A season under one of the two, by the manner that is stated."""
    book = {"calm": calm, "noisy": noisy}[name]()
    return outcome(city(), book, SPRING, manner=Manner(), seed=5)


def test_who_acts_on_every_message_at_once_is_never_overdue_and_who_hears_none_always_is() -> None:
    """Warned before the limit and acting within the second: nothing is overdue but where the limit is at once or nobody
    is named. Deaf and forgetful: everything is."""
    deaf = outcome(city(), calm(), SPRING, manner=DEAF, seed=5)
    sure = outcome(city(), calm(), SPRING, manner=SURE, seed=5)
    assert deaf.overdue == deaf.clocks > 100
    assert sure.overdue_share < 0.1
    assert deaf.median_hours_to_act is None


def test_a_noisier_rulebook_loses() -> None:
    """The same clocks, and the same draws. The n-th message of a week is heeded with 0.9 / (1 + (n - 1) / 4): the
    second with 0.72, the twelfth with 0.24. So more messages leave more persons held too long."""
    assert played("noisy").clocks == played("calm").clocks
    assert played("noisy").messages_per_shift > 1.3 * played("calm").messages_per_shift
    assert played("noisy").overdue_share > played("calm").overdue_share


def test_the_same_seed_plays_the_same() -> None:
    assert outcome(city(), calm(), SPRING, manner=Manner(), seed=5) == played("calm")
