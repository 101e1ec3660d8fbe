"""A check written in a few lines, and the case that it judges."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from zhunsheng.book import load_rulebook
from zhunsheng.core.check import KINDS
from zhunsheng.core.check_rules import parse_check
from zhunsheng.core.judge import Judgement, judge
from zhunsheng.core.story import events_of

BOOK = load_rulebook(Path(__file__).parents[3] / "rulebook")
HEAD = """
id = "small"
code = "P01"
title = "小检查"
title_en = "Small check"
element = "person"
nature = "statutory"
source = "full"
status = "stable"
mends = "补正"
[recipients]
red = ["case_officer"]
ask = ["case_officer"]
[message]
broken = "{case}请核实。"
[[version]]
in_force = "always"
basis = [ { instrument = "刑事诉讼法", article = "第一条", gist = "要旨" } ]
"""


def moment(text: str) -> datetime:
    """03-02 09:00 of 2026 on the clock of Shanghai."""
    return datetime.fromisoformat(f"2026-{text}:00+08:00")


def event(at: str, kind: str, **others: Any) -> dict[str, Any]:
    """An event of P1, unless another is named; at a bare date where no hour is written."""
    when = moment(at) if " " in at else moment(f"{at} 00:00").date()
    row = {"at": when, "type": kind, "person": "P1"} | others
    return {name: value for name, value in row.items() if value is not None}


def judged(
    body: str,
    rows: Sequence[dict[str, Any]],
    *,
    as_of: str = "12-31 00:00",
    known_at: str | None = None,
    level: str = "red",
    key: str = "person",
) -> Judgement:
    """Judge events by one check whose own tables are `body` (top keys first)."""
    kind = next((kind for kind in KINDS if f"[{kind}]" in body), "fact")
    top = f'kind = "{kind}"\nkey = "{key}"\nlevel = "{level}"\n'
    own, _, tables = body.partition("[")
    head = HEAD.replace('red = ["case_officer"]\n', "" if level == "ask" else f'{level} = ["case_officer"]\n')
    check, issues = parse_check(top + own + head + "[" + tables, BOOK.vocabulary)
    assert check is not None, "\n".join(map(str, issues))
    events = events_of(rows, BOOK.vocabulary)
    known = moment(known_at) if known_at else None
    return judge(events, replace(BOOK, rules=(), checks=(check,)), as_of=moment(as_of), known_at=known)


def said(judgement: Judgement) -> list[str]:
    """`subject kind reason` of every verdict."""
    return [
        " ".join(filter(None, (row["subject"], row["kind"], row["reason"])))
        for row in judgement.verdicts.iter_rows(named=True)
    ]


def local(column: pl.Series) -> list[str]:
    """Instants as people read them."""
    return column.dt.convert_time_zone("Asia/Shanghai").dt.strftime("%m-%d %H:%M").to_list()
