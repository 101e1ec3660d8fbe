"""Which rules never start a clock in the synthetic city, which always break there, and which checks find nothing."""

from datetime import datetime
from typing import Final

import polars as pl

from zhunsheng.city.make import generate
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.judge import judge

CASES: Final = 2_000
SEED: Final = 1
ENOUGH: Final = 20  # clocks that have ended, before "always" says anything
BROKEN: Final = ("late", "lapsed")
ENDED: Final = (*BROKEN, "met", "moot", "excused")


def city_page(rulebook: Rulebook, made: str) -> str:
    """The page of the reference about the city; the same city every time."""
    events = generate(CASES, SEED, rulebook.vocabulary, rulebook.calendar).events
    last = events["at"].max()
    assert isinstance(last, datetime)  # a city has events
    judgement = judge(events, rulebook, as_of=last, threads=1)
    clocks, findings = judgement.clocks, set(judgement.findings["rule"])
    seen = set(clocks["rule"])
    ended = clocks.filter(pl.col("outcome").is_in(ENDED))
    shares = ended.group_by("rule").agg(pl.len(), pl.col("outcome").is_in(BROKEN).mean().alias("broken")).sort("rule")
    always = shares.filter((pl.col("len") >= ENOUGH) & (pl.col("broken") == 1))["rule"].to_list()
    never = [rule for rule in rulebook.judged() if rule.id not in seen]
    silent = [check for check in rulebook.judged_checks() if check.id not in findings]
    lines = [
        made,
        "# 在合成城市上 · On the synthetic city\n",
        f"{CASES} 个案件，种子 {SEED}，{clocks.height} 个时钟。\n",
        f"## 从不起算的规则（{len(never)}）\n",
        "城市里没有发生起算它们的事件，或条件从不成立。\n",
        *(f"- {rule.title} `{rule.id}`" for rule in never),
        f"\n## 已结束的时钟全部超期的规则（{len(always)}）\n",
        *(f"- `{rule}`" for rule in always),
        f"\n## 什么也没有发现的核查（{len(silent)}）\n",
        *(f"- {check.title} `{check.id}`" for check in silent),
    ]
    return "\n".join(lines) + "\n"
