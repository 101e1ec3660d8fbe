"""Three checks in pandas: a file of events in, broken acts out.

python -m bench.forms.checks_pandas FOLDER
"""

import sys
from pathlib import Path
from typing import Final

import pandas as pd
import polars as pl

from bench.child import serve

COLUMNS: Final = ("id", "source", "type", "at", "case", "incident", "person", "officers")
DAY: Final = pd.Timedelta(hours=24)
ACTS: Final = ("interrogation.started", "questioning.started")
REGISTERED: Final = ("intake.registered", "incident.cancelled", "incident.merged")


def read(file: Path) -> pd.DataFrame:
    """The events. Polars reads the file: pandas itself would need a further library for it."""
    frame = pl.read_parquet(file, columns=list(COLUMNS))
    return pd.DataFrame(
        {name: frame[name].to_list() if name == "officers" else frame[name].to_numpy() for name in COLUMNS}
    )


def broken(file: Path) -> list[tuple[str, str]]:
    """Rule and id of every broken act."""
    events = read(file)
    found = {
        "interrogation.two-officers": two_officers(events),
        "interrogation.rights-first": rights_first(events),
        "intake.alarm-registered": alarm_registered(events),
    }
    return [(rule, one) for rule, ids in found.items() for one in ids]


def two_officers(events: pd.DataFrame) -> list[str]:
    """Interrogations with one officer."""
    acts = events[events["type"] == "interrogation.started"]
    alone = acts["officers"].map(lambda officers: officers is not None and len(set(officers)) == 1)
    return list(acts.loc[alone, "id"])


def rights_first(events: pd.DataFrame) -> list[str]:
    """The first act of each person of a case before whom no rights were told, to him or to all of the case."""
    acts = events[events["type"].isin(ACTS) & events["person"].notna()].sort_values(["case", "at", "source", "id"])
    first = acts.drop_duplicates(["case", "person"])[["id", "case", "person", "at"]]
    told = events[events["type"] == "rights.notified"]
    own = told[told["person"].notna()].groupby(["case", "person"])["at"].min().rename("own").reset_index()
    everybody = told[told["person"].isna()].groupby("case")["at"].min().rename("all").reset_index()
    both = first.merge(own, on=["case", "person"], how="left").merge(everybody, on="case", how="left")
    earliest = both[["own", "all"]].min(axis=1)
    return list(both.loc[earliest.isna() | (earliest > both["at"]), "id"])


def alarm_registered(events: pd.DataFrame) -> list[str]:
    """Alarms that nothing registers within a day, once it is over."""
    as_of = events["at"].max() + pd.Timedelta(minutes=1)
    alarms = events[(events["type"] == "incident.alarm_received") & events["incident"].notna()]
    due = alarms.loc[as_of > alarms["at"] + DAY, ["id", "incident", "at"]]
    after = events.loc[events["type"].isin(REGISTERED), ["incident", "at"]].rename(columns={"at": "then"})
    pairs = due.merge(after, on="incident")
    kept = pairs.loc[(pairs["then"] >= pairs["at"]) & (pairs["then"] <= pairs["at"] + DAY), "id"]
    return list(due.loc[~due["id"].isin(kept), "id"])


if __name__ == "__main__":
    plain = Path(sys.argv[1]) / "plain.parquet"
    serve({"run": lambda: len(broken(plain)), "say": lambda: sorted(set(broken(plain)))})
