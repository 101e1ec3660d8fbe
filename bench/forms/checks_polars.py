"""Three checks in Polars: a file of events in, broken acts out.

python -m bench.forms.checks_polars FOLDER
"""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

import polars as pl

from bench.child import serve

DAY: Final = timedelta(hours=24)
ACTS: Final = ("interrogation.started", "questioning.started")
REGISTERED: Final = ("intake.registered", "incident.cancelled", "incident.merged")


def broken(file: Path) -> pl.DataFrame:
    """Rule and id of every broken act."""
    events = pl.scan_parquet(file).select("id", "source", "type", "at", "case", "incident", "person", "officers")
    found = [two_officers(events), rights_first(events), alarm_registered(events)]
    return pl.concat(found).collect()


def two_officers(events: pl.LazyFrame) -> pl.LazyFrame:
    """Interrogations with one officer."""
    acts = events.filter(pl.col("type") == "interrogation.started", pl.col("officers").list.n_unique() == 1)
    return acts.select(pl.lit("interrogation.two-officers").alias("rule"), "id")


def rights_first(events: pl.LazyFrame) -> pl.LazyFrame:
    """The first act of each person of a case before whom no rights were told, to him or to all of the case."""
    acts = events.filter(pl.col("type").is_in(ACTS), pl.col("person").is_not_null())
    first = acts.sort("case", "at", "source", "id").group_by("case", "person").first()
    told = events.filter(pl.col("type") == "rights.notified")
    own = told.filter(pl.col("person").is_not_null()).group_by("case", "person").agg(own=pl.col("at").min())
    everybody = told.filter(pl.col("person").is_null()).group_by("case").agg(all=pl.col("at").min())
    both = first.join(own, on=["case", "person"], how="left").join(everybody, on="case", how="left")
    late = both.filter(pl.min_horizontal("own", "all").is_null() | (pl.min_horizontal("own", "all") > pl.col("at")))
    return late.select(pl.lit("interrogation.rights-first").alias("rule"), "id")


def alarm_registered(events: pl.LazyFrame) -> pl.LazyFrame:
    """Alarms that nothing registers within a day, once it is over."""
    last = events.select(pl.col("at").max() + timedelta(minutes=1)).rename({"at": "as_of"})
    alarms = events.filter(pl.col("type") == "incident.alarm_received", pl.col("incident").is_not_null())
    due = alarms.join(last, how="cross").filter(pl.col("as_of") > pl.col("at") + DAY)
    after = events.filter(pl.col("type").is_in(REGISTERED)).select("incident", then="at")
    kept = due.join(after, on="incident").filter(pl.col("then").is_between("at", pl.col("at") + DAY))
    missing = due.join(kept.select("id"), on="id", how="anti")
    return missing.select(pl.lit("intake.alarm-registered").alias("rule"), "id")


if __name__ == "__main__":
    plain = Path(sys.argv[1]) / "plain.parquet"
    serve({"run": lambda: broken(plain).height, "say": lambda: broken(plain).unique().rows()})
