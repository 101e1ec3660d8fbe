"""A first look at some cases from Python, cell by cell. Run it as a script, or open it as a notebook (# %% cells)."""

# %% [markdown]
# Three things are needed: a rulebook, events, and the instant at which to judge. No clock is ever read for you.

# %%
from datetime import datetime
from pathlib import Path

import polars as pl

from zhunsheng.api import judge, load_rulebook, read_events

ROOT = Path(__file__).resolve().parents[2]
rulebook = load_rulebook(ROOT / "rulebook")
events = read_events(ROOT / "examples/first-case/events.csv", rulebook=rulebook)
judged = judge(events, rulebook, as_of=datetime.fromisoformat("2022-11-08T09:00:00+08:00"))

# %% [markdown]
# Clocks, findings and steps are Polars frames. What is overdue, and since when?

# %%
overdue = judged.findings.filter(pl.col("closed_at").is_null(), kind="overdue").select("rule", "subject", "outer")

# %% [markdown]
# How was that due time computed? The steps are the log of the computation itself.

# %%
steps = judged.steps.filter(rule="property.handover", subject="W1").select("n", "kind", "event", "after", "article")

# %% [markdown]
# What was known on an earlier day? Leave out what was recorded later, and judge again.

# %%
earlier = judge(
    events,
    rulebook,
    as_of=datetime.fromisoformat("2022-11-05T00:00:00+08:00"),
    known_at=datetime.fromisoformat("2022-11-05T00:00:00+08:00"),
)

# %% [markdown]
# A frame is a frame: how many clocks ended how?

# %%
outcomes = judged.clocks.group_by("outcome").agg(pl.len().alias("clocks")).sort("outcome")
